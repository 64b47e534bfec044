"""``comparison.json``: how far the simulated CRNs are apart, when they are done, and what binds in vain."""

from __future__ import annotations

from typing import Any

from dsdcompile.dsd.implementation import Implementation
from dsdcompile.dsd.toehold_crosstalk import Crosstalk
from dsdcompile.stages.as_ordered import AsOrdered
from dsdcompile.stages.simulation import Labels, Simulated
from dsdcompile.stages.translation import Translated


def comparison(simulated: Simulated, translated: Translated | None, ordered: AsOrdered | None = None) -> dict[str, Any]:
    """Return the comparison of all simulated CRNs as plain data."""
    labels = simulated.labels
    compared: dict[str, Any] = {
        "example": simulated.example,
        "inputs": simulated.inputs.tolist(),
        "formal_unit_molar": simulated.scale.unit,
        "formal_time_seconds": simulated.scale.time,
        "end_seconds": simulated.end,
        "all_examples_at_rest_seconds": simulated.rest,
        "limit": None if simulated.limit is None else simulated.limit.tolist(),
        "engines": {c.name: c.engine for c in simulated.curves},
        "tolerances": {"relative": simulated.rtol, "absolute_formal_units": simulated.rtol},
        "deviation_from_formal": {c.name: simulated.deviation(c.name) for c in simulated.others},
        "relative_deviation_from_formal": {c.name: simulated.relative_deviation(c.name) for c in simulated.others},
        "fuel_left": simulated.fuel_left,
        **({} if simulated.counted is None else {"counts": simulated.counted.to_json()}),
        "completion_formal_time": {name: done.to_json() for name, done in simulated.completions.items()},
        "comparisons": [c.to_json() for c in simulated.comparisons],
        "labels": {**label_counts(labels), "largest_limit_error": labels.largest_limit_error},
    }
    if translated is not None and simulated.crosstalk is not None:
        compared["crosstalk"] = crosstalk_table(translated, simulated.crosstalk)
    if translated is not None and ordered is not None:
        compared["as_ordered"] = {**ordered.to_json(), **_predicted(translated, ordered)}
    return compared


def _predicted(translated: Translated, ordered: AsOrdered) -> dict[str, Any]:
    """Return the rate constant of every step and of every leak reaction, as plain data."""
    system, names = translated.system, translated.implementation.crn.species
    steps = []
    for module in range(system.n_modules):
        for column, reaction in enumerate(system.templates[system.template[module]].reactions):
            value, spread = ordered.rates.values[module, column], ordered.rates.spread[module, column]
            steps.append(
                {
                    "module": module,
                    "step": reaction.step,
                    "reaction": f"{' + '.join(reaction.reactants)} -> {' + '.join(reaction.products)}",
                    "designed_per_molar_second": float(f"{translated.step_rates[module, column]:.4g}"),
                    "predicted_per_molar_second": float(f"{value:.4g}"),
                    "spread_factor": round(float(spread), 3),
                }
            )
    return {
        "step_rates": steps,
        "extrapolated": [{"module": m, "step": c, "because": list(why)} for m, c, why in ordered.rates.extrapolated],
        "leaks": [
            {
                "reaction": f"{names[k.invader]} + {names[k.target]} -> {' + '.join(names[p] for p in k.products)}",
                "rate_per_molar_second": [float(f"{v:.3g}") for v in (r.low, r.middle, r.high)],
                "initial_molar_per_second": float(f"{flow:.3g}"),
            }
            for k, r, flow in zip(ordered.leaks, ordered.leak_rates, ordered.flow.tolist(), strict=True)
        ],
    }


def label_counts(labels: Labels) -> dict[str, int | None]:
    """Return how many examples' labels agree, as plain data; None where there is nothing to compare with."""
    return {
        "examples": labels.examples,
        "correct": labels.correct,
        "formal_agrees": labels.formal_agrees,
        "reduced_agrees": labels.reduced_agrees,
        "implementation_agrees": labels.implementation_agrees,
    }


def crosstalk_table(translated: Translated, talk: Crosstalk) -> dict[str, Any]:
    """Return the budget of every complex as plain data."""
    built = translated.implementation
    rows = zip(built.crn.species, talk.partners.tolist(), talk.held.tolist(), talk.held_by_waste.tolist(), strict=True)
    return {
        "not_listed": talk.limit or None,
        "pairs": len(talk.pairs),
        "pairs_with_waste": len(talk.waste),
        "complexes": [
            {"name": name, "kind": binder(built, s), "partners": partners, "held": held, "held_by_waste": by_waste}
            for s, (name, partners, held, by_waste) in enumerate(rows)
            if held or by_waste
        ],
    }


def binder(built: Implementation, species: int) -> str:
    """Return what a species of an implementation CRN is, in words."""
    return "signal" if built.module[species] < 0 else "fuel or intermediate"

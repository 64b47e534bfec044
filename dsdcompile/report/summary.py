"""``summary.json``: every headline number as plain data."""

from __future__ import annotations

from typing import Any

from dsdcompile.dsd.matching import Matching
from dsdcompile.lab.order import OrderSheet
from dsdcompile.passes.cost import Cost
from dsdcompile.report.comparison import label_counts
from dsdcompile.stages.compilation import DesignCrns
from dsdcompile.stages.results import Results
from dsdcompile.stages.sequencing import Sequencing
from dsdcompile.stages.simulation import Simulated
from dsdcompile.stages.translation import Translated


def summary(results: Results) -> dict[str, Any]:
    """Return every headline number of the stages that were made."""
    design = results.design
    told: dict[str, Any] = {"design": design.name, "scheme": design.scheme.name, "request": results.request}
    if results.source.network is not None:
        told["network"] = results.source.network.title
    told |= _compiled(results.compiled)
    if results.translated is not None:
        told |= _translated(results.translated)
    told["warnings"] = list(results.warnings)
    if results.verified is not None:
        told["verification"] = results.verified.verification.verdict()
    if results.simulated is not None:
        told |= _simulated(results.simulated)
    if results.sequencing is not None:
        told["sequences"] = _sequences(results.sequencing)
    if results.as_ordered is not None:
        told["as_ordered"] = results.as_ordered.to_json()
    if results.sheet is not None:
        told["order"] = _order(results.sheet)
    if results.ordered is not None and results.ordered.purity is not None:
        told["purity"] = results.ordered.purity.to_json()
    return told


def _compiled(compiled: DesignCrns) -> dict[str, Any]:
    return {
        "reactions": {
            "formal": compiled.formal.n_reactions,
            "reduced": compiled.reduced.n_reactions,
            "implementable": compiled.implementable.n_reactions,
            "reduced_bimolecular": compiled.bimolecular,
        },
        "max_products": compiled.max_products,
        "passes": [{"name": step.name, "reactions": step.reactions, **_cost(step.cost)} for step in compiled.steps],
        "plans": [
            {"name": one.name, "given_up": True} if one.cost is None else {"name": one.name, **_cost(one.cost)}
            for one in compiled.tried
        ],
    }


def _cost(cost: Cost) -> dict[str, Any]:
    return {
        "modules": cost.modules,
        "strands": cost.strands,
        "nucleotides": cost.nucleotides,
        "longest_strand": cost.longest,
        "cost": round(cost.money, 2),
    }


def _translated(translated: Translated) -> dict[str, Any]:
    system = translated.system
    return {
        "modules": system.n_modules,
        "templates": len(system.templates),
        "strands": len(system.inventory.strands),
        "domains": len(system.inventory.domains),
        "nucleotides": system.inventory.nucleotides,
        "longest_strand": system.inventory.longest_strand,
        "dosing": {
            "largest_molar": translated.largest_dose,
            "total_molar": translated.dosing.total,
        },
        **({} if translated.matching is None else {"kinetics": _matched(translated, translated.matching)}),
    }


def _matched(translated: Translated, matching: Matching) -> dict[str, Any]:
    return {
        "mode": "matched",
        "gamma": matching.gamma,
        "sigma_per_molar_second": matching.sigma,
        "q_max_per_molar_second": matching.q_max,
        "buffers": translated.n_buffers,
        "fuel_lasts_hours": None if translated.horizon is None else round(translated.horizon / 3600, 6),
    }


def _simulated(simulated: Simulated) -> dict[str, Any]:
    done = simulated.completions.get("implementation")
    hours = None
    if done is not None:
        latest = done.latest(0.9) * simulated.scale.time / 3600
        hours = round(latest, 6) if latest < float("inf") else None
    return {
        "labels": label_counts(simulated.labels),
        "simulation": {
            "example": simulated.example,
            "largest_deviation": simulated.deviation("implementation"),
            "relative_deviation": simulated.relative_deviation("implementation"),
            "fuel_left": simulated.fuel_left,
            "labels_survive_pipetting_errors": {
                f"{one.level:.0%}": one.survived / one.trials for one in simulated.pipetting
            },
            "crosstalk": None
            if simulated.crosstalk is None
            else {
                "pairs": len(simulated.crosstalk.pairs),
                "not_listed": simulated.crosstalk.limit or None,
                "largest_fraction_held": float(simulated.crosstalk.held.max(initial=0.0)),
                "largest_fraction_held_by_waste": float(simulated.crosstalk.held_by_waste.max(initial=0.0)),
                "largest_deviation": simulated.deviation("crosstalk"),
            },
            "completion_hours": hours,
            "all_examples_at_rest_hours": None if simulated.rest is None else round(simulated.rest / 3600, 6),
        },
    }


def _sequences(sequencing: Sequencing) -> dict[str, Any]:
    findings = sequencing.report.findings
    return {
        "interrupted": sequencing.interrupted,
        "passed": sequencing.report.passed,
        "checks": len(findings),
        "failed": [finding.rule for finding in findings if not finding.passed],
        "budget": sequencing.budget.to_json(),
        "objective_before": round(sequencing.before.total, 4),
        "objective_after": round(sequencing.after.total, 4),
    }


def _order(sheet: OrderSheet) -> dict[str, Any]:
    return {
        "strands": len(sheet.lines),
        "reused": len(sheet.lines) - len(sheet.ordered),
        "nucleotides": sheet.nucleotides,
        "cost": round(sheet.cost, 2),
        "currency": sheet.currency,
    }

"""Everything a run has made, as values; which files they become is :mod:`dsdcompile.stages.files`."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, final

import numpy as np

from dsdcompile.design.design import Design
from dsdcompile.dsd.matching import Matching
from dsdcompile.lab.order import OrderSheet
from dsdcompile.report.verdict import verdict_line
from dsdcompile.stages.compilation import Compiled
from dsdcompile.stages.ordering import Ordered
from dsdcompile.stages.sequencing import Sequencing
from dsdcompile.stages.simulation import Simulated
from dsdcompile.stages.source import Source
from dsdcompile.stages.translation import Translated
from dsdcompile.stages.verification import Verified
from dsdcompile.units import plural, show_concentration, show_duration
from dsdcompile.verify.verdict import Outcome

SPENT = 0.01
"""A fuel of which a smaller share is left counts as used up."""


@final
@dataclass(frozen=True, eq=False)
class Results:
    """What a run has made; None for a stage that was not asked for."""

    design: Design
    source: Source
    compiled: Compiled
    translated: Translated | None = None
    verified: Verified | None = None
    simulated: Simulated | None = None
    sequencing: Sequencing | None = None
    ordered: Ordered | None = None
    warnings: tuple[str, ...] = ()
    """What a user must know before ordering."""

    @property
    def sheet(self) -> OrderSheet | None:
        """The strand order, if it was made."""
        return None if self.ordered is None else self.ordered.sheet

    @property
    def nothing_wrong(self) -> bool:
        """Whether everything that was checked passed."""
        verified = self.verified is None or self.verified.verification.outcome in (Outcome.PROVED, Outcome.TESTED)
        agreed = self.simulated is None or self.simulated.labels.agree
        return verified and agreed and (self.sequencing is None or self.sequencing.report.passed)

    @property
    def complete(self) -> bool:
        """Whether every stage has been made, so that there is a report to write."""
        return None not in (self.translated, self.verified, self.simulated, self.sequencing, self.ordered)

    @property
    def request(self) -> str:
        """A hash of everything that decides which strands are made: results of one request belong together.

        Which example is drawn, how it is simulated and what is checked leave the strands as they are.
        """
        asked = self.design.model_dump(exclude={"simulate", "verify", "checks"})
        total = hashlib.sha256(repr(asked).encode())
        total.update(self.compiled.implementable.digest.encode())
        total.update(np.ascontiguousarray(self.source.examples.inputs).tobytes())
        return total.hexdigest()[:16]

    def summary(self) -> dict[str, Any]:
        """Return every headline number, as plain data for ``summary.json``."""
        found: dict[str, Any] = {"design": self.design.name, "scheme": self.design.scheme.name, "request": self.request}
        if self.source.network is not None:
            found["network"] = self.source.network.title
        found["reactions"] = {
            "formal": self.compiled.formal.n_reactions,
            "reduced": self.compiled.reduced.n_reactions,
            "implementable": self.compiled.implementable.n_reactions,
            "reduced_bimolecular": bimolecular(self.compiled),
        }
        found["max_products"] = self.compiled.max_products
        found["passes"] = [
            {
                "name": step.name,
                "reactions": step.reactions,
                "modules": step.cost.modules,
                "strands": step.cost.strands,
                "nucleotides": step.cost.nucleotides,
                "longest_strand": step.cost.longest,
                "cost": round(step.cost.money, 2),
            }
            for step in self.compiled.steps
        ]
        if self.translated is not None:
            found |= _translated(self.translated)
        found["warnings"] = list(self.warnings)
        if self.verified is not None:
            found["verification"] = self.verified.verification.verdict()
        if self.simulated is not None:
            found |= _simulated(self.simulated)
        if self.sequencing is not None:
            found["sequences"] = _sequences(self.sequencing)
        if self.sheet is not None:
            found["order"] = _order(self.sheet)
        return found

    def headlines(self) -> list[str]:
        """Return the summary as a few lines for a terminal."""
        reactions: Mapping[str, int] = self.summary()["reactions"]
        lines = [
            f"reactions: {reactions['formal']} formal, {reactions['reduced']} reduced, "
            f"{reactions['implementable']} implementable"
        ]
        if self.translated is not None:
            system = self.translated.system
            lines.append(
                f"DNA: {plural(system.n_modules, 'module')}, {plural(len(system.inventory.strands), 'strand')}, "
                f"{system.inventory.nucleotides} nt, longest {system.inventory.longest_strand} nt ({system.scheme})"
            )
            if self.translated.matching is not None:
                lines.append(_matched_line(self.translated, self.translated.matching))
        lines += [f"warning: {warning}" for warning in self.warnings]
        if self.verified is not None:
            verification = self.verified.verification
            lines.append(f"verification: {verdict_line(verification)}")
            for check in verification.checks:
                if check.outcome not in (Outcome.PROVED, Outcome.TESTED):
                    lines.append(f"  {check.name}: {check.outcome}: {check.detail}")
                    lines += [f"    {witness}" for witness in check.witnesses]
        if self.simulated is not None:
            lines += _simulation_lines(self.simulated)
        if self.sequencing is not None:
            lines += _sequence_lines(self.sequencing)
        if self.sheet is not None:
            lit = sum(line.role == "reporter" for line in self.sheet.ordered)
            extra = f" ({lit} of them for reporters)" if lit else ""
            reused = len(self.sheet.lines) - len(self.sheet.ordered)
            lines.append(
                f"order: {plural(len(self.sheet.ordered), 'strand')}{extra}, about {self.sheet.cost:,.0f} "
                f"{self.sheet.currency}" + (f"; {reused} from the freezer" if reused else "")
            )
        return lines


def _matched_line(translated: Translated, matching: Matching) -> str:
    buffers = int((translated.system.reaction < 0).sum())
    return (
        f"matched kinetics: gamma {matching.gamma:.4g}, {buffers} buffer module{'s' if buffers != 1 else ''}, "
        f"fuels at up to {show_concentration(float(translated.dosing.amounts(translated.system).max(initial=0.0)))}"
    )


def bimolecular(compiled: Compiled) -> int:
    """Return how many reactions of the reduced CRN have two reactants."""
    return int((compiled.reduced.reactants.sum(axis=1) == 2).sum())


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
            "largest_molar": float(translated.dosing.amounts(translated.system).max(initial=0.0)),
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
        "buffers": int((translated.system.reaction < 0).sum()),
        "fuel_lasts_hours": None if translated.horizon is None else round(translated.horizon / 3600, 6),
    }


def _simulated(simulated: Simulated) -> dict[str, Any]:
    labels, done = simulated.labels, simulated.completions.get("implementation")
    hours = None
    if done is not None:
        latest = done.latest(0.9) * simulated.scale.time / 3600
        hours = round(latest, 6) if latest < float("inf") else None
    return {
        "labels": {
            "examples": labels.examples,
            "correct": labels.correct,
            "formal_agrees": labels.formal_agrees,
            "reduced_agrees": labels.reduced_agrees,
            "implementation_agrees": labels.implementation_agrees,
        },
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


def _order(sheet: OrderSheet) -> dict[str, Any]:
    return {
        "strands": len(sheet.lines),
        "reused": len(sheet.lines) - len(sheet.ordered),
        "nucleotides": sheet.nucleotides,
        "cost": round(sheet.cost, 2),
        "currency": sheet.currency,
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


def _sequence_lines(sequencing: Sequencing) -> list[str]:
    findings = sequencing.report.findings
    failed = [finding for finding in findings if not finding.passed]
    lines = [
        f"sequences: {len(findings) - len(failed)} of {len(findings)} checks passed; search objective "
        f"{sequencing.before.total:.2f} -> {sequencing.after.total:.2f} in {plural(sequencing.steps, 'step')}"
    ]
    for finding in failed:
        lines.append(
            f"  {finding.rule}: {finding.failed} of {finding.checked} fail; {finding.quantity}: worst "
            f"{finding.worst:.4g}, expected {finding.limit} ({', '.join(finding.worst_few[0].names)}); {finding.remedy}"
        )
    return lines


def _simulation_lines(simulated: Simulated) -> list[str]:
    labels, lines = simulated.labels, []
    if labels.formal_agrees is not None:
        truth = "" if labels.correct is None else f", {labels.correct} right"
        lines.append(
            f"labels: {labels.examples} examples{truth}; network = formal {labels.formal_agrees}, "
            f"reduced {labels.reduced_agrees}, implementation {labels.implementation_agrees}"
        )
    done = simulated.completions.get("implementation")
    if done is not None:
        latest = show_duration(done.latest(0.9) * simulated.scale.time)
        lines.append(
            f"example {simulated.example}: 90 % complete after {latest}, "
            f"implementation deviates by up to {simulated.deviation('implementation'):.3g} formal units on the way"
        )
    else:
        lines.append(
            f"example {simulated.example}, {show_duration(simulated.end)}: implementation deviates by up to "
            f"{simulated.deviation('implementation'):.3g} formal units "
            f"({simulated.relative_deviation('implementation'):.2%} of the largest output)"
        )
    if simulated.counted is not None:
        lines.append(simulated.counted.line())
    if simulated.fuel_left is not None:
        left = f"at least {simulated.fuel_left:.1%} of each is left after {show_duration(simulated.end)}"
        lines.append(f"fuel: {left}" if simulated.fuel_left >= SPENT else f"warning: a fuel is used up: {left}")
    return lines

"""The headlines: a run in a few lines, for the terminal and the top of the page."""

from __future__ import annotations

import math

from dsdcompile.dsd.inventory import StrandRole
from dsdcompile.dsd.matching import Matching
from dsdcompile.lab.order import OrderSheet
from dsdcompile.stages.as_ordered import AsOrdered
from dsdcompile.stages.compilation import DesignCrns
from dsdcompile.stages.counting import Counted
from dsdcompile.stages.results import Results
from dsdcompile.stages.sequencing import Sequencing
from dsdcompile.stages.simulation import Simulated
from dsdcompile.stages.translation import Translated
from dsdcompile.units import plural, show_concentration, show_duration
from dsdcompile.verify.verdict import Outcome, Verification

SPENT = 0.01
"""A fuel of which a smaller share is left counts as used up."""


def headlines(results: Results, *, verdict: bool = True) -> list[str]:
    """Return a run in a few lines; ``verdict`` says whether that of the verification is one of them."""
    lines = [_reactions_line(results.compiled), *plan_lines(results.compiled)]
    if results.translated is not None:
        lines += _system_lines(results.translated)
    lines += [f"warning: {warning}" for warning in results.warnings]
    if results.verified is not None:
        verification = results.verified.verification
        lines += [f"verification: {verdict_line(verification)}"] if verdict else []
        lines += _doubt_lines(verification)
    if results.simulated is not None:
        lines += _simulation_lines(results.simulated)
    if results.sequencing is not None:
        lines += _sequence_lines(results.sequencing)
    if results.as_ordered is not None:
        lines += as_ordered_lines(results.as_ordered)
    if results.sheet is not None:
        lines.append(_order_line(results.sheet))
    if results.ordered is not None and results.ordered.purity is not None:
        lines.append(results.ordered.purity.sentence())
    return lines


def _reactions_line(compiled: DesignCrns) -> str:
    formal, reduced, legal = (crn.n_reactions for crn in (compiled.formal, compiled.reduced, compiled.implementable))
    return f"reactions: {formal} formal, {reduced} reduced, {legal} implementable"


def plan_lines(compiled: DesignCrns) -> list[str]:
    """Return which of the compared plans is built; nothing if there was one."""
    if len(compiled.tried) < 2:
        return []
    built = compiled.steps[-1].cost
    name = next(one.name for one in compiled.tried if one.cost == built)
    return [f"plan: {name}: the cheapest of {len(compiled.tried)}, synthesis about {built.money:,.0f}"]


def _system_lines(translated: Translated) -> list[str]:
    system = translated.system
    lines = [
        f"DNA: {plural(system.n_modules, 'module')}, {plural(len(system.inventory.strands), 'strand')}, "
        f"{system.inventory.nucleotides} nt, longest {system.inventory.longest_strand} nt ({system.scheme})"
    ]
    return lines if translated.matching is None else [*lines, _matched_line(translated, translated.matching)]


def verdict_line(verification: Verification) -> str:
    """Return what was found and what it shows: ``proved: bisimilar (40 checks), 9 tested; needed: the same``."""
    proved, tested = (verification.count(outcome) for outcome in (Outcome.PROVED, Outcome.TESTED))
    passed = verification.outcome in (Outcome.PROVED, Outcome.TESTED)
    shown = "" if verification.shows is None else f": {verification.shows}"
    counted = plural(proved, "check") if passed else f"{proved} of {plural(len(verification.checks), 'check')} proved"
    more = f", {tested} tested" if tested else ""
    needs = "the same" if verification.shows is verification.needs else verification.needs
    return f"{verification.outcome}{shown} ({counted}){more}; needed: {needs}"


def _doubt_lines(verification: Verification) -> list[str]:
    """Return what is not proved, and counterexamples."""
    lines = []
    for check in verification.checks:
        if check.outcome not in (Outcome.PROVED, Outcome.TESTED):
            lines.append(f"  {check.name}: {check.outcome}: {check.detail}")
            lines += [f"    {witness}" for witness in check.witnesses]
    return lines


def _order_line(sheet: OrderSheet) -> str:
    lit = sum(line.role is StrandRole.REPORTER for line in sheet.ordered)
    extra = f" ({lit} of them for reporters)" if lit else ""
    reused = len(sheet.lines) - len(sheet.ordered)
    return f"order: {plural(len(sheet.ordered), 'strand')}{extra}, about {sheet.cost:,.0f} {sheet.currency}" + (
        f"; {reused} from the freezer" if reused else ""
    )


def _matched_line(translated: Translated, matching: Matching) -> str:
    return (
        f"matched kinetics: gamma {matching.gamma:.4g}, {plural(translated.n_buffers, 'buffer module')}, "
        f"fuels at up to {show_concentration(translated.largest_dose)}"
    )


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
        lines.append(counts_line(simulated.counted))
    if simulated.fuel_left is not None:
        left = f"at least {simulated.fuel_left:.1%} of each is left after {show_duration(simulated.end)}"
        lines.append(f"fuel: {left}" if simulated.fuel_left >= SPENT else f"warning: a fuel is used up: {left}")
    return lines


def counts_line(counted: Counted) -> str:
    """Return what whole molecules do, and whether they end where they should."""
    told = f"counts: {counted.per_unit:.4g} molecules a formal unit in {counted.volume:g} pL, {counted.events} events, "
    told += f"deviating by up to {counted.deviation:.3g} formal units"
    if counted.silent_exactly is None:
        return told
    end = "silent in the discretised answer" if counted.silent_exactly else "NOT silent in the discretised answer"
    return f"{told}; {end}; labels {counted.labels_agree} of {counted.examples}"


def as_ordered_lines(made: AsOrdered) -> list[str]:
    """Return when the strands that are ordered will be done, and until when leak lets one read."""
    lines = []
    low, middle, high = made.quantiles("complete")
    if math.isfinite(middle):
        lines.append(
            f"as ordered: 90 % complete after {show_duration(middle)}, between {show_duration(low)} and "
            f"{_until(high)} in 90 % of draws of rate constants from the model's errors"
        )
    if len(made.rates.unknown) or len(made.rates.extrapolated):
        lines.append(
            f"  of {made.rates.count} steps {len(made.rates.extrapolated)} are extrapolated, {len(made.rates.unknown)} "
            "are no three-way displacement and keep the design's rate constant"
        )
    if made.tuning is not None and made.off:
        lines.append(made.tuning.sentence())
    leak = made.leak_at(made.end)[1]
    ratio = f"the signal is at least {made.ratio:g} times the leak"
    if made.window.empty:
        lines.append(f"reading window: EMPTY: at no time is the answer right while {ratio}; try {made.remedies}")
    else:
        opens, closes = (getattr(made.window, name) * made.scale.time for name in ("opens", "closes"))
        lines.append(
            f"reading window: from {show_duration(opens)} to {_until(closes)}, while {ratio}; "
            f"leak of the worst output at its end {leak:.3g} formal units"
        )
    return [*lines, ("" if made.stop.right else "WRONG LABELS: ") + made.stop.sentence()]


def _until(seconds: float) -> str:
    return show_duration(seconds) if math.isfinite(seconds) else "the end of the simulation or later"


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

"""The report: everything a run has made, on one page."""

from __future__ import annotations

from collections.abc import Sequence
from html import escape

import numpy as np

from dsdcompile.dsd.domain import DomainLengths, Part
from dsdcompile.dsd.kernel import show_kernel
from dsdcompile.dsd.system import DsdSystem
from dsdcompile.dsd.template import DomainSlot, Role, Template
from dsdcompile.lab.order import OrderSheet
from dsdcompile.report.chart import Chart, Line, show_chart, y_range
from dsdcompile.report.checks import show_checks
from dsdcompile.report.drawing import colours, draw
from dsdcompile.report.verdict import verdict_line
from dsdcompile.report.page import Section, figure, paragraph, show_page, table
from dsdcompile.stages.compilation import Compiled, keeps_kinetics
from dsdcompile.stages.crosstalk_report import show_crosstalk
from dsdcompile.stages.pipetting import show_pipetting
from dsdcompile.stages.rates_report import deviations, matched, overlay, time_axis
from dsdcompile.stages.results import Results, bimolecular
from dsdcompile.stages.simulation import Simulated
from dsdcompile.stages.translation import Translated, module_label
from dsdcompile.stages.verification import Verified
from dsdcompile.units import show_concentration, show_duration
from dsdcompile.verify.verdict import Outcome, Witness

ANSWERS = {Outcome.PROVED: "yes", Outcome.TESTED: "not refuted", Outcome.REFUTED: "no", Outcome.UNDECIDED: "not known"}
TITLES = {
    "formal": "formal CRN",
    "reduced": "reduced CRN",
    "implementation": "DNA implementation, fuels included",
    "crosstalk": "implementation with toehold crosstalk",
    "enumerated": "enumerated strands, Peppercorn's rates",
}


def show_report(results: Results) -> str:
    """Return the page for whatever stages have been made."""
    sections = [Section("The stages", _stages(results))]
    if results.simulated is not None:
        sections.append(Section("Outputs over time", _curves(results, results.simulated)))
        sections.append(Section("All examples", _labels(results.simulated)))
        if results.simulated.pipetting and results.simulated.rest is not None:
            text = show_pipetting(results.simulated.pipetting, results.simulated.rest)
            sections.append(Section("How good the pipetting must be", text))
    if results.translated is not None:
        sections.append(Section("The modules", _templates(results.translated.system)))
        if results.translated.matching is not None:
            sections.append(Section("Matched kinetics", matched(results.translated, results.translated.matching)))
        sections.append(Section("Doses", _doses(results.translated)))
    if results.verified is not None:
        sections.append(Section("Verification", _verification(results.verified)))
    if results.translated is not None and results.simulated is not None and results.simulated.crosstalk is not None:
        sections.append(Section("Crosstalk", show_crosstalk(results.translated, results.simulated)))
    if results.sequencing is not None:
        gain = (results.sequencing.before, results.sequencing.after)
        sections.append(Section("The sequences", show_checks(results.sequencing.report, *gain)))
    if results.sheet is not None:
        sections.append(Section("The order", _order(results.sheet)))
    return show_page(f"{results.design.name}: {_subject(results)}", _lead(results), sections)


def _subject(results: Results) -> str:
    network = results.source.network
    what = "a CRN" if network is None else f"a {network.title} network with {network.weight_set} weights"
    return f"{what} in DNA"


def _lead(results: Results) -> str:
    lines = [
        f'<p class="lead">{escape(line)}</p>' for line in results.headlines() if not line.startswith("verification")
    ]
    if results.verified is not None:
        verification = results.verified.verification
        told = verdict_line(verification).removeprefix(verification.outcome)
        lines.insert(0, f'<p><span class="verdict {verification.outcome}">{verification.outcome}</span>{told}</p>')
    return "\n".join(lines)


def _stages(results: Results) -> str:
    compiled = results.compiled
    rows: list[tuple[object, ...]] = []
    for name, crn in (
        ("formal", compiled.formal),
        ("reduced", compiled.reduced),
        ("implementable", compiled.implementable),
    ):
        sizes = crn.products.sum(axis=1)
        rows.append((name, crn.n_reactions, crn.n_species, sum(sizes.tolist()), int(sizes.max(initial=0))))
    if keeps_kinetics(results.design, compiled.formal):
        first = (
            "The formal CRN is not reduced, because its kinetics are to stay as they are; reactions written twice "
            "become one. "
        )
    else:
        how = {
            "paper": "Algorithm 2 the reduced one",
            "cost": "merging what does the same the reduced one, and substitution and sharing go as far as they save",
            "none": "and nothing is reduced",
        }
        made = "Algorithm 1 makes" if results.source.network is not None else "The file holds"
        first = f"{made} the formal CRN, {how[results.design.reduction]}. "
    text = (
        f"{first}{bimolecular(compiled)} of the reduced CRN's reactions have two reactants. Legalising bounds product "
        f"lists to {compiled.max_products} so that no strand grows too long."
    )
    made = table(("CRN", "reactions", "species", "product copies", "longest product list"), rows, (1, 2, 3, 4))
    made += _passes(compiled)
    if results.translated is None:
        return paragraph(text) + made
    system = results.translated.system
    built = table(
        ("DNA system", ""),
        [
            ("scheme", system.scheme),
            ("modules (templates)", f"{system.n_modules} ({len(system.templates)})"),
            ("distinct strands", len(system.inventory.strands)),
            ("domains", len(system.inventory.domains)),
            ("nucleotides", f"{system.inventory.nucleotides:,}"),
            ("longest strand", f"{system.inventory.longest_strand} nt"),
        ],
    )
    return paragraph(text) + made + built


def _passes(compiled: Compiled) -> str:
    """Return what the CRN costs after each pass, built by naive trees where lists are still too long."""
    rows = [
        (
            step.name,
            f"{step.reactions:,}",
            f"{step.cost.modules:,}",
            f"{step.cost.strands:,}",
            f"{step.cost.nucleotides:,}",
            step.cost.longest,
            f"{step.cost.money:,.0f}",
        )
        for step in compiled.steps
    ]
    head = ("after", "reactions", "modules", "strands", "nt", "longest (nt)", "synthesis at passes.price")
    return table(head, rows, (1, 2, 3, 4, 5, 6))


def _curves(results: Results, simulated: Simulated) -> str:
    names = results.source.output_names
    count = len(names)
    seconds = simulated.scale.time
    divisor, unit = time_axis(simulated)
    charts = tuple(
        Chart(
            TITLES[one.name],
            one.times * seconds / divisor,
            tuple(
                Line(names[i], one.outputs[:, i], None if simulated.limit is None else float(simulated.limit[i]))
                for i in range(count)
            ),
            f"time ({unit})",
            "output (formal units)",
        )
        for one in simulated.curves
    )
    shared = y_range(charts)
    pictures = "".join(show_chart(Chart(c.title, c.x, c.lines, c.x_label, c.y_label, shared)) for c in charts)
    figure = " (curves as in the paper's Figure 2)" if results.source.network is not None else ""
    text = (
        f"Example {simulated.example}{figure}: outputs y = y⁺ − y⁻; dashed: the exact "
        f"limit. One formal unit is {show_concentration(simulated.scale.unit)}, one formal time unit "
        f"{show_duration(seconds)}. With every strand displacement step at the same rate, the implementation takes its "
        "own time: only the limit is promised, whatever the rates."
    )
    if simulated.fuel_left is not None and results.translated is not None:
        overlaid = overlay(results, simulated, results.translated)
        return overlaid + f'<div class="charts">{pictures}</div>' + deviations(simulated, TITLES)
    rows = []
    for one in simulated.curves:
        done = simulated.completions.get(one.name)
        times = ["–"] * 3 if done is None else [show_duration(done.latest(level) * seconds) for level in done.levels]
        label = "–" if done is None else show_duration(done.label * seconds)
        rows.append((TITLES[one.name], *times, label, f"{simulated.deviation(one.name):.3g}"))
    header = ("", "50 % complete", "90 %", "99 %", "label right for good", "largest deviation from formal")
    return (
        paragraph(text)
        + f'<div class="charts">{pictures}</div>'
        + table(header, rows, (1, 2, 3, 4, 5))
        + _each_output(names, simulated, seconds)
    )


def _each_output(names: Sequence[str], simulated: Simulated, seconds: float) -> str:
    """Return when each output of the implementation is complete."""
    done = simulated.completions.get("implementation")
    if done is None or len(names) < 2:
        return ""
    rows = [
        (name, *(show_duration(time * seconds) for time in row)) for name, row in zip(names, done.outputs, strict=True)
    ]
    header = ("output, DNA implementation", *(f"{100 * level:g} % complete" for level in done.levels))
    return table(header, rows, (1, 2, 3))


def _labels(simulated: Simulated) -> str:
    labels = simulated.labels
    rows = [
        ("network = true label", labels.correct),
        ("formal CRN (exact limit) = network", labels.formal_agrees),
        ("reduced CRN (exact limit) = network", labels.reduced_agrees),
        ("DNA implementation (kinetics, at rest) = network", labels.implementation_agrees),
    ]
    shown = [(name, f"{count} of {labels.examples}") for name, count in rows if count is not None]
    if not shown:
        return paragraph("No network to compare with.")
    error = ""
    if simulated.rest is not None:
        error = paragraph(
            f"All examples are at rest in the DNA implementation after {show_duration(simulated.rest)}; "
            "the labels are read then. Units whose weighted sum is near zero come to rest last, like 1/t."
        )
    if labels.largest_limit_error is not None:
        error += paragraph(f"Largest difference between a limit and the network: {labels.largest_limit_error:.2g}.")
    return table(("agreement of labels", "examples"), shown, (1,)) + error


def template_label(slot: DomainSlot) -> str:
    """Return how a domain of a template is written: position and species, such as ``b_A``."""
    return f"{slot.position}_{chr(ord('A') + slot.species)}" if 0 <= slot.species < 26 else slot.name


def _heading(template: Template) -> str:
    """Return what modules of a template do: their reaction's shape, or the help they are."""
    return str(template.shape) if template.kind == "reaction" else f"{template.kind} of {str(template.shape)[0]}"


def _templates(system: DsdSystem) -> str:
    parts = [
        paragraph(
            "Each reaction is one module; modules of the same shape are one template up to renaming. Lines are strands "
            "with their 3' end at the arrow. A signal is "
            f"{', '.join(f'{slot.name} ({slot.part})' for slot in system.form.domains)}; domains with an index belong "
            "to a species, the others to the module or, as universal toeholds, to the whole system."
        )
    ]
    for number, template in enumerate(system.templates):
        count = len(system.of_template(number))
        parts.append(f"<h3>{escape(_heading(template))} &ensp;({count} module{'s' if count != 1 else ''})</h3>")
        parts.append(_template(template, system.lengths))
    return "\n".join(parts)


def _template(template: Template, lengths: DomainLengths) -> str:
    slots = {slot.name: slot for slot in template.slots}
    sizes = {slot.name: lengths.of(slot.part) for slot in template.slots}
    paint = colours([slot.name for slot in template.slots if slot.part is not Part.HISTORY])
    pictures = "".join(
        figure(
            draw(c.complex, sizes, lambda name: template_label(slots[name]), paint),
            f"{c.name} ({c.role})" if c.role is not Role.SIGNAL else f"{c.name} = species {chr(ord('A') + c.species)}",
        )
        for c in template.complexes
    )
    steps = "".join(
        f"<div class='kernel'>{escape(' + '.join(r.reactants))} → {escape(' + '.join(r.products))}</div>"
        for r in template.reactions
    )
    return f'<div class="row">{pictures}</div>{steps}'


def _doses(translated: Translated) -> str:
    dosing, system = translated.dosing, translated.system
    amounts = dosing.amounts(system)
    why = "at the most often their reactions fire over the declared inputs, plus the margin"
    if translated.matching is not None:
        why = "far above what their reactions use, so that rate constants hardly change"
    if not system.n_modules:
        return paragraph("No fuels: there is nothing to build.")
    text = (
        f"Fuels stand {why}: "
        f"{show_concentration(float(np.min(amounts[amounts > 0], initial=np.inf)))} to "
        f"{show_concentration(float(amounts.max(initial=0.0)))}, {show_concentration(dosing.total)} in all."
    )
    worst = np.argsort(-amounts, kind="stable")[:5]
    rows = [
        (named.name, module_label(system, named.module), show_concentration(float(amounts[n])))
        for n, named in ((n, system.molecule(int(n))) for n in worst)
    ]
    warnings = "".join(paragraph(warning, "warning") for warning in translated.warnings)
    return paragraph(text) + warnings + table(("highest doses", "first needed for", "dose"), rows, (2,))


def _witness(witness: Witness) -> str:
    """Draw the complexes of a counterexample, with their kernel notation below."""
    names = sorted({name for c in (*witness.reactants, *witness.products) for name in c.domains})
    paint = colours(names)
    sides = [
        "".join(figure(draw(c, {}, str, paint), show_kernel(c)) for c in side)
        for side in (witness.reactants, witness.products)
        if side
    ]
    return f"<h3>{escape(witness.problem)}</h3><div class='row'>{'<p>→</p>'.join(sides)}</div>"


def _verification(verified: Verified) -> str:
    verification = verified.verification
    rows = [(check.name, check.outcome, check.detail) for check in verification.checks]
    parts = [table(("checked", "outcome", "found"), rows)]
    for check in verification.checks:
        parts += [_witness(witness) for witness in check.witnesses]
    if verification.certificates:
        known = [(check.name, ANSWERS[check.outcome], check.detail) for check in verification.certificates]
        parts.append(table(("property", "", "what follows, or why not"), known))
    settings = ", ".join(f"{name} = {value}" for name, value in verification.options)
    parts.append(paragraph(f"Made with {', '.join(verification.tools)}: {settings}."))
    parts.append(paragraph("Assumed: " + "; ".join(verification.assumptions) + "."))
    return "\n".join(parts)


def _order(sheet: OrderSheet) -> str:
    roles = sorted({line.role for line in sheet.lines})
    rows = [
        (
            role,
            len(lines := [line for line in sheet.lines if line.role == role]),
            f"{sum(line.length for line in lines):,}",
            max(line.length for line in lines),
            f"{sum(line.price for line in lines):,.0f}",
        )
        for role in roles
    ]
    rows.append(("all", len(sheet.lines), f"{sheet.nucleotides:,}", sheet.longest, f"{sheet.cost:,.0f}"))
    head = ("strands for", "strands", "nt", "longest (nt)", f"about ({sheet.currency})")
    text = "Every strand with its sequence is in strands.csv; order.xlsx is the vendor's bulk form."
    return table(head, rows, (1, 2, 3, 4)) + paragraph(text)

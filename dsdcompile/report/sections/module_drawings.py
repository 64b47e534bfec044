"""The modules: each template drawn, with its steps."""

from __future__ import annotations

from html import escape

from dsdcompile.dsd.domain import DomainLengths, Part
from dsdcompile.dsd.system import DsdSystem
from dsdcompile.dsd.template import DomainSlot, Role, Template
from dsdcompile.report.drawing import colours, draw
from dsdcompile.report.page import Section, figure, paragraph
from dsdcompile.stages.results import Results


def section(results: Results) -> Section | None:
    """Return the section, if the design was translated."""
    return None if results.translated is None else Section("The modules", _templates(results.translated.system))


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

"""The catalogue of output files: what each is, what of a run it needs, and how it is made.

A new format is a function in a file of its own in ``formats/`` and one line in :data:`OUTPUTS`. What is written, what
becomes of files that an earlier run left, and the table in the README (``scripts/tables`` writes it) follow from that.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any, Generic, TypeVar, final

from dsdcompile.crn.crn import Crn
from dsdcompile.crn.text import show_crn
from dsdcompile.dsd.implementation import Implementation
from dsdcompile.formats.exchange_pil import show_exchange
from dsdcompile.formats.fasta import show_fasta
from dsdcompile.formats.nupack_script import show_nupack
from dsdcompile.formats.order_xlsx import show_order
from dsdcompile.formats.pil import show_pil
from dsdcompile.formats.plate_files import show_plates_csv, show_plates_xlsx
from dsdcompile.formats.protocol_md import show_protocol
from dsdcompile.formats.results_folder import SUMMARY, TIMINGS, Contents
from dsdcompile.formats.robot_csv import show_robot
from dsdcompile.formats.sbml import show_sbml
from dsdcompile.formats.simulation_csv import show_simulation
from dsdcompile.formats.strands_csv import show_strands
from dsdcompile.formats.writing import show_json
from dsdcompile.report.comparison import comparison
from dsdcompile.report.headlines import as_ordered_lines
from dsdcompile.report.report import show_report
from dsdcompile.report.summary import summary
from dsdcompile.stages.compilation import DesignCrns
from dsdcompile.stages.ordering import Ordered, initial_amounts
from dsdcompile.stages.readings import READING
from dsdcompile.stages.results import Results
from dsdcompile.stages.sequencing import Sequencing, reaction_conditions
from dsdcompile.stages.simulation import Simulated
from dsdcompile.stages.translation import Translated
from dsdcompile.stages.verification import Verified

MOST_SBML = 200_000
"""Stoichiometric entries up to which a CRN is written as SBML: each takes about 100 bytes of it."""
Part = TypeVar("Part")


@final
@dataclass(frozen=True, eq=False)
class Output(Generic[Part]):
    """A file of results."""

    name: str
    about: str
    """What a reader finds in it."""
    part: Callable[[Results], Part | None]
    """Returns the part of a run that it shows; None where the run has not made it."""
    show: Callable[[Results, Part], str | bytes | None]
    """Returns the content for that part; None where there is none, such as a protocol for a tube too small."""


def _compiled(results: Results) -> DesignCrns:
    return results.compiled


def _translated(results: Results) -> Translated | None:
    return results.translated


def _verified(results: Results) -> Verified | None:
    return results.verified


def _simulated(results: Results) -> Simulated | None:
    return results.simulated


def _sequenced(results: Results) -> Sequencing | None:
    return results.sequencing


def _ordered(results: Results) -> Ordered | None:
    return results.ordered


def _unless_wrong(
    show: Callable[[Results, Ordered], str | bytes | None],
) -> Callable[[Results, Ordered], str | bytes | None]:
    """Return what shows nothing, and outdates what an earlier run left, where the order would be of wrong strands."""
    return lambda results, ordered: None if results.order is None else show(results, ordered)


def _complete(results: Results) -> Results | None:
    return results if results.complete else None


def _reactions(results: Results, crn: Crn, kind: str) -> str:
    return show_crn(crn, f"{results.design.name}: {kind} CRN")


def _system(results: Results, translated: Translated) -> str:
    """Return the PIL text of what is in the tubes: with reporters and amounts of inputs once these are known."""
    title, ordered = f"{results.design.name}\n{repr(translated.system).strip('<>')}", results.ordered
    if ordered is not None:
        return show_pil(ordered.stock.inventory, ordered.stock.amounts, title)
    return show_pil(translated.system.inventory, initial_amounts(translated), title)


def _formal_model(results: Results, simulated: Simulated) -> str | None:
    return _model(results.compiled.formal, simulated, f"{results.design.name} formal.sbml")


def _built_model(results: Results, simulated: Simulated) -> str | None:
    if results.translated is None:
        return None
    return _model(results.translated.implementation, simulated, f"{results.design.name} implementation.sbml")


def _model(tube: Crn | Implementation, simulated: Simulated, title: str) -> str | None:
    """Return what is simulated as SBML, in its own units, for the example that is drawn."""
    crn = tube if isinstance(tube, Crn) else tube.crn
    if crn.reactants.nnz + crn.products.nnz > MOST_SBML:
        return None
    return show_sbml(crn, tube.inlet(simulated.inputs[None, :])[0], title)


def _nupack(results: Results, ordered: Ordered) -> str | None:
    if results.sequencing is None:
        return None
    design = results.design
    return show_nupack(results.sequencing.sequenced, reaction_conditions(design), ordered.stock.amounts, design.name)


def _protocol(results: Results, ordered: Ordered) -> str | None:
    if ordered.protocol is None:
        return None
    when = () if results.as_ordered is None else as_ordered_lines(results.as_ordered)
    return show_protocol(
        results.design.name, ordered.protocol, ordered.sheet, ordered.layout, results.fluorescence, READING, when
    )


def _robot(_: Results, ordered: Ordered) -> str | None:
    return None if ordered.protocol is None else show_robot(ordered.protocol, ordered.sheet, ordered.layout)


def _fasta(_: Results, made: Sequencing) -> str:
    return show_fasta(made.sequenced)


OUTPUTS: tuple[Output[Any], ...] = (
    Output(
        "report.html",
        "everything below on one page, with curves and drawings of all complexes",
        _complete,
        lambda _, results: show_report(results),
    ),
    Output(
        "order.xlsx",
        "what to order, in tubes, as the vendor's bulk form",
        _ordered,
        _unless_wrong(lambda _, ordered: show_order(ordered.sheet)),
    ),
    Output(
        "strands.csv",
        "each distinct strand once, with role, domains, sequence and length",
        _ordered,
        lambda _, ordered: show_strands(ordered.sheet),
    ),
    Output(
        "plates.xlsx",
        "the same order for 96- or 384-well plates, one scale and purification each; what is left goes into tubes",
        _ordered,
        _unless_wrong(lambda results, ordered: show_plates_xlsx(ordered.layout, results.design.lab.stock)),
    ),
    Output(
        "plates.csv",
        "the wells of these plates as a table",
        _ordered,
        _unless_wrong(lambda results, ordered: show_plates_csv(ordered.layout, results.design.lab.stock)),
    ),
    Output(
        "protocol.md",
        "buffer, annealing, gels, dilutions, mixes, samples; what every well should show",
        _ordered,
        _unless_wrong(_protocol),
    ),
    Output("robot.csv", "every transfer of the protocol for a pipetting robot", _ordered, _unless_wrong(_robot)),
    Output(
        "sequence_checks.json",
        "what every sequence check found, with its threshold and worst offenders; what the search gained",
        _sequenced,
        lambda _, made: show_json(made.to_json()),
    ),
    Output("strands.fasta", "all strands and complexes for other tools", _sequenced, _fasta),
    Output("nupack_analysis.py", "a script that judges the tube in your own NUPACK 4", _ordered, _nupack),
    Output(
        "simulation.csv",
        "outputs over time of the formal CRN, the reduced CRN, the DNA implementation with its fuels, and the "
        "enumerated strands, on one time axis",
        _simulated,
        lambda results, simulated: show_simulation(simulated.curves, results.compiled.formal, simulated.scale),
    ),
    Output(
        "comparison.json",
        "how far these differ, when they are done, whose labels agree, and what binds without reacting",
        _simulated,
        lambda results, simulated: show_json(comparison(simulated, results.translated, results.as_ordered)),
    ),
    Output(
        "verification.json",
        "what was enumerated, with which limits, and what was found",
        _verified,
        lambda _, verified: show_json(verified.verification.summary()),
    ),
    Output(
        "formal.crn",
        "the reactions that are asked for, as text",
        _compiled,
        lambda r, c: _reactions(r, c.formal, "formal"),
    ),
    Output("reduced.crn", "the reactions after reducing", _compiled, lambda r, c: _reactions(r, c.reduced, "reduced")),
    Output(
        "implementable.crn",
        "the reactions as they are built, one module each",
        _compiled,
        lambda r, c: _reactions(r, c.implementable, "implementable"),
    ),
    Output(
        "formal.sbml",
        "the formal CRN for other simulators (libRoadRunner, COPASI), in formal units",
        _simulated,
        _formal_model,
    ),
    Output("implementation.sbml", "the DNA implementation for the same, in M and s", _simulated, _built_model),
    Output("system.pil", "all domains and complexes, for the Peppercorn enumerator", _translated, _system),
    Output(
        "exchange.pil",
        "every signal and, constant, every fuel, for who verifies it against `implementable.crn` (Nuskell, `verify`)",
        _translated,
        lambda r, t: show_exchange(t.system, r.design.name),
    ),
)
"""Every file but ``summary.json`` and ``timings.json``, in the order in which a reader wants them."""


def outputs(results: Results, catalogue: Sequence[Output[Any]] = OUTPUTS) -> Contents:
    """Return what a run puts into its folder of results."""
    files: dict[str, str | bytes] = {}
    outdated = set()
    for output in catalogue:
        part = output.part(results)
        content = None if part is None else output.show(results, part)
        if content is not None:
            files[output.name] = content
        elif part is not None:
            outdated.add(output.name)
    known = frozenset(output.name for output in catalogue)
    return Contents(files, frozenset(outdated), known, summary(results), results.seconds)


def show_outputs() -> str:
    """Return the table of all files of results, as Markdown."""
    others = ((SUMMARY, "every headline number"), (TIMINGS, "how long each part took"))
    rows = [*((output.name, output.about) for output in OUTPUTS), *others]
    lines = ["| file | what it is |", "| --- | --- |", *(f"| `{name}` | {about} |" for name, about in rows)]
    return "\n".join(lines) + "\n"

"""Which files a run's results become, and what each stage alone writes."""

from __future__ import annotations

import json
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from dsdcompile.crn.text import show_crn
from dsdcompile.formats.fasta import show_fasta
from dsdcompile.formats.nupack_script import show_nupack
from dsdcompile.formats.order_xlsx import show_order
from dsdcompile.formats.pil import show_pil
from dsdcompile.formats.plates import show_plates_csv, show_plates_xlsx
from dsdcompile.formats.protocol_md import Expected, show_protocol
from dsdcompile.formats.robot_csv import show_robot
from dsdcompile.formats.sbml import show_sbml
from dsdcompile.formats.simulation_csv import show_simulation
from dsdcompile.formats.strands_csv import show_strands
from dsdcompile.formats.writing import show_json, write_whole
from dsdcompile.stages.crosstalk_report import crosstalk_table
from dsdcompile.stages.fluorescence import READING, expected
from dsdcompile.stages.ordering import Ordered, initial_amounts
from dsdcompile.stages.reporting import show_report
from dsdcompile.stages.results import Results
from dsdcompile.stages.sequencing import reaction_conditions
from dsdcompile.stages.simulation import Simulated
from dsdcompile.stages.translation import Translated

PROTOCOL = frozenset({"protocol.md", "robot.csv"})
"""Made with an order, unless it is too large for one pot."""
NAMES = PROTOCOL | {
    "formal.crn",
    "reduced.crn",
    "implementable.crn",
    "system.pil",
    "verification.json",
    "simulation.csv",
    "comparison.json",
    "formal.sbml",
    "implementation.sbml",
    "sequence_checks.json",
    "strands.csv",
    "order.xlsx",
    "plates.xlsx",
    "plates.csv",
    "strands.fasta",
    "nupack_analysis.py",
    "report.html",
}
"""Every file that :func:`files` may make."""
MOST_SBML = 200_000
"""Stoichiometric entries up to which a CRN is written as SBML: each takes about 100 bytes of it."""


def files(results: Results) -> dict[str, str | bytes]:
    """Return file name -> content for everything the run has made, but for ``summary.json``."""
    name, compiled = results.design.name, results.compiled
    found: dict[str, str | bytes] = {
        "formal.crn": show_crn(compiled.formal, f"{name}: formal CRN"),
        "reduced.crn": show_crn(compiled.reduced, f"{name}: reduced CRN"),
        "implementable.crn": show_crn(compiled.implementable, f"{name}: implementable CRN"),
    }
    if results.translated is not None:
        found["system.pil"] = _system(results.translated, results.ordered, name)
    if results.verified is not None:
        found["verification.json"] = show_json(results.verified.verification.summary())
    if results.simulated is not None:
        found["simulation.csv"] = show_simulation(
            results.simulated.curves, results.compiled.formal, results.simulated.scale
        )
        compared = results.simulated.summary()
        if results.translated is not None and results.simulated.crosstalk is not None:
            compared["crosstalk"] = crosstalk_table(results.translated, results.simulated.crosstalk)
        found["comparison.json"] = show_json(compared)
        found |= _models(results, results.simulated)
    if results.sequencing is not None:
        found["sequence_checks.json"] = show_json(results.sequencing.to_json())
    if results.ordered is not None:
        found |= _bench(results, results.ordered)
    if results.complete:
        found["report.html"] = show_report(results)
    return found


def _models(results: Results, simulated: Simulated) -> dict[str, str | bytes]:
    """Return what is simulated as SBML, for other simulators: in formal units, and the implementation in M and s."""
    crns = {"formal.sbml": (results.compiled.formal, 1.0)}
    if results.translated is not None:
        built = results.translated.implementation
        crns["implementation.sbml"] = (built.crn, built.unit)
    return {
        name: show_sbml(crn, crn.inlet(simulated.inputs[None, :] * unit)[0], f"{results.design.name} {name}")
        for name, (crn, unit) in crns.items()
        if crn.reactants.nnz + crn.products.nnz <= MOST_SBML
    }


def _bench(results: Results, ordered: Ordered) -> dict[str, str | bytes]:
    """Return what the laboratory works from: orders, protocol, robot file, exports."""
    design = results.design
    found: dict[str, str | bytes] = {
        "strands.csv": show_strands(ordered.sheet),
        "order.xlsx": show_order(ordered.sheet),
        "plates.xlsx": show_plates_xlsx(ordered.layout, design.lab.stock),
        "plates.csv": show_plates_csv(ordered.layout, design.lab.stock),
    }
    if results.sequencing is not None:
        sequenced, amounts = results.sequencing.sequenced, ordered.stock.amounts
        found["strands.fasta"] = show_fasta(sequenced)
        found["nupack_analysis.py"] = show_nupack(sequenced, reaction_conditions(design), amounts, design.name)
    if ordered.protocol is not None:
        found["protocol.md"] = show_protocol(
            design.name, ordered.protocol, ordered.sheet, ordered.layout, _expected(results, ordered), READING
        )
        found["robot.csv"] = show_robot(ordered.protocol, ordered.sheet, ordered.layout)
    return found


def _system(translated: Translated, ordered: Ordered | None, name: str) -> str:
    """Return the PIL text of what is in the tubes: with reporters and amounts of inputs once these are known."""
    title = f"{name}\n{repr(translated.system).strip('<>')}"
    if ordered is not None:
        return show_pil(ordered.stock.inventory, ordered.stock.amounts, title)
    return show_pil(translated.system.inventory, initial_amounts(translated), title)


def _expected(results: Results, ordered: Ordered) -> tuple[Expected, ...]:
    """Return what wells should show, if the example was simulated."""
    if results.simulated is None or results.translated is None or ordered.protocol is None:
        return ()
    return expected(results.design, results.translated, ordered.stock, ordered.protocol, results.simulated.end)


def write_results(results: Results, folder: Path, seconds: Mapping[str, float]) -> None:
    """Write every file whole, the run's part of ``summary.json`` last, and how long it took beside it.

    What an earlier run left there and this one does not make again stays if it came from the same request. Otherwise
    the files move to the folder ``earlier`` (strands of one request must not lie beside the protocol of another), and
    ``summary.json`` starts anew.
    """
    made = files(results)
    before = _previous(folder / "summary.json")
    summary = results.summary()
    same = before.get("request") == summary["request"]
    stale = NAMES if not same else PROTOCOL if results.ordered is not None else frozenset()
    for name in sorted(stale - set(made)):
        if (folder / name).is_file():
            (folder / "earlier").mkdir(exist_ok=True)
            (folder / name).replace(folder / "earlier" / name)
    for name, content in made.items():
        write_whole(folder / name, content)
    write_whole(folder / "summary.json", show_json({**before, **summary} if same else summary))
    write_whole(folder / "timings.json", show_json({"seconds": dict(seconds)}))


def _previous(path: Path) -> Mapping[str, Any]:
    try:
        value = json.loads(path.read_text(encoding="utf-8"))
    except (OSError, ValueError):
        return {}
    return value if isinstance(value, dict) else {}

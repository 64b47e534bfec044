"""Which files a run's results become, and what each stage alone writes."""

from __future__ import annotations

import json
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import numpy as np

from dsdcompile.crn.text import show_crn
from dsdcompile.formats.order_xlsx import show_order
from dsdcompile.formats.pil import show_pil
from dsdcompile.formats.protocol_md import show_protocol
from dsdcompile.formats.simulation_csv import show_simulation
from dsdcompile.formats.strands_csv import show_strands
from dsdcompile.formats.writing import show_json, write_whole
from dsdcompile.stages.reporting import show_report
from dsdcompile.stages.results import Results


def files(results: Results) -> dict[str, str | bytes]:
    """Return file name -> content for everything the run has made, but for ``summary.json``."""
    name, compiled = results.design.name, results.compiled
    found: dict[str, str | bytes] = {
        "formal.crn": show_crn(compiled.formal, f"{name}: formal CRN"),
        "reduced.crn": show_crn(compiled.reduced, f"{name}: reduced CRN"),
        "implementable.crn": show_crn(compiled.implementable, f"{name}: implementable CRN"),
    }
    if results.translated is not None:
        found["system.pil"] = show_pil(results.translated.system, results.translated.dosing, name)
    if results.verified is not None:
        found["verification.json"] = show_json(results.verified.verification.summary())
    if results.simulated is not None:
        found["simulation.csv"] = show_simulation(
            results.simulated.curves, results.compiled.formal, results.simulated.scale
        )
        found["comparison.json"] = show_json(results.simulated.summary())
    if results.sequencing is not None:
        found["sequence_checks.json"] = show_json(results.sequencing.to_json())
    if results.sheet is not None:
        found["strands.csv"] = show_strands(results.sheet)
        found["order.xlsx"] = show_order(results.sheet)
        found |= _bench(results)
    if results.complete:
        found["report.html"] = show_report(results)
    return found


def _bench(results: Results) -> dict[str, str | bytes]:
    """Return the protocol, with the expected time course if the example was simulated."""
    if results.protocol is None or results.sheet is None:
        return {}
    course: list[tuple[float, list[float]]] = []
    names: list[str] = []
    simulated = results.simulated
    curve = None if simulated is None else simulated.by_name("implementation")
    if simulated is not None and curve is not None:
        rows = np.unique(np.linspace(0, len(curve.times) - 1, 13).astype(int))
        course = [(float(curve.times[r]) * simulated.scale.time, curve.outputs[r].tolist()) for r in rows]
        labels = results.source.network.labels if results.source.network is not None else ()
        names = list(labels) or [f"y{i}" for i in range(1, curve.outputs.shape[1] + 1)]
    text = show_protocol(results.design.name, results.protocol, results.sheet, course, names)
    return {"protocol.md": text}


def write_results(results: Results, folder: Path) -> None:
    """Write every file whole, and the run's part of ``summary.json`` last.

    A stage alone keeps what other stages have said in ``summary.json``, as long as it is about the same design.
    """
    for name, content in files(results).items():
        write_whole(folder / name, content)
    summary = results.summary()
    before = _previous(folder / "summary.json")
    same = all(before.get(key) == summary[key] for key in ("design", "scheme", "reactions"))
    write_whole(folder / "summary.json", show_json({**before, **summary} if same else summary))


def _previous(path: Path) -> Mapping[str, Any]:
    try:
        value = json.loads(path.read_text(encoding="utf-8"))
    except (OSError, ValueError):
        return {}
    return value if isinstance(value, dict) else {}

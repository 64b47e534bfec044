"""``protocol.md``: the bench protocol as text."""

from __future__ import annotations

from collections.abc import Sequence

from dsdcompile.lab.order import OrderSheet
from dsdcompile.lab.protocol import Protocol
from dsdcompile.units import show_concentration, show_duration


def show_protocol(
    name: str,
    protocol: Protocol,
    sheet: OrderSheet,
    course: Sequence[tuple[float, Sequence[float]]],
    outputs: Sequence[str],
) -> str:
    """Return the protocol as Markdown.

    Args:
        name: The design's name.
        protocol: What to do.
        sheet: The ordered strands.
        course: Expected outputs: time in s, and each output in formal units.
        outputs: Names of the outputs.
    """
    options = protocol.options
    lines = [
        f"# Protocol: {name}, example {protocol.example}",
        "",
        "Volumes are in µL. Check every stock by absorbance at 260 nm before use: the reaction computes with amounts.",
        "",
        "## 1. Resuspend",
        "",
        f"Spin down each of the {len(sheet.lines)} strands; dissolve n nmol in {1e-3 / options.stock:g} x n µL of TE "
        f"buffer (10 mM Tris, 1 mM EDTA, pH 8.0) for {show_concentration(options.stock)} stocks. Keep at -20 °C.",
        "",
        "## 2. Anneal the gates",
        "",
        f"For each gate mix the volumes below with TE buffer that brings 12.5 mM Mg2+ ({options.anneal_volume:g} µL, "
        f"gate at {show_concentration(options.gate_stock)}). The first strand is the backbone at 1x, the others are at "
        f"{options.excess:g}x. Heat to 95 °C for 5 min, then cool to 20 °C at 1 °C a minute. Purify gates on a 12 % "
        "native PAGE gel, elute, and measure their concentration again: free top strands would be read as signals.",
        "",
        *_table(
            ("gate", "strands (backbone first)", "volumes", "buffer"),
            [
                (a.name, ", ".join(a.strands), ", ".join(f"{v:.2f}" for v in a.volumes), f"{a.buffer:.2f}")
                for a in protocol.annealings
            ],
        ),
        "",
        "## 3. Working stocks and mixing",
        "",
        f"Dilute each stock by the factors given, one step after the other in {options.dilution_volume:g} µL, then "
        "mix. Add fuels first, inputs and biases last: the reaction starts with them.",
        "",
        *_table(
            ("component", "stock", "dilution", "working stock", "volume", "final"),
            [
                (
                    c.name,
                    show_concentration(c.stock),
                    " x ".join(f"{factor:.4g}" for factor in c.dilutions) or "none",
                    show_concentration(c.working),
                    f"{c.volume:.3f}",
                    show_concentration(c.target),
                )
                for c in protocol.components
            ],
        ),
        "",
        f"Buffer (TE, 12.5 mM Mg2+): {protocol.buffer:.3f} µL. Total: {protocol.total:g} µL. Keep at 25 °C.",
        "",
        "## 4. Controls",
        "",
        "- no input: all fuels and biases, inputs replaced by buffer;",
        "- no fuel: inputs and biases only;",
        "- each input rail alone, with all fuels.",
        "",
        "## 5. Expected time course",
        "",
        "From the simulated implementation, outputs in formal units (plus rail minus minus rail).",
        "",
        *_table(
            ("time", *outputs),
            [(show_duration(time), *(f"{value:.3f}" for value in values)) for time, values in course],
        ),
    ]
    return "\n".join(lines) + "\n"


def _table(header: Sequence[str], rows: Sequence[Sequence[str]]) -> list[str]:
    def line(cells: Sequence[str]) -> str:
        return f"| {' | '.join(cells)} |"

    return [line(header), line(["---"] * len(header)), *(line(row) for row in rows)]

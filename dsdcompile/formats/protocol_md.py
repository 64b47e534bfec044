"""``protocol.md``: the bench protocol as text. Every volume in it is one of ``robot.csv``."""

from __future__ import annotations

from collections.abc import Sequence
from fractions import Fraction

from dsdcompile.formats.plate_files import SOLVENT, normalisation
from dsdcompile.lab.buffer import EDTA, MAGNESIUM, SODIUM, TRIS
from dsdcompile.lab.fluorescence import Expected
from dsdcompile.lab.liquids import TICKS, Kind, Liquid
from dsdcompile.lab.order import OrderSheet
from dsdcompile.lab.plates import Layout
from dsdcompile.lab.protocol import Protocol, Well
from dsdcompile.lab.recipe import SAMPLE_SHARE, SHARES_OF, STARTERS, MixKind, WellKind
from dsdcompile.units import plural, show_concentration, show_duration

SALTS = {SODIUM: "NaCl", MAGNESIUM: "MgCl2", TRIS: "Tris-HCl pH 8.0"}
MOST_WELLS = 8
"""Time courses in one table."""


def show_protocol(
    name: str,
    steps: Protocol,
    sheet: OrderSheet,
    layout: Layout,
    expected: Sequence[Expected],
    reading: float,
    when: Sequence[str] = (),
) -> str:
    """Return the protocol as Markdown.

    Args:
        name: The design's name.
        steps: What to do.
        sheet: The strands.
        layout: How they arrive.
        expected: What each reporter should show; empty if the example was not simulated.
        reading: How long after it was taken a sample is read, s.
        when: What is predicted of when to read, in sentences.
    """
    sections = {
        "Strands": _strands(steps, sheet, layout),
        "Reaction buffer": _buffer(steps),
        "Anneal and purify complexes": _annealing(steps),
        "Working stocks": _working(steps),
        "Dilutions": _dilutions(steps),
        "Mixes": _mixes(steps),
        "Reactions that samples are taken of": _reactions(steps, reading),
        "Wells": _wells(steps),
        "When to read": [f"- {sentence}" for sentence in when],
        "Expected fluorescence": _fluorescence(expected, steps),
    }
    lines = [
        f"# Protocol: {name}, example {steps.example}",
        "",
        f"Volumes are in µL and are the same as in `robot.csv`. They make every concentration to within "
        f"{steps.deviation:.2%} of the design's; what they make exactly stands in the tables.",
        "",
    ]
    for number, (title, body) in enumerate(((t, b) for t, b in sections.items() if b), start=1):
        lines += [f"## {number}. {title}", "", *body, ""]
    return "\n".join(lines).replace("\n\n\n", "\n\n").rstrip() + "\n"


def _strands(steps: Protocol, sheet: OrderSheet, layout: Layout) -> list[str]:
    """Return what is ordered, and how it is dissolved."""
    stock = steps.options.stock
    how = f"{plural(len(layout.tubes), 'tube')} (`order.xlsx` orders everything in tubes)"
    if layout.plates:
        how = f"{plural(len(layout.plates), 'plate')} and {plural(len(layout.tubes), 'tube')} (`plates.xlsx`)"
    lines = [
        f"Order {plural(len(sheet.ordered), 'strand')}: {how}. Spin tubes down, dissolve n nmol in "
        f"{1e-3 / stock:g} x n µL of {SOLVENT}, and correct each to {show_concentration(stock)} by absorbance at "
        "260 nm. Keep at -20 °C, dyes in the dark.",
        "",
    ]
    if layout.plates:
        rows = []
        for plate in layout.plates:
            concentration, volume = normalisation(plate, stock)
            kind = (str(plate.number), str(len(plate.wells)), plate.scale, plate.purification)
            rows.append((*kind, f"{concentration:g} uM", f"{volume:g}"))
        lines += ["Ask for plates normalised in the same solvent:", ""]
        lines += [*_table(("plate", "strands", "scale", "purification", "concentration", "volume (µL)"), rows), ""]
    reused = [(line.name, line.freezer) for line in sheet.lines if line.freezer]
    lines += ["From the freezer:", "", *_table(("strand", "as"), reused), ""] if reused else []
    need = steps.need()
    if need:
        most = max(need, key=lambda strand: need[strand])
        lines += [f"No strand is needed in more than {need[most]:.2g} nmol ({most}).", ""]
    return lines


def _buffer(steps: Protocol) -> list[str]:
    """Return what the buffer is made of."""
    buffer = steps.options.buffer
    salts = buffer.contents(buffer.strength)
    made = ", ".join(f"{show_concentration(float(amount))} {SALTS[salt]}" for salt, amount in salts.items())
    at_1x = ", ".join(f"{show_concentration(float(a))} {SALTS[salt]}" for salt, a in buffer.contents().items())
    edta = max((float(well.made.get(EDTA, 0)) for well in (*steps.reactions, *steps.wells)), default=0.0)
    rows = [_row(liquid) for liquid in steps.of_kind(Kind.BUFFER)]
    return [
        f"The {buffer.concentrate} is {made}. At 1x, called buffer below, it is {at_1x}: the salt that the sequences "
        f"were judged in. Strands come without salt, so annealing and working stocks take {buffer.concentrate}; "
        f"everything else is filled up with buffer. Wells have at most {show_concentration(edta)} EDTA from the "
        "strands' solvent, which binds as much magnesium. Use low-binding tubes: strands at nM stick to others.",
        "",
        *_table(("makes", "parts (µL), in this order", "total (µL)"), rows),
        "",
    ]


def _annealing(steps: Protocol) -> list[str]:
    """Return how complexes are annealed, and purified."""
    options, annealing_of = steps.options, {a.annealed: a for a in steps.annealings}
    if not annealing_of:
        return []
    lines = [
        f"The first strand is the backbone at 1x, the others are at {options.excess:g}x. Heat to 95 °C for 5 min, then "
        "cool to 20 °C at 1 °C a minute.",
        "",
        *_table(
            ("makes", "parts (µL), in this order", "total (µL)", "concentration"),
            [
                (*_row(liquid), show_concentration(float(annealing_of[liquid.name].concentration)))
                for liquid in steps.of_kind(Kind.ANNEALED)
            ],
        ),
        "",
    ]
    volumes = {liquid.name: liquid.volume for liquid in steps.of_kind(Kind.PURIFIED)}
    loaded = {liquid.name: liquid.volume for liquid in steps.of_kind(Kind.ANNEALED)}
    rows = []
    for one in steps.annealings:
        if one.purified is not None:
            gained = _volume(volumes[one.complex])
            rows.append((one.complex, _volume(loaded[one.annealed]), gained, show_concentration(float(one.purified))))
    if rows:
        lines += [
            f"Strands in excess would be read as signals, so purify these on a 12 % native PAGE gel{_gel_salt(steps)}, "
            "in the cold. Cut the band out, elute it overnight in buffer, and concentrate it with a centrifugal filter "
            "(10 kDa) where it is too dilute. Measure it at 260 nm with the complex's own extinction coefficient, and "
            f"bring it to the concentration in the table with buffer. At a yield of {options.gate_yield:.0%} "
            "(lab.gate_yield) there is the volume in the table, a tenth more than is needed; if there is less than "
            "needed, load another gel rather than dilute further. Reporters need no gel: a quencher strand in excess "
            "is dark, and opens nothing.",
            "",
            *_table(("complex", "load (µL)", "gives (µL)", "bring to"), rows),
            "",
        ]
    return lines


def _gel_salt(steps: Protocol) -> str:
    magnesium = float(steps.options.buffer.magnesium)
    return f" with {show_concentration(magnesium)} Mg2+ in gel and running buffer" if magnesium else ""


def _working(steps: Protocol) -> list[str]:
    """Return working stocks of single strands."""
    rows = [_row(liquid) for liquid in steps.of_kind(Kind.WORKING)]
    if not rows:
        return []
    text = ["Single strands, brought into reaction buffer.", ""]
    return [*text, *_table(("makes", "parts (µL), in this order", "total (µL)"), rows)]


def _dilutions(steps: Protocol) -> list[str]:
    rows = [_row(liquid) for liquid in steps.of_kind(Kind.DILUTION)]
    if not rows:
        return []
    text = f"What would take less than {steps.options.smallest:g} µL goes through a dilution."
    return [text, "", *_table(("makes", "parts (µL), in this order", "total (µL)"), rows)]


def _mixes(steps: Protocol) -> list[str]:
    lines = ["Buffer first, then in this order.", ""]
    for liquid in steps.of_kind(Kind.MIX):
        rows = [(source, _volume(volume)) for source, volume in liquid.parts]
        lines += [f"### {liquid.name}: {_volume(liquid.volume)} µL", "", *_table(("source", "volume (µL)"), rows), ""]
    return lines


def _reactions(steps: Protocol, reading: float) -> list[str]:
    """Return how reactions are set up whose outputs are read in samples."""
    if not steps.reactions:
        return []
    names = ", ".join(readout.output for readout in steps.recipe.readouts if readout.sampled)
    return [
        f"Reactions of this system use {names}: a reporter in the reaction would drain them and change what happens. "
        f"So the reaction stands in a tube at {steps.options.buffer.celsius:g} °C without reporters, and at each time "
        "in the table of wells a sample goes into a well with reporters, which take up all that is there before much "
        f"more can react. Mix, and read each well {show_duration(reading)} after its sample was taken, as the expected "
        f"values assume. Prepare the wells first, then mix buffer and fuels. {_start(steps)}",
        "",
        *_table(("reaction", "parts (µL), in this order", "total (µL)"), [_row(w.liquid) for w in steps.reactions]),
        "",
    ]


def _wells(steps: Protocol) -> list[str]:
    """Return what is dispensed, when, and what it makes."""
    options = steps.options
    sampled = any(well.plan.sample_of is not None for well in steps.wells)
    direct = any(well.plan.sample_of is None and well.plan.kind is WellKind.SAMPLE for well in steps.wells)
    text = [f"{options.well_volume:g} µL each, at {options.buffer.celsius:g} °C."]
    if direct:
        text.append(
            "Dispense buffer, reporters and fuels, cover against evaporation, and read a baseline until it is flat. "
            + _start(steps)
        )
    if sampled:
        text.append("Dispense buffer and reporters before the reaction starts, and read a baseline; samples come last.")
    both = any(len(readout.reporters) > 1 for readout in steps.recipe.readouts)
    text.append(
        f"Each output is read with its own reporters{', its two rails by two colours' if both else ''}. 0 % is a "
        "well's own baseline, "
        "and the well with reporters alone shows whether it drifts; 100 % is the well with the dye strands alone. "
        "Wells without a signal show leaks, wells without fuel what signals do alone."
    )
    header = ("well", "what", "output", "parts (µL), in this order")
    rows = [(well.liquid.place, *_what(well), _parts(well.liquid)) for well in steps.wells]
    return [
        " ".join(text),
        "",
        *_table(header, rows),
        "",
        "Concentrations in wells with everything, and in reactions:",
        "",
        *_table(("component", "in", "wanted", "made"), _samples(steps)),
        "",
    ]


def _start(steps: Protocol) -> str:
    """Return what starts the reaction, in words."""
    kinds = {one.kind for well in (*steps.reactions, *steps.wells) for one in well.plan.mixes}
    starters = [str(kind) for kind in STARTERS if kind in kinds and kind is not MixKind.RAIL]
    if not starters:
        return "No signal is there at the start, so nothing reacts."
    added = " and, at once, ".join(starters)
    return f"Then add {added}: the reaction starts, and time counts from here."


def _what(well: Well) -> tuple[str, str]:
    when = "" if well.plan.when is None else f", at {show_duration(well.plan.when)}"
    return f"{well.plan.title}{when}", well.plan.output or "-"


def _samples(steps: Protocol) -> list[tuple[str, ...]]:
    """Return what components are wanted and made, once each where it is the same in several wells."""
    rows: dict[tuple[str, ...], None] = {}
    there = [*steps.reactions, *(w for w in steps.wells if w.plan.sample_of is None)]
    for well in there:
        if well.plan.kind is WellKind.SAMPLE:
            where = "reaction" if well in steps.reactions else "well"
            for component, wanted in well.wanted.items():
                rows[(component, where, show_concentration(wanted), _molar(well.made[component]))] = None
            for salt in (SODIUM, MAGNESIUM):
                wanted = float(steps.options.buffer.contents().get(salt, 0))
                if wanted:
                    rows[(salt, where, show_concentration(wanted), _molar(well.made[salt]))] = None
    return list(rows)


def _fluorescence(expected: Sequence[Expected], steps: Protocol) -> list[str]:
    if not expected:
        return []
    courses = [one for one in expected if len(one.times) > 1 and one.plan.kind is WellKind.SAMPLE]
    lines = [
        "Percentage of each reporter that is open, from the simulated implementation with the reporters' own reactions "
        "(irreversible, as fast as a strand displacement step). Time counts from the start. "
        f"{_meaning(steps)}",
        "",
    ]
    for first in range(0, len(courses), MOST_WELLS):
        here = courses[first : first + MOST_WELLS]
        header = ("time", *(f"{one.well}: {one.reporter} ({one.colour})" for one in here))
        rows = [
            (show_duration(time), *(_percent(one.open[row]) for one in here)) for row, time in enumerate(here[0].times)
        ]
        lines += [*_table(header, rows), ""]
    rows = [
        (
            one.well,
            one.plan.title,
            one.plan.output,
            f"{one.reporter} ({one.colour})",
            show_duration(one.times[-1]),
            _percent(one.open[-1]),
        )
        for one in expected
        if one not in courses
    ]
    lines += ["At the end, or when the sample was taken:", ""] if rows else []
    return [*lines, *_table(("well", "what", "output", "reporter", "time", "open"), rows)] if rows else lines


def _meaning(steps: Protocol) -> str:
    """Return how a concentration follows from what is read, in words."""
    amounts: dict[str, float] = {}
    for readout in steps.recipe.readouts:
        amounts |= readout.reporters
    known = ", ".join(f"{name} {show_concentration(amount)}" for name, amount in amounts.items())
    sampled = f", and {SHARES_OF}/{SAMPLE_SHARE} of that in the reaction" if steps.reactions else ""
    both = any(len(readout.reporters) > 1 for readout in steps.recipe.readouts)
    rails = " An output is its plus rail less its minus rail." if both else ""
    return f"The open share times the reporter ({known}) is the signal it has taken up{sampled}.{rails}"


def _percent(share: float) -> str:
    """Write a fraction as a percentage; numerical noise below zero is zero."""
    return f"{max(share, 0.0):.1%}"


def _row(liquid: Liquid) -> tuple[str, str, str]:
    """Return name, parts and total."""
    return liquid.name, _parts(liquid), _volume(liquid.volume)


def _parts(liquid: Liquid) -> str:
    return ", ".join(f"{source} {_volume(volume)}" for source, volume in liquid.parts)


def _molar(amount: Fraction) -> str:
    return show_concentration(float(amount))


def _volume(volume: int) -> str:
    return f"{volume / TICKS:.2f}"


def _table(header: Sequence[str], rows: Sequence[Sequence[str]]) -> list[str]:
    def line(cells: Sequence[str]) -> str:
        return f"| {' | '.join(cells)} |"

    return [line(header), line(["---"] * len(header)), *(line(row) for row in rows)]

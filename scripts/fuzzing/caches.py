"""Damaged caches: whatever stands in `.cache`, results are those of a run without one.

Every kind of file that a run keeps is damaged. A damaged file must count as absent (then the run without a cache is
repeated by construction); every `--whole`-th time the stage that reads it is run, and its result compared byte by byte.
"""

from __future__ import annotations

import argparse
import tempfile
from collections.abc import Callable
from pathlib import Path

import numpy as np

from dsdcompile.crn.text import parse_crn
from dsdcompile.design.design import check_design
from dsdcompile.enumeration.check import enumerate_system
from dsdcompile.errors import FormatError
from dsdcompile.formats.checks_file import parse_checks, show_checks
from dsdcompile.formats.enumeration_file import parse_enumeration, show_enumeration
from dsdcompile.formats.finished_pieces import PieceFolder
from dsdcompile.formats.openness_file import parse_shares, show_shares
from dsdcompile.formats.sequence_file import parse_checkpoint, parse_report, parse_search
from dsdcompile.formats.store import Store
from dsdcompile.formats.writing import show_json
from dsdcompile.schemes.catalogue import find_scheme
from dsdcompile.schemes.translate import translate
from dsdcompile.sequences.thermo.vienna import Vienna
from dsdcompile.stages import sequencing
from dsdcompile.verify.verdict import Check, Outcome, Witness
from scripts.fuzzing.mutations import mutated

DESIGN = check_design({"name": "some", "crn": {"file": "some.crn"}, "sequences": {"effort": 4}}, "some")
SYSTEM = translate(parse_crn("#! input A\nA -> B"), find_scheme("soloveichik2010"))
CHECKS = (Check("A -> B: CRN bisimulation", Outcome.REFUTED, "no", (Witness("A is left"),)),)
PIECE = np.array([[1.5, -2.0], [0.25, 1e-9]])


def sequenced(folder: Path, model: Vienna) -> str:
    """Return what the stage of sequences says, with a cache in a folder."""
    found = sequencing.sequence_system(DESIGN, SYSTEM.inventory, {}, Store(folder), lambda _: None, model)
    return show_json({**found.to_json(), "sequences": dict(found.sequenced.sequences)})


def fill(folder: Path, model: Vienna) -> tuple[str, dict[str, bytes]]:
    """Make every kind of cached file; return the stage's result and the files by name."""
    result = sequenced(folder, model)
    store = Store(folder)
    store.put("equivalence", "key", show_checks(CHECKS))
    store.put("enumeration", "key", show_enumeration(enumerate_system(SYSTEM)))
    store.put("openness", "key", show_shares((0.5, 1.0)))
    PieceFolder(folder).put("piece", PIECE)
    return result, {path.name: path.read_bytes() for path in sorted(folder.iterdir())}


def absent(folder: Path, name: str) -> bool:
    """Return whether a file counts as absent."""
    if name.endswith(".npy"):
        return PieceFolder(folder).get(name.removesuffix(".npy")) is None
    kind, _, key = name.partition("-")
    return Store(folder).get(kind, key) is None


READERS: dict[str, Callable[[str], object]] = {
    "sequences": lambda text: parse_search(text, SYSTEM.inventory),
    "search": lambda text: parse_checkpoint(text, SYSTEM.inventory, 5),
    "checks": parse_report,
    "enumeration": parse_enumeration,
    "openness": lambda text: parse_shares(text, 2),
    "equivalence": lambda text: parse_checks(text, [check.name for check in CHECKS]),
}
"""What reads each kind of text: with a value or a FormatError, even where a digest fits."""


def attack(folder: Path, seed: int, result: str, files: dict[str, bytes], model: Vienna, *, whole: bool) -> str:
    """Damage one file of a filled folder; return what is wrong, empty if nothing is."""
    rng = np.random.default_rng((7, seed))
    name = sorted(files)[int(rng.integers(len(files)))]
    data = mutated(files[name], rng)
    for other, content in files.items():
        (folder / other).write_bytes(data if other == name else content)
    if data != files[name] and not absent(folder, name):
        return f"seed {seed}: a damaged {name} is taken for whole"
    reader = READERS.get(name.partition("-")[0])
    if reader is not None:
        try:
            reader(data[: data.rfind(b"\nsha256 ")].decode("utf-8", "replace"))
        except FormatError:
            pass
        except Exception as error:
            return f"seed {seed}: {name} as another program could have written it: {type(error).__name__}: {error}"
    if whole and sequenced(folder, model) != result:
        return f"seed {seed}: a damaged {name} changes the result"
    return ""


def main(arguments: list[str]) -> int:
    """Damage files, and say what was found."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--count", type=int, default=100_000, help="how many files are damaged")
    parser.add_argument("--first", type=int, default=0, help="seed of the first")
    parser.add_argument("--whole", type=int, default=50, help="how many to one run of the stage")
    options = parser.parse_args(arguments)
    wrong = []
    with tempfile.TemporaryDirectory() as made, Vienna(workers=1) as model:
        folder = Path(made)
        result, files = fill(folder, model)
        for seed in range(options.first, options.first + options.count):
            said = attack(folder, seed, result, files, model, whole=seed % options.whole == 0)
            if said:
                wrong.append(said)
                print(said, flush=True)
    print(f"{options.count} damaged files of {len(files)} kinds: {len(wrong)} wrong")
    return 1 if wrong else 0

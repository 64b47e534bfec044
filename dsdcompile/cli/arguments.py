"""Every subcommand and its options; what carries one out is imported when it is called.

So this file imports nothing that takes long: help, completion and mistakes are answered at once.
"""

from __future__ import annotations

import argparse
from collections.abc import Callable, Sequence
from importlib import import_module
from pathlib import Path

from dsdcompile.cli.commands import Commands
from dsdcompile.enumeration.options import EnumerationOptions
from dsdcompile.stages.stage import STAGES, Stage

RUN = "run"
HELP = {
    Stage.COMPILE: "network or CRN to formal, reduced and implementable CRN",
    Stage.TRANSLATE: "implementable CRN to domain-level DNA system",
    Stage.VERIFY: "enumerate the system and prove that it does what its CRN says",
    Stage.SIMULATE: "formal, reduced, implementation and enumerated CRN side by side",
    Stage.SEQUENCES: "sequences for all domains, checked",
    Stage.ORDER: "strand order and protocol",
    Stage.REPORT: "the report of everything above",
}
"""What each stage alone does, in the order of the way."""
EXECUTORS = "where batches run: auto (default), here, processes[:N], threads[:N], or dask://host:port"
NOTIONS = {"bisimulation": "BISIMULATION", "pathways": "PATHWAYS"}
"""What ``verify --notion`` can be, and the names of :class:`dsdcompile.verify.equivalence.Notion`."""
LARGEST_WEIGHT = 16
"""What ``import --largest`` is by default (:data:`dsdcompile.network.fold.LARGEST`; a test holds them together)."""

STEPS = 40_000
"""Moves of a chain of ``train --front``."""


def parser() -> argparse.ArgumentParser:
    """Return the command line's parser; what it returns has ``act``, which takes it and returns the exit status."""
    made = argparse.ArgumentParser(
        prog="dsdcompile",
        description="Compile a trained network or a chemical reaction network to a verified, orderable DNA system.",
        epilog="exit status: 0 done and verified; 1 done, and something was found wrong; 2 not done: the message says "
        "why, and nothing is written; 130 interrupted",
    )
    made.add_argument("--version", action=_Version, nargs=0, help="show program's version number and exit")
    commands = made.add_subparsers(dest="command", metavar="COMMAND", required=True)
    for add in (_stages, _check, _train, _import, _enumerate, _schemes, _keys):
        add(commands)
    return made


class _Version(argparse.Action):
    """Looks the version up when it is asked for."""

    def __call__(
        self,
        parser: argparse.ArgumentParser,
        namespace: argparse.Namespace,
        values: str | Sequence[object] | None,
        option_string: str | None = None,
    ) -> None:
        from importlib.metadata import version

        print(f"dsdcompile {version('dsdcompile')}")
        parser.exit()


def _act_in(module: str) -> Callable[[argparse.Namespace], int]:
    """Return ``act`` of a module of this package, imported when it is called."""

    def act(options: argparse.Namespace) -> int:
        return int(import_module(f"dsdcompile.cli.{module}").act(options))

    return act


def _stages(commands: Commands) -> None:
    texts: dict[str, str] = {RUN: f"the whole way: {', '.join(STAGES)}", **{stage: HELP[stage] for stage in STAGES}}
    for name, text in texts.items():
        parser = commands.add_parser(name, help=text, epilog="`dsdcompile keys` lists what --set can change")
        parser.add_argument("design", type=Path, metavar="DESIGN|FILE.crn", help="design file, or reactions")
        parser.add_argument("--out", type=Path, metavar="DIR", help="folder of results (default: build/NAME)")
        parser.add_argument("--scheme", metavar="NAME", help="scheme (see `dsdcompile schemes`), or a file scheme.py")
        parser.add_argument(
            "--reduce", metavar="HOW", help="cheapest, paper, cost or none: the same as --set passes.reduce=HOW"
        )
        parser.add_argument("--thermo", metavar="NAME", help="vienna or nupack: the same as sequences.thermo")
        parser.add_argument("--example", metavar="N", help="the example whose curves are drawn, from 1")
        _data_dir(parser)
        _changes(parser)
        parser.add_argument("--executor", metavar="WHERE", default="auto", help=EXECUTORS)
        parser.add_argument("--quiet", action="store_true", help="no progress")
        parser.set_defaults(act=_act_in("stages"))
        if name == Stage.VERIFY:
            _by_others(parser)
            parser.set_defaults(act=_act_in("verifying"))


def _by_others(parser: argparse.ArgumentParser) -> None:
    """Add the options with which ``verify`` judges what others have made."""
    group = parser.add_argument_group(
        "anyone's implementation",
        "verify SYSTEM.pil --formal FORMAL.crn enumerates the system and judges it; verify A.crn --against B.crn "
        "judges A as an implementation of B. Signals are what bears the name of a formal species; fuels are what is "
        "@constant, or there and no signal. Exit status 0: proved; 1: refuted or undecided; 2: bad input",
    )
    usual = EnumerationOptions()
    group.add_argument("--formal", type=Path, metavar="FORMAL.crn", help="the CRN that SYSTEM.pil should do")
    group.add_argument("--against", type=Path, metavar="B.crn", help="the CRN that A.crn should do")
    group.add_argument("--map", type=Path, metavar="FILE", help="lines NAME = SPECIES for signals with other names")
    group.add_argument("--fuels", metavar="NAME,...", help="what else is always there")
    group.add_argument("--notion", choices=NOTIONS, help="what is to be shown (default: bisimulation)")
    group.add_argument("--release-cutoff", type=int, metavar="NT", help=f"default: {usual.release_cutoff}")
    group.add_argument("--remote", action="store_true", help="allow branch migration from toeholds elsewhere")
    group.add_argument("--max-complex-size", type=int, metavar="STRANDS", help="default: twice the largest, plus two")
    group.add_argument(
        "--max-seconds", type=float, metavar="S", help=f"of enumeration (default: {usual.max_seconds:g})"
    )
    group.add_argument("--verifier-seconds", type=float, metavar="S", help="of crnverifier (default: 60)")


def _check(commands: Commands) -> None:
    parser = commands.add_parser("check", help="check the sequences in system.pil and strands.csv, whoever made them")
    parser.add_argument("system", type=Path, metavar="SYSTEM.pil", help="domains and complexes")
    parser.add_argument("strands", type=Path, metavar="STRANDS.csv", help="strands with their sequences")
    parser.add_argument("--design", type=Path, help="design file with [checks] and [sequences] (default: none)")
    parser.add_argument("--out", type=Path, metavar="FILE", help="also write the table as JSON")
    parser.set_defaults(act=_act_in("checking"))


def _train(commands: Commands) -> None:
    parser = commands.add_parser("train", help="train the network of a design (needs the extra 'train')")
    parser.add_argument("design", type=Path, metavar="DESIGN", help="design file with [network], [data] and [training]")
    parser.add_argument("--out", type=Path, metavar="FILE", help="where the network goes (default: network.file)")
    parser.add_argument(
        "--seeds", type=int, default=1, metavar="N", help="train with N seeds from training.seed; keep the best"
    )
    _data_dir(parser)
    _changes(parser)
    parser.add_argument("--quiet", action="store_true", help="no progress")
    group = parser.add_argument_group("the front of accuracy against strands (needs no extra)")
    group.add_argument("--front", action="store_true", help="search networks that are right with few strands")
    group.add_argument("--folder", type=Path, metavar="DIR", help="folder of the front (default: build/NAME-front)")
    group.add_argument("--strands", type=int, metavar="N", help="write the best network of at most N strands")
    group.add_argument("--accuracy", type=float, metavar="A", help="write the one of fewest strands that is A right")
    group.add_argument(
        "--steps", type=int, default=STEPS, metavar="N", help="moves a chain of the search (default: %(default)s)"
    )
    group.add_argument("--executor", metavar="WHERE", default="auto", help=EXECUTORS)
    parser.set_defaults(act=_act_in("training"))


def _import(commands: Commands) -> None:
    parser = commands.add_parser("import", help="an ONNX or NPZ network becomes a network file with integer weights")
    parser.add_argument("file", type=Path, metavar="FILE", help=".onnx (needs the extra 'onnx') or .npz")
    parser.add_argument("--out", type=Path, metavar="FILE.json", required=True, help="where the network goes")
    parser.add_argument(
        "--largest", type=int, default=LARGEST_WEIGHT, metavar="N", help="largest weight (default: %(default)s)"
    )
    parser.add_argument(
        "--quantise",
        choices=("binary", "ternary", "integer"),
        help="round weights that are not integers times a factor (default: refuse them)",
    )
    parser.add_argument("--design", type=Path, metavar="DESIGN", help="design whose [data] measure the accuracy")
    _data_dir(parser)
    parser.add_argument(
        "--standardised",
        action="store_true",
        help="the network expects the data set's features as dsdcompile scales them: record that scaling",
    )
    parser.set_defaults(act=_act_in("importing"))


def _enumerate(commands: Commands) -> None:
    usual = EnumerationOptions()
    parser = commands.add_parser(
        "enumerate",
        help="find all resting macrostates and condensed reactions of the complexes in a PIL file",
        epilog="exit status: 0 all was found; 1 a limit cut it short, and the output says which; 2 bad input",
    )
    parser.add_argument("system", type=Path, metavar="SYSTEM.pil", help="domains and complexes in kernel notation")
    parser.add_argument("--out", type=Path, metavar="FILE.pil", help="where the PIL text goes (default: the terminal)")
    parser.add_argument("--crn", type=Path, metavar="FILE.crn", help="also write the condensed reactions as a CRN")
    parser.add_argument(
        "--release-cutoff", type=_count, default=usual.release_cutoff, metavar="NT",
        help=f"helices up to this length open by themselves (default: {usual.release_cutoff})",
    )  # fmt: skip
    parser.add_argument(
        "--remote", action="store_true",
        help="allow branch migration from toeholds elsewhere, as Peppercorn does by default (default: rejected)",
    )  # fmt: skip
    parser.add_argument(
        "--max-complex-size", type=_positive, metavar="STRANDS",
        help="drop larger complexes (default: twice the largest given, plus two)",
    )  # fmt: skip
    for name, unit in (("max-complexes", "COUNT"), ("max-reactions", "COUNT"), ("max-seconds", "S")):
        default = getattr(usual, name.replace("-", "_"))
        parser.add_argument(
            f"--{name}", type=type(default), default=default, metavar=unit,
            help=f"give up beyond that (default: {default:,g})",
        )  # fmt: skip
    parser.add_argument("--quiet", action="store_true", help="show no progress")
    parser.set_defaults(act=_act_in("enumerating"))


def _schemes(commands: Commands) -> None:
    parser = commands.add_parser("schemes", help="all translation schemes, with cost and guarantees, or on one design")
    parser.add_argument("design", type=Path, nargs="?", metavar="DESIGN|FILE.crn", help="what to build in each of them")
    parser.add_argument("--scheme", action="append", metavar="NAME", help="only this one, or a file; may be repeated")
    parser.add_argument("--out", type=Path, metavar="DIR", help="folder of schemes.csv (default: build/NAME)")
    _changes(parser)
    parser.add_argument("--quiet", action="store_true", help="no progress")
    parser.set_defaults(act=_act_in("schemes"))


def _keys(commands: Commands) -> None:
    parser = commands.add_parser("keys", help="every key of a design file with its default, as a design file")
    parser.set_defaults(act=_act_in("key_list"))


def _data_dir(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("--data-dir", type=Path, metavar="DIR", help="folder of the data set's files")


def _changes(parser: argparse.ArgumentParser) -> None:
    parser.add_argument(
        "--set", metavar="KEY=VALUE", dest="changes", action="append", default=[], help="change a key of the design"
    )


def _count(text: str) -> int:
    if not text.isdigit():
        raise argparse.ArgumentTypeError(f"{text} is not a number of nucleotides")
    return int(text)


def _positive(text: str) -> int:
    if not text.isdigit() or int(text) == 0:
        raise argparse.ArgumentTypeError(f"{text} is not a number of strands")
    return int(text)

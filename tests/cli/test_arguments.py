"""The tree of subcommands: complete, and there before anything heavy is."""

import argparse
import ast
import os
import subprocess
import sys
from importlib import import_module

import pytest

from dsdcompile.cli.arguments import LARGEST_WEIGHT, parser
from dsdcompile.cli.main import main
from dsdcompile.network.fold import LARGEST

HEAVY = {"numpy", "scipy", "numba", "pydantic", "openpyxl", "sksundae", "peppercornenumerator", "importlib.metadata"}


def subcommands() -> dict[str, argparse.ArgumentParser]:
    (tree,) = (action for action in parser()._actions if isinstance(action, argparse._SubParsersAction))
    return dict(tree.choices)


@pytest.mark.parametrize("arguments", [[], ["--help"], ["run", "--help"], ["train", "--help"], ["keys"], ["ru"]])
def test_help_keys_and_mistakes_import_nothing_that_takes_long(arguments):
    code = (
        "import contextlib, io, sys\n"
        "from dsdcompile.cli.main import main\n"
        "with contextlib.suppress(SystemExit), contextlib.redirect_stdout(io.StringIO()) as out:\n"
        f"    main({arguments!r})\n"
        f"print(sorted({HEAVY!r} & set(sys.modules)), len(out.getvalue()))"
    )
    environment = {**os.environ, "PYTHONPATH": os.pathsep.join(filter(None, sys.path))}
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True, env=environment)
    loaded, _, length = done.stdout.strip().rpartition(" ")
    assert ast.literal_eval(loaded) == []
    assert (int(length) > 500) == (arguments not in ([], ["ru"]))


def test_every_subcommand_has_a_module_that_acts():
    found = subcommands()
    assert {"run", "compile", "report", "check", "train", "import", "schemes", "keys"} <= set(found)
    for name, one in found.items():
        act = one.get_default("act")
        module = dict(zip(act.__code__.co_freevars, act.__closure__, strict=True))["module"].cell_contents
        assert callable(import_module(f"dsdcompile.cli.{module}").act), name


def test_the_version_is_that_of_the_package(capsys):
    with pytest.raises(SystemExit) as end:
        main(["--version"])
    assert end.value.code == 0
    assert capsys.readouterr().out.startswith("dsdcompile ")


def test_the_largest_weight_is_that_of_folding():
    assert LARGEST_WEIGHT == LARGEST

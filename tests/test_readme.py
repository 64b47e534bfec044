"""What the README says to type works as written."""

import re
import subprocess
import sys
from pathlib import Path

import numpy as np

from dsdcompile.cli.main import main
from dsdcompile.design.design import Design
from dsdcompile.design.keys import show_keys
from dsdcompile.verify.verdict import Outcome

ROOT = Path(__file__).resolve().parents[1]
sys.path.insert(0, str(ROOT / "scripts/studies"))

from readme_tables import MARKED, TABLES, refreshed  # noqa: E402


def test_the_python_example_runs_as_written(monkeypatch):
    monkeypatch.chdir(ROOT)
    blocks = re.findall(r"```python\n(.*?)```", (ROOT / "README.md").read_text(), re.DOTALL)
    assert len(blocks) == 1
    names: dict = {}
    exec(blocks[0], names)
    assert (names["formal"].n_reactions, names["reduced"].n_reactions) == (40, 16)
    assert np.allclose(names["outputs"], names["network"](names["inputs"]), atol=1e-9)
    assert names["proof"].outcome is Outcome.PROVED
    assert len(names["curves"]) == len(names["inputs"])


def test_the_scripts_that_it_names_are_there():
    named = set(re.findall(r"scripts/(\w+)", (ROOT / "README.md").read_text())) - {"results"}
    assert {"run", "test", "dsdcompile", "experiments"} <= named
    for name in named:
        assert (ROOT / "scripts" / name).stat().st_mode & 0o100, name


def test_the_benchmark_of_compiling_starts_its_rows():
    """Each row is a process of its own, started by name."""
    command = [sys.executable, ROOT / "scripts/benchmarks", "compile", "iris"]
    done = subprocess.run(command, capture_output=True, text=True, check=True)
    assert "47" in done.stdout
    assert "112" in done.stdout


def test_its_tables_are_those_of_the_program():
    text = (ROOT / "README.md").read_text()
    assert {found["name"] for found in MARKED.finditer(text)} == set(TABLES)
    assert refreshed(text) == text, "scripts/tables writes them"
    assert refreshed(text.replace("| `strands.csv` |", "| `threads.csv` |")) == text


def test_the_file_of_keys_is_what_the_tables_say(capsys):
    assert main(["keys"]) == 0
    assert capsys.readouterr().out == f"{show_keys(Design)}\n", "scripts/tables writes it"

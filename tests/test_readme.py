"""What the README says to type works as written."""

import re
from pathlib import Path

import numpy as np

from dsdcompile.verify.verdict import Outcome

ROOT = Path(__file__).resolve().parents[1]


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

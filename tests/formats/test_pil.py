import os
import re
import subprocess
import sys
from pathlib import Path

import pytest

from dsdcompile.crn.text import parse_crn
from dsdcompile.dsd.domain import DomainLengths
from dsdcompile.formats.pil import show_pil
from dsdcompile.schemes.catalogue import SCHEMES
from dsdcompile.schemes.translate import translate

COMMAND = Path(sys.executable).with_name("peppercorn")


@pytest.mark.parametrize("scheme", SCHEMES, ids=lambda s: s.name)
def test_the_peppercorn_command_loads_it_unchanged_and_finds_the_intended_steps(scheme, tmp_path):
    if not COMMAND.exists():
        pytest.skip("the peppercorn command is not beside this Python")
    crn = parse_crn("#! input A\n#! input B\n#! output C\nA + B -> C\n")
    system = translate(crn, scheme, DomainLengths())
    text = show_pil(system.inventory, dict.fromkeys((fuel.name for fuel in system.fuels()), 1e-8), "pil")
    file = tmp_path / "system.pil"
    file.write_text(text)
    done = subprocess.run(
        [COMMAND, file, "--condensed", "--reject-remote", "--max-complex-size", "24"],
        capture_output=True,
        text=True,
        timeout=300,
        env={**os.environ, "PYTHONWARNINGS": "ignore"},
        check=True,
    )
    assert re.search(r"^reaction \[condensed", done.stdout, re.MULTILINE)
    for name in (c.name for c in system.inventory.items):
        assert re.search(rf"^{name} = ", done.stdout, re.MULTILINE)
    assert text.count(" nM") == sum(len(t.fuels) for t in system.templates)

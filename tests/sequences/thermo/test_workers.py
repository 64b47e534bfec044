import os
import subprocess
import sys

SCRIPT = """
import sys

from dsdcompile.sequences.thermo.model import Question
from dsdcompile.sequences.thermo.vienna import Vienna

print("imported", flush=True)
main = sys.modules["__main__"]
with Vienna(workers=2) as model:
    answers = model.ensembles([Question(("ACCTTACACC",)), Question(("GCGCTTTTGCGC",)), Question(("TTTTTT",))])
assert sys.modules["__main__"] is main
print([round(answer.energy, 1) for answer in answers])
"""


def test_workers_do_not_import_the_program_that_starts_them(tmp_path):
    script = tmp_path / "script.py"
    script.write_text(SCRIPT)  # without a guard: a worker that imported it would start workers of its own
    environment = {**os.environ, "PYTHONPATH": os.pathsep.join(filter(None, sys.path))}
    done = subprocess.run(
        [sys.executable, str(script)], capture_output=True, text=True, timeout=120, env=environment, check=True
    )
    lines = done.stdout.splitlines()
    assert lines.count("imported") == 1
    assert len(lines) == 2


def test_the_package_imports_nothing_until_a_name_is_used():
    code = (
        "import sys, dsdcompile as dc; before = [m for m in sys.modules if m.startswith('dsdcompile.')];"
        "missing = [name for name in dc.__all__ if not hasattr(dc, name)];"
        "print(before, missing, set(dc.__all__) <= set(dir(dc)), hasattr(dc, 'nothing'))"
    )
    done = subprocess.run(
        [sys.executable, "-c", code], capture_output=True, text=True, timeout=120, check=True,
        env={**os.environ, "PYTHONPATH": os.pathsep.join(filter(None, sys.path))},
    )  # fmt: skip
    assert done.stdout.strip() == "[] [] True False"


def test_verify_is_the_function_also_once_its_room_has_been_imported():
    code = (
        "import dsdcompile as dc; import dsdcompile.verify.verdict; from dsdcompile import verify;"
        "from dsdcompile.verify.names import names_check; print(dc.verify is verify, verify.__module__)"
    )
    done = subprocess.run(
        [sys.executable, "-c", code], capture_output=True, text=True, timeout=120, check=True,
        env={**os.environ, "PYTHONPATH": os.pathsep.join(filter(None, sys.path))},
    )  # fmt: skip
    assert done.stdout.strip() == "True dsdcompile.api"

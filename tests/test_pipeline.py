"""What a run tells on its way."""

from dsdcompile.formats.design_file import load_design
from dsdcompile.pipeline import run
from dsdcompile.stages.stage import Stage
from tests.conftest import ROOT


def test_counts_and_verdict_are_told_as_soon_as_they_are_known(tmp_path):
    design = load_design(ROOT / "designs/relu.toml", ["verify.equivalence=false"])
    told: list[str] = []
    made = run(design, ROOT / "designs", tmp_path, stages=[Stage.SIMULATE], progress=told.append)
    assert made.translated is not None
    assert made.verified is not None
    inventory, checks = made.translated.system.inventory, made.verified.verification.checks
    counts = next(at for at, line in enumerate(told) if line.startswith("DNA: "))
    assert f"{len(inventory.strands)} strands, {inventory.nucleotides:,} nt" in told[counts]
    verdict = told.index(f"proved: {len(checks)} checks made")
    begun = [next(at for at, line in enumerate(told) if line.startswith(word)) for word in ("verifying", "simulating")]
    assert counts < begun[0] < verdict < begun[1]

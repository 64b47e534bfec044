"""``dsdcompile check``: judge sequences from ``system.pil`` and ``strands.csv``, whoever made them."""

from __future__ import annotations

import argparse

from dsdcompile.design.design import Design, check_design
from dsdcompile.formats.design_file import load_design
from dsdcompile.formats.system_file import rebuild
from dsdcompile.formats.text_file import read_text
from dsdcompile.formats.writing import show_json, write_whole
from dsdcompile.stages.sequencing import check_files


def act(options: argparse.Namespace) -> int:
    """Carry out the subcommand and return the exit status."""
    design = _defaults() if options.design is None else load_design(options.design)
    sequenced, amounts = rebuild(read_text(options.system), read_text(options.strands))
    report = check_files(design, sequenced, amounts)
    for finding in report.findings:
        worst = "-" if finding.worst is None else f"{finding.worst:.4g}"
        print(
            f"{'pass' if finding.passed else 'FAIL'}  {finding.rule:22} worst {worst:>10}  {finding.limit:16} "
            f"{finding.failed} of {finding.checked} beyond it"
        )
    if options.out is not None:
        write_whole(options.out, show_json(report.to_json()))
    return 0 if report.passed else 1


def _defaults() -> Design:
    return check_design({"name": "check", "crn": {"file": "none.crn"}}, "defaults")

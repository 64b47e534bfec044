"""Compare ViennaRNA and your NUPACK 4 on all complexes of a run.

    scripts/thermo_agreement build/relu        a folder of results: its system.pil and strands.csv are read

Prints energies, target probabilities and defects of both side by side, ViennaRNA's first, and how far they differ.
Conditions and thresholds are the defaults of a design, or those of --design FILE.
"""

from __future__ import annotations

import argparse
import sys
from pathlib import Path

from dsdcompile.design.design import check_design
from dsdcompile.errors import DsdcompileError
from dsdcompile.formats.design_file import load_design
from dsdcompile.formats.system_file import rebuild
from dsdcompile.formats.text_file import read_text
from dsdcompile.sequences.rules.evidence import gate_questions
from dsdcompile.sequences.rules.target_probability import PROBABILITY
from dsdcompile.sequences.thermo.agreement import compared, table
from dsdcompile.sequences.thermo.nupack import Nupack
from dsdcompile.sequences.thermo.vienna import Vienna
from dsdcompile.stages.sequencing import check_limits, reaction_conditions


def main(arguments: list[str]) -> int:
    """Compare, print, and return the exit status."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("folder", type=Path, help="results of a run")
    parser.add_argument("--design", type=Path, help="the design file, for its conditions and thresholds")
    options = parser.parse_args(arguments)
    try:
        plain = {"name": "defaults", "crn": {"file": "none.crn"}}
        design = check_design(plain, "defaults") if options.design is None else load_design(options.design)
        conditions = reaction_conditions(design)
        texts = (read_text(options.folder / name) for name in ("system.pil", "strands.csv"))
        sequenced, _ = rebuild(*texts)
        names = [item.name for item in sequenced.inventory.items if item.is_gate]
        other = Nupack(conditions)  # first: without it there is nothing to wait for
        with Vienna(conditions) as one:
            rows = compared(names, gate_questions(sequenced), one, other)
    except DsdcompileError as error:
        print(f"error: {error}", file=sys.stderr)
        return 2
    print("\n".join(table(rows, check_limits(design)[PROBABILITY])))
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))

"""The paper's section 4, reproduced: `scripts/experiments [ROW ...] [--data-dir DIR]`; no ROW does all.

Each row takes a committed network through its data set's test part: accuracy, reaction counts, agreement of network,
formal and reduced CRN (exact limit on every example, kinetics on 100 random ones), and what its DNA implementation
takes. Rows are kept in scripts/results/ROW.json; the table of all of them is scripts/results/experiments.md, the
redrawn Figures 2 to 4 are SVG files beside it. Without ROW, rows whose data are absent are skipped, and said so; a row
asked for by name must be there.
"""

import argparse
import json
import sys
import time
from pathlib import Path

from paper.figures import draw
from paper.measure import measure
from paper.rows import ROWS, read_row
from paper.table import show_table

from dsdcompile.errors import DsdcompileError
from dsdcompile.formats.writing import show_json, write_whole

ROOT = Path(__file__).resolve().parents[2]
RESULTS = ROOT / "scripts/results"


def main() -> int:
    """Measure rows, keep them, and print the table."""
    parser = argparse.ArgumentParser(prog="scripts/experiments", description=__doc__)
    parser.add_argument("rows", nargs="*", metavar="ROW", help=f"which of {', '.join(ROWS)} (default: all)")
    parser.add_argument("--data-dir", type=Path, default=ROOT.parent / "shared/data", help="folder of the data sets")
    parser.add_argument("--out", type=Path, default=RESULTS, help="folder of results")
    parser.add_argument("--no-dna", action="store_true", help="leave the DNA implementation out")
    options = parser.parse_args()
    unknown = set(options.rows) - set(ROWS)
    if unknown:
        parser.error(f"no row {sorted(unknown)[0]}; rows are {', '.join(ROWS)}")
    failed = False
    for name in options.rows or ROWS:
        begun = time.process_time()
        try:
            case = read_row(name, options.data_dir.resolve())
        except DsdcompileError as error:
            print(f"{name}: {'not measured' if options.rows else 'skipped'}: {error}", file=sys.stderr)
            failed |= bool(options.rows)
            continue
        print(f"{name} ...", file=sys.stderr, flush=True)
        result = measure(case, dna=not options.no_dna)
        write_whole(options.out / f"{name}.json", show_json(result))
        for file, content in draw(case).items():
            write_whole(options.out / file, content)
        agreed = all(part["agree"] == part["examples"] for part in result["agreement"].values())
        failed |= not agreed
        verdict = "all labels agree" if agreed else "LABELS DIFFER"
        print(f"{name}: {verdict}, {time.process_time() - begun:.0f} s CPU", file=sys.stderr, flush=True)
    found = {name: json.loads(path.read_text()) for name in ROWS if (path := options.out / f"{name}.json").is_file()}
    table = show_table(found)
    write_whole(options.out / "experiments.md", table)
    print(table)
    return int(failed)


if __name__ == "__main__":
    sys.exit(main())

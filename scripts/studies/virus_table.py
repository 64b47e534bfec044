"""The table of active infections that designs/virus.toml reads, from GEO's series matrix of GSE73072.

    scripts/virus_table GSE73072_series_matrix.txt.gz CLINICAL.csv --out DIR/gse73072_active_10genes.csv

The clinical table names, for each sample, study, subject, hour, virus (label) and whether the infection is active; its
columns are described in dsdcompile/train/geo.py.
"""

import argparse
import sys
from pathlib import Path

from dsdcompile.errors import DsdcompileError
from dsdcompile.formats.writing import write_whole
from dsdcompile.train.datasets import VIRUS_FILE
from dsdcompile.train.geo import GENES, read_clinical, read_series_matrix, virus_table


def main() -> int:
    """Build the table."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("matrix", type=Path, help="series matrix, gzipped or not")
    parser.add_argument("clinical", type=Path, help="clinical table, CSV or TSV")
    parser.add_argument("--out", type=Path, default=Path(VIRUS_FILE))
    parser.add_argument("--genes", nargs="+", default=GENES, help="probes, as the matrix names them")
    parser.add_argument("--seed", type=int, default=1, help="of the split, where the clinical table has none")
    options = parser.parse_args()
    try:
        expression = read_series_matrix(options.matrix, options.genes)
        table = virus_table(expression, read_clinical(options.clinical), options.seed)
        write_whole(options.out, table)
    except DsdcompileError as error:
        print(f"virus_table: {error}", file=sys.stderr)
        return error.exit_status
    print(f"{table.count(chr(10)) - 1} active infections written to {options.out}")
    return 0


if __name__ == "__main__":
    sys.exit(main())

"""The virus table from public files: a GEO series matrix (GSE73072) and a table of clinical annotation.

A series matrix is text, gzipped or not: ``!``-lines of metadata, then a tab-separated table between
``!series_matrix_table_begin`` and ``!series_matrix_table_end`` with a probe a row and a sample a column. The clinical
table (CSV or TSV) has a row a sample: ``sample`` (GEO accession or title), ``study``, ``subject``, ``hour`` after
inoculation, ``label`` (the virus), and what makes it an active infection: a column ``active`` (yes or no), or
``from_hour`` and ``to_hour``, which are empty for subjects who were not infected. A column ``split`` is kept.
"""

from __future__ import annotations

import csv
import io
import math
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import final

import numpy as np

from dsdcompile.errors import FormatError
from dsdcompile.train.datasets import PARTS, UNUSED
from dsdcompile.train.table import lines, read_table

GENES = (
    "10000_at",
    "10002_at",
    "10003_at",
    "10004_at",
    "10005_at",
    "10009_at",
    "10013_at",
    "10014_at",
    "10016_at",
    "10019_at",
)
"""The ten probes of the reference table."""
SHARES = (558, 34, 104)
"""The paper's sizes of the training, validation and test part."""
ABOUT = ("study", "subject", "hour")
"""Columns that the table takes over from the clinical one."""
NEEDED = ("sample", "label", *ABOUT)
ABSENT = ("", "null", "na", "nan")
"""What stands in a cell of a series matrix that has no value."""
YES, NO = ("yes", "true", "1"), ("no", "false", "0", "")


@final
@dataclass(frozen=True)
class Expression:
    """Expression of some probes (log2) by sample."""

    genes: tuple[str, ...]
    values: Mapping[str, tuple[float, ...]]
    """GEO accession -> expression of each gene; NaN where the matrix has no value."""
    titles: Mapping[str, tuple[str, ...]]
    """Title -> GEO accessions of the samples that have it."""


def read_series_matrix(path: Path, genes: Sequence[str] = GENES) -> Expression:
    """Return the expression of ``genes`` in every sample of a series matrix.

    Raises:
        FormatError: the file is missing, is no whole series matrix, or lacks a gene.
    """
    # Split at tabs: quotes of a matrix go around whole cells, and a title may have a quote of its own.
    split = ([cell.strip('" ') for cell in line.rstrip("\r\n").split("\t")] for line in lines(path))
    fields: dict[str, list[str]] = {}
    wanted = {"!Sample_title", "!Sample_geo_accession", "ID_REF", *genes}
    for key, *cells in split:
        if key == "!series_matrix_table_end":
            break
        if key in fields:
            raise FormatError(f"{path}: two rows are named {key}")
        if key in wanted:
            fields[key] = cells
    else:
        raise FormatError(f"{path}: no line !series_matrix_table_end; not a whole GEO series matrix")
    if "ID_REF" not in fields:
        raise FormatError(f"{path}: no table with ID_REF; not a GEO series matrix")
    missing = [gene for gene in genes if gene not in fields]
    if missing:
        raise FormatError(f"{path}: no row for {', '.join(missing)}")
    samples = fields["ID_REF"]
    for key, cells in fields.items():
        if len(cells) != len(samples):
            raise FormatError(f"{path}, {key}: {len(cells)} cells for {len(samples)} samples")
    if len(set(samples)) < len(samples):
        raise FormatError(f"{path}, ID_REF: a sample has two columns")
    columns = zip(*([_number(cell, path, gene) for cell in fields[gene]] for gene in genes), strict=True)
    titles: dict[str, tuple[str, ...]] = {}
    for title, accession in zip(fields.get("!Sample_title", ()), fields.get("!Sample_geo_accession", ()), strict=False):
        titles[title] = (*titles.get(title, ()), accession)
    return Expression(tuple(genes), dict(zip(samples, columns, strict=True)), titles)


def _number(cell: str, path: Path, gene: str) -> float:
    if cell.lower() in ABSENT:
        return math.nan
    try:
        return float(cell)
    except ValueError:
        raise FormatError(f"{path}, {gene}: {cell!r} is not a number") from None


def read_clinical(path: Path) -> list[Mapping[str, str]]:
    """Return the rows of active infections of a clinical table.

    Raises:
        FormatError: a column or a needed cell is missing, or a value is neither yes nor no, not a number of hours, or
            no part of the data.
    """
    header, rows = read_table(path)
    ranged = {"from_hour", "to_hour"} <= set(header)
    missing = [name for name in NEEDED if name not in header]
    if "active" not in header and not ranged:
        missing.append("active (or from_hour and to_hour)")
    if missing:
        raise FormatError(f"{path}: no column {', '.join(missing)}; the header has {', '.join(header)}")
    return [row.cells for row in rows if _is_active(row.cells, f"{path}, line {row.line}")]


def _is_active(row: Mapping[str, str], where: str) -> bool:
    active = _says_active(row, where)
    empty = [name for name in NEEDED if not row[name]]
    if active and empty:
        raise FormatError(f"{where}: an active infection without {', '.join(empty)}")
    if active and row.get("split", "") not in ("", *PARTS, UNUSED):
        raise FormatError(f"{where}: split is {row['split']!r}; expected {', '.join(PARTS)}, {UNUSED} or nothing")
    return active


def _says_active(row: Mapping[str, str], where: str) -> bool:
    if "active" in row:
        word = row["active"].lower()
        if word not in (*YES, *NO):
            raise FormatError(f"{where}: active is {word!r}; expected yes or no")
        return word in YES
    if not (row["from_hour"] and row["to_hour"]):
        return False
    try:
        return float(row["from_hour"]) <= float(row["hour"]) <= float(row["to_hour"])
    except ValueError:
        raise FormatError(f"{where}: hour, from_hour and to_hour must be numbers") from None


def virus_table(expression: Expression, clinical: Iterable[Mapping[str, str]], seed: int = 1) -> str:
    """Return the table that ``data.name = "virus"`` reads, as CSV text.

    Samples that the clinical table does not assign are split at random in the paper's proportions.

    Raises:
        FormatError: a sample of the clinical table is not in the matrix, is not the only one of its title, occurs
            twice, or lacks the expression of a gene; or there is no active infection.
    """
    rows = list(clinical)
    if not rows:
        raise FormatError("the clinical table has no active infection")
    places = np.floor(np.random.default_rng(seed).permutation(len(rows)) / len(rows) * sum(SHARES)).astype(int)
    stream = io.StringIO()
    writer = csv.writer(stream, lineterminator="\n")
    writer.writerow(["sample", *expression.genes, "label", "split", "study", "subject", "hour"])
    written: set[str] = set()
    for row, part in zip(rows, np.repeat(PARTS, SHARES)[places].tolist(), strict=True):
        sample = _accession(expression, row["sample"])
        # One sample in two parts would be trained with and tested with.
        if sample in written:
            raise FormatError(f"sample {row['sample']} ({sample}) has two rows in the clinical table")
        written.add(sample)
        values = [f"{value:.4f}" for value in expression.values[sample]]
        writer.writerow([sample, *values, row["label"], row.get("split") or part, *(row[name] for name in ABOUT)])
    return stream.getvalue()


def _accession(expression: Expression, name: str) -> str:
    """Return the accession of a sample that the clinical table names by accession or title."""
    found = (name,) if name in expression.values else expression.titles.get(name, ())
    if len(found) > 1:
        raise FormatError(f"{len(found)} samples have the title {name!r}: {', '.join(found)}; name one by accession")
    if not found or found[0] not in expression.values:
        raise FormatError(f"sample {name} of the clinical table is not in the series matrix")
    without = [
        gene for gene, v in zip(expression.genes, expression.values[found[0]], strict=True) if not math.isfinite(v)
    ]
    if without:
        raise FormatError(f"sample {name} has no expression of {', '.join(without)} in the series matrix")
    return found[0]

import gzip
import subprocess
import sys

import numpy as np
import pytest

from dsdcompile.design.tables import DataTable
from dsdcompile.errors import FormatError
from dsdcompile.train.datasets import VIRUS_FILE, load_data
from dsdcompile.train.geo import GENES, read_clinical, read_series_matrix, virus_table
from tests.conftest import ROOT

SAMPLES = [f"GSM{i}" for i in range(40)]


def matrix() -> str:
    """A series matrix as GEO writes it: a blank line between the series and its samples, keys that repeat."""
    rng = np.random.default_rng(0)
    quoted = "\t".join(f'"{name}"' for name in SAMPLES)
    titles = "\t".join(f'"Subject {i % 8}, Hour {i}"' for i in range(40))
    lines = ['!Series_title\t"Host gene expression"', '!Series_summary\t"a 5" tube', '!Series_summary\t""', ""]
    lines += [f"!Sample_title\t{titles}", f"!Sample_geo_accession\t{quoted}"]
    lines += ['!Sample_characteristics_ch1\t"time"'] * 2
    lines += ["!series_matrix_table_begin", f'"ID_REF"\t{quoted}']
    for gene in (*GENES, "99_at"):
        values = "\t".join(f"{value:.6f}" for value in rng.normal(7, 1, 40))
        lines.append(f'"{gene}"\t{values}')
    return "\n".join([*lines, "!series_matrix_table_end", ""])


def clinical(separator: str = ",", header: str = "sample,study,subject,hour,label,from_hour,to_hour") -> str:
    rows = [header.split(",")]
    for i in range(40):
        sample = SAMPLES[i] if i % 2 else f'"Subject {i % 8}, Hour {i}"'
        span = ["10", "30"] if i % 8 else ["", ""]
        rows.append([sample, "DEE1", str(i % 8), str(i), "RSV" if i % 8 < 4 else "HRV", *span])
    return "\n".join(separator.join(row) for row in rows) + "\n"


@pytest.mark.parametrize(("packed", "separator"), [(True, ","), (False, "\t")])
def test_the_script_builds_a_table_that_the_loader_reads(packed, separator, tmp_path):
    (tmp_path / "m.txt").write_bytes(gzip.compress(matrix().encode()) if packed else matrix().encode())
    (tmp_path / "c.csv").write_text(clinical(separator))
    command = [sys.executable, ROOT / "scripts/studies/virus_table.py", "m.txt", "c.csv", "--out", VIRUS_FILE]
    done = subprocess.run(command, cwd=tmp_path, capture_output=True, text=True, check=True)
    active = [i for i in range(10, 31) if i % 8]
    assert f"{len(active)} active infections" in done.stdout
    data = load_data(DataTable(name="virus", directory="."), tmp_path)
    assert data.class_names == ("HRV", "RSV")
    expression = read_series_matrix(tmp_path / "m.txt")
    expected = [expression.values[SAMPLES[i]] for i in active]
    np.testing.assert_allclose(data.features, expected, atol=5.1e-5)
    assert len(data.train) > len(data.test) >= len(data.validation) >= 1


def test_a_yes_or_no_column_and_a_split_are_kept(tmp_path):
    (tmp_path / "m.txt").write_text(matrix())
    rows = ["sample,study,subject,hour,label,active,split", "GSM3,S,1,5,RSV,yes,test", "GSM4,S,1,6,RSV,no,train"]
    (tmp_path / "c.csv").write_text("\n".join(rows))
    table = virus_table(read_series_matrix(tmp_path / "m.txt"), read_clinical(tmp_path / "c.csv"))
    assert table.splitlines()[1].startswith("GSM3,")
    assert table.splitlines()[1].endswith(",RSV,test,S,1,5")
    assert len(table.splitlines()) == 2


@pytest.mark.parametrize(
    ("matrix_change", "clinical_change", "message"),
    [
        (("ID_REF", "ID"), ("", ""), "no table with ID_REF"),
        (("10009_at", "11_at"), ("", ""), "no row for 10009_at"),
        (("", ""), ("from_hour", "start"), r"no column active \(or from_hour and to_hour\)"),
        (("", ""), ("GSM13", "GSM999"), "sample GSM999 of the clinical table is not in the series matrix"),
        (("", ""), (",10,", ",ten,"), "line 3: hour, from_hour and to_hour must be numbers"),
        (("", ""), ("GSM15,DEE1,7,15,HRV", "GSM15,DEE1,7,15,"), "line 17: an active infection without label"),
        (("", ""), ("GSM15,DEE1", "GSM15,,DEE1"), "line 17: 8 cells; the header has 7"),
        (("", ""), ("GSM15", "GSM13"), r"sample GSM13 \(GSM13\) has two rows in the clinical table"),
        (("", ""), ('"Subject 4, Hour 12"', "GSM13"), r"sample GSM13 \(GSM13\) has two rows"),
        (("Subject 6, Hour 14", "Subject 4, Hour 12"), ("", ""), "2 samples have the title .* GSM12, GSM14"),
        (("GSM14", "GSM12"), ("", ""), "ID_REF: a sample has two columns"),
        (('"99_at"', '"10009_at"'), ("", ""), "two rows are named 10009_at"),
        (('"10009_at"\t', '"10009_at"\t7\t'), ("", ""), "10009_at: 41 cells for 40 samples"),
        (('"10009_at"\t', '"10009_at"\tlow'), ("", ""), "10009_at: 'low"),
        (("!series_matrix_table_end", ""), ("", ""), "not a whole GEO series matrix"),
    ],
)
def test_wrong_files_are_refused(matrix_change, clinical_change, message, tmp_path):
    (tmp_path / "m.txt").write_text(matrix().replace(*matrix_change))
    (tmp_path / "c.csv").write_text(clinical().replace(*clinical_change))
    with pytest.raises(FormatError, match=message):
        virus_table(read_series_matrix(tmp_path / "m.txt"), read_clinical(tmp_path / "c.csv"))


@pytest.mark.parametrize("nothing", ["", "null", "NA", "nan", "inf"])
def test_a_cell_without_a_value_matters_only_in_a_sample_that_is_used(nothing, tmp_path):
    rows = [line.split("\t") for line in matrix().split("\n")]
    gene = next(row for row in rows if row[0] == '"10009_at"')
    gene[1 + 13] = nothing
    (tmp_path / "m.txt").write_text("\n".join(map("\t".join, rows)))
    expression = read_series_matrix(tmp_path / "m.txt")
    header = "sample,study,subject,hour,label,active\n"
    (tmp_path / "c.csv").write_text(header + "GSM12,S,1,5,RSV,yes\nGSM13,S,1,5,RSV,no\n")
    assert "GSM12" in virus_table(expression, read_clinical(tmp_path / "c.csv"))
    (tmp_path / "c.csv").write_text(header + "GSM13,S,1,5,RSV,yes\n")
    with pytest.raises(FormatError, match="sample GSM13 has no expression of 10009_at"):
        virus_table(expression, read_clinical(tmp_path / "c.csv"))


def test_a_split_that_is_no_part_is_refused_and_excel_s_mark_is_not_part_of_a_name(tmp_path):
    text = "sample,study,subject,hour,label,active,split\nGSM3,S,1,5,RSV,yes,unused\n"
    (tmp_path / "c.csv").write_text(text, encoding="utf-8-sig")
    assert read_clinical(tmp_path / "c.csv")[0]["sample"] == "GSM3"
    (tmp_path / "c.csv").write_text(text.replace("unused", "training"))
    with pytest.raises(FormatError, match="split is 'training'; expected train, validation, test, unused or nothing"):
        read_clinical(tmp_path / "c.csv")

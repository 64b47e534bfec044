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
    rng = np.random.default_rng(0)
    quoted = "\t".join(f'"{name}"' for name in SAMPLES)
    titles = "\t".join(f'"Subject {i % 8}, Hour {i}"' for i in range(40))
    lines = ['!Series_title\t"Host gene expression"', f"!Sample_title\t{titles}", f"!Sample_geo_accession\t{quoted}"]
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
    ],
)
def test_wrong_files_are_refused(matrix_change, clinical_change, message, tmp_path):
    (tmp_path / "m.txt").write_text(matrix().replace(*matrix_change))
    (tmp_path / "c.csv").write_text(clinical().replace(*clinical_change))
    with pytest.raises(FormatError, match=message):
        virus_table(read_series_matrix(tmp_path / "m.txt"), read_clinical(tmp_path / "c.csv"))

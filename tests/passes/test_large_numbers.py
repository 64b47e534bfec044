"""Product lists whose lengths exceed 64-bit integers: exact where they can be, refused where not, never wrapped."""

import itertools
import json

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy import sparse

from dsdcompile.cli.main import main
from dsdcompile.crn.crn import Crn
from dsdcompile.crn.limit import limit
from dsdcompile.crn.matrices import checked_product, checked_sum, frozen_sparse, row_sums
from dsdcompile.crn.text import parse_crn
from dsdcompile.dsd.domain import DomainLengths
from dsdcompile.errors import LimitExceededError
from dsdcompile.passes.cost import CostModel
from dsdcompile.passes.declared import Setting
from dsdcompile.passes.inline import inline
from dsdcompile.passes.legalise import legalise
from dsdcompile.passes.merge import merge
from dsdcompile.passes.plan import cheapest, plans
from dsdcompile.passes.reduce import reduce
from dsdcompile.passes.shapes import shape_table
from dsdcompile.schemes.catalogue import SCHEMES

MODEL = CostModel(SCHEMES[0].template, SCHEMES[0].accepts, SCHEMES[0].form, DomainLengths(), 2, 0.2)
counts = st.sampled_from([0, 1, 2, 1 << 30, 1 << 60, 1 << 61])
tables = st.integers(1, 3).flatmap(lambda n: st.lists(st.lists(counts, min_size=n, max_size=n), min_size=n, max_size=n))


def chain(copies: list[int], last: str, *, of: str = "X", outputs: str = "") -> Crn:
    """X makes copies of A0, which make copies of A1, and so on to ``last``."""
    names = [of, *(f"{of}A{i}" for i in range(len(copies)))]
    steps = [f"{name} -> {next_}" for name, next_ in itertools.pairwise(names)]
    crn = parse_crn("\n".join([f"#! input {of}", outputs, *steps, f"{names[-1]} -> {last}"]))
    factor = np.ones(crn.n_reactions, dtype=np.int64)
    factor[: len(copies)] = copies
    return crn.with_(products=frozen_sparse(crn.products.multiply(factor[:, None])))


def exact(matrix: list[list[int]]) -> np.ndarray:
    return np.array(matrix, dtype=object)


@given(tables, st.sampled_from([checked_product, checked_sum]))
def test_products_and_sums_are_exact_or_refused(table, operation):
    big = exact(table)
    wanted = big @ big if operation is checked_product else big + big
    matrix = frozen_sparse(np.array(table, dtype=np.int64))
    if max(wanted.sum(axis=1)) >= 2**62:
        with pytest.raises(LimitExceededError, match="64-bit"):
            operation(matrix, matrix, "it")
    else:
        assert operation(matrix, matrix, "it").toarray().tolist() == wanted.tolist()


def test_a_reaction_makes_no_more_molecules_than_can_be_counted():
    crn = parse_crn("X -> A + B")
    most = crn.with_(products=crn.products * (1 << 60))
    assert row_sums(most.products, "it").tolist() == [1 << 61]
    with pytest.raises(LimitExceededError, match="molecules of one reaction"):
        crn.with_(products=crn.products * (1 << 61))


def test_lists_that_are_too_long_only_in_sum_are_refused():
    """Every count is 10^18; the twelve together are not a 64-bit integer."""
    outputs = [f"Y{i}" for i in range(12)]
    crn = chain([10**6, 10**6, 10**6], " + ".join(outputs), outputs="\n".join(f"#! output {y}" for y in outputs))
    with pytest.raises(LimitExceededError, match=r"1.2e\+19"):
        reduce(crn)


def test_many_ways_to_one_species_are_added_without_wrapping():
    """Way i makes 10^18 Y after i detours: the sum over all ways wraps, no product of the closure does."""
    ways = []
    for i in range(10):
        names = [f"Z{i}", *(f"D{i}_{k}" for k in range(i)), f"A{i}", f"B{i}", f"C{i}"]
        ways += [f"{name} -> {next_}" for name, next_ in itertools.pairwise(names[: i + 1])]
        ways += [f"{name} -> 1000000 {next_}" for name, next_ in itertools.pairwise([*names[i:-1], "Y"])]
    crn = parse_crn(
        "#! input X\n#! output Y\nX -> V\nV -> " + " + ".join(f"Z{i}" for i in range(10)) + "\n" + "\n".join(ways)
    )
    with pytest.raises(LimitExceededError, match="64-bit"):
        reduce(crn)


def test_totals_over_reactions_are_exact():
    """Each list is a 64-bit integer, the eight together are not."""
    crn = parse_crn("\n".join(f"#! input X{i}\n#! output Y{i}\nX{i} -> Y{i}" for i in range(8)))
    crn = crn.with_(products=crn.products * (4 * 10**18))
    assert MODEL.cost(crn).modules == 8 * (4 * 10**18 - 1)
    with pytest.raises(LimitExceededError, match=r"3.2e\+19 copies"):
        legalise(crn, MODEL.accepts, 2)


def test_lists_that_are_not_counted_exactly_are_left_alone():
    """Substituting A would save its modules, and make X's list 2^62 long."""
    crn = parse_crn("#! input X\n#! output Y\nX -> Y + A\nA -> Y")
    most = sparse.csr_array(np.array([[(1 << 62) - 2049], [2048]]))
    long = crn.with_(products=crn.products + (crn.products > 0).multiply(most).multiply(np.array([[0, 1, 0]])))
    assert inline(long, 3).crn == long


def test_merging_long_lists_adds_them():
    crn = parse_crn("#! input X\n#! output Y\nX -> A + B\nA -> 2Y\nB -> 2Y")
    assert merge(crn.with_(products=crn.products * (1 << 60))).crn.products.max() == 1 << 61


def test_a_plan_that_is_refused_does_not_hide_one_that_is_not():
    crn = chain([10**9, 10**9], "Y", outputs="#! output Y")
    told: list[str] = []
    made = cheapest(crn, Setting(MODEL), plans("cost")[::-1], told.append)
    assert made.cost.modules < 200
    assert any("given up" in line and "copies" in line for line in told)
    assert [one.cost for one in made.tried] == [None, made.cost]
    assert limit(made.legal.crn, [[2.0]]) == 2e18


def test_a_gate_of_a_million_strands_is_refused_without_looking_for_it():
    with pytest.raises(LimitExceededError, match="1000000A -> B has 1,000,001 molecules"):
        shape_table(parse_crn("1000000 A -> B"))


@pytest.mark.parametrize(("how", "status"), [("paper", 2), ("cost", 0)])
def test_a_file_of_long_lists_is_compiled_or_refused_in_words(how, status, tmp_path, capsys):
    file = tmp_path / "long.crn"
    outputs = [f"Y{i}" for i in range(12)]
    declared = "".join(f"#! output {y}\n" for y in outputs)
    steps = "X -> 1000 A\nA -> 1000000 B\nB -> 1000000 C\nC -> 1000 D\n"
    file.write_text(f"#! input X\n{declared}{steps}D -> {' + '.join(outputs)}\n")
    assert main(["compile", str(file), "--reduce", how, "--out", str(tmp_path / "out")]) == status
    told = capsys.readouterr().err
    assert "-" not in "".join(line.split("modules")[0][-12:] for line in told.splitlines() if "modules" in line)
    if status:
        assert "beyond 64-bit integers" in told
    else:
        assert json.loads((tmp_path / "out/summary.json").read_text())["passes"][-1]["modules"] < 1000

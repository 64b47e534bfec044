"""The adapter: limits are found without logs, exceptions are verdicts, nobody else's objects matter."""

import logging
import multiprocessing
from concurrent.futures import ProcessPoolExecutor, ThreadPoolExecutor

import peppercornenumerator as peppercorn
import pytest
from peppercornenumerator.objects import PepperDomain, show_memory

from dsdcompile.crn.text import parse_crn
from dsdcompile.dsd.kernel import parse_kernel
from dsdcompile.enumeration.check import enumerate_system, system_check, template_check
from dsdcompile.enumeration.composition import compose
from dsdcompile.enumeration.options import EnumerationOptions
from dsdcompile.enumeration.peppercorn import enumerate_complexes
from dsdcompile.schemes.catalogue import find_scheme
from dsdcompile.schemes.translate import translate
from dsdcompile.stages.verification import verify_modules
from dsdcompile.verify.verdict import Outcome

SYSTEM = translate(parse_crn("A + B -> C\nA @i 1\nB @i 1"), find_scheme("soloveichik2010"))
TUBE = [parse_kernel("h a b c"), parse_kernel("b( c( d + ) ) a*"), parse_kernel("b c")]
LENGTHS = dict.fromkeys("bhd", 15) | dict.fromkeys("ac", 6)
POLYMER = [parse_kernel("b d"), parse_kernel("b* d*")]
FOLDS = [parse_kernel("a h a h a h a h a* h a* h a* h a*")]


@pytest.fixture(params=["heard", "disabled", "level"])
def logs(request):
    """Logs as they come, or muted as an application may mute them."""
    logger = logging.getLogger("peppercornenumerator.enumerator")
    if request.param == "disabled":
        logging.disable(logging.CRITICAL)
    if request.param == "level":
        logger.setLevel(logging.CRITICAL)
    yield
    logging.disable(logging.NOTSET)
    logger.setLevel(logging.NOTSET)


@pytest.mark.usefixtures("logs")
@pytest.mark.parametrize(
    ("limit", "said"),
    [
        (EnumerationOptions(max_complex_size=3), "max_complex_size = 3"),
        (EnumerationOptions(max_complexes=5), "max_complexes"),
        (EnumerationOptions(max_reactions=2), "max_reactions"),
        (EnumerationOptions(max_seconds=0), "max_seconds"),
    ],
)
def test_every_limit_is_a_verdict_whether_logs_are_read_or_not(limit, said):
    found = enumerate_system(SYSTEM, limit)
    assert not found.complete
    assert said in found.limits[0]
    assert system_check(SYSTEM, found).outcome is Outcome.UNDECIDED
    assert compose(SYSTEM, limit).check.outcome is Outcome.UNDECIDED
    template = template_check(SYSTEM.templates[0], SYSTEM.form, SYSTEM.lengths, limit)
    assert template.outcome is Outcome.UNDECIDED
    assert said in template.detail


def test_muted_logs_leave_a_doubt_about_rates():
    logging.disable(logging.CRITICAL)
    try:
        assert "muted" in enumerate_complexes(TUBE, LENGTHS).doubts[0]
    finally:
        logging.disable(logging.NOTSET)
    assert enumerate_complexes(TUBE, LENGTHS).doubts == ()


@pytest.mark.parametrize("error", [AssertionError("odd"), RecursionError("deep"), peppercorn.CondensationError("no")])
def test_what_peppercorn_raises_decides_nothing(monkeypatch, error):
    def fail(self):
        raise error

    monkeypatch.setattr(peppercorn.Enumerator, "enumerate", fail)
    verification = verify_modules(SYSTEM, whole=True)
    assert verification.outcome is Outcome.UNDECIDED
    undecided = [check for check in verification.checks if check.outcome is Outcome.UNDECIDED]
    told = [check for check in undecided if type(error).__name__ in check.detail]
    assert len(told) == 3  # the template, the composition, the whole
    assert len(undecided) == 4  # and what the modules do as a whole
    monkeypatch.undo()
    assert not list(show_memory())
    assert enumerate_complexes(TUBE, LENGTHS).complete


def test_a_complex_too_large_for_the_limit_decides_nothing():
    assert verify_modules(SYSTEM, whole=True, options=EnumerationOptions(max_complex_size=2)).outcome is (
        Outcome.UNDECIDED
    )


def test_objects_that_others_hold_do_not_matter():
    expected = enumerate_complexes(TUBE, LENGTHS)
    for length in (LENGTHS["a"], 3):
        mine = PepperDomain("a", length=length)
        assert enumerate_complexes(TUBE, LENGTHS) == expected
        assert mine.length == length


def test_threads_and_spawned_processes_find_the_same():
    expected = enumerate_complexes(TUBE, LENGTHS)
    spawn = multiprocessing.get_context("spawn")
    for pool in (ThreadPoolExecutor(4), ProcessPoolExecutor(2, mp_context=spawn)):
        with pool:
            found = list(pool.map(enumerate_complexes, [TUBE] * 4, [LENGTHS] * 4))
        assert found == [expected] * 4


@pytest.mark.parametrize("tube", [POLYMER, FOLDS], ids=["polymer", "one strand of many folds"])
def test_growth_without_end_is_stopped_inside_one_neighbourhood_too(tube):
    found = enumerate_complexes(tube, LENGTHS, EnumerationOptions(max_complex_size=200, max_complexes=20))
    assert not found.complete
    assert "max_complexes" in found.limits[0]

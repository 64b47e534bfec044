"""Rates of modules' steps and of leaks, from toeholds that a person can spell out."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any

import numpy as np
import pytest

from dsdcompile.crn.text import parse_crn
from dsdcompile.dsd.displacement import displacements
from dsdcompile.dsd.domain import Domain, Part
from dsdcompile.dsd.kernel import parse_kernel
from dsdcompile.dsd.leak import leaks
from dsdcompile.schemes.catalogue import SCHEMES, find_scheme
from dsdcompile.schemes.scheme import Scheme
from dsdcompile.schemes.translate import translate
from dsdcompile.sequences.rates.geometry import Spelled
from dsdcompile.sequences.rates.leaks import leak_rate, leak_rates
from dsdcompile.sequences.rates.openness import Opening, open_shares
from dsdcompile.sequences.rates.steps import UNKNOWN, step_rates
from dsdcompile.sequences.rates.three_step import LEAK, SPREAD, displacement_rate
from dsdcompile.sequences.rates.toeholds import toehold
from dsdcompile.sequences.thermo.conditions import Conditions
from dsdcompile.sequences.thermo.model import Ensemble, Question

THEIRS = Conditions(25.0, 0.0, 0.0125)
SEQUENCES = {
    "a": "TCTCCA",
    "b": "CCCTCATTCAATACC",
    "c": "CATACT",
    "e": "TTACCA",
    "f": "ACCATCTTACACCTA",
    "h": "ACATCCTTAACACTA",
}
SIZES = {name: Domain(name, Part.RECOGNITION, len(s)) for name, s in SEQUENCES.items()}


@dataclass
class Open:
    """A backend in which every base is open with one probability."""

    share: float = 1.0
    conditions: Conditions = THEIRS
    asked: list[Question] = field(default_factory=list)

    @property
    def provenance(self) -> dict[str, Any]:
        return {}

    def ensembles(self, questions: Sequence[Question]) -> list[Ensemble]:
        self.asked += questions
        return [Ensemble(0.0, 0.0, "", np.full(q.length, self.share)) for q in questions]


def words(names: list[str], lengths: dict[str, int]) -> dict[str, str]:
    random = np.random.default_rng(7)
    return {name: "".join(random.choice(list("ACT"), lengths[name])) for name in names}


def test_toeholds_are_spelled_with_both_neighbours() -> None:
    (way,) = displacements(parse_kernel("h a b c"), parse_kernel("b( c( e( + f( + ) ) ) ) a*"), SIZES)
    spelled = Spelled(way, SEQUENCES)
    near = toehold(SEQUENCES["a"], THEIRS, inner="C", inner_first=False)
    # e leaves between c, which the invader has taken, and the helix of f that begins behind the nick
    far = toehold(SEQUENCES["e"], THEIRS, inner="T", outer="A", inner_first=True)
    assert spelled.invading(THEIRS) == near
    assert spelled.holding(THEIRS) == far
    assert spelled.branch() == 21


@pytest.mark.parametrize("scheme", SCHEMES, ids=lambda s: s.name)
def test_every_step_of_every_scheme_gets_a_rate(scheme: Scheme) -> None:
    system = translate(parse_crn("A + B -> C\nC -> D\n"), scheme)
    lengths = {name: domain.length for name, domain in system.inventory.domains.items()}
    sequences = words(sorted(lengths), lengths)
    width = max(len(t.reactions) for t in system.templates)
    design = np.full((system.n_modules, width), 1e6)
    shut, wide = (step_rates(system, sequences, Open(share), design) for share in (0.5, 1.0))
    assert not wide.unknown
    used = wide.values > 0
    assert int(used.sum()) == wide.count
    assert (wide.values[used] < 4e6).all()
    assert len(set(np.round(wide.values[used], 3))) > 2
    assert (wide.spread[used] <= SPREAD**2).all()
    # half as open on either side: a quarter of the rate
    assert shut.values[used] == pytest.approx(wide.values[used] / 4, rel=1e-9)


def test_shares_that_are_known_ask_nothing_and_each_toehold_is_asked_about_once() -> None:
    system = translate(parse_crn("A -> B\nA -> C\n"), find_scheme("soloveichik2010"))
    lengths = {name: domain.length for name, domain in system.inventory.domains.items()}
    sequences, design = words(sorted(lengths), lengths), np.full((2, 2), 1e6)
    model, told = Open(0.5), list[Opening]()

    def known(asked: Sequence[Opening]) -> list[float]:
        told.extend(asked)
        return [0.5] * len(asked)

    without = step_rates(system, sequences, Open(0.5), design)
    assert (step_rates(system, sequences, model, design, known).values == without.values).all()
    assert not model.asked
    assert len(told) == len(set(told)) < 2 * without.count  # both modules take up the same A


def test_the_least_open_base_of_a_toehold_counts() -> None:
    @dataclass
    class Falling(Open):
        def ensembles(self, questions: Sequence[Question]) -> list[Ensemble]:
            return [Ensemble(0.0, 0.0, "", np.linspace(1.0, 0.0, q.length)) for q in questions]

    asked = [Opening(Question(("ACTACTACTAC",)), places) for places in (((0, 3),), ((0, 3), (5, 6)), ())]
    assert open_shares(asked, Falling()) == pytest.approx((0.8, 0.5, 1.0))


def test_a_step_that_is_no_displacement_keeps_the_designs_rate_and_says_so() -> None:
    system = translate(parse_crn("A -> B\n"), find_scheme("soloveichik2010"))
    template = system.templates[0]
    wrong = type(template.reactions[0])(("X", "G"), ("W1",), "forward")
    broken = type(template)(template.shape, template.slots, template.complexes, (wrong, *template.reactions[1:]))
    odd = type(system)(**{**{n: getattr(system, n) for n in FIELDS}, "templates": (broken,)})
    lengths = {name: domain.length for name, domain in system.inventory.domains.items()}
    rates = step_rates(odd, words(sorted(lengths), lengths), Open(), np.full((1, 2), 5e4))
    assert rates.unknown == ((0, 0),)
    assert (rates.values[0, 0], rates.spread[0, 0]) == (5e4, UNKNOWN)


FIELDS = ("scheme", "crn", "form", "lengths", "templates", "template", "species", "reaction", "toeholds")


def test_a_saturated_toehold_and_a_short_one_differ_by_orders() -> None:
    for size, low, high in ((2, 10.0, 3e3), (6, 5e5, 4e6)):
        domains = {**SIZES, "a": Domain("a", Part.TOEHOLD, size)}
        (way,) = displacements(parse_kernel("a b"), parse_kernel("b( + ) a*"), domains)
        spelled = Spelled(way, {**SEQUENCES, "a": "TCTCCA"[-size:]})
        none = spelled.holding(THEIRS)
        rate = displacement_rate(spelled.invading(THEIRS), spelled.branch(), none, THEIRS)
        assert low < rate.value < high


def leaking(invader: str, target: str, sequences: dict[str, str]) -> Any:
    sizes = {name: Domain(name, Part.RECOGNITION, len(s)) for name, s in sequences.items()}
    (way, *_) = displacements(parse_kernel(invader), parse_kernel(target), sizes, leaks=True)
    return leak_rate(way, sequences, THEIRS)


def test_the_measured_leak_lies_in_its_own_range() -> None:
    sequences = {"b": "CCCTCATTCAATACCCTACG", "t": "TCTCCATGTCACTTC"}
    sizes = {name: Domain(name, Part.RECOGNITION, len(s)) for name, s in sequences.items()}
    found = list(displacements(parse_kernel("b"), parse_kernel("b( + ) t*"), sizes, leaks=True))
    rates = [leak_rate(way, sequences, THEIRS) for way in found]
    assert any(rate.low < LEAK < rate.high for rate in rates)
    assert min(abs(math.log(rate.middle / LEAK)) for rate in rates) < 0.05


def test_clamps_and_strong_ends_and_nicks_slow_leak() -> None:
    weak = leaking("b", "b( + ) x*", {"b": "TTACCCATACATACATCACC", "x": "ACTACT"})
    strong = leaking("b", "b( + ) x*", {"b": "GCACCCATACATACATCACC", "x": "ACTACT"})
    clamped = leaking("b", "k( b( + ) ) x*", {"b": "TTACCCATACATACATCACC", "k": "CG", "x": "ACTACT"})
    nicked = leaking("b", "x( + b( + ) )", {"b": "TTACCCATACATACATCACC", "x": "ACTACT"})
    assert strong.middle < weak.middle / 2
    assert clamped.middle < weak.middle / 20
    assert nicked.low < weak.low / 5
    assert nicked.high == pytest.approx(weak.high)


def test_every_leak_of_a_system_has_an_ordered_range() -> None:
    system = translate(parse_crn("A + B -> C\nC -> D\n"), find_scheme("chen2013"))
    lengths = {name: domain.length for name, domain in system.inventory.domains.items()}
    rates = leak_rates(leaks(system), words(sorted(lengths), lengths), THEIRS)
    assert rates
    assert all(0 < rate.low < rate.middle < rate.high < 1e4 for rate in rates)

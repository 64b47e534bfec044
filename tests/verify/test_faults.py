"""Planted faults: every kind of mistake in strands, names, tables, doses or enumeration is reported; none passes.

Each is planted in what the verifier is given, in every scheme that can have it, and goes through the whole verifier,
without enumerating the whole system: what only that would show would not be found in a large one.
"""

import dataclasses
import itertools
import json
import xml.etree.ElementTree as ET
from collections.abc import Callable

import numpy as np
import pytest

from dsdcompile.dsd.complex import NICK, Complex, can_bind
from dsdcompile.dsd.domain import Part, Scope
from dsdcompile.dsd.kernel import parse_kernel
from dsdcompile.dsd.system import DsdSystem
from dsdcompile.dsd.template import DomainSlot, Role, Template, TemplateComplex, TemplateReaction
from dsdcompile.enumeration.options import EnumerationOptions
from dsdcompile.formats.design_file import load_design
from dsdcompile.formats.store import Store
from dsdcompile.report.drawing import draw
from dsdcompile.schemes.catalogue import SCHEMES
from dsdcompile.stages import verification
from dsdcompile.stages.compilation import compile_crn
from dsdcompile.stages.source import read_source
from dsdcompile.stages.stopwatch import Stopwatch
from dsdcompile.stages.translation import translate_crn
from dsdcompile.stages.verification import verify_modules, verify_system
from dsdcompile.verify.verdict import Outcome

TEXT = "#! output D\nA -> B + C\nB + C -> D\nA @i 10 nM\n"
SETTINGS = ["kinetics.unit='10 nM'", 'passes.reduce="none"', 'verify.whole="never"', "verify.equivalence=false"]
SPLIT, JOIN = 0, 1
"""The templates of A -> B + C and of B + C -> D."""


@dataclasses.dataclass(frozen=True)
class Case:
    """A design on its way, as the verifier is given it."""

    parts: tuple
    folder: object

    @property
    def system(self) -> DsdSystem:
        return self.parts[3].system

    def verify(self, **changed):
        """Verify with parts of the translation replaced."""
        translated = dataclasses.replace(self.parts[3], **changed)
        return verify_system(*self.parts[:3], translated, Store(self.folder), Stopwatch()).verification

    def with_template(self, number: int, template: Template):
        templates = tuple(template if n == number else t for n, t in enumerate(self.system.templates))
        return self.verify(system=dataclasses.replace(self.system, templates=templates))


@pytest.fixture(scope="module", params=SCHEMES, ids=lambda s: s.name)
def case(request, tmp_path_factory):
    folder = tmp_path_factory.mktemp(request.param.name)
    (folder / "small.crn").write_text(TEXT)
    design = load_design(folder / "small.crn", [*SETTINGS, f'scheme.name="{request.param.name}"'])
    source = read_source(design, folder)
    compiled = compile_crn(design, source)
    return Case((design, source, compiled, translate_crn(design, source, compiled)), folder)


@pytest.fixture(autouse=True)
def _small(monkeypatch):
    """Faults may polymerise: then little is enough."""
    monkeypatch.setattr(verification, "EnumerationOptions", lambda: EnumerationOptions(max_complexes=300))


# -- changes of a template ---------------------------------------------------------------------------------------------


def with_parts(template: Template, change: Callable[[TemplateComplex], TemplateComplex], *more: DomainSlot) -> Template:
    return dataclasses.replace(template, complexes=tuple(map(change, template.complexes)), slots=template.slots + more)


def exchanged(template: Template, part: str, names: dict[str, str]) -> Template:
    """Return a template in which domains trade places in one complex."""
    both = names | {new: old for old, new in names.items()}

    def change(one):
        if one.name != part:
            return one
        return dataclasses.replace(one, complex=one.complex.renamed(lambda name: both.get(name, name)))

    return with_parts(template, change)


def extended(template: Template, strand: tuple[str, ...], tail: str, *more: DomainSlot) -> Template:
    """Return a template in which a strand is longer at its 3' end, in every complex that has it."""
    added = parse_kernel(tail)

    def longer(whole: Complex) -> Complex:
        sequence, structure = [], []
        for tokens, symbols in strands_of(whole):
            sequence += [NICK, *tokens, *(added.sequence if tokens == strand else ())]
            structure += [NICK, *symbols, *(added.structure if tokens == strand else ())]
        return Complex(tuple(sequence[1:]), tuple(structure[1:]))

    return with_parts(template, lambda one: dataclasses.replace(one, complex=longer(one.complex)), *more)


def strands_of(whole: Complex):
    cuts = [-1, *(i for i, token in enumerate(whole.sequence) if token == NICK), len(whole.sequence)]
    for start, end in itertools.pairwise(cuts):
        yield whole.sequence[start + 1 : end], whole.structure[start + 1 : end]


def with_steps(template: Template, change: Callable[[TemplateReaction], TemplateReaction]) -> Template:
    return dataclasses.replace(template, reactions=tuple(map(change, template.reactions)))


def product_toehold(template: Template) -> str:
    """Return a toehold of a product, or the toehold that all signals have."""
    slots = {slot.name: slot for slot in template.slots}
    signals = [c for c in template.of_role(Role.SIGNAL) if c.species not in template.shape.reactants]
    return next(t for t in signals[0].complex.sequence if slots[t].part is Part.TOEHOLD)


def gates(template: Template) -> list[TemplateComplex]:
    return [c for c in template.fuels if len(c.complex.strands) > 1]


def waste_bottom(template: Template) -> tuple[str, ...]:
    """Return the strand of waste that carries complements: nothing but waste and gates has it."""
    wastes = [c for c in template.of_role(Role.WASTE) if len(c.complex.strands) > 1]
    return max(wastes[-1].complex.strands, key=lambda strand: sum(token.endswith("*") for token in strand))


# -- faults ------------------------------------------------------------------------------------------------------------


def swapped_domain(case, monkeypatch):
    split = case.system.templates[SPLIT]
    part = {slot.name: slot.part for slot in split.slots}
    for gate in gates(split):
        for one, other in itertools.combinations(sorted(gate.complex.domains), 2):
            changed = exchanged(split, gate.name, {one: other})
            if part[one] is part[other] and changed[gate.name].complex.canonical() != gate.complex.canonical():
                return case.with_template(SPLIT, changed)
    raise AssertionError("no two domains to swap")


def wrong_order(case, monkeypatch):
    """The strands of the two products trade places along the gate that releases them."""
    split = case.system.templates[SPLIT]
    names = {slot.name for slot in split.slots}
    pairs = {n: n.replace("1", "2") for n in names if "1" in n and n.replace("1", "2") in names}
    gate = next(g for g in gates(split) if {*pairs, *pairs.values()} & g.complex.domains and len(g.complex.strands) > 2)
    return case.with_template(SPLIT, exchanged(split, gate.name, pairs))


def planted_names(monkeypatch, name):
    """Let domains be called what ``name`` says of slot, module, species and what they were called."""
    real = DsdSystem.domain_name
    monkeypatch.setattr(
        DsdSystem, "domain_name", lambda self, s, m, x: name(self, s, m, x, lambda n=x: real(self, s, m, n))
    )


def reused_history(case, monkeypatch):
    planted_names(monkeypatch, lambda self, s, m, x, real: f"m0_{s.name}" if s.scope is Scope.MODULE else real())
    return case.verify()


def shared_recognition(case, monkeypatch):
    def name(self, slot, module, species, real):
        shared = slot.scope is Scope.SPECIES and slot.part is Part.RECOGNITION and self.crn.species[species] == "B"
        return real(self.crn.index["A"]) if shared else real()

    planted_names(monkeypatch, name)
    return case.verify()


def complementary_toeholds(case, monkeypatch):
    if not any(s.part is Part.TOEHOLD and s.scope is Scope.SPECIES for s in case.system.form.domains):
        return None  # one universal toehold

    def name(self, slot, module, species, real):
        own = slot.scope is Scope.SPECIES and slot.part is Part.TOEHOLD and self.crn.species[species] == "B"
        return real(self.crn.index["A"]) + "*" if own else real()

    planted_names(monkeypatch, name)
    return case.verify()


def two_names(case, monkeypatch):
    """One module calls a domain of a species something else."""
    planted_names(
        monkeypatch, lambda self, s, m, x, real: "odd" if m == 1 and s.part is Part.RECOGNITION and x == 1 else real()
    )
    return case.verify()


def missing_backward_strand(case, monkeypatch):
    join, dosing = case.system.templates[JOIN], case.parts[3].dosing
    single = next(i for i, c in enumerate(join.fuels) if len(c.complex.strands) == 1)
    fuels = np.array(dosing.fuels)
    fuels[1, single] = 0.0
    return case.verify(dosing=dataclasses.replace(dosing, fuels=fuels))


def missing_gate(case, monkeypatch):
    """A gate that is no fuel is not in the tube."""
    join = case.system.templates[JOIN]
    name = gates(join)[0].name
    role = Role.INTERMEDIATE
    return case.with_template(
        JOIN, with_parts(join, lambda c: dataclasses.replace(c, role=role) if c.name == name else c)
    )


def exposed_toehold(case, monkeypatch):
    split = case.system.templates[SPLIT]
    return case.with_template(SPLIT, extended(split, waste_bottom(split), f"{product_toehold(split)}*"))


def hidden_toehold(case, monkeypatch):
    """The same, closed by a hairpin that opens by itself."""
    split = case.system.templates[SPLIT]
    loop = DomainSlot("loop", Part.HISTORY, Scope.MODULE)
    tail = f"{product_toehold(split)}*( loop )"
    return case.with_template(SPLIT, extended(split, waste_bottom(split), tail, loop))


def waste_that_reacts(case, monkeypatch):
    split = case.system.templates[SPLIT]
    waste, signal = split.of_role(Role.WASTE)[-1].name, split.of_role(Role.SIGNAL)[0].name
    more = TemplateReaction((waste, signal), (waste, signal), "again")
    return case.with_template(SPLIT, dataclasses.replace(split, reactions=(*split.reactions, more)))


def trap_elsewhere(case, monkeypatch):
    """A strand in one module and a gate in another that only these two show, through domains of the whole system."""
    slots = (DomainSlot("z1", Part.TOEHOLD, Scope.SYSTEM), DomainSlot("z2", Part.RECOGNITION, Scope.SYSTEM))
    added = [TemplateComplex("K", Role.FUEL, parse_kernel(k), dose=0.0) for k in ("z2( + ) z1*", "z1 z2")]
    templates = [
        dataclasses.replace(t, complexes=(*t.complexes, one), slots=t.slots + slots)
        for t, one in zip(case.system.templates, added, strict=True)
    ]
    dosing = case.parts[3].dosing
    fuels = np.hstack([dosing.fuels, np.full((2, 1), 1e-8)])
    system = dataclasses.replace(case.system, templates=tuple(templates))
    return case.verify(system=system, dosing=dataclasses.replace(dosing, fuels=fuels))


def wrong_product(case, monkeypatch):
    split = case.system.templates[SPLIT]
    product = next(c.name for c in split.of_role(Role.SIGNAL) if c.species not in split.shape.reactants)
    change = with_parts(split, lambda c: dataclasses.replace(c, species=0) if c.name == product else c)
    return case.with_template(SPLIT, change)


def lost_product(case, monkeypatch):
    split = case.system.templates[SPLIT]
    product = split.of_role(Role.SIGNAL)[-1].name
    return case.with_template(
        SPLIT,
        with_steps(split, lambda r: dataclasses.replace(r, products=tuple(n for n in r.products if n != product))),
    )


def reactant_kept(case, monkeypatch):
    join = case.system.templates[JOIN]
    reactant = next(c.name for c in join.of_role(Role.SIGNAL) if c.species == 1)

    def change(step):
        used = reactant in step.reactants
        return dataclasses.replace(step, products=(*step.products, reactant)) if used else step

    return case.with_template(JOIN, with_steps(join, change))


def small_dose(case, monkeypatch):
    return case.verify(turnover=case.parts[3].turnover * 2)


def wrong_count(case, monkeypatch):
    products = case.system.crn.products.copy()
    products.data = products.data + np.array([1, *[0] * (len(products.data) - 1)])
    return case.verify(system=dataclasses.replace(case.system, crn=case.system.crn.with_(products=products)))


def misbound(case, monkeypatch):
    species = np.array(case.system.species)
    species[SPLIT, [0, 1]] = species[SPLIT, [1, 0]]
    return case.verify(system=dataclasses.replace(case.system, species=species))


def module_too_many(case, monkeypatch):
    """D -> A + B, which stands for no reaction."""
    names, system, translated = case.system.crn.index, case.system, case.parts[3]
    more = {
        "template": np.append(system.template, SPLIT),
        "species": np.vstack([system.species, [names["D"], names["A"], names["B"]]]),
        "reaction": np.append(system.reaction, -1),
    }
    fuels = np.vstack([translated.dosing.fuels, translated.dosing.fuels[:1]])
    return case.verify(
        system=dataclasses.replace(system, **more), dosing=dataclasses.replace(translated.dosing, fuels=fuels)
    )


def missing_module(case, monkeypatch):
    system, translated = case.system, case.parts[3]
    fewer = {name: getattr(system, name)[:1] for name in ("template", "species", "reaction")}
    dosing = dataclasses.replace(translated.dosing, fuels=translated.dosing.fuels[:1])
    return case.verify(system=dataclasses.replace(system, **fewer), dosing=dosing)


def truncated(case, monkeypatch):
    monkeypatch.setattr(verification, "EnumerationOptions", lambda: EnumerationOptions(max_complex_size=3))
    return case.verify()


@dataclasses.dataclass(frozen=True)
class Fault:
    plant: Callable
    found_by: str
    """What the name of a check that reports it begins with."""
    drawn: bool = True
    """Whether strands are at fault, so that complexes are shown."""


FAULTS = {
    "a swapped domain": Fault(swapped_domain, "template"),
    "a gate with strands in the wrong order": Fault(wrong_order, "composition"),
    "a history domain of another module": Fault(reused_history, "every domain name"),
    "two species sharing a recognition domain": Fault(shared_recognition, "each species"),
    "complementary toeholds": Fault(complementary_toeholds, "every domain name"),
    "a domain under two names": Fault(two_names, "every domain name"),
    "a missing backward strand": Fault(missing_backward_strand, "fuels last"),
    "a missing gate": Fault(missing_gate, "template"),
    "an exposed toehold on waste": Fault(exposed_toehold, "waste"),
    "a toehold hidden in a hairpin": Fault(hidden_toehold, "composition"),
    "waste that reacts": Fault(waste_that_reacts, "waste"),
    "a trap in a module without a common species": Fault(trap_elsewhere, "composition"),
    "a wrong product": Fault(wrong_product, "net effect"),
    "a lost product": Fault(lost_product, "strands"),
    "a reactant that is not used up": Fault(reactant_kept, "net effect"),
    "a dose too small": Fault(small_dose, "fuels last"),
    "a wrong stoichiometric count": Fault(wrong_count, "each reaction", drawn=False),
    "a module bound to other species": Fault(misbound, "each reaction", drawn=False),
    "a module for no reaction": Fault(module_too_many, "each reaction", drawn=False),
    "a missing module": Fault(missing_module, "each reaction", drawn=False),
    "a truncated enumeration": Fault(truncated, "composition", drawn=False),
}
UNDECIDED = {"a truncated enumeration"}


@pytest.mark.parametrize("name", FAULTS)
def test_the_fault_is_reported(case, name, monkeypatch):
    fault = FAULTS[name]
    found = fault.plant(case, monkeypatch)
    if found is None:
        pytest.skip("the scheme cannot have this fault")
    wanted = Outcome.UNDECIDED if name in UNDECIDED else Outcome.REFUTED
    assert found.outcome is wanted
    checks = [check for check in found.checks if check.outcome is wanted]
    assert any(check.name.startswith(fault.found_by) for check in checks), [check.name for check in checks]
    for check in checks:
        assert check.detail
        assert check.witnesses or wanted is Outcome.UNDECIDED
    witnesses = [w for check in checks if check.name.startswith(fault.found_by) for w in check.witnesses]
    drawings = [draw(c, {}) for w in witnesses for c in (*w.reactants, *w.products)]
    assert bool(drawings) or not fault.drawn
    for drawing in drawings:
        ET.fromstring(drawing)


def test_without_faults_everything_passes(case):
    found = case.verify()
    assert found.outcome is Outcome.PROVED, [c for c in found.checks if c.outcome is not Outcome.PROVED]
    assert verify_modules(case.system, whole=True).outcome is Outcome.PROVED
    plain = json.loads(json.dumps(found.summary()))
    assert plain["options"] == dataclasses.asdict(EnumerationOptions(max_complexes=300))
    assert len(plain["patterns"]) == plain["classes"]["patterns of touching modules"]
    assert "A -> B + C with B + C -> C'" in plain["patterns"]


def test_other_names_for_the_same_domains_are_no_fault(case, monkeypatch):
    planted_names(monkeypatch, lambda self, s, m, x, real: f"x{real()[::-1]}")
    assert case.verify().outcome is Outcome.PROVED


def test_the_exposed_toehold_does_bind(case, monkeypatch):
    """The fault is the one that it says it is."""
    split = case.system.templates[SPLIT]
    changed = extended(split, waste_bottom(split), f"{product_toehold(split)}*")
    wastes, signals = changed.of_role(Role.WASTE), changed.of_role(Role.SIGNAL)
    assert any(can_bind(waste.complex, signal.complex) for waste in wastes for signal in signals)

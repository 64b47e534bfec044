"""What every scheme must keep, of this package or from outside: checked for each shape of reaction that it accepts.

The tests hold every scheme of the catalogue to all of :data:`SHAPES`; a scheme from outside is held to :data:`COMMON`
before it is used, and each template of a design is enumerated again when that is verified.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator

from dsdcompile.crn.shape import ReactionShape
from dsdcompile.dsd.domain import DomainLengths, Part, Scope
from dsdcompile.dsd.template import Template
from dsdcompile.enumeration.check import template_check
from dsdcompile.errors import DsdcompileError, SchemeError
from dsdcompile.schemes.scheme import Scheme
from dsdcompile.verify.certificates import conservation
from dsdcompile.verify.modules import net_check, waste_check
from dsdcompile.verify.reading import Reading, read_template
from dsdcompile.verify.verdict import Outcome, Relation

SidePair = tuple[tuple[int, ...], tuple[int, ...]]

COMMON: tuple[SidePair, ...] = (
    ((0,), ()),
    ((0,), (1,)),
    ((0,), (1, 2)),
    ((0,), (0, 1)),
    ((0, 1), (2,)),
    ((0, 1), (2, 3)),
    ((0, 1), (1, 2)),
    ((0, 0), (1,)),
)
"""Shapes, reactants and products by label, that almost every CRN has."""
SHAPES: tuple[SidePair, ...] = (
    *COMMON,
    ((0,), (0,)),
    ((0,), (1, 1)),
    ((0,), (1, 1, 2)),
    ((0,), (1, 1, 1)),
    ((0,), (1, 2, 3, 4)),
    ((0,), (0, 0)),
    ((0, 1), ()),
    ((0, 1), (0,)),
    ((0, 1), (1,)),
    ((0, 1), (2, 2)),
    ((0, 1), (0, 2)),
    ((0, 1), (0, 1)),
    ((0, 1), (0, 1, 2)),
    ((0, 1), (0, 0, 1, 2)),
    ((0, 1), (2, 2, 3, 3)),
    ((0, 1), (2, 3, 4, 5)),
    ((0, 0), ()),
    ((0, 0), (0,)),
    ((0, 0), (1, 2)),
    ((0, 0), (0, 1)),
    ((0, 0), (0, 0)),
    ((0, 0), (0, 0, 0)),
    ((0, 0), (0, 0, 1, 1)),
    ((0, 1, 2), ()),
    ((0, 1, 2), (3,)),
    ((0, 1, 2), (3, 4)),
    ((0, 1, 2), (2, 3)),
    ((0, 1, 2), (1, 2, 3)),
    ((0, 1, 2), (0, 1, 2)),
    ((0, 0, 1), (2, 2)),
    ((0, 0, 0), (1,)),
    ((0, 0, 0), (0, 0)),
    ((0, 1, 2, 3), (4,)),
)
"""Shapes with every kind of coincidence; gates for three reactants and more are few, and many schemes have none."""


def shapes(scheme: Scheme, sides: Iterable[SidePair] = SHAPES) -> Iterator[ReactionShape]:
    """Yield the shapes among these that the scheme says it builds."""
    for left, right in sides:
        shape = ReactionShape.of(left, right)
        if scheme.accepts(shape):
            yield shape


def check_contract(scheme: Scheme, sides: Iterable[SidePair] = SHAPES) -> None:
    """Refuse a scheme that does not do what it declares.

    Raises:
        SchemeError: the message names every shape and what is wrong with it.
    """
    problems = list(declaration_problems(scheme))
    if not problems:
        for shape in shapes(scheme, sides):
            problems += [f"{shape}: {problem}" for problem in shape_problems(scheme, shape)]
    if problems:
        raise SchemeError(f"scheme {scheme.name} breaks the contract of schemes: " + "; ".join(problems))


def declaration_problems(scheme: Scheme) -> Iterator[str]:
    """Yield what is wrong with what a scheme says of itself, and with which reactions it refuses."""
    for text in ("name", "citation", "summary", "guarantees", "kinetics"):
        if not getattr(scheme, text, ""):
            yield f"it declares no {text}"
    if not isinstance(getattr(scheme, "bisimilar", None), bool):
        yield "it does not declare whether its templates are bisimilar to their reactions"
    elif not scheme.bisimilar and not scheme.caveat:
        yield "it claims no bisimulation, so it needs a caveat to be read with every verdict"
    own = [slot for slot in scheme.form.domains if slot.scope is Scope.SPECIES and slot.part is Part.RECOGNITION]
    if not own:
        yield "its signals have no recognition domain of their species' own"
    for count in range(1, scheme.reactants + 3):
        refusal = scheme.refusal(ReactionShape.of(range(count), (count,)))
        if (refusal is None) != (count <= scheme.reactants):
            says = "accepts" if refusal is None else "refuses"
            yield f"it takes up to {scheme.reactants} reactants and {says} {count} that make one product"
    if scheme.refusal(ReactionShape.of((), (0,))) is None:
        yield "it accepts a reaction without reactants, which would never stop"


def shape_problems(scheme: Scheme, shape: ReactionShape) -> Iterator[str]:
    """Yield what is wrong with the template of a shape that the scheme accepts.

    The template's strands must do exactly the intended steps, these must sum to the reaction, waste must be inert,
    doses must be enough, and the module must show what the scheme claims. One that claims the same limit only may show
    nothing for rare shapes: systems with these are then left undecided.
    """
    try:
        template = scheme.template(shape)
    except DsdcompileError as error:
        yield str(error)
        return
    if template.shape != shape:
        yield f"its template is for {template.shape}"
        return
    checks = (net_check(template), waste_check(template), conservation(template))
    for check in (*checks, template_check(template, scheme.form, DomainLengths())):
        if check.outcome is not Outcome.PROVED:
            yield f"{check.name}: {check.outcome}, {check.detail}"
    for name, short in missing_doses(template).items():
        yield f"{name} is dosed {template[name].dose:g} times a turn, {short:g} fewer than a turn uses up"
    reading = read_template(template)
    if not isinstance(reading, Reading):
        if scheme.bisimilar or (shape.reactants, shape.products) in COMMON:
            yield f"shows nothing about its reaction: {reading}"
    elif scheme.bisimilar and reading.relation is not Relation.BISIMILAR:
        yield f"is claimed to be {Relation.BISIMILAR}, and shows only the {reading.relation}"


def missing_doses(template: Template) -> dict[str, float]:
    """Return by how much the dose of each fuel falls short of what one turn of a reaction uses up.

    What is no fuel and no reactant, and is used up, falls short by all of it.
    """
    used: Counter[str] = Counter()
    for reaction in template.reactions:
        if reaction.step != "reverse":
            used.update(reaction.reactants)
            used.subtract(reaction.products)
    doses = {fuel.name: fuel.dose for fuel in template.fuels}
    given = {signal.name for signal in template.complexes if signal.species in template.shape.reactants}
    return {
        name: count - doses.get(name, 0.0)
        for name, count in used.items()
        if count > doses.get(name, 0.0) and (name in doses or name not in given)
    }

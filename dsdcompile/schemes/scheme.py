"""The contract of a translation scheme: from the shape of a reaction to a template."""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Iterable
from typing import ClassVar

from dsdcompile.crn.reaction import Reaction
from dsdcompile.crn.shape import ReactionShape
from dsdcompile.dsd.domain import Domain, DomainLengths, strand_length
from dsdcompile.dsd.template import SignalForm, Template


class Scheme(ABC):
    """A published way to build any reaction of certain shapes from DNA strands."""

    name: ClassVar[str]
    """Named after its paper, such as ``soloveichik2010``."""
    aliases: ClassVar[tuple[str, ...]] = ()
    citation: ClassVar[str]
    summary: ClassVar[str]
    """One line: what its gates are like."""
    guarantees: ClassVar[str]
    """One line: what is verified of it, and what is known to fail."""
    bisimilar: ClassVar[bool]
    """Whether it claims that its templates are bisimilar to their reactions: then a refutation is a fault."""
    caveat: ClassVar[str] = ""
    """What a verdict on one of its systems does not say, to be read with every verdict; empty if nothing."""
    kinetics: ClassVar[str]
    """One line: how the rates of its steps relate to those of the reactions."""
    reactants: ClassVar[int] = 2
    """Most reactants of one gate; reactions with more are legalised where that keeps the limit, else refused."""
    remote: ClassVar[bool] = True
    """Whether its templates do only what is intended where remote toeholds act as well; proofs reject these."""
    whole_weight: ClassVar[int] = 1
    """How many times fewer modules than with four-domain signals a whole system may have to be enumerated in bearable
    time (measured; composition has no such limit)."""
    form: ClassVar[SignalForm]
    """How it writes a species as a strand."""

    @abstractmethod
    def refusal(self, shape: ReactionShape) -> str | None:
        """Return why the scheme cannot build this shape directly, or None if it can."""

    @abstractmethod
    def template(self, shape: ReactionShape) -> Template:
        """Return the template of a shape that :meth:`refusal` accepts."""

    def buffer(self) -> Template | None:
        """Return the template of a buffer module for matched kinetics, or None if the scheme has none.

        It exchanges a signal reversibly with a complex that holds it (:mod:`dsdcompile.dsd.matching`).
        """
        return None

    def accepts(self, shape: ReactionShape) -> bool:
        """Return whether the scheme can build this shape directly."""
        return self.refusal(shape) is None

    def unanswered(self, shape: ReactionShape) -> bool:
        """Return whether crnverifier is known to find no answer on pathway decomposition of this shape in a minute."""
        return False

    def longest_strand(self, products: int, lengths: DomainLengths) -> int:
        """Return the longest strand, in nt, of a two-reactant module with that many products."""
        return self.longest_of(ReactionShape.of((0, 1), tuple(range(2, 2 + products))), lengths)

    def longest_of(self, shape: ReactionShape, lengths: DomainLengths) -> int:
        """Return the longest strand, in nt, of a module of this shape."""
        template = self.template(shape)
        domains = {s.name: Domain(s.name, s.part, lengths.of(s.part)) for s in template.slots}
        return max(strand_length(strand, domains) for c in template.fuels for strand in c.complex.strands)


def twice(shape: ReactionShape) -> set[int]:
    """Return the labels of reactants that one firing takes more than once."""
    return {label for label in shape.reactants if shape.reactants.count(label) > 1}


def crowded(shape: ReactionShape, most: int) -> str | None:
    """Return why a gate for one to ``most`` reactants cannot build a shape, and how to rewrite it; None if it can."""
    count = len(shape.reactants)
    if 1 <= count <= most:
        return None
    hint = (
        "let two of them bind first: A + B <-> AB" if count else "write E -> E + ... with a species E that starts at 1"
    )
    span = {1: "one", 2: "one or two"}.get(most, f"one to {most}")
    return f"{count} reactants; gates take {span} ({hint})"


def explain(refused: Iterable[tuple[Reaction, str]], scheme: str, most: int = 3) -> str:
    """Return one message about the reactions a scheme cannot build."""
    listed = list(refused)
    lines = "; ".join(f"{reaction}: {why}" for reaction, why in listed[:most])
    more = f" (and {len(listed) - most} more)" if len(listed) > most else ""
    return f"{scheme} cannot build {lines}{more}"

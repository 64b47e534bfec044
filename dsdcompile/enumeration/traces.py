"""What a verdict on an implementation CRN says in words: the problem, or the trace, with its molecules."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence

from dsdcompile.crn.reaction import show_side
from dsdcompile.dsd.complex import Complex
from dsdcompile.verify.bags import Bag, bag
from dsdcompile.verify.equivalence import Claim
from dsdcompile.verify.exploration import Fault, Trace
from dsdcompile.verify.interpretation import Problem
from dsdcompile.verify.verdict import Witness

MOST_FURTHER = 4
"""Reactions listed that can follow at the end of a trace."""


def show_problem(claim: Claim, problem: Problem) -> str:
    """Say why there is no proof."""
    names = claim.implementation.species
    text = problem.text.format(show_bag(names, tuple((one, 1) for one in problem.species)))
    return text if problem.step is None else f"{text}: {_formula(claim, problem.step.row)}"


def show_trace(claim: Claim, trace: Trace, molecules: Mapping[int, Complex]) -> tuple[Witness, ...]:
    """Tell a counterexample step by step, in names, and then each molecule in it."""
    crn, formal = claim.implementation, claim.formal.species
    names, always = crn.species, set(claim.fuels.tolist())
    lines = [f"from {show_bag(names, trace.start)}, which reads as {show_bag(formal, _free(claim, trace.start))}:"]
    touched = dict.fromkeys(one for one, _ in trace.start)
    for step in trace.steps:
        lines.append(f"  {_formula(claim, step.row)}")
        reaction = crn.reaction(step.row)
        touched |= dict.fromkeys(crn.index[name] for name in (*reaction.reactants, *reaction.products))
    state = _end(claim, trace)
    touched |= dict.fromkeys(one for one, _ in state)
    free, end = show_bag(formal, _free(claim, trace.end)), show_bag(names, state)
    lines.append(
        {
            Fault.ARRIVES: f"now {free} is there, to which the CRN cannot come",
            Fault.STUCK: f"now there is {end}, and no state of the CRN with all its signals free can be reached",
            Fault.TURNED: f"now there is {end}, and what can still come of it the CRN cannot do from any one state",
            Fault.NEVER: f"{show_bag(formal, trace.missing)} never comes, though one reaction of the CRN makes it",
        }[trace.fault]
    )
    further = _further(claim, state)
    if further and trace.fault is not Fault.ARRIVES:
        lines.append("what can still happen first:")
        lines += [f"  {_formula(claim, row)}" for row in further[:MOST_FURTHER]]
        lines += [f"  and {len(further) - MOST_FURTHER} more"] if len(further) > MOST_FURTHER else []
    drawn = (
        Witness(f"{names[one]}{', a fuel' if one in always else ''}", (molecules[one],))
        for one in touched
        if one in molecules
    )
    return Witness("\n".join(lines)), *drawn


def idle_fuels(claim: Claim) -> tuple[str, ...]:
    """Return the fuels that take part in no reaction: a fault is often in one of these."""
    crn = claim.implementation
    used = {int(one) for matrix in (crn.reactants, crn.products) for one in matrix.indices}
    return tuple(crn.species[one] for one in claim.fuels.tolist() if one not in used)


def _end(claim: Claim, trace: Trace) -> Bag:
    """Return the state after a trace, without fuels but with all waste."""
    crn, always = claim.implementation, set(claim.fuels.tolist())
    state = Counter(dict(trace.start))
    for step in trace.steps:
        reaction = crn.reaction(step.row)
        state.update(crn.index[name] for name in reaction.products)
        state.subtract(crn.index[name] for name in reaction.reactants)
    return bag({one: count for one, count in state.items() if one not in always})


def _further(claim: Claim, state: Bag) -> list[int]:
    """Return the reactions that can happen in a state, with fuels."""
    crn, there = claim.implementation, dict(state)
    always = set(claim.fuels.tolist())
    found = []
    for row in range(crn.n_reactions):
        window = slice(crn.reactants.indptr[row], crn.reactants.indptr[row + 1])
        needs = dict(zip(crn.reactants.indices[window].tolist(), crn.reactants.data[window].tolist(), strict=True))
        held = {one: count for one, count in needs.items() if one not in always}
        if held and all(there.get(one, 0) >= count for one, count in held.items()):
            found.append(row)
    return found


def _formula(claim: Claim, row: int) -> str:
    reaction = claim.implementation.reaction(row)
    return f"{show_side(reaction.reactants)} -> {show_side(reaction.products)}".strip()


def show_bag(names: Sequence[str], state: Bag) -> str:
    """Write a multiset as a side of a reaction."""
    return show_side(tuple(names[one] for one, count in state for _ in range(count))) or "nothing"


def _free(claim: Claim, state: Bag) -> Bag:
    """Return the formal species of the signals in a state."""
    return bag(Counter(claim.means[one] for one, count in state if one in claim.means for _ in range(count)))

"""What a table of modules must be like before strands matter: the right gate at every reaction, and enough of it.

Enumeration shows that strands do what their template intends; these checks show that what the template intends is the
reaction, that the table binds each reaction of the CRN to its template, and that no fuel runs out.
"""

from __future__ import annotations

import numpy as np

from dsdcompile.crn.matrices import FloatArray
from dsdcompile.crn.shape import bind
from dsdcompile.dsd.complex import can_bind
from dsdcompile.dsd.domain import Part, Scope
from dsdcompile.dsd.dosing import Dosing
from dsdcompile.dsd.system import DsdSystem
from dsdcompile.dsd.template import Role, Template
from dsdcompile.units import show_concentration
from dsdcompile.verify.verdict import Check, Outcome, Witness

MOST = 5
"""Witnesses shown of one kind."""
BUFFER = "buffer"
"""The kind of template that may stand for no reaction."""


def table_check(system: DsdSystem) -> Check:
    """Check that every reaction of the CRN has exactly one module, of its own shape and with its own species.

    A module that stands for no reaction must be a buffer: whatever else it did, nobody has asked for.
    """
    crn, name = system.crn, "each reaction is one module"
    owned = np.bincount(system.reaction[system.reaction >= 0], minlength=crn.n_reactions)
    problems = [f"{crn.reaction(int(r))} has {owned[r]} modules" for r in np.flatnonzero(owned != 1)[:MOST]]
    left, right = crn.reactants, crn.products
    for module in np.flatnonzero(_differs(system))[:MOST]:
        row = int(system.reaction[module])
        bound = tuple(int(s) for s in system.species[module] if s >= 0)
        sides = (np.repeat(m[[row]].indices, m[[row]].data).tolist() for m in (left, right))
        problems.append(
            f"module {module} of {crn.reaction(row)} is a template {system.templates[system.template[module]].shape} "
            f"for {', '.join(crn.species[s] for s in bound)}; it should be {bind(*sides)[0]}"
        )
    helper = np.array([t.kind == BUFFER for t in system.templates], dtype=bool)[system.template]
    for module in np.flatnonzero(helper != (system.reaction < 0))[:MOST]:
        template, row = system.templates[system.template[module]], int(system.reaction[module])
        stands = "no reaction" if row < 0 else str(crn.reaction(row))
        problems.append(f"module {module}, a {template.kind} module of {template.shape}, stands for {stands}")
    if problems:
        return Check(name, Outcome.REFUTED, problems[0], tuple(Witness(p) for p in problems))
    return Check(name, Outcome.PROVED, f"{crn.n_reactions} reactions, {int(helper.sum())} buffers")


def signals_check(system: DsdSystem) -> Check:
    """Check that strands tell species apart, and that each species has recognition domains of its own.

    Then what is compared strand by strand is compared species by species. Two species with one recognition domain may
    still have different toeholds, but a toehold that binds in the wrong place then starts a displacement.
    """
    name, own = "each species has a strand of its own", [s for s in system.form.domains if s.scope is Scope.SPECIES]
    long = [slot for slot in own if slot.part is Part.RECOGNITION]
    first: dict[tuple[str, ...], int] = {}
    for species in range(system.crn.n_species):
        of_species = [tuple(system.domain_name(slot, -1, species) for slot in own)]
        of_species += [(system.domain_name(slot, -1, species),) for slot in long]
        for names in of_species:
            other = first.setdefault(names, species)
            if other != species:
                both = f"{system.crn.species[other]} and {system.crn.species[species]}"
                problem = f"{both} have {' '.join(names)} in common"
                witness = Witness(problem, (system.signal(other).complex, system.signal(species).complex))
                return Check(name, Outcome.REFUTED, problem, (witness,))
    return Check(name, Outcome.PROVED, f"{system.crn.n_species} species")


def _differs(system: DsdSystem) -> np.ndarray:
    """Return which modules do not have the stoichiometry of their reaction (modules,)."""
    wrong = np.zeros(system.n_modules, dtype=bool)
    for number, template in enumerate(system.templates):
        modules = system.of_template(number)
        modules = modules[system.reaction[modules] >= 0]
        if not len(modules):
            continue
        rows, bound = system.reaction[modules], system.species[modules]
        for matrix, labels in (
            (system.crn.reactants, template.shape.reactants),
            (system.crn.products, template.shape.products),
        ):
            # Equal totals, and each bound species as often as its label: then nothing else is in the row.
            wrong[modules] |= np.asarray(matrix[rows].sum(axis=1)).ravel() != len(labels)
            for label in set(labels):
                counts = np.asarray(matrix[rows, bound[:, label]]).ravel()
                wrong[modules] |= counts != labels.count(label)
    return wrong


def net_check(template: Template) -> Check:
    """Check that the steps of a module, intermediates made and used up, sum to its reaction and to nothing else.

    The steps are columns of a stoichiometric matrix over intermediates and signals. Every combination of steps that
    leaves no intermediate behind, but what its template declares to be left over, must change the signals by a multiple
    of products minus reactants. Signals that are no reactants are taken up only where the step that released them is
    undone.
    """
    name = f"net effect of {template.kind} {template.shape}"
    held = [c.name for c in template.of_role(Role.INTERMEDIATE)]
    labels = range(template.shape.slots)
    rows = {name: i for i, name in enumerate(held)}
    for signal in template.of_role(Role.SIGNAL):
        rows[signal.name] = len(held) + signal.species
    remains = np.array([-template[part].left for part in held], float)
    steps = np.zeros((len(held) + len(labels), len(template.reactions) + int(remains.any())))
    if remains.any():
        steps[: len(held), -1] = remains  # as if one more step cleared them away
    for column, reaction in enumerate(template.reactions):
        for sign, side in ((-1, reaction.reactants), (1, reaction.products)):
            for part in side:
                if part in rows:
                    steps[rows[part], column] += sign
    wanted = np.array([template.shape.products.count(s) - template.shape.reactants.count(s) for s in labels], float)
    inner, outer = steps[: len(held)], steps[len(held) :]
    balanced = outer @ _kernel(inner)
    possible = _rank(balanced) if balanced.size else 0
    reached = _rank(np.column_stack([balanced, wanted])) if balanced.size else int(wanted.any())
    if reached != possible or possible > int(wanted.any()):
        detail = f"the steps of {template.shape} do not sum to it"
        witnesses = tuple(
            Witness(
                f"step {reaction.step}",
                tuple(template[n].complex for n in reaction.reactants),
                tuple(template[n].complex for n in reaction.products),
            )
            for reaction in template.reactions
        )
        return Check(name, Outcome.REFUTED, detail, witnesses)
    used, undone = _taken_up(template, undoing=False), _taken_up(template, undoing=True)
    if used != set(template.shape.reactants) or not used | undone <= {*used, *template.shape.products}:
        return Check(name, Outcome.REFUTED, f"steps of {template.shape} take up {len(used)} species as signals")
    left = [part for part in held if template[part].left]
    leaves = f"; {', '.join(left)} are left over and may still react" if left else ""
    return Check(name, Outcome.PROVED, f"{len(template.reactions)} steps sum to {template.shape}{leaves}")


def _taken_up(template: Template, *, undoing: bool) -> set[int]:
    """Return the species taken up as signals by steps that undo an earlier one, or by all others."""
    sides = {
        (tuple(sorted(r.reactants)), tuple(sorted(r.products))): place for place, r in enumerate(template.reactions)
    }
    found = set()
    for place, reaction in enumerate(template.reactions):
        back = (tuple(sorted(reaction.products)), tuple(sorted(reaction.reactants)))
        if (sides.get(back, place) < place) is undoing:
            found |= {template[n].species for n in reaction.reactants if template[n].role is Role.SIGNAL}
    return found


def _rank(matrix: FloatArray) -> int:
    """Return the rank of a matrix of small integers up to rounding."""
    return int(np.linalg.matrix_rank(matrix, tol=1e-9))


def _kernel(matrix: FloatArray) -> FloatArray:
    """Return a basis of the null space of a small integer matrix, as columns."""
    if not matrix.shape[0]:
        return np.eye(matrix.shape[1])
    _, values, turned = np.linalg.svd(matrix, full_matrices=True)
    rank = int((values > 1e-9).sum())
    return np.asarray(turned[rank:].T)


def waste_check(template: Template) -> Check:
    """Check that waste takes part in no step and shows no toehold: what a module leaves behind does nothing.

    A toehold alone binds and lets go again, which no condensed reaction shows, but it holds signals up.
    """
    name = f"waste of {template.kind} {template.shape}"
    busy = [r for r in template.reactions if any(template[n].role is Role.WASTE for n in r.reactants)]
    if busy:
        witnesses = tuple(
            Witness(
                f"waste reacts: {' + '.join(r.reactants)} -> {' + '.join(r.products)}",
                tuple(template[n].complex for n in r.reactants),
                tuple(template[n].complex for n in r.products),
            )
            for r in busy
        )
        return Check(name, Outcome.REFUTED, f"{len(busy)} steps use waste", witnesses)
    sticky = [
        (w, c) for w in template.of_role(Role.WASTE) for c in template.complexes if can_bind(w.complex, c.complex)
    ]
    if sticky:
        found = tuple(Witness(f"waste {w.name} can bind {c.name}", (w.complex, c.complex)) for w, c in sticky[:MOST])
        return Check(name, Outcome.REFUTED, f"{found[0].problem} (and {len(sticky) - 1} more)", found)
    return Check(name, Outcome.PROVED, "inert in its module" if template.of_role(Role.WASTE) else "none")


def dose_check(system: DsdSystem, dosing: Dosing, turnover: FloatArray) -> Check:
    """Check that no fuel runs out before its reactions have fired ``turnover`` times (reactions,), in formal units."""
    name = "fuels last"
    need = np.zeros(system.molecules.count)
    fired = np.append(turnover, 0.0)[system.reaction] * dosing.unit
    for number, template in enumerate(system.templates):
        modules = system.of_template(number)
        for place, part in enumerate(template.complexes):
            if part.role is Role.FUEL and part.dose > 0:
                np.add.at(need, system.molecules.numbers[number][:, place], fired[modules] * part.dose)
    there = dosing.amounts(system)
    short = np.flatnonzero(need > there * (1 + 1e-12))
    if len(short):
        witnesses = tuple(
            Witness(
                f"{system.molecule_name(n)}: {show_concentration(there[n])} there, {show_concentration(need[n])} used",
                (system.molecule(n).complex,),
            )
            for n in short[:MOST].tolist()
        )
        return Check(name, Outcome.REFUTED, f"{len(short)} fuels run out", witnesses)
    spare = float(np.min(there[need > 0] / need[need > 0], initial=np.inf))
    detail = "none is used" if not np.isfinite(spare) else f"each is at least {spare:.3g} times what is used"
    return Check(name, Outcome.PROVED, detail)

"""``system.pil``: domains and complexes in kernel PIL, which the ``peppercorn`` command loads unchanged."""

from __future__ import annotations

from collections.abc import Mapping

from dsdcompile.dsd.domain import Part
from dsdcompile.dsd.dosing import Dosing
from dsdcompile.dsd.kernel import show_kernel
from dsdcompile.dsd.system import DsdSystem
from dsdcompile.dsd.template import Role


def show_pil(system: DsdSystem, dosing: Dosing, title: str = "") -> str:
    """Return the PIL text of everything an experimenter adds.

    Fuels and bias signals have their concentrations in nM; inputs, which depend on the example, have none.
    """
    lines = [f"# {line}" for line in (title, repr(system).strip("<>")) if line]
    lines += [f"length {d.name} = {d.length}" for d in system.domains.values()]
    for part in Part:
        names = [name for name, domain in system.domains.items() if domain.part is part]
        lines += [f"# {part} domains: {' '.join(names)}"] if names else []
    lines.append(f"# signal complexes: {' '.join(system.signal(s).name for s in system.initial_signals)}")
    amounts = _amounts(system, dosing)
    for added in system.initial_complexes:
        amount = amounts.get(added.name, 0.0)
        at = f" @initial {amount * 1e9:.6g} nM" if amount > 0 else ""
        lines.append(f"{added.name} = {show_kernel(added.complex)}{at}")
    return "\n".join(lines) + "\n"


def _amounts(system: DsdSystem, dosing: Dosing) -> Mapping[str, float]:
    """Return the concentration in M of each fuel and each signal with an initial concentration, by name."""
    found = {system.crn.species[s]: float(system.crn.initial[s]) * dosing.unit for s in system.initial_signals}
    amounts = dosing.amounts(system)
    found |= {system.molecule_name(int(n)): float(amounts[n]) for n in system.molecules.of_role(Role.FUEL)}
    return found

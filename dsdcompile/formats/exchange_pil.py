"""``exchange.pil``: the system as programs take it that verify it against its CRN (Nuskell, ``dsdcompile verify``).

``system.pil`` is what an experimenter adds. Here every signal stands, added or not, without a concentration: Peppercorn
enumerates what has none, and leaves out what stands at 0 nM. Fuels are ``@constant`` and have names in ``f``, by which
Nuskell knows them. Reporters are left out: they take their signals away, which no reaction of the CRN does.
"""

from __future__ import annotations

from dsdcompile.dsd.domain import Part
from dsdcompile.dsd.kernel import show_kernel
from dsdcompile.dsd.system import DsdSystem

ROLES = "fiw"
"""What Nuskell takes names with these first letters for: fuels, intermediates and waste."""
CONCENTRATION = 100
"""At which fuels are kept, nM: Nuskell's own; no verdict depends on it."""


def show_exchange(system: DsdSystem, title: str = "") -> str:
    """Return the PIL text of all signals and fuels of a system."""
    signals = [system.signal(species) for species in range(system.crn.n_species)]
    fuels = system.fuels()
    domains = {name: (domain.length, domain.part) for name, domain in system.inventory.domains.items()}
    for species in range(system.crn.n_species):
        for slot in system.form.domains:
            domains[system.domain_name(slot, -1, species)] = (system.lengths.of(slot.part), slot.part)
    histories = [name for name, (_, part) in domains.items() if part is Part.HISTORY]
    lines = [f"# {line}" for line in title.splitlines()]
    mistaken = [signal.name for signal in signals if signal.name[0] in ROLES]
    if mistaken:
        lines.append(f"# Nuskell would take these for no signals, by their first letter: {' '.join(mistaken)}")
    lines += [f"length {name} = {length}" for name, (length, _) in domains.items()]
    lines += [f"# history domains: {' '.join(histories)}"] if histories else []
    lines += [f"{signal.name} = {show_kernel(signal.complex)}" for signal in signals]
    lines += [f"f_{fuel.name} = {show_kernel(fuel.complex)} @constant {CONCENTRATION} nM" for fuel in fuels]
    return "\n".join(lines) + "\n"

"""``system.pil``: domains and complexes in kernel PIL, which the ``peppercorn`` command loads unchanged."""

from __future__ import annotations

from collections.abc import Mapping

from dsdcompile.dsd.domain import Part
from dsdcompile.dsd.inventory import Inventory
from dsdcompile.dsd.kernel import show_kernel
from dsdcompile.dsd.template import Role


def show_pil(inventory: Inventory, amounts: Mapping[str, float], title: str = "") -> str:
    """Return the PIL text of everything an experimenter adds, with concentrations in nM.

    Comments that other tools skip say which domains are toeholds and so on, and which complexes are signals and
    reporters. What has no amount, or none of it, is written without a concentration.
    """
    lines = [f"# {line}" for line in title.splitlines()]
    lines += [f"length {d.name} = {d.length}" for d in inventory.domains.values()]
    for part in Part:
        names = [name for name, domain in inventory.domains.items() if domain.part is part]
        lines += [f"# {part} domains: {' '.join(names)}"] if names else []
    for role in (Role.SIGNAL, Role.REPORTER):
        names = [item.name for item in inventory.items if item.role is role]
        lines += [f"# {role} complexes: {' '.join(names)}"] if names or role is Role.SIGNAL else []
    for item in inventory.items:
        amount = amounts.get(item.name, 0.0)
        at = f" @initial {amount * 1e9:.12g} nM" if amount > 0 else ""
        lines.append(f"{item.name} = {show_kernel(item.complex)}{at}")
    return "\n".join(lines) + "\n"

"""What a translated system claims: that its molecules implement its CRN."""

from __future__ import annotations

import numpy as np

from dsdcompile.dsd.dosing import Dosing
from dsdcompile.dsd.implementation import implementation, uniform_rates
from dsdcompile.dsd.system import DsdSystem
from dsdcompile.dsd.template import Role
from dsdcompile.verify.equivalence import Claim


def claim(system: DsdSystem) -> Claim:
    """Return the claim of a system: its implementation CRN, with fuels always there, does what its CRN says."""
    width = max((len(template.fuels) for template in system.templates), default=0)
    dosing = Dosing(1.0, np.ones((system.n_modules, width)))
    crn = implementation(system, dosing, uniform_rates(system, 1.0)).crn
    counted = system.molecules.of_role(Role.FUEL, Role.INTERMEDIATE)
    fuels = system.crn.n_species + np.flatnonzero(np.isin(counted, system.molecules.of_role(Role.FUEL)))
    return Claim(system.crn, crn, fuels, {species: species for species in range(system.crn.n_species)})

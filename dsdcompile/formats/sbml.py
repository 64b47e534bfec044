"""Write a Crn as SBML (Level 3 Version 1), which libRoadRunner, COPASI and others load: mass action in one volume."""

from __future__ import annotations

from xml.etree import ElementTree as Xml

from dsdcompile.crn.crn import Crn
from dsdcompile.crn.matrices import FloatArray

NAMESPACE = "http://www.sbml.org/sbml/level3/version1/core"
MATHML = "http://www.w3.org/1998/Math/MathML"
VOLUME = "volume"


def show_sbml(crn: Crn, initial: FloatArray | None = None, name: str = "crn") -> str:
    """Return SBML text for a Crn.

    Species identifiers are ``s`` and their number, names are the Crn's; rate constants are parameters ``k`` and the
    reaction's number. Concentrations, times and rate constants keep the Crn's own units, which SBML is not told.

    Args:
        crn: Any Crn.
        initial: Initial concentrations (species,), by default the Crn's.
        name: The model's name.
    """
    start = crn.initial if initial is None else initial
    root = Xml.Element("sbml", {"xmlns": NAMESPACE, "level": "3", "version": "1"})
    model = Xml.SubElement(root, "model", {"id": "model", "name": name})
    compartments = Xml.SubElement(model, "listOfCompartments")
    Xml.SubElement(
        compartments, "compartment", {"id": VOLUME, "size": "1", "constant": "true", "spatialDimensions": "3"}
    )
    if crn.n_species:
        species = Xml.SubElement(model, "listOfSpecies")
        for number, (label, amount) in enumerate(zip(crn.species, start, strict=True)):
            attributes = {
                "id": f"s{number}",
                "name": label,
                "compartment": VOLUME,
                "initialConcentration": repr(float(amount)),
                "hasOnlySubstanceUnits": "false",
                "boundaryCondition": "false",
                "constant": "false",
            }
            Xml.SubElement(species, "species", attributes)
    if crn.n_reactions:
        parameters = Xml.SubElement(model, "listOfParameters")
        for row, rate in enumerate(crn.rates):
            Xml.SubElement(parameters, "parameter", {"id": f"k{row}", "value": repr(float(rate)), "constant": "true"})
        reactions = Xml.SubElement(model, "listOfReactions")
        for row in range(crn.n_reactions):
            _reaction(reactions, crn, row)
    Xml.indent(root)
    return '<?xml version="1.0" encoding="UTF-8"?>\n' + Xml.tostring(root, encoding="unicode") + "\n"


def _reaction(parent: Xml.Element, crn: Crn, row: int) -> None:
    element = Xml.SubElement(parent, "reaction", {"id": f"r{row}", "reversible": "false", "fast": "false"})
    factors = [VOLUME, f"k{row}"]
    for side, title in ((crn.reactants, "listOfReactants"), (crn.products, "listOfProducts")):
        window = slice(side.indptr[row], side.indptr[row + 1])
        if window.start == window.stop:
            continue
        members = Xml.SubElement(element, title)
        for species, count in zip(side.indices[window], side.data[window], strict=True):
            attributes = {"species": f"s{species}", "stoichiometry": str(int(count)), "constant": "true"}
            Xml.SubElement(members, "speciesReference", attributes)
            if side is crn.reactants:
                factors += [f"s{species}"] * int(count)
    law = Xml.SubElement(element, "kineticLaw")
    apply = Xml.SubElement(Xml.SubElement(law, "math", {"xmlns": MATHML}), "apply")
    Xml.SubElement(apply, "times")
    for factor in factors:
        Xml.SubElement(apply, "ci").text = f" {factor} "

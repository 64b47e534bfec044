"""The CRN after each stage, what each pass costs, and what is built: a table of sizes."""

from __future__ import annotations

from dsdcompile.passes.cost import Cost
from dsdcompile.report.headlines import plan_lines
from dsdcompile.report.page import Section, paragraph, table
from dsdcompile.stages.compilation import DesignCrns, keeps_kinetics
from dsdcompile.stages.results import Results

HOW = {
    "paper": "Algorithm 2 the reduced one",
    "cheapest": "Algorithm 2 the reduced one, and of the plans that were compared the cheapest is built",
    "cost": "merging what does the same the reduced one, and substitution and sharing go as far as they save",
    "none": "and nothing is reduced",
}
"""How the reduced CRN is made, by ``passes.reduce``."""
COSTS = ("modules", "strands", "nt", "longest (nt)", "synthesis at passes.price")
"""What is told of a cost."""


def section(results: Results) -> Section:
    """Return the section; every run has compiled."""
    return Section("The stages", _stages(results))


def _stages(results: Results) -> str:
    return paragraph(_reduction(results)) + _sizes(results.compiled) + _passes(results.compiled) + _system(results)


def _reduction(results: Results) -> str:
    """Return how each CRN came from the one before, in words."""
    compiled = results.compiled
    if keeps_kinetics(results.design, compiled.formal):
        first = (
            "The formal CRN is not reduced, because its kinetics are to stay as they are; reactions written twice "
            "become one. "
        )
    else:
        made = "Algorithm 1 makes" if results.source.network is not None else "The file holds"
        first = f"{made} the formal CRN, {HOW[results.design.reduction]}. "
    return (
        f"{first}{compiled.bimolecular} of the reduced CRN's reactions have two reactants. Legalising bounds product "
        f"lists to {compiled.max_products} so that no strand grows too long."
    )


def _sizes(compiled: DesignCrns) -> str:
    """Return how large the CRN of each stage is."""
    rows: list[tuple[object, ...]] = []
    for name, crn in (
        ("formal", compiled.formal),
        ("reduced", compiled.reduced),
        ("implementable", compiled.implementable),
    ):
        sizes = crn.products.sum(axis=1)
        rows.append((name, crn.n_reactions, crn.n_species, sum(sizes.tolist()), int(sizes.max(initial=0))))
    return table(("CRN", "reactions", "species", "product copies", "longest product list"), rows, (1, 2, 3, 4))


def _system(results: Results) -> str:
    """Return how large the DNA system is, if there is one."""
    if results.translated is None:
        return ""
    system = results.translated.system
    return table(
        ("DNA system", ""),
        [
            ("scheme", system.scheme),
            ("modules (templates)", f"{system.n_modules} ({len(system.templates)})"),
            ("distinct strands", len(system.inventory.strands)),
            ("domains", len(system.inventory.domains)),
            ("nucleotides", f"{system.inventory.nucleotides:,}"),
            ("longest strand", f"{system.inventory.longest_strand} nt"),
        ],
    )


def _passes(compiled: DesignCrns) -> str:
    """Return what the CRN costs after each pass, built by naive trees where lists are still too long; and the plans."""
    rows = [(step.name, f"{step.reactions:,}", *_costs(step.cost)) for step in compiled.steps]
    shown = table(("after", "reactions", *COSTS), rows, (1, 2, 3, 4, 5, 6))
    if len(compiled.tried) < 2:
        return shown
    plans = [
        (one.name, *(("given up", "", "", "", "") if one.cost is None else _costs(one.cost))) for one in compiled.tried
    ]
    built = "".join(paragraph(f"{line[0].upper()}{line[1:]}.") for line in plan_lines(compiled))
    return shown + built + table(("plan", *COSTS), plans, (1, 2, 3, 4, 5))


def _costs(cost: Cost) -> tuple[object, ...]:
    """Return what is told of a cost, under the headings :data:`COSTS`."""
    told = (cost.modules, cost.strands, cost.nucleotides)
    return (*(f"{number:,}" for number in told), cost.longest, f"{cost.money:,.0f}")

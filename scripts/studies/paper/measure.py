"""What is measured in a row."""

from __future__ import annotations

import statistics
from typing import Any

import numpy as np
from paper.rows import Case

from dsdcompile.crn.crn import Crn
from dsdcompile.crn.limit import limit
from dsdcompile.crn.matrices import FloatArray
from dsdcompile.design.design import Design
from dsdcompile.dsd.domain import Part
from dsdcompile.dsd.system import DsdSystem
from dsdcompile.passes.reduce import reduce
from dsdcompile.schemes.translate import translate
from dsdcompile.sequences.budget import SHORT, capacity
from dsdcompile.sequences.short_words import sieve
from dsdcompile.simulate.ode import output_species, simulate
from dsdcompile.stages.compilation import compile_crn
from dsdcompile.stages.sequencing import assignment_options
from dsdcompile.stages.source import Source

PAPER_TIME = 50.0
"""Formal time to which the paper simulates."""
MOST_TIME = 1e6


def measure(case: Case, *, dna: bool) -> dict[str, Any]:
    """Return one row as plain data."""
    network = case.source.network
    assert network is not None
    formal = case.source.formal
    reduced = reduce(formal).crn
    outputs = network(case.inputs)
    agreement = {}
    for name, crn in (("formal", formal), ("reduced", reduced)):
        agreement[f"{name} exact limit"] = _by_limit(crn, case.inputs, outputs)
        agreement[f"{name} kinetics"] = by_kinetics(crn, case.inputs[case.chosen], outputs[case.chosen])
    found: dict[str, Any] = {
        "design": case.row.design,
        "changes": list(case.row.changes),
        "network": network.title,
        "weights": network.weight_set,
        "paper": case.row.paper,
        "test": {"examples": len(case.inputs), "correct": int((outputs.argmax(axis=1) == case.labels).sum())},
        "seeds": spread(network.training),
        "reactions": {
            "formal": formal.n_reactions,
            "reduced": reduced.n_reactions,
            "reduced_bimolecular": int((reduced.reactants.sum(axis=1) == 2).sum()),
        },
        "agreement": agreement,
    }
    if dna:
        found["dna"] = implementation(case.design, case.source)
    return found


def spread(training: Any) -> dict[str, Any] | None:
    """Return mean and standard deviation of the test accuracy over the seeds that a network file lists."""
    entries = training.get("seeds", ())
    if len(entries) < 2:
        return None
    shares = [entry["test_correct"] / training["test_examples"] for entry in entries]
    return {"number": len(shares), "mean": statistics.fmean(shares), "deviation": statistics.stdev(shares)}


def _by_limit(crn: Crn, inputs: FloatArray, outputs: FloatArray) -> dict[str, Any]:
    found = limit(crn, inputs)
    return {
        "examples": len(inputs),
        "agree": int((found.argmax(axis=1) == outputs.argmax(axis=1)).sum()),
        "relative_error": float(np.abs(found - outputs).max() / max(1.0, np.abs(outputs).max())),
    }


def by_kinetics(crn: Crn, inputs: FloatArray, outputs: FloatArray) -> dict[str, Any]:
    """Simulate to the paper's time, and on until twice the time changes no label: how many are the network's when.

    When to stop is read from the CRN's own labels; the network's only judge.
    """
    time, labels = PAPER_TIME, []
    while True:
        run = simulate(crn, crn.inlet(inputs), [0.0, time, 2 * time], record=output_species(crn))
        found, later = run.outputs(crn)[:, 1], run.outputs(crn)[:, 2]
        labels.append(found.argmax(axis=1))
        if (later.argmax(axis=1) == labels[-1]).all() or 2 * time > MOST_TIME:
            break
        time *= 2
    first, last = (int((said == outputs.argmax(axis=1)).sum()) for said in (labels[0], labels[-1]))
    return {
        "examples": len(inputs),
        "agree": last,
        "formal_time": time,
        "agree_at_50": first,
        "relative_distance_to_limit": float(np.abs(found - outputs).max() / max(1.0, np.abs(outputs).max())),
        "engine": run.engine,
    }


def implementation(design: Design, source: Source) -> dict[str, Any]:
    """Return what the DNA implementation of a design takes."""
    compiled = compile_crn(design, source)
    system = translate(compiled.implementable, compiled.scheme, compiled.lengths, design.scheme.toeholds)
    return {
        "scheme": design.scheme.name,
        "max_products": compiled.max_products,
        "reduce": design.reduction,
        "reactions": compiled.implementable.n_reactions,
        "modules": system.n_modules,
        "strands": len(system.inventory.strands),
        "nucleotides": system.inventory.nucleotides,
        "longest_strand": system.inventory.longest_strand,
        **_domains(design, system),
    }


def _domains(design: Design, system: DsdSystem) -> dict[str, Any]:
    """Return domains needed and available, both at most: long words by the counting bound at the largest k, and all
    toehold words, whether or not they differ in more than one place.
    """
    options = assignment_options(design)
    long = [d.length for d in system.inventory.domains.values() if d.part not in SHORT]
    toeholds = [d.length for d in system.inventory.domains.values() if d.part is Part.TOEHOLD]
    words = capacity(max(long), options.last_k, options.alphabet)
    short = len(sieve(max(toeholds), options).words)
    fits = min(words / len(long), short / len(toeholds))
    return {
        "long_domains": {"needed": len(long), "available": words},
        "toeholds": {"needed": len(toeholds), "available": short},
        "modules_in_one_pot": min(system.n_modules, int(system.n_modules * fits)),
    }

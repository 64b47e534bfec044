"""What is measured in a row."""

from __future__ import annotations

import statistics
from typing import Any

import numpy as np
from paper.rows import Case

from dsdcompile.crn.crn import Crn
from dsdcompile.crn.limit import limit
from dsdcompile.crn.matrices import FloatArray
from dsdcompile.dsd.domain import Part
from dsdcompile.dsd.system import DsdSystem
from dsdcompile.passes.reduce import reduce
from dsdcompile.schemes.translate import translate
from dsdcompile.sequences.budget import SHORT, capacity
from dsdcompile.sequences.options import AssignmentOptions
from dsdcompile.sequences.short_words import sieve
from dsdcompile.simulate.ode import output_species, simulate
from dsdcompile.stages.compilation import compile_crn

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
        agreement[f"{name} kinetics"] = _by_kinetics(crn, case.inputs[case.chosen], outputs[case.chosen])
    found: dict[str, Any] = {
        "design": case.row.design,
        "changes": list(case.row.changes),
        "network": network.title,
        "weights": network.weight_set,
        "paper": case.row.paper,
        "test": {"examples": len(case.inputs), "correct": int((outputs.argmax(axis=1) == case.labels).sum())},
        "seeds": _seeds(network.training),
        "reactions": {
            "formal": formal.n_reactions,
            "reduced": reduced.n_reactions,
            "reduced_bimolecular": int((reduced.reactants.sum(axis=1) == 2).sum()),
        },
        "agreement": agreement,
    }
    if dna:
        found["dna"] = _dna(case)
    return found


def _seeds(training: Any) -> dict[str, Any] | None:
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


def _by_kinetics(crn: Crn, inputs: FloatArray, outputs: FloatArray) -> dict[str, Any]:
    """Simulate to the paper's time, and on until every label is the network's: how many agree when."""
    label, time = outputs.argmax(axis=1), PAPER_TIME
    first: int | None = None
    while True:
        run = simulate(crn, crn.inlet(inputs), [0.0, time], record=output_species(crn))
        found = run.outputs(crn)[:, -1]
        agree = int((found.argmax(axis=1) == label).sum())
        first = agree if first is None else first
        if agree == len(inputs) or time >= MOST_TIME:
            break
        time *= 2
    return {
        "examples": len(inputs),
        "agree": agree,
        "formal_time": time,
        "agree_at_50": first,
        "relative_distance_to_limit": float(np.abs(found - outputs).max() / max(1.0, np.abs(outputs).max())),
        "engine": run.engine,
    }


def _dna(case: Case) -> dict[str, Any]:
    design = case.design
    compiled = compile_crn(design, case.source)
    system = translate(compiled.implementable, compiled.scheme, compiled.lengths, design.scheme.toeholds)
    return {
        "scheme": design.scheme.name,
        "max_products": compiled.max_products,
        "reduce": design.reduction,
        "reactions": compiled.implementable.n_reactions,
        "modules": system.n_modules,
        "strands": len(system.strands),
        "nucleotides": system.nucleotides,
        "longest_strand": system.longest_strand,
        **_domains(case, system),
    }


def _domains(case: Case, system: DsdSystem) -> dict[str, Any]:
    """Return domains needed and available: words for long domains by the counting bound at the largest k."""
    options = case.design.sequences
    long = [d.length for d in system.domains.values() if d.part not in SHORT]
    toeholds = [d.length for d in system.domains.values() if d.part is Part.TOEHOLD]
    words = capacity(max(long), options.last_k, options.alphabet)
    short = len(sieve(max(toeholds), AssignmentOptions()).words)
    fits = min(words / len(long), short / len(toeholds))
    return {
        "long_domains": {"needed": len(long), "available": words},
        "toeholds": {"needed": len(toeholds), "available": short},
        "modules_in_one_pot": min(system.n_modules, int(system.n_modules * fits)),
    }

"""The process in which crnverifier runs: a task comes in on standard input, an answer goes out on standard output."""

from __future__ import annotations

import json
import sys
from typing import Any

from crnverifier.crn_bisimulation import crn_bisimulation_test
from crnverifier.pathway_decomposition import pathway_decomposition_eq

Answer = dict[str, Any]


def answer(task: Any) -> Answer:
    """Return whether the claim of a task holds, and if not, why."""
    formal = [[list(left), list(right)] for left, right in task["formal"]]
    found = [[list(left), list(right)] for left, right in task["implementation"]]
    if task["notion"] == "BISIMULATION":
        holds, _ = crn_bisimulation_test(formal, found, set(task["formals"]), task["means"])
        return {"holds": bool(holds), "why": "no reading of its species makes every reaction formal or nothing"}
    named = {name: species for name, (species,) in task["means"].items()}
    renamed = [[[named.get(s, s) for s in side] for side in reaction] for reaction in found]
    holds = pathway_decomposition_eq([formal, renamed], set(task["formals"]))
    return {"holds": bool(holds), "why": "the formal bases differ, or there is none"}


def main() -> None:
    """Answer the one task on standard input."""
    sys.stdout.write(json.dumps(answer(json.load(sys.stdin))))


if __name__ == "__main__":
    main()

"""The measured rows as Markdown."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any


def show_table(rows: Mapping[str, Mapping[str, Any]]) -> str:
    """Return the table of section 4 and the table of DNA implementations."""
    lines = [
        "# The paper's experiments",
        "",
        "Made by `scripts/experiments`; every number below is in the JSON file of its row.",
        "",
        "| row | network | the paper | test accuracy | mean of seeds | reactions: formal, reduced (bimolecular) "
        "| network = formal = reduced, exact limit | the same by kinetics |",
        "| --- | --- | --- | --- | --- | --- | --- | --- |",
    ]
    lines += [_row(name, row) for name, row in rows.items()]
    lines += [
        "",
        "Test accuracy: of the network that the validation part chose. For IRIS, where every flower trains, chooses "
        "and tests (as in the paper), that is the best of ten seeds. Mean of seeds: with the standard deviation of "
        "one, and their number. How networks were chosen, and what else was looked at: designs/README.md.",
        "",
        "Kinetics: random test examples (IRIS: all), all rates 1, to the paper's t = 50 or, where twice the time still "
        "changes a label, to the time in brackets.",
        "",
        "| row | scheme, products | reactions | modules | strands | nucleotides | longest | long domains: needed of "
        "available | toeholds | modules one pot holds, at most |",
        "| --- | --- | --- | --- | --- | --- | --- | --- | --- | --- |",
    ]
    lines += [_dna(name, row["dna"]) for name, row in rows.items() if "dna" in row]
    lines += [
        "",
        "Available are upper bounds, and so is what one pot holds: words of the design's length and letters that share "
        "no subsequence longer than `sequences.last_k` allows, by counting, which no set of words reaches; and all "
        "toehold words, some of which differ in one letter only. Designs may share toeholds (`scheme.toeholds`).",
        "",
    ]
    return "\n".join(lines)


def _row(name: str, row: Mapping[str, Any]) -> str:
    test, reactions, agreement = row["test"], row["reactions"], row["agreement"]
    share = test["correct"] / test["examples"]
    seeds = row["seeds"]
    spread = "-" if seeds is None else f"{seeds['mean']:.2%} ± {seeds['deviation']:.2%} ({seeds['number']})"
    exact = _least(agreement["formal exact limit"], agreement["reduced exact limit"])
    kinetics = [agreement["formal kinetics"], agreement["reduced kinetics"]]
    early = min(part["agree_at_50"] for part in kinetics)
    time = max(part["formal_time"] for part in kinetics)
    when = "t = 50" if time == 50 else f"t = {time:g}; {early} at t = 50"
    return (
        f"| {name} | {row['network']} {row['weights']} | {row['paper']} | {test['correct']:,} of {test['examples']:,} "
        f"({share:.2%}) | {spread} | {reactions['formal']:,}, {reactions['reduced']:,} "
        f"({reactions['reduced_bimolecular']:,}) | {exact} | {_least(*kinetics)} ({when}) |"
    )


def _least(*parts: Mapping[str, Any]) -> str:
    return f"{min(part['agree'] for part in parts):,} of {parts[0]['examples']:,}"


def _dna(name: str, dna: Mapping[str, Any]) -> str:
    counts = " | ".join(f"{dna[key]:,}" for key in ("reactions", "modules", "strands", "nucleotides"))
    domains = " | ".join(f"{dna[key]['needed']:,} of {dna[key]['available']:,}" for key in ("long_domains", "toeholds"))
    return (
        f"| {name} | {dna['scheme']}, {dna['max_products']} | {counts} | {dna['longest_strand']} | {domains} "
        f"| {dna['modules_in_one_pot']:,} |"
    )

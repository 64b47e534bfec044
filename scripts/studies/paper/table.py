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
        "| row | network | the paper | test accuracy | ten seeds | reactions: formal, reduced (bimolecular) "
        "| network = formal = reduced, exact limit | the same by kinetics |",
        "| --- | --- | --- | --- | --- | --- | --- | --- |",
    ]
    lines += [_row(name, row) for name, row in rows.items()]
    lines += [
        "",
        "Kinetics: random test examples (IRIS: all), all rates 1, to the paper's t = 50 or, where labels are not all "
        "the network's by then, to the time in brackets.",
        "",
        "| row | scheme, products | reactions | modules | strands | nucleotides | longest | long domains: needed of "
        "available | toeholds | modules one pot holds |",
        "| --- | --- | --- | --- | --- | --- | --- | --- | --- | --- |",
    ]
    lines += [_dna(name, row["dna"]) for name, row in rows.items() if "dna" in row]
    lines += [
        "",
        "Available: words of the design's length and letters that share no subsequence longer than "
        "`sequences.last_k` allows (a counting bound), and toehold words; designs may share toeholds "
        "(`scheme.toeholds`).",
        "",
    ]
    return "\n".join(lines)


def _row(name: str, row: Mapping[str, Any]) -> str:
    test, reactions, agreement = row["test"], row["reactions"], row["agreement"]
    share = test["correct"] / test["examples"]
    seeds = row["seeds"]
    spread = "-" if seeds is None else f"{seeds['mean']:.2%} ± {seeds['deviation']:.2%}"
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

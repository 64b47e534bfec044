"""How far and by which rules strands are enumerated: stated, recorded, and the same throughout one proof."""

from __future__ import annotations

from dataclasses import dataclass
from typing import final


@final
@dataclass(frozen=True, slots=True)
class EnumerationOptions:
    """Settings of one enumeration; the defaults are Peppercorn's own where it has any."""

    release_cutoff: int = 9
    """Helices of at most this many nt open by themselves (zipping off at either end), nt."""
    reject_remote: bool = True
    """Reject branch migration from a toehold that is not next to the displaced domain."""
    max_complex_size: int | None = None
    """Most strands of one complex; None: twice the largest initial complex plus two. A larger one is no proof."""
    max_complexes: int = 100_000
    """More complexes than this end the enumeration undecided."""
    max_reactions: int = 500_000
    """More reactions than this end the enumeration undecided."""
    max_seconds: float = 3600.0
    """An enumeration that takes longer ends undecided, s."""

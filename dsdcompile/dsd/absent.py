"""What stands in tables where there is no species, no module or no reaction: indices below all that there are."""

from __future__ import annotations

from typing import Final

NO_SPECIES: Final = -1
"""Of a complex that is no signal and holds none, and beyond the last label of a module."""
NO_MODULE: Final = -1
"""Of what belongs to a species or to the whole system, such as a signal as it is first added."""
NO_REACTION: Final = -1
"""Of a module that implements none: a buffer."""

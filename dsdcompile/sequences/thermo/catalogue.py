"""The thermodynamic backends there are: to add one, write a file with a ``BACKEND`` and name it here."""

from __future__ import annotations

from importlib import import_module
from types import TracebackType
from typing import Final, Protocol

from dsdcompile.errors import BackendError
from dsdcompile.sequences.thermo.conditions import Conditions
from dsdcompile.sequences.thermo.model import ThermoModel

BACKENDS: Final = ("vienna", "nupack")
"""What ``sequences.thermo`` may name; each is imported when a design asks for it."""


class Backend(ThermoModel, Protocol):
    """A model with something to end: processes, a licence."""

    def __enter__(self) -> ThermoModel:
        """Return the model."""
        ...

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        """End what was started."""
        ...


def open_backend(name: str, conditions: Conditions) -> Backend:
    """Return the backend of that name under fixed conditions, for a ``with`` block.

    Raises:
        BackendError: there is none of that name, it is not installed, or it refuses the conditions.
    """
    if name not in BACKENDS:
        raise BackendError(f"sequences.thermo: no backend {name!r}; there are {', '.join(BACKENDS)}")
    opened: Backend = import_module(f"{__package__}.{name}").BACKEND(conditions)
    return opened

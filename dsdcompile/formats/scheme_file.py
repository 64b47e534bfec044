"""Schemes from outside: a Python file with one scheme, or packages that are installed and offer some."""

from __future__ import annotations

import importlib.util
from importlib.metadata import EntryPoint, entry_points
from pathlib import Path

from dsdcompile.errors import DsdcompileError, FormatError
from dsdcompile.schemes.scheme import Scheme

GROUP = "dsdcompile.schemes"
"""The entry-point group in which a package offers schemes: a name, and the class or an object of it."""
SUFFIX = ".py"


def load_scheme(path: Path) -> Scheme:
    """Return the scheme that a Python file defines. The file is run.

    Raises:
        FormatError: the file is not there, fails, or does not define exactly one scheme.
    """
    if not path.is_file():
        raise FormatError(f"{path}: no such file; give a Python file that defines a scheme, or a scheme's name")
    spec = importlib.util.spec_from_file_location(f"dsdcompile_outside_{path.stem}", path)
    if spec is None or spec.loader is None:
        raise FormatError(f"{path}: not a Python file")
    module = importlib.util.module_from_spec(spec)
    try:
        spec.loader.exec_module(module)
    except DsdcompileError:
        raise
    except Exception as error:  # whatever a foreign file does wrong is its user's to mend
        raise FormatError(f"{path}: cannot be run: {type(error).__name__}: {error}") from error
    own = [
        value
        for value in vars(module).values()
        if isinstance(value, type) and issubclass(value, Scheme) and value.__module__ == module.__name__
    ]
    concrete = [kind for kind in own if not getattr(kind, "__abstractmethods__", None)]
    if len(concrete) != 1:
        lacking = sorted({name for kind in own for name in getattr(kind, "__abstractmethods__", ())})
        why = f"; what it defines lacks {', '.join(lacking)}" if lacking else ""
        raise FormatError(f"{path}: {len(concrete)} schemes, where one subclass of Scheme is expected{why}")
    return _made(concrete[0], str(path))


def offered() -> dict[str, EntryPoint]:
    """Return the schemes that installed packages offer, by the names of their entry points."""
    return {point.name: point for point in sorted(entry_points(group=GROUP), key=lambda point: point.name)}


def load_offered(point: EntryPoint) -> Scheme:
    """Return the scheme of an entry point.

    Raises:
        FormatError: it cannot be loaded or is no scheme.
    """
    where = f"entry point {point.name} = {point.value}"
    try:
        found = point.load()
    except Exception as error:
        raise FormatError(f"{where}: cannot be loaded: {type(error).__name__}: {error}") from error
    return _made(found, where)


def _made(found: object, where: str) -> Scheme:
    try:
        made = found() if isinstance(found, type) else found
    except Exception as error:
        raise FormatError(f"{where}: its scheme cannot be made: {type(error).__name__}: {error}") from error
    if not isinstance(made, Scheme):
        raise FormatError(f"{where}: {made!r} is no scheme: derive it from dsdcompile.schemes.scheme.Scheme")
    return made

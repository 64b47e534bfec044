"""The scheme that a design asks for: of the catalogue, of an installed package, or of a file."""

from __future__ import annotations

import os
from pathlib import Path

from dsdcompile.formats.scheme_file import SUFFIX, load_offered, load_scheme, offered
from dsdcompile.schemes.catalogue import admit, find_scheme, is_built_in
from dsdcompile.schemes.scheme import Scheme
from dsdcompile.stages.scheme_contract import COMMON, check_contract


def choose_scheme(name: str, folder: Path = Path()) -> Scheme:
    """Return a scheme by its name or its file; one from outside is checked before it is used.

    Args:
        name: A name or alias of the catalogue, the name of an entry point of the group ``dsdcompile.schemes``, or the
            path of a Python file that defines a scheme.
        folder: Where the path starts from.

    Raises:
        DesignError: there is no such scheme, or one from outside takes a name of the catalogue.
        FormatError: a file or an entry point cannot be loaded.
        SchemeError: a scheme from outside breaks the contract of schemes.
    """
    if name.endswith(SUFFIX):
        return _admitted(load_scheme(folder / name))
    points = offered()
    if name in points and not is_built_in(name):
        return _admitted(load_offered(points[name]))
    return find_scheme(name)


def scheme_reference(given: str, folder: Path) -> str:
    """Return what a design in ``folder`` calls the scheme that is given from the current folder."""
    return os.path.relpath(given, folder) if given.endswith(SUFFIX) else given


def _admitted(scheme: Scheme) -> Scheme:
    check_contract(scheme, COMMON)
    admit(scheme)
    return scheme

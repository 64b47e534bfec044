"""The schemes there are. A new one is a file, and a line here; one from outside is admitted once it is checked."""

from __future__ import annotations

import difflib

from dsdcompile.errors import DesignError
from dsdcompile.schemes.cardelli2013 import Cardelli2013, Cardelli2013Plain
from dsdcompile.schemes.chen2013 import Chen2013
from dsdcompile.schemes.scheme import Scheme
from dsdcompile.schemes.soloveichik2010 import Soloveichik2010
from dsdcompile.schemes.srinivas2017 import Srinivas2017

SCHEMES: tuple[Scheme, ...] = (Soloveichik2010(), Cardelli2013(), Cardelli2013Plain(), Chen2013(), Srinivas2017())

_ADMITTED: dict[str, Scheme] = {}
"""Schemes from outside by name."""


def is_built_in(name: str) -> bool:
    """Return whether a scheme of the catalogue has this name or alias."""
    return name in _built_in()


def admit(scheme: Scheme) -> None:
    """Let a scheme from outside be found by its name, as those of the catalogue are.

    Only :func:`dsdcompile.stages.scheme_choice.choose_scheme` calls this, when the scheme has kept the contract.

    Raises:
        DesignError: a scheme of the catalogue has that name.
    """
    if is_built_in(scheme.name):
        raise DesignError(f"scheme.name: {scheme.name!r} is a scheme of dsdcompile; another one needs another name")
    _ADMITTED[scheme.name] = scheme


def find_scheme(name: str) -> Scheme:
    """Return the scheme of that name or alias.

    Raises:
        DesignError: there is none; the message lists those there are.
    """
    known = _built_in() | _ADMITTED
    if name in known:
        return known[name]
    close = difflib.get_close_matches(name, known, 1)
    hint = f"; did you mean {close[0]!r}?" if close else ";"
    raise DesignError(f"scheme.name: unknown scheme {name!r}{hint} there are {', '.join(s.name for s in SCHEMES)}")


def _built_in() -> dict[str, Scheme]:
    return {key: scheme for scheme in SCHEMES for key in (scheme.name, *scheme.aliases)}

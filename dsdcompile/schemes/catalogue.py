"""The schemes there are."""

from __future__ import annotations

import difflib

from dsdcompile.errors import DesignError
from dsdcompile.schemes.cardelli2013 import Cardelli2013, Cardelli2013Plain
from dsdcompile.schemes.chen2013 import Chen2013
from dsdcompile.schemes.scheme import Scheme
from dsdcompile.schemes.soloveichik2010 import Soloveichik2010
from dsdcompile.schemes.srinivas2017 import Srinivas2017

SCHEMES: tuple[Scheme, ...] = (Soloveichik2010(), Cardelli2013(), Cardelli2013Plain(), Chen2013(), Srinivas2017())


def find_scheme(name: str) -> Scheme:
    """Return the scheme of that name or alias.

    Raises:
        DesignError: there is none; the message lists those there are.
    """
    known = {key: scheme for scheme in SCHEMES for key in (scheme.name, *scheme.aliases)}
    if name in known:
        return known[name]
    close = difflib.get_close_matches(name, known, 1)
    hint = f"; did you mean {close[0]!r}?" if close else ";"
    raise DesignError(f"scheme.name: unknown scheme {name!r}{hint} there are {', '.join(s.name for s in SCHEMES)}")

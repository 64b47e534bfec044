"""Vendors' tables: TOML files that come with the package."""

from __future__ import annotations

import tomllib
from functools import lru_cache
from importlib.resources import files

from dsdcompile.errors import DesignError
from dsdcompile.lab.vendor import Label, Synthesis, Vendor


@lru_cache
def load_vendor(name: str) -> Vendor:
    """Return a vendor by name.

    Raises:
        DesignError: there is no table of that vendor.
    """
    path = files("dsdcompile.formats") / "vendors" / f"{name}.toml"
    if not path.is_file():
        raise DesignError(f"lab.vendor: no table for {name!r}")
    table = tomllib.loads(path.read_text(encoding="utf-8"))
    return Vendor(
        table["name"],
        table["currency"],
        tuple((int(wells), least) for wells, least in table["plate_minimum"].items()),
        tuple(
            Synthesis(s["code"], s["shortest"], s["longest"], s["price"], tuple(s["delivered"].items()))
            for s in table["scale"]
        ),
        tuple(table["purification"].items()),
        tuple(
            Label(m["name"], m["kind"], m["five"], m["three"], m["price"], m.get("quencher", ""))
            for m in table["label"]
        ),
    )

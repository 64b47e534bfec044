"""Vendors' tables: TOML files that come with the package. To add a vendor, put its table into ``vendors/``."""

from __future__ import annotations

import tomllib
from collections.abc import Mapping
from functools import lru_cache
from importlib.resources import files
from typing import Annotated

from pydantic import BaseModel, ConfigDict, Field, ValidationError

from dsdcompile.errors import DesignError, FormatError
from dsdcompile.lab.vendor import Label, Synthesis, Vendor

Price = Annotated[float, Field(ge=0)]


class _Strict(BaseModel):
    model_config = ConfigDict(extra="forbid", strict=True, allow_inf_nan=False)


class _Scale(_Strict):
    code: str
    shortest: Annotated[int, Field(ge=1)]
    longest: Annotated[int, Field(ge=1)]
    price: Price
    delivered: Annotated[Mapping[str, Annotated[float, Field(gt=0)]], Field(strict=False)]


class _Label(_Strict):
    name: str
    kind: str
    five: str
    three: str
    price: Price
    quencher: str = ""


class _Table(_Strict):
    name: str
    currency: str
    plain: str
    with_dyes: str = ""
    plate_minimum: Mapping[str, Annotated[int, Field(ge=0)]]
    scale: list[_Scale]
    purification: Mapping[str, Price]
    coupling: Annotated[float, Field(gt=0.9, le=1)] = 0.994
    full_length: Mapping[str, Annotated[float, Field(gt=0, le=1)]] = {}
    label: list[_Label]


def vendors() -> tuple[str, ...]:
    """Return the names of the vendors there are."""
    folder = files("dsdcompile.formats") / "vendors"
    return tuple(sorted(path.name.removesuffix(".toml") for path in folder.iterdir() if path.name.endswith(".toml")))


@lru_cache
def load_vendor(name: str) -> Vendor:
    """Return a vendor by name.

    Raises:
        DesignError: there is no table of that vendor.
    """
    if name not in vendors():
        raise DesignError(f"lab.vendor: no table for {name!r}; there are {', '.join(vendors())}")
    path = files("dsdcompile.formats") / "vendors" / f"{name}.toml"
    return parse_vendor(path.read_text(encoding="utf-8"))


def parse_vendor(text: str) -> Vendor:
    """Return the vendor that a table describes.

    Raises:
        FormatError: it is no TOML, a key is missing, unknown or of another kind, or what it names is not in it.
    """
    try:
        table = _Table.model_validate(tomllib.loads(text))
        plates = tuple((int(wells), least) for wells, least in table.plate_minimum.items())
    except ValidationError as error:
        first = error.errors(include_url=False)[0]
        raise FormatError(f"vendor: {'.'.join(map(str, first['loc']))}: {first['msg']}") from None
    except ValueError as error:
        raise FormatError(f"vendor: {error}") from None
    vendor = Vendor(
        table.name,
        table.currency,
        plates,
        tuple(Synthesis(s.code, s.shortest, s.longest, s.price, tuple(s.delivered.items())) for s in table.scale),
        tuple(table.purification.items()),
        table.plain,
        table.with_dyes,
        tuple(Label(m.name, m.kind, m.five, m.three, m.price, m.quencher) for m in table.label),
        table.coupling,
        tuple(table.full_length.items()),
    )
    _check(vendor)
    return vendor


def _check(vendor: Vendor) -> None:
    known = dict(vendor.purification)
    used = {code for s in vendor.syntheses for code in dict(s.delivered)} | {vendor.plain}
    used |= set(dict(vendor.purified))
    used |= {vendor.with_dyes} if vendor.with_dyes else set()
    if not vendor.syntheses:
        raise FormatError("vendor: no [[scale]], so nothing can be ordered")
    if used - known.keys():
        raise FormatError(f"vendor: no price in [purification] for {', '.join(sorted(used - known.keys()))}")
    names = {label.name for label in vendor.labels}
    lacking = {label.quencher for label in vendor.labels if label.quencher} - names
    if lacking:
        raise FormatError(f"vendor: no label {min(lacking)!r}, which another names as its quencher")

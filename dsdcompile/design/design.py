"""The validated request: what a design file says.

``check_design`` turns plain data (a parsed TOML file) into a :class:`Design` and reports every error at once, each with
its key.
"""

from __future__ import annotations

import difflib
from collections.abc import Mapping
from typing import Annotated, Any, final

from pydantic import Field, ValidationError, model_validator

from dsdcompile.design.keys import keys_of
from dsdcompile.design.tables import (
    ChecksTable,
    CrnTable,
    DataTable,
    DosingTable,
    InputsTable,
    KineticsTable,
    LabTable,
    NetworkTable,
    PassesTable,
    SchemeTable,
    SequencesTable,
    SimulateTable,
    Table,
    TrainingTable,
    VerifyTable,
)
from dsdcompile.errors import DesignError


@final
class Design(Table):
    """A design: what to compile, how, and for which laboratory."""

    name: Annotated[str, Field(pattern=r"^[A-Za-z0-9][A-Za-z0-9_.-]*$")] = Field(
        description="short name: letters, digits, '_', '.', '-'; results go to build/NAME"
    )
    network: NetworkTable | None = None
    crn: CrnTable | None = None
    data: DataTable | None = None
    inputs: InputsTable = InputsTable()
    passes: PassesTable = PassesTable()
    scheme: SchemeTable = SchemeTable()
    kinetics: KineticsTable = KineticsTable()
    dosing: DosingTable = DosingTable()
    verify: VerifyTable = VerifyTable()
    simulate: SimulateTable = SimulateTable()
    sequences: SequencesTable = SequencesTable()
    checks: ChecksTable = ChecksTable()
    lab: LabTable = LabTable()
    training: TrainingTable = TrainingTable()

    @property
    def reduction(self) -> str:
        """How the formal CRN is reduced: as asked, else a network as cheaply as can be, and reactions not at all."""
        return self.passes.reduce or ("cheapest" if self.network is not None else "none")

    @model_validator(mode="after")
    def _one_source(self) -> Design:
        if (self.network is None) == (self.crn is None):
            raise ValueError("give either [network] file = ... or [crn] file = ..., one of the two")
        if self.network is not None and self.data is None and not self.inputs.high:
            raise ValueError(
                "fuels need a bound on the inputs: give [data] name = ... or [inputs] low = ..., high = ..."
            )
        return self


def check_design(values: Mapping[str, Any], where: str) -> Design:
    """Return the design that parsed TOML data describe; ``where`` names their file in messages.

    Raises:
        DesignError: one message with every error, each with its key and what was expected.
    """
    try:
        return Design.model_validate(dict(values))
    except ValidationError as error:
        lines = [_line(dict(item)) for item in error.errors(include_url=False)]
        raise DesignError("\n".join(f"{where}: {line}" for line in dict.fromkeys(lines))) from None


_EXPECTED = {
    "tuple_type": 'expected a list, such as ["a", "b"] or [0.1, 0.2]',
    "bool_type": "expected true or false",
    "dict_type": "expected a table, such as {name = value}",
    "string_type": "expected text",
    "int_type": "expected a whole number",
    "float_type": "expected a number",
    "missing": "is missing",
}
"""What pydantic says in the words of Python, in those of a design file."""


def _line(error: Mapping[str, Any]) -> str:
    place = ".".join(str(part + 1) if isinstance(part, int) else str(part) for part in error["loc"]) or "the design"
    if error["type"] == "extra_forbidden":
        known = keys_of(Design, error["loc"][:-1])
        close = difflib.get_close_matches(str(error["loc"][-1]), known, 1)
        hint = f"did you mean {close[0]!r}?" if close else f"known keys here: {', '.join(sorted(known))}"
        return f"unknown key {place}; {hint}"
    message = _EXPECTED.get(error["type"], str(error["msg"]).removeprefix("Value error, ").removeprefix("Input "))
    given = "" if error["type"] in ("missing", "value_error") else f", not {str(error['input'])[:60]!r}"
    return f"{place}: {message}{given}"

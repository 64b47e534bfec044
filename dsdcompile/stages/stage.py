"""The stages that can be asked for, in the order of the way, and what each needs. Imports nothing that takes long."""

from __future__ import annotations

from enum import StrEnum
from typing import final


@final
class Stage(StrEnum):
    """What can be asked for alone; earlier stages it needs are made on the way."""

    COMPILE = "compile"
    TRANSLATE = "translate"
    VERIFY = "verify"
    SIMULATE = "simulate"
    SEQUENCES = "sequences"
    ORDER = "order"
    REPORT = "report"


STAGES: tuple[Stage, ...] = tuple(Stage)
NEEDS = {
    Stage.COMPILE: {Stage.COMPILE},
    Stage.TRANSLATE: {Stage.COMPILE, Stage.TRANSLATE},
    Stage.VERIFY: {Stage.COMPILE, Stage.TRANSLATE, Stage.VERIFY},
    Stage.SIMULATE: {Stage.COMPILE, Stage.TRANSLATE, Stage.VERIFY, Stage.SIMULATE},
    Stage.SEQUENCES: {Stage.COMPILE, Stage.TRANSLATE, Stage.SEQUENCES, Stage.ORDER},
    Stage.ORDER: {Stage.COMPILE, Stage.TRANSLATE, Stage.SEQUENCES, Stage.ORDER},
    Stage.REPORT: set(Stage),
}
"""Which stages each needs, itself included."""

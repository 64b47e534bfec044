"""How a network is trained: the keys of a design's ``[training]`` table."""

from __future__ import annotations

from typing import Annotated, Literal, final

from pydantic import Field

from dsdcompile.design import Floats, Table


@final
class Recipe(Table):
    """BinaryConnect as the paper describes it (section 4.3), with the choices it leaves open."""

    hidden: Annotated[tuple[Annotated[int, Field(gt=0)], ...], Field(strict=False)] = Field(
        (8,), description="units of each hidden layer"
    )
    weights: Literal["binary", "ternary", "integer"] = Field(
        "binary", description="binary {-1, +1}; ternary {-1, 0, +1} by threshold; integer: rounded"
    )
    threshold: Annotated[float, Field(gt=0, lt=1)] = Field(0.33, description="ternary: latent weights below it are 0")
    largest: Annotated[int, Field(ge=1)] = Field(2, description="integer: largest weight")
    loss: Literal["squared_hinge", "cross_entropy"] = Field("squared_hinge", description="what is minimised")
    epochs: Annotated[int, Field(gt=0)] = Field(10_000, description="passes over the training part")
    batch: Annotated[int, Field(gt=0)] = Field(16, description="examples a step")
    rate: Annotated[float, Field(gt=0)] = Field(0.02, description="learning rate at the start")
    last_rate: Annotated[float, Field(gt=0)] | None = Field(
        None, description="learning rate at the end, reached geometrically (default: constant)"
    )
    dropout: Floats = Field(
        (0.1, 0.01), description="probability to drop an input, then a unit of each hidden layer (last value repeats)"
    )
    seed: Annotated[int, Field(ge=0)] = Field(1, description="seed of everything random")

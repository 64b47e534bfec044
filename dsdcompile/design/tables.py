"""The tables of a design file as frozen data: a key's meaning, unit and default are its field."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated, Any, Literal, final

from pydantic import AfterValidator, BaseModel, ConfigDict, Field, create_model, model_validator

from dsdcompile.design.quantities import Bases, Floats, Molar, PerMolarSecond, PositiveMolar, PositiveSeconds, Window
from dsdcompile.passes.catalogue import OPTIONAL, help_text
from dsdcompile.sequences.rules.catalogue import thresholds
from dsdcompile.sequences.rules.limits import Threshold
from dsdcompile.sequences.thermo.catalogue import BACKENDS

if TYPE_CHECKING:
    OptionalPass = str
    BackendName = str
else:
    OptionalPass, BackendName = Literal[OPTIONAL], Literal[BACKENDS]


class Table(BaseModel):
    """A table of a design file: frozen, strict about types, no unknown keys, finite numbers only."""

    model_config = ConfigDict(frozen=True, extra="forbid", strict=True, allow_inf_nan=False, hide_input_in_errors=True)


@final
class NetworkTable(Table):
    """Where the network comes from."""

    file: str = Field(description="network file, relative to the design file (.json, .npz or .onnx)")


@final
class CrnTable(Table):
    """Where the CRN comes from, for designs that start from one."""

    file: str = Field(description="reaction file (.crn), relative to the design file")


@final
class DataTable(Table):
    """Examples whose limits dose the fuels and whose labels are compared."""

    name: Literal["iris", "mnist", "virus", "csv"] = Field(description="which data set")
    directory: str | None = Field(
        None,
        description="folder with the data set's files, relative to the design file (--data-dir); without it mnist and "
        "virus designs fall back on the range of inputs that their network records",
    )
    file: str | None = Field(
        None, description="CSV file in that folder (virus: gse73072_active_10genes.csv unless given)"
    )
    label: str = Field("label", description="name of the label column of a CSV file")
    ignore: Annotated[tuple[str, ...], Field(strict=False)] = Field(
        (), description="columns of a CSV file that are neither feature, label nor split"
    )
    split: Literal["given", "grouped"] = Field(
        "given",
        description="given: as the data set says (CSV: a column split with train, validation, test; without one every "
        "row does all three); grouped: no group of rows is in two parts",
    )
    group: Annotated[tuple[str, ...], Field(strict=False)] = Field(
        (), description="columns that name a group (virus: study and subject)"
    )
    split_seed: Annotated[int, Field(ge=0)] = Field(1, description="seed of the grouped split")
    part: Literal["all", "train", "validation", "test"] = Field("all", description="which rows are compared")
    examples: Annotated[int, Field(gt=0)] | None = Field(None, description="use this many of them (default: all)")


@final
class InputsTable(Table):
    """Inputs for designs without a data set: a box that bounds them, and examples to simulate."""

    low: Floats = Field((), description="smallest value of each input, in formal units")
    high: Floats = Field((), description="largest value of each input, in formal units")
    examples: Annotated[tuple[Floats, ...], Field(strict=False)] = Field(
        (), description="examples to simulate and compare"
    )

    @model_validator(mode="after")
    def _box(self) -> InputsTable:
        if len(self.low) != len(self.high):
            raise ValueError(f"low has {len(self.low)} values and high {len(self.high)}; give one of each per input")
        for number, (low, high) in enumerate(zip(self.low, self.high, strict=True), start=1):
            if low > high:
                raise ValueError(f"input {number}: low {low} is above high {high}")
        for number, example in enumerate(self.examples, start=1):
            if self.low and len(example) != len(self.low):
                raise ValueError(f"example {number} has {len(example)} values for {len(self.low)} inputs")
            if any(not low <= x <= high for low, x, high in zip(self.low, example, self.high, strict=False)):
                raise ValueError(f"example {number} lies outside the box that low and high declare")
        return self


@final
class PassesTable(Table):
    """How the formal CRN is rewritten before it is built."""

    reduce: Literal["cheapest", "paper", "cost", "none"] | None = Field(
        None,
        description="paper: Algorithm 2 everywhere; cost: where it lowers the cost; cheapest: the plan that costs "
        "least of all with and without Algorithm 2, input shift and fan-out sharing; none: not at all (default: "
        "cheapest for a network, none for reactions, which are built as they are written)",
    )
    optional: Annotated[
        tuple[OptionalPass, ...],
        Field(strict=False),
    ] = Field(
        (),
        description=f"further passes, run in this order: {help_text()}. Passes keep limits, not kinetics: none runs "
        "where rates matter (matched, or a CRN without a limit)",
    )
    price: Annotated[float, Field(ge=0)] = Field(0.20, description="money a nucleotide, by which costs are compared")


@final
class SchemeTable(Table):
    """The translation scheme and its lengths."""

    name: str = Field("soloveichik2010", description="what `dsdcompile schemes` lists, or a file scheme.py")
    max_products: Annotated[int, Field(ge=1)] | None = Field(
        None, description="most products of one reaction (default: as many as lab.longest_strand allows)"
    )
    toehold: Annotated[int, Field(ge=3, le=12)] = Field(6, description="toehold length, nt")
    recognition: Annotated[int, Field(ge=8, le=60)] = Field(15, description="recognition and history length, nt")
    toeholds: Annotated[int, Field(ge=0)] = Field(
        0, description="size of the pool of toeholds that species share; 0: each species has its own"
    )


@final
class KineticsTable(Table):
    """What a formal unit and a formal time unit stand for, and how fast strands react."""

    mode: Literal["fast", "matched"] = Field(
        "fast", description="fast: every step at rate (rate-independent CRNs); matched: formal rates are reproduced"
    )
    unit: PositiveMolar = Field(1e-8, description="the concentration of one formal unit, such as '10 nM'")
    rate: PerMolarSecond = Field(1e6, description="rate constant of a strand displacement step, such as '1e6 /M/s'")
    time: PositiveSeconds | None = Field(
        None, description="the duration of one formal time unit (default: 1 / (rate x unit), as for a formal rate of 1)"
    )

    q_max: PerMolarSecond | None = Field(
        None, description="matched: the largest rate constant a toehold gives, such as '1e6 /M/s' (default: rate)"
    )
    c_max: PositiveMolar | None = Field(
        None, description="matched: the concentration of every fuel, such as '1 uM' (default: by dosing.depletion)"
    )
    centred: bool = Field(
        False, description="matched: fuels pass through c_max halfway through their turnover, rather than start there"
    )
    slowdown: Annotated[float, Field(gt=0)] = Field(
        1.0, description="matched: every reaction runs this many times slower than written"
    )
    rate_tolerance: Annotated[float, Field(gt=1)] = Field(
        3.0,
        description="matched: factor by which a step's rate constant, predicted from its sequences, may miss the "
        "wanted one; with one further off nothing is ordered",
    )

    @property
    def written_time(self) -> float:
        """One formal time unit as the rate constants of a .crn file are read, in s."""
        return self.time if self.time is not None else 1.0 / (self.rate * self.unit)

    @property
    def time_unit(self) -> float:
        """One formal time unit as it is built, in s."""
        return self.written_time * (self.slowdown if self.mode == "matched" else 1.0)


@final
class DosingTable(Table):
    """How much fuel."""

    margin: Annotated[float, Field(ge=0)] = Field(0.2, description="fuel beyond the bound on turnover, as a fraction")
    ceiling: PositiveMolar = Field(1e-5, description="a dose above this is reported")
    floor: Annotated[float, Field(gt=0)] = Field(
        0.1, description="turnover, in formal units, that every module is prepared for"
    )
    depletion: Annotated[float, Field(gt=0, le=1)] = Field(
        0.05, description="matched, without kinetics.c_max: share of a fuel that may be used up or bound by the horizon"
    )


@final
class VerifyTable(Table):
    """How the system is verified."""

    whole: Literal["auto", "always", "never"] = Field(
        "auto", description="enumerate the whole system as well: auto does so up to whole_modules modules"
    )
    whole_modules: Annotated[int, Field(ge=0)] = Field(
        80, description="largest system that auto enumerates whole (two-domain schemes: 4 to 10 times fewer modules)"
    )
    equivalence: bool = Field(True, description="judge templates by CRN bisimulation and pathway decomposition as well")


@final
class SimulateTable(Table):
    """How curves are computed."""

    example: Annotated[int, Field(ge=1)] = Field(1, description="the example whose curves are drawn, from 1")
    within: Annotated[float, Field(gt=0)] = Field(
        0.01, description="outputs count as complete within this distance of their limit, formal units"
    )
    until: PositiveSeconds | None = Field(
        None,
        description="end of the curves, and of what fuels must last for where there is no limit (default: from "
        "completion; 50 formal time units where there is no limit)",
    )
    points: Annotated[int, Field(ge=101, le=100_000)] = Field(
        401, description="points a curve; completion and deviation are read off these"
    )
    rtol: Annotated[float, Field(gt=0, lt=1)] = Field(
        1e-8, description="relative tolerance of the integration, and absolute one in formal units"
    )
    volume: Annotated[float, Field(gt=0)] | None = Field(
        None, description="count molecules in this volume, pL, beside the formal curves (default: do not)"
    )
    draws: Annotated[int, Field(ge=2, le=1000)] = Field(
        20,
        description="how often rate constants are drawn from the errors of their prediction, once there are sequences",
    )
    signal_over_leak: Annotated[float, Field(gt=0)] = Field(
        3.0, description="an output is readable while its signal is at least this many times the leak"
    )


@final
class SequencesTable(Table):
    """How domains get sequences."""

    seed: Annotated[int, Field(ge=0)] = Field(1, description="seed: the same seed gives the same sequences")
    effort: Annotated[int, Field(ge=0)] = Field(400, description="most steps of the search; 0: orthogonal words alone")
    thermo: BackendName = Field(
        "vienna", description="where partition functions come from; nupack needs the user's own installation"
    )
    celsius: Annotated[float, Field(ge=0, le=100)] = Field(25.0, description="temperature of the reaction, C")
    sodium: Molar = Field(0.05, description="monovalent cations, such as '50 mM'")
    magnesium: Molar = Field(0.0125, description="divalent cations, such as '12.5 mM'")
    alphabet: Literal["ACT", "ACGT"] = Field("ACT", description="letters of unstarred domains")
    gc: Window = Field((0.3, 0.7), description="GC window of every domain")
    spread: Annotated[float, Field(ge=0)] = Field(
        0.5, description="toeholds are taken from this near to the usual binding energy, while they last, kcal/mol"
    )
    first_k: Annotated[int, Field(ge=3, le=15)] = Field(
        6, description="first try that no two domains share this many bases; one more whenever words run out"
    )
    last_k: Annotated[int, Field(ge=5, le=15)] = Field(11, description="two domains never share this many bases")
    fixed: dict[str, Bases] = Field(default_factory=dict, description="sequences the user fixes, by domain name")
    forbid: Annotated[tuple[Bases, ...], Field(strict=False)] = Field(
        (), description="subsequences that no strand may have, in A, C, G and T"
    )


def _field(threshold: Threshold[Any]) -> tuple[Any, Any]:
    """Return type and field of the key that a threshold is."""
    kind = Window if isinstance(threshold.default, tuple) else type(threshold.default)
    bounds = {"ge": threshold.at_least, "gt": threshold.above, "le": threshold.at_most}
    given: dict[str, Any] = {name: value for name, value in bounds.items() if value is not None}
    return kind, Field(threshold.default, description=threshold.meaning, **given)


if TYPE_CHECKING:
    ChecksTable = Table
else:
    ChecksTable = create_model(
        "ChecksTable",
        __base__=Table,
        __doc__="What sequences must keep: the thresholds of the pass/fail table (dsdcompile/sequences/rules).",
        **{threshold.key: _field(threshold) for threshold in thresholds()},
    )


def _two_colours(value: tuple[str, str]) -> tuple[str, str]:
    if value[0] == value[1]:
        raise ValueError(f"two colours in one well are told apart; {value[0]!r} is given twice")
    return value


@final
class LabTable(Table):
    """What is ordered, and how."""

    vendor: str = Field("idt", description="whose order form: a table in dsdcompile/formats/vendors")
    purification: str = Field(
        "auto",
        description="of gate strands, in the vendor's code: STD, PAGE, HPLC; auto: of every strand the cheapest with "
        "which lab.full_length of it is full length",
    )
    full_length: Annotated[float, Field(ge=0, le=1)] = Field(
        0.5, description="least share of a strand that is full length, for lab.purification = auto"
    )
    plate: Literal[96, 384] = Field(96, description="wells of order and reaction plates")
    prices: dict[str, float] = Field(
        default_factory=dict,
        description="for the vendor's own: price a base by scale, a strand by purification or label",
    )
    freezer: str | None = Field(
        None, description="CSV file (name, sequence) of strands in the freezer, relative to the design file"
    )
    reporters: bool = Field(True, description="a fluorescent reporter for each output rail")
    reporter: PositiveMolar | None = Field(
        None,
        description="concentration of reporters (default: half more than the largest output; 20 nM at least where "
        "samples are read)",
    )
    colours: Annotated[tuple[str, str], Field(strict=False), AfterValidator(_two_colours)] = Field(
        ("FAM", "ROX"), description="fluorophores of plus and minus rails"
    )
    stock: PositiveMolar = Field(
        1e-4, description="concentration of strands as resuspended or normalised, such as '100 uM'"
    )
    gate_stock: PositiveMolar = Field(1e-5, description="concentration of annealed complexes, such as '10 uM'")
    gate_yield: Annotated[float, Field(gt=0, le=1)] = Field(0.5, description="what is left of a complex after its gel")
    purified_stock: PositiveMolar = Field(
        5e-6, description="concentration that purified complexes are brought to, such as '5 uM'"
    )
    excess: Annotated[float, Field(ge=1, le=2)] = Field(1.2, description="other strands of a gate for one backbone")
    smallest_volume: Annotated[float, Field(ge=0.1, le=10)] = Field(1.0, description="smallest volume pipetted, uL")
    well_volume: Annotated[float, Field(ge=10, le=2000)] = Field(50.0, description="reaction volume of a well, uL")
    longest_strand: Annotated[int, Field(ge=20, le=200)] = Field(
        120, description="longest strand the lab orders, nt (about 100 standard, 200 ultramer)"
    )


@final
class TrainingTable(Table):
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
    normalise: bool = Field(
        False,
        description="train with each layer's weights divided by sqrt((fan_in + fan_out) / 1.5); the factor is then "
        "folded into the biases, exactly",
    )
    gain: Annotated[float, Field(gt=0)] = Field(
        1.0, description="outputs are multiplied by it before the loss, in training only"
    )
    prefer: Literal["accuracy", "loss", "pooled"] = Field(
        "accuracy",
        description="what makes an epoch, and a seed, the best: accuracy on the validation part, ties broken by its "
        "loss; its loss; or pooled: its accuracy, ties broken by the loss over training and validation part together "
        "(for a validation part so small that many epochs are perfect)",
    )
    dropout: Annotated[tuple[Annotated[float, Field(ge=0, lt=1)], ...], Field(strict=False)] = Field(
        (0.1, 0.01), description="probability to drop an input, then a unit of each hidden layer (last value repeats)"
    )
    seed: Annotated[int, Field(ge=0)] = Field(1, description="seed of everything random")

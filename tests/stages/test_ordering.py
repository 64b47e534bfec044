"""What an order warns of before money is spent."""

from pathlib import Path

from dsdcompile.formats.design_file import load_design
from dsdcompile.sequences.assignment import assign
from dsdcompile.stages.compilation import compile_crn
from dsdcompile.stages.ordering import order_system, stock_up
from dsdcompile.stages.source import read_source
from dsdcompile.stages.translation import translate_crn

DESIGNS = Path(__file__).resolve().parents[2] / "designs"


def ordered(*changes, name="relu"):
    design = load_design(DESIGNS / f"{name}.toml", changes)
    source = read_source(design, DESIGNS)
    compiled = compile_crn(design, source)
    translated = translate_crn(design, source, compiled)
    stock = stock_up(design, DESIGNS, source, compiled, translated)
    return order_system(design, source, translated, stock, assign(stock.inventory, seed=1))


def test_strands_of_which_the_vendor_may_deliver_too_little_are_named():
    assert not ordered().warnings
    large = ordered("lab.well_volume=1000", "kinetics.unit=100 nM")
    (warning,) = large.warnings
    assert large.protocol is not None
    need = large.protocol.need()
    short = {line.name: line for line in large.sheet.ordered if need.get(line.name, 0.0) > line.delivered}
    worst = max(short, key=lambda name: need[name] / short[name].delivered)
    assert f"{need[worst]:.2g} nmol of {len(short)} strands ({worst} and so on)" in warning
    assert f"give {short[worst].delivered:g} nmol; order them twice or at a larger scale" in warning


def test_what_does_not_fit_is_ordered_without_a_protocol():
    made = ordered("lab.purified_stock=100 nM")
    assert made.protocol is None
    assert made.sheet.ordered
    (warning,) = made.warnings
    assert warning.startswith("no protocol: lab: fuels needs")


def test_salt_that_cannot_be_kept_as_a_concentrate_is_told():
    assert "cannot be kept at 2x" in ordered("sequences.sodium=2.6 M").warnings[0]


def test_the_biases_that_start_a_network_are_no_fuel():
    made = ordered(name="iris")
    assert made.protocol is not None
    assert not made.warnings
    by_title = {well.plan.title: well for well in made.protocol.wells}
    biases = {name for name, amount in made.protocol.recipe.biases.items() if amount}
    assert biases <= by_title["no input"].amounts.keys()
    assert not biases & by_title["no signal"].amounts.keys()
    scales = {(plate.scale, line.line.scale) for plate in made.layout.plates for line in plate.wells}
    assert len(made.layout.plates) == 5
    assert all(plate == line for plate, line in scales)

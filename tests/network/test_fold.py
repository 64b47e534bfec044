import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from dsdcompile.errors import NetworkError
from dsdcompile.network.fold import fold
from dsdcompile.network.quantise import nearest, quantise
from dsdcompile.network.real import Affine, PerUnit, RealNetwork, Relu, plain_layers
from tests.strategies import inputs_for, networks

SINGLE, DOUBLE = 2.0**-24, 2.0**-53


def stored(network, factors, dtype=np.float32) -> list:
    """Steps of a network with each layer multiplied by a factor, weights rounded as a file stores them."""
    steps, total = [], 1.0
    for number, (layer, factor) in enumerate(zip(network.layers, factors, strict=True)):
        total *= factor
        weights = (layer.weights * dtype(factor)).astype(dtype).astype(float)
        steps.append(Affine(f"layer{number}", weights, layer.biases * total))
        steps += [Relu(f"relu{number}")] * (layer.activation == "relu")
    return steps


@given(st.data())
def test_a_factor_a_layer_folds_away(data):
    network = data.draw(networks())
    x = data.draw(inputs_for(network))
    factors = data.draw(st.lists(st.floats(0.01, 100), min_size=len(network.layers), max_size=len(network.layers)))
    real = plain_layers(stored(network, factors), SINGLE)
    found = fold(real)
    for mine, theirs in zip(found.network.layers, network.layers, strict=True):
        common = np.gcd.reduce(theirs.weights.ravel()) or 1
        np.testing.assert_array_equal(mine.weights * common, theirs.weights)
    np.testing.assert_allclose(found.network(x) * found.output_scale, real(x), rtol=1e-5, atol=1e-4 * np.prod(factors))
    assert len(found.notes) == len(network.layers) + 1


@given(st.data())
def test_a_factor_a_unit_moves_through_the_relu_into_the_next_layer(data):
    rng = np.random.default_rng(data.draw(st.integers(0, 2**32 - 1)))
    shape = data.draw(st.tuples(st.integers(1, 4), st.integers(1, 4), st.integers(1, 3)))
    first, second = rng.choice([-1, 1], shape[:2]), rng.choice([-1, 1], shape[1:])
    unit = rng.uniform(0.1, 9.0, shape[1])
    steps = [
        Affine("a", first * unit, rng.normal(size=shape[1])),
        Relu("r"),
        Affine("b", second / unit[:, None], np.zeros(shape[2])),
    ]
    real = plain_layers(steps, DOUBLE)
    found = fold(real)
    x = rng.normal(size=(5, shape[0]))
    np.testing.assert_array_equal(found.network.layers[0].weights, first)
    np.testing.assert_allclose(found.network(x) * found.output_scale, real(x), rtol=1e-9, atol=1e-12)


def test_rational_weights_clear_to_the_smallest_integers():
    real = plain_layers([Affine("a", np.array([[0.75, -1.25], [0.0, 2.0]]), np.array([0.5, 0.0]))], DOUBLE)
    found = fold(real)
    assert found.network.layers[0].weights.tolist() == [[3, -5], [0, 8]]
    assert found.network.layers[0].biases.tolist() == [2.0, 0.0]
    assert found.output_scale == 0.25
    assert found.network.weight_set == "integer"


def test_batch_normalisation_before_and_after_the_relu_is_absorbed():
    rng = np.random.default_rng(3)
    steps = [
        PerUnit("scaler", np.array([2.0, 0.5]), np.array([1.0, -1.0])),
        Affine("a", rng.choice([-1.0, 1.0], (2, 3)), rng.normal(size=3)),
        PerUnit("norm", np.array([0.5, 0.5, -0.5]), rng.normal(size=3)),
        Relu("r"),
        PerUnit("norm2", np.array([3.0]), rng.normal(size=3)),
        Affine("b", rng.choice([-1.0, 1.0], (3, 2)), np.zeros(2)),
    ]
    real = plain_layers(steps, DOUBLE)
    x = rng.normal(size=(7, 2))
    values = x * [2.0, 0.5] + [1.0, -1.0]
    values = (values @ steps[1].weights + steps[1].biases) * steps[2].scale + steps[2].shift
    values = np.maximum(values, 0) * 3.0 + steps[4].shift
    np.testing.assert_allclose(real(x), values @ steps[5].weights, rtol=1e-12)
    found = fold(real)
    np.testing.assert_allclose(found.network(found.network.scale(x)) * found.output_scale, real(x), rtol=1e-9)
    assert found.network.weight_set == "binary"


@pytest.mark.parametrize(
    ("last", "message"),
    [
        ([[0.1234], [0.5678], [0.91]], r"layer 2 \(b\): its weights have 3 different magnitudes"),
        ([[1.0], [17.0], [1.0]], "not integers up to 16"),
    ],
)
def test_what_cannot_be_exact_is_refused_with_its_layer(last, message):
    steps = [Affine("a", np.ones((2, 3)), np.zeros(3)), Relu("r"), Affine("b", np.array(last), np.zeros(1))]
    with pytest.raises(NetworkError, match=message):
        fold(plain_layers(steps, DOUBLE))


def test_larger_integers_are_made_when_they_are_allowed():
    real = plain_layers([Affine("a", np.array([[1.0], [17.0], [1.0]]), np.zeros(1))], DOUBLE)
    assert fold(real, largest=17).network.layers[0].weights.max() == 17


def test_a_unit_without_incoming_weights_moves_into_the_next_biases_where_it_is_in_the_way():
    first = np.array([[1.0, -1.0, 0.0, 0.0], [1.0, 1.0, 0.0, 0.0]]) * 0.3
    second = np.array([[0.7, -0.7], [-0.7, -0.7], [0.37, 0.2], [0.9, 0.1]])
    steps = [Affine("a", first, np.array([0.1, -0.2, 0.5, -0.5])), Relu("r"), Affine("b", second, np.array([0.3, 0.4]))]
    real = plain_layers(steps, DOUBLE)
    found = fold(real)
    assert found.network.layers[1].weights.tolist() == [[1, -1], [-1, -1], [0, 0], [0, 0]]
    x = np.random.default_rng(1).normal(size=(9, 2))
    np.testing.assert_allclose(found.network(x) * found.output_scale, real(x), rtol=1e-12)
    assert found.notes[1].endswith("; constants of units without incoming weights (2) moved into its biases")
    kept = [steps[0], steps[1], Affine("b", np.full((4, 2), 0.7), np.zeros(2))]
    assert (fold(plain_layers(kept, DOUBLE)).network.layers[1].weights == 1).all()


def test_the_sign_of_a_negative_input_scale_moves_into_the_weights():
    weights = np.array([[1.0, -1.0], [1.0, 1.0]])
    scaled = PerUnit("m", np.array([-2.0, 0.5]), np.array([3.0, 1.0]))
    real = plain_layers([scaled, Affine("a", weights, np.zeros(2))], DOUBLE)
    found = fold(real)
    assert found.network.layers[0].weights.tolist() == [[-1, 1], [1, 1]]
    x = np.random.default_rng(1).normal(size=(9, 2))
    np.testing.assert_allclose(found.network(found.network.scale(x)), (x * [-2.0, 0.5] + [3.0, 1.0]) @ weights)
    assert found.notes[0] == "inputs: m became the scaling of raw inputs"
    with pytest.raises(NetworkError, match="m: an input is scaled by zero"):
        plain_layers([PerUnit("m", np.array([0.0, 1.0]), np.zeros(1)), Affine("a", weights, np.zeros(2))], DOUBLE)


def test_integers_that_rounding_cannot_tell_from_other_weights_are_refused():
    """Stored to 11 bits, any number is within its rounding of an integer up to some hundreds times any factor."""
    half = 2.0**-11
    rng = np.random.default_rng(0)
    real = plain_layers([Affine("a", rng.normal(size=(2, 3)).astype(np.float16).astype(float), np.zeros(3))], half)
    with pytest.raises(
        NetworkError, match=r"stored to 1 in 2048, .* up to 200 from other weights; integers up to 16 can"
    ):
        fold(real, 200)
    with pytest.raises(NetworkError, match="6 different magnitudes"):
        fold(real, 16)
    exact = plain_layers([Affine("a", np.float16(0.3) * np.array([[1.0, -2.0]]), np.zeros(2))], half)
    assert fold(exact, 16).network.layers[0].weights.tolist() == [[1, -2]]


def test_notes_say_what_was_folded_in_and_how_exactly():
    weights = np.float32(0.1) * np.array([[1, 3], [-1, 1]], dtype=np.float32)
    steps = [
        Affine("a", weights.astype(float), np.zeros(2)),
        PerUnit("norm", np.array([2.0]), np.array([1.0, 2.0])),
        Relu("r"),
        PerUnit("norm2", np.array([3.0]), np.zeros(1)),
        Affine("b", np.eye(2), np.zeros(2)),
    ]
    notes = fold(plain_layers(steps, SINGLE)).notes
    assert notes[0].startswith("layer 1 (a, with norm folded in): weights are 0.200000003 times {-1, +1, +3}; ")
    assert float(notes[0].split("(to ")[1].split(" of")[0]) < 8 * SINGLE
    assert notes[1].startswith("layer 2 (b, with norm2 folded in): ")
    assert notes[2].endswith("times these; labels are the same")
    rounded = quantise(plain_layers(steps, SINGLE), "binary", 1).notes
    assert rounded[-1].endswith("labels can differ")
    assert not any("exactly" in note or "the same" in note for note in rounded)


def test_a_factor_a_unit_that_the_next_layer_cannot_take_is_laid_to_what_made_it():
    steps = [
        Affine("a", np.array([[1.0, -1.0], [1.0, 1.0]]), np.zeros(2)),
        PerUnit("norm", np.array([0.31, 1.7]), np.zeros(2)),
        Relu("r"),
        Affine("b", np.array([[1.0], [-1.0]]), np.zeros(1)),
    ]
    said = r"layer 2 \(b\): .* once multiplied by the factors of the units of layer 1 \(a, with norm folded in\)"
    with pytest.raises(NetworkError, match=said):
        fold(plain_layers(steps, DOUBLE))


def test_outputs_with_factors_of_their_own_are_refused():
    real = plain_layers([Affine("a", np.array([[1.0, np.pi], [1.0, -np.pi]]), np.zeros(2))], DOUBLE)
    with pytest.raises(NetworkError, match="each output has a factor of its own"):
        fold(real)


@pytest.mark.parametrize(
    ("steps", "message"),
    [
        ([Relu("r")], "no layer with weights"),
        ([Relu("r"), Affine("a", np.ones((1, 1)), np.zeros(1))], "r: a ReLU before"),
        ([Affine("a", np.ones((2, 3)), np.zeros(3)), Affine("b", np.ones((2, 1)), np.zeros(1))], "a has 3 units"),
        ([Affine("a", np.full((1, 1), np.nan), np.zeros(1))], "layer a: weights: not all finite"),
        (
            [Affine("a", np.ones((1, 1)), np.zeros(1)), Relu("r"), PerUnit("n", np.ones(1), np.ones(1))],
            "n: scales the outputs of a ReLU",
        ),
        ([Affine("a", np.ones((1, 2)), np.zeros(2)), PerUnit("n", np.ones(3), np.ones(3))], "n: .* for 2 units"),
    ],
)
def test_steps_that_are_no_network_are_named(steps, message):
    with pytest.raises(NetworkError, match=message):
        plain_layers(steps, DOUBLE)


@given(st.integers(0, 2**32 - 1), st.sampled_from(["binary", "ternary", "integer"]))
def test_quantising_finds_no_worse_fit_than_rounding_by_the_largest_weight(seed, kind):
    weights = np.random.default_rng(seed).normal(size=(6, 5))
    factor, integers = nearest(weights, kind, 3, DOUBLE)
    assert set(np.unique(integers)) <= {"binary": {-1, 1}, "ternary": {-1, 0, 1}, "integer": set(range(-3, 4))}[kind]
    error = ((factor * integers - weights) ** 2).sum()
    most = 3 if kind == "integer" else 1
    for wider in (0.98, 1.02):
        assert error <= ((wider * factor * integers - weights) ** 2).sum() + 1e-12
    if kind == "integer":
        step = np.abs(weights).max() / most
        assert error <= ((np.round(weights / step) * step - weights) ** 2).sum() + 1e-12


def test_quantising_keeps_layers_that_are_integers_already():
    exact = np.array([[0.5, -0.5], [-0.5, -0.5]])
    steps = [
        Affine("a", exact, np.array([0.3, 0.1])),
        Relu("r"),
        Affine("b", np.array([[0.9], [-1.1]]), np.array([0.2])),
    ]
    real: RealNetwork = plain_layers(steps, DOUBLE)
    found = quantise(real, "binary", 1)
    assert found.network.layers[0].weights.tolist() == [[1, -1], [-1, -1]]
    assert found.network.layers[1].weights.tolist() == [[1], [-1]]
    assert found.output_scale == pytest.approx(0.5)
    x = np.array([[1.0, -2.0], [0.3, 0.4]])
    rounded = np.maximum(x @ exact + [0.3, 0.1], 0) @ [[1.0], [-1.0]] + 0.2
    np.testing.assert_allclose(found.network(x) * found.output_scale, rounded)

import dataclasses
import io
import json
import zipfile

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from dsdcompile.errors import FormatError
from dsdcompile.formats.network_file import LARGE, load_network, show_network
from dsdcompile.network.network import Layer, Network
from tests.strategies import networks


def same(one: Network, other: Network) -> None:
    assert (one.weight_set, one.features, one.labels) == (other.weight_set, other.features, other.labels)
    assert dict(one.training) == dict(other.training)
    for name in ("scale_mean", "scale_deviation", "input_low", "input_high"):
        np.testing.assert_array_equal(getattr(one, name), getattr(other, name))
    for mine, theirs in zip(one.layers, other.layers, strict=True):
        np.testing.assert_array_equal(mine.weights, theirs.weights)
        np.testing.assert_array_equal(mine.biases, theirs.biases)
        assert mine.activation == theirs.activation


@given(st.data())
def test_json_brings_back_the_same_network(tmp_path_factory, data):
    network = data.draw(networks())
    rng = np.random.default_rng(data.draw(st.integers(0, 99)))
    if data.draw(st.booleans()):
        low = rng.normal(size=network.n_inputs)
        network = dataclasses.replace(
            network,
            scale_mean=rng.normal(size=network.n_inputs),
            scale_deviation=rng.uniform(0.1, 2, network.n_inputs),
            input_low=low,
            input_high=low + 1,
            features=tuple(f"f{i}" for i in range(network.n_inputs)),
            training={"seed": 3, "seeds": [{"seed": 3}]},
        )
    path = tmp_path_factory.getbasetemp() / "network.json"
    path.write_text(show_network(network))
    same(load_network(path), network)


def test_large_matrices_are_packed_four_weights_to_the_byte(tmp_path):
    rng = np.random.default_rng(0)
    shape = (101, 67)
    assert shape[0] * shape[1] > LARGE
    network = Network((Layer(rng.choice([-1, 0, 1], shape), np.zeros(67), "linear"),), "ternary")
    text = show_network(network)
    assert len(text) < 0.5 * shape[0] * shape[1]
    (tmp_path / "n.json").write_text(text)
    same(load_network(tmp_path / "n.json"), network)
    broken = json.loads(text)
    broken["layers"][0]["weights"]["shape"] = [101, 68]
    (tmp_path / "n.json").write_text(json.dumps(broken))
    with pytest.raises(FormatError, match="does not hold 101 x 68"):
        load_network(tmp_path / "n.json")


def test_npz_weights_fold_or_are_refused_with_their_layer(tmp_path):
    first, second = np.array([[0.5, -0.5], [0.5, 0.5]]), np.array([[3.0], [-3.0]])
    path = tmp_path / "n.npz"
    np.savez(path, weights0=first, biases0=np.array([1.0, 2.0]), weights1=second, biases1=np.zeros(1))
    network = load_network(path)
    assert network.weight_set == "binary"
    assert network.layers[0].biases.tolist() == [2.0, 4.0]
    np.savez(path, weights0=first, biases0=np.zeros(2), weights1=np.array([[3.0], [np.e]]), biases1=np.zeros(1))
    with pytest.raises(FormatError, match=r"n\.npz: layer 2 \(weights1\): its weights have 2 different magnitudes"):
        load_network(path)
    np.savez(path, weights0=np.array([["a"]]), biases0=np.zeros(1))
    with pytest.raises(FormatError, match="weights0: not numbers"):
        load_network(path)


def pickled() -> bytes:
    stream = io.BytesIO()
    np.savez(stream, weights0=np.array([[object()]], dtype=object), biases0=np.zeros(1))
    return stream.getvalue()


def archive(content: bytes, name: str = "weights0.npy") -> bytes:
    stream = io.BytesIO()
    with zipfile.ZipFile(stream, "w") as file:
        file.writestr(name, content)
    return stream.getvalue()


def single() -> bytes:
    stream = io.BytesIO()
    np.save(stream, np.ones((2, 2)))
    return stream.getvalue()


@pytest.mark.parametrize(
    ("content", "message"),
    [
        (b"junk", "not an NPZ file"),
        (b"", "not an NPZ file"),
        (single(), "not an NPZ file"),
        (pickled(), "not an NPZ file of plain arrays: one is damaged or holds more than numbers"),
        (archive(b"junk"), "arrays .*; expected weights0, biases0"),
        (archive(single()[:-8]), "not an NPZ file of plain arrays: one is damaged"),
        (archive(single()).replace(b"\0\0\xf0?", b"\0\0\xf1?"), "a damaged NPZ file: Bad CRC"),
    ],
)
def test_a_file_that_is_no_npz_of_numbers_is_refused_in_our_words(content, message, tmp_path):
    (tmp_path / "n.npz").write_bytes(content)
    with pytest.raises(FormatError, match=rf"n\.npz: ({message})") as caught:
        load_network(tmp_path / "n.npz")
    assert "pickle" not in str(caught.value)


def test_kinds_that_are_read_are_listed(tmp_path):
    with pytest.raises(FormatError, match=r"unknown kind of network file; use \.json, \.npz, \.onnx"):
        load_network(tmp_path / "n.h5")


@pytest.mark.parametrize(
    ("change", "message"),
    [
        ({"range": {"low": [0.0], "high": [1.0]}}, "input_low must be 2 finite numbers"),
        ({"range": {"low": [1.0, 0.0], "high": [0.0, 1.0]}}, "input_low is above input_high"),
        ({"range": {"low": [0.0, 0.0]}}, "range.high"),
        ({"labels": ["a", "b"]}, "2 labels are named, the network has 1"),
    ],
)
def test_what_does_not_fit_the_network_is_refused(change, message, tmp_path):
    layer = {"weights": [[1], [-1]], "biases": [0.0], "activation": "linear"}
    (tmp_path / "n.json").write_text(json.dumps({"weight_set": "binary", "layers": [layer], **change}))
    with pytest.raises(FormatError, match=message):
        load_network(tmp_path / "n.json")

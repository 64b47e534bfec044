import numpy as np
import pytest

from dsdcompile.cli.main import main
from dsdcompile.errors import FormatError, NetworkError
from dsdcompile.formats.network_file import load_network, show_network
from dsdcompile.formats.onnx_file import read_onnx

onnx = pytest.importorskip("onnx")
RNG = np.random.default_rng(5)
W1, W2 = RNG.choice([-1.0, 1.0], (4, 6)), RNG.choice([-1.0, 0.0, 1.0], (6, 3))
B1, B2 = RNG.normal(size=6), RNG.normal(size=3)


def model(path, nodes, constants, inputs=(4,), outputs=3):
    """Write a model from (operator, inputs, output, attributes) and its constants; integers stay integers."""
    arrays = {k: np.asarray(v) for k, v in constants.items()}
    tensors = [
        onnx.numpy_helper.from_array(v if v.dtype.kind in "ib" else v.astype(np.float32), k) for k, v in arrays.items()
    ]
    made = [onnx.helper.make_node(op, list(i), [o], name=f"{op}_{o}", **a) for op, i, o, a in nodes]
    ends = [
        onnx.helper.make_tensor_value_info(name, onnx.TensorProto.FLOAT, ["n", *sizes])
        for name, sizes in (("x", inputs), ("y", (outputs,)))
    ]
    graph = onnx.helper.make_graph(made, "g", ends[:1], ends[1:], tensors)
    onnx.save(onnx.helper.make_model(graph, opset_imports=[onnx.helper.make_opsetid("", 17)], ir_version=8), str(path))
    return path


def expected(x, factor=1.0):
    return np.maximum(x @ W1 + B1, 0) @ W2 * factor + B2


GEMM = [
    ("Gemm", ("x", "w1", "b1"), "h", {"transB": 1}),
    ("Relu", ("h",), "r", {}),
    ("Gemm", ("r", "w2", "b2"), "z", {"alpha": 0.25}),
    ("Softmax", ("z",), "y", {}),
]
MATMUL = [
    ("Identity", ("x",), "i", {}),
    ("MatMul", ("i", "w1"), "h", {}),
    ("Add", ("b1", "h"), "s", {}),
    ("Relu", ("s",), "r", {}),
    ("Div", ("r", "four"), "q", {}),
    ("MatMul", ("q", "w2"), "z", {}),
    ("Add", ("z", "b2"), "y", {}),
]


@pytest.mark.parametrize("kind", ["gemm", "matmul"])
def test_layers_fold_to_the_integers_they_are_multiples_of(kind, tmp_path):
    if kind == "gemm":
        path = model(tmp_path / "n.onnx", GEMM, {"w1": 0.37 * W1.T, "b1": 0.37 * B1, "w2": W2 / 0.37, "b2": B2})
    else:
        path = model(tmp_path / "n.onnx", MATMUL, {"w1": W1, "b1": B1, "w2": W2, "b2": B2, "four": 4.0})
    network = load_network(path)
    np.testing.assert_array_equal(network.layers[0].weights, W1)
    np.testing.assert_array_equal(network.layers[1].weights, W2)
    x = RNG.normal(size=(9, 4))
    np.testing.assert_allclose(network(x) / 4, expected(x, 0.25), rtol=1e-5, atol=1e-5)


def test_batch_normalisation_with_one_factor_is_exact(tmp_path):
    nodes = [
        ("MatMul", ("x", "w1"), "h", {}),
        ("BatchNormalization", ("h", "g", "b1", "m", "v"), "n", {"epsilon": 0.0}),
        ("Relu", ("n",), "r", {}),
        ("Gemm", ("r", "w2", "b2"), "y", {}),
    ]
    constants = {"w1": W1, "g": np.full(6, 1.5), "b1": B1, "m": B1[::-1], "v": np.full(6, 4.0), "w2": W2, "b2": B2}
    network = load_network(model(tmp_path / "n.onnx", nodes, constants))
    np.testing.assert_array_equal(network.layers[0].weights, W1)
    x = RNG.normal(size=(9, 4))
    truth = np.maximum((x @ W1 - B1[::-1]) / 2 * 1.5 + B1, 0) @ W2 + B2
    np.testing.assert_allclose(network(x) * 0.75, truth, rtol=1e-5, atol=1e-5)


BRANCH = [("Relu", ("x",), "r", {}), ("Add", ("x", "r"), "y", {})]
SIGMOID = [("MatMul", ("x", "w1"), "h", {}), ("Sigmoid", ("h",), "y", {})]
SCALED = [("MatMul", ("x", "w1"), "h", {}), ("Mul", ("h", "g"), "y", {})]
SHAPED = [("Reshape", ("x", "s"), "r", {}), ("MatMul", ("r", "w1"), "y", {})]
FLAT = [("Flatten", ("x",), "r", {"axis": 0}), ("MatMul", ("r", "w1"), "y", {})]
SUMMED = [("Gemm", ("x", "w1", "c"), "y", {})]
COUNTED = [("Cast", ("x",), "i", {"to": 7}), ("Cast", ("i",), "c", {"to": 1}), ("MatMul", ("c", "w1"), "y", {})]
ACROSS = [("MatMul", ("x", "w1"), "h", {}), ("Softmax", ("h",), "y", {"axis": 0})]
EARLY = [("MatMul", ("x", "w1"), "h", {}), ("Softmax", ("h",), "s", {}), ("Relu", ("s",), "y", {})]
RANDOM = [("Dropout", ("x", "p", "t"), "d", {}), ("MatMul", ("d", "w1"), "y", {})]
SQUARE = np.ones((4, 3))


@pytest.mark.parametrize(
    ("nodes", "constants", "message"),
    [
        (BRANCH, {}, "branches cannot be compiled"),
        (SIGMOID, {"w1": np.ones((4, 3))}, "Sigmoid_y: Sigmoid is not something a CRN of ReLUs can do"),
        (SCALED, {"w1": np.ones((4, 3)), "g": np.ones((3, 2))}, "Mul_y: constants of shape"),
        (SCALED, {"w1": SQUARE, "g": np.ones((3, 1))}, r"Mul_y: constants of shape \(3, 1\)"),
        (SUMMED, {"w1": SQUARE, "c": np.ones((3, 1))}, r"Gemm_y: constants of shape \(3, 1\)"),
        (SHAPED, {"w1": np.ones((2, 3)), "s": np.array([-1, 2])}, r"Reshape_r: a Reshape of \(\?, 4\) to \(-1, 2\)"),
        (SHAPED, {"w1": SQUARE, "s": np.array([1, -1])}, r"Reshape_r: a Reshape of \(\?, 4\) to \(1, -1\)"),
        (SHAPED, {"w1": SQUARE, "s": np.array([4])}, r"Reshape_r: a Reshape"),
        (SCALED, {"w1": np.ones((5, 3)), "g": np.ones(3)}, r"MatMul_h: takes rows of 5, .* of shape \(\?, 4\)"),
        (FLAT, {"w1": SQUARE}, r"Flatten_r: a Flatten of \(\?, 4\) at axis 0 does not make a row of each example"),
        (COUNTED, {"w1": SQUARE}, "Cast_i: a Cast to another type than FLOAT, DOUBLE"),
        (ACROSS, {"w1": SQUARE}, "Softmax_y: Softmax is not something a CRN of ReLUs can do"),
        (EARLY, {"w1": SQUARE}, "Softmax_s: Softmax is not something a CRN of ReLUs can do"),
        (RANDOM, {"w1": SQUARE, "p": 0.5, "t": True}, "Dropout_d: dropout in training mode"),
    ],
)
def test_what_is_no_chain_of_layers_is_refused_with_its_node(nodes, constants, message, tmp_path):
    with pytest.raises(NetworkError, match=message):
        read_onnx(model(tmp_path / "n.onnx", nodes, constants))
    with pytest.raises(FormatError, match=r"n\.onnx: "):
        load_network(tmp_path / "n.onnx")


@pytest.mark.parametrize(
    "shape", [(-1, 4), (0, 4), (0, -1)], ids=lambda shape: "x".join(map(str, shape)).replace("-1", "any")
)
def test_layouts_that_keep_each_example_a_row_change_nothing(shape, tmp_path):
    """Images of 2 x 2 pixels, divided by 255, then flattened, reshaped, cast."""
    nodes = [
        ("Div", ("x", "most"), "d", {}),
        ("Flatten", ("d",), "f", {"axis": -2}),
        ("Reshape", ("f", "s"), "r", {}),
        ("Cast", ("r",), "c", {"to": 11}),
        ("Dropout", ("c",), "o", {}),
        ("Gemm", ("o", "w1", "b1"), "y", {}),
    ]
    constants = {"most": 255.0, "s": np.array(shape), "w1": W1[:, :3], "b1": B1[:3]}
    network = load_network(model(tmp_path / "n.onnx", nodes, constants, inputs=(2, 2)))
    x = RNG.normal(size=(9, 4))
    np.testing.assert_allclose(network(network.scale(x)), x / 255 @ W1[:, :3] + B1[:3], rtol=1e-5, atol=1e-5)
    with pytest.raises(NetworkError, match=r"Gemm_y: takes rows of 4, but gets an input of shape \(\?, 2, 2\)"):
        read_onnx(model(tmp_path / "n.onnx", [("Gemm", ("x", "w1", "b1"), "y", {})], constants, inputs=(2, 2)))
    per_row = [("Mul", ("x", "b1"), "m", {}), ("Flatten", ("m",), "f", {}), ("Gemm", ("f", "w1", "b1"), "y", {})]
    with pytest.raises(NetworkError, match=r"Mul_m: works on an input of shape .*flatten it first"):
        read_onnx(model(tmp_path / "n.onnx", per_row, {**constants, "b1": B1[:4]}, inputs=(4, 1)))


def test_alpha_beta_and_the_default_epsilon_are_the_standard_s(tmp_path):
    nodes = [
        ("Gemm", ("x", "w1", "b1"), "h", {"alpha": 0.5, "beta": 3.0}),
        ("BatchNormalization", ("h", "g", "zero", "zero", "v"), "y", {}),
    ]
    variance = 1e-4
    constants = {"w1": W1[:, :3], "b1": B1[:3], "g": np.ones(3), "zero": np.zeros(3), "v": np.full(3, variance)}
    network = load_network(model(tmp_path / "n.onnx", nodes, constants))
    real = read_onnx(tmp_path / "n.onnx")
    x = RNG.normal(size=(9, 4))
    truth = (x @ W1[:, :3] * 0.5 + 3.0 * B1[:3]) / np.sqrt(variance + 1e-5)
    np.testing.assert_allclose(real(x), truth, rtol=1e-5, atol=1e-5)
    np.testing.assert_allclose(network(x) * 0.5 / np.sqrt(variance + 1e-5), truth, rtol=1e-5, atol=1e-5)


def test_another_file_is_no_model(tmp_path):
    (tmp_path / "n.onnx").write_bytes(b"not a model")
    with pytest.raises(FormatError, match="not an ONNX model"):
        load_network(tmp_path / "n.onnx")


def test_real_weights_are_refused_or_quantised_on_request(tmp_path, capsys):
    rng = np.random.default_rng(0)
    constants = {"w1": rng.normal(size=(6, 4)), "b1": B1, "w2": rng.normal(size=(6, 3)), "b2": B2}
    path = model(tmp_path / "n.onnx", GEMM, constants)
    out = tmp_path / "n.json"
    assert main(["import", str(path), "--out", str(out)]) == 2
    assert "layer 1 (Gemm_h): its weights have 24 different magnitudes" in capsys.readouterr().err
    assert not out.exists()
    design = tmp_path / "d.toml"
    design.write_text('name = "d"\n[network]\nfile = "n.json"\n[data]\nname = "iris"\n')
    arguments = ["import", str(path), "--out", str(out), "--design", str(design), "--standardised"]
    assert main([*arguments, "--quantise", "integer", "--largest", "7"]) == 0
    printed = capsys.readouterr().out
    assert "accuracy: " in printed
    assert "relative error" in printed
    assert "labels are the same\n" not in printed.split("accuracy: ")[0]
    network = load_network(out)
    assert np.abs(network.layers[0].weights).max() == 7
    assert network.labels == ("setosa", "versicolor", "virginica")
    assert main(["compile", str(design), "--out", str(tmp_path / "b"), "--quiet"]) == 0
    assert main(["import", str(path), "--out", str(out), "--quantise", "integer"]) == 0
    assert "accuracy: not measured before and after; --design" in capsys.readouterr().out
    assert main(["import", str(out), "--out", str(tmp_path / "again.json")]) == 2
    assert "n.json: a network file with integer weights already" in capsys.readouterr().err


def test_a_design_with_a_network_from_elsewhere_tells_what_was_done_to_it(tmp_path, capsys):
    constants = {"w1": 0.37 * W1.T, "b1": 0.37 * B1, "w2": W2, "b2": B2}
    model(tmp_path / "n.onnx", GEMM, constants)
    design = tmp_path / "d.toml"
    design.write_text('name = "d"\n[network]\nfile = "n.onnx"\n[data]\nname = "iris"\n')
    assert main(["compile", str(design), "--out", str(tmp_path / "b"), "--quiet"]) == 0
    assert "layer 1 (Gemm_h): weights are 0.37" in capsys.readouterr().out
    assert load_network(tmp_path / "n.onnx").training["notes"][0].startswith("layer 1 (Gemm_h)")


def test_an_imported_trained_network_keeps_its_labels(tmp_path, capsys):
    from tests.conftest import ROOT

    network = load_network(ROOT / "designs/networks/iris.json")
    first, second = network.layers
    constants = {"w1": 0.2 * first.weights.T, "b1": 0.2 * first.biases, "w2": second.weights, "b2": second.biases}
    nodes = [*GEMM[:2], ("Gemm", ("r", "w2", "b2"), "y", {})]
    path = model(tmp_path / "n.onnx", nodes, {**constants, "b2": 0.2 * second.biases})
    design = ROOT / "designs/iris.toml"
    assert (
        main(["import", str(path), "--out", str(tmp_path / "n.json"), "--design", str(design), "--standardised"]) == 0
    )
    assert "accuracy: 148 of 150 before, 148 after; 150 labels are the same" in capsys.readouterr().out


def test_json_keeps_a_network_unchanged(tmp_path):
    from tests.conftest import ROOT

    for name in ("iris", "mnist_small", "virus"):
        path = ROOT / f"designs/networks/{name}.json"
        assert show_network(load_network(path)) == path.read_text()

"""InfogainLoss against Caffe and against its formula, with each of the three sources of H."""

from __future__ import annotations

from pathlib import Path

import keras
import numpy as np
import pytest
import tensorflow as tf
from oracle_case import assert_close, check_case, one_layer
from replica_run import run_replicas

from owltf.caffe.schema.schema import load_schema
from owltf.errors import OwltfError
from owltf.runtime.user_errors import user_message
from owltf.testing import net_of, run_layer

RNG = np.random.default_rng(0)
SCORES = RNG.normal(size=(4, 5, 3)).astype(np.float32) * 3
LABELS = RNG.integers(0, 5, (4, 3))
MATRIX = RNG.random((5, 5)).astype(np.float32)
VALID = int((LABELS != 2).sum())


def infogain(fields: str = "", *matrix: tuple[int, ...], tops: int = 1) -> str:
    return one_layer(f'type: "InfogainLoss" {fields}', (4, 5, 3), (4, 3), *matrix, tops=tops)


@pytest.fixture
def file(tmp_path: Path) -> Path:
    """Return a binaryproto of the matrix."""
    blob = load_schema().message("BlobProto")(data=MATRIX.ravel())
    blob.shape.dim.extend((1, 1, 5, 5))
    path = tmp_path / "infogain.binaryproto"
    path.write_bytes(blob.SerializeToString())
    return path


def softmax(axis: int = 1) -> np.ndarray:
    powers = np.exp(SCORES - SCORES.max(axis, keepdims=True), dtype=np.float64)
    return powers / powers.sum(axis, keepdims=True)


def expected(ignore: int | None, divisor: float) -> tuple[float, np.ndarray]:
    """Return the loss and its gradient by the formula."""
    p = np.moveaxis(softmax(), 1, -1)
    weights = MATRIX[LABELS] * ~np.isin(LABELS, [] if ignore is None else [ignore])[..., np.newaxis]
    grad = p * weights.sum(-1, keepdims=True) - weights
    return -(weights * np.log(p)).sum() / divisor, np.moveaxis(grad, -1, 1) / divisor


def test_gives_caffes_figures() -> None:
    check_case("infogain")


def test_of_a_third_bottom() -> None:
    loss, grad = expected(None, LABELS.size)
    for shape in ((5, 5), (1, 1, 5, 5)):
        run = run_layer(infogain("", shape), [SCORES, LABELS, MATRIX.reshape(shape)])
        assert_close(run.tops[0], loss)
        assert_close(run.bottom_grads[0], grad)
        assert run.bottom_grads[1:] == [None, None]


def test_of_a_file(file: Path) -> None:
    loss, grad = expected(None, LABELS.size)
    run = run_layer(infogain(f'infogain_loss_param {{ source: "{file}" }}'), [SCORES, LABELS])
    assert_close(run.tops[0], loss)
    assert_close(run.bottom_grads[0], grad)


def test_of_a_file_beside_the_net(file: Path) -> None:
    net = file.parent / "net.prototxt"
    net.write_text(infogain(f'infogain_loss_param {{ source: "{file.name}" }}'))
    assert_close(run_layer(net, [SCORES, LABELS]).tops[0], expected(None, LABELS.size)[0])


def test_of_a_parameter() -> None:
    parameter = 'type: "Parameter" parameter_param { shape { dim: 5 dim: 5 } }'
    net = infogain() + f'\nlayer {{ name: "h" top: "h" {parameter} }}'
    layer, h = net.splitlines()[-2:]
    layer = layer.replace('top: "top0"', 'bottom: "h" top: "top0"')
    built = net_of("\n".join([*net.splitlines()[:-2], h, layer]))
    built.set_params({"h": [MATRIX]})
    top = built.forward({"bottom0": SCORES, "bottom1": LABELS})["top0"]
    assert_close(top, expected(None, LABELS.size)[0])


@pytest.mark.parametrize(
    ("loss_param", "ignore", "divisor"),
    [
        ("ignore_label: 2", 2, VALID),
        ("ignore_label: 2 normalization: FULL", 2, LABELS.size),
        ("ignore_label: 2 normalization: BATCH_SIZE", 2, 4),
        ("ignore_label: 2 normalization: NONE", 2, 1),
        ("ignore_label: 2 normalize: false", 2, 4),
        ("normalize: true", None, LABELS.size),
    ],
)
def test_normalization(loss_param: str, ignore: int | None, divisor: float) -> None:
    net = infogain(f"loss_param {{ {loss_param} }}", (5, 5))
    run = run_layer(net, [SCORES, LABELS, MATRIX])
    loss, grad = expected(ignore, divisor)
    assert_close(run.tops[0], loss)
    assert_close(run.bottom_grads[0], grad)


@pytest.mark.parametrize("axis", [2, -1])
def test_classes_may_lie_on_any_axis(axis: int) -> None:
    fields = f'type: "InfogainLoss" infogain_loss_param {{ axis: {axis} }}'
    net = one_layer(fields, (4, 3, 5), (4, 3), (5, 5))
    run = run_layer(net, [np.moveaxis(SCORES, 1, 2), LABELS, MATRIX])
    assert_close(run.tops[0], expected(None, LABELS.size)[0])


def test_a_second_top_has_the_probabilities() -> None:
    run = run_layer(infogain("", (5, 5), tops=2), [SCORES, LABELS, MATRIX])
    assert_close(run.tops[1], softmax())


def test_small_probabilities_are_cut_but_not_their_gradient() -> None:
    net = one_layer('type: "InfogainLoss"', (1, 2), (1,), (2, 2))
    run = run_layer(net, [[[-100, 0]], [0], np.eye(2)])
    assert_close(run.tops[0], -np.log(1e-20))
    assert_close(run.bottom_grads[0], [[-1, 1]])


def test_replicas_have_the_figures_of_one(file: Path) -> None:
    fields = f'infogain_loss_param {{ source: "{file}" }} loss_param {{ ignore_label: 2 }}'
    arrays = {"bottom0": SCORES, "bottom1": LABELS}
    one, many = (run_replicas(infogain(fields), arrays, count) for count in (1, 3))
    np.testing.assert_allclose(many.tops["top0"][2], one.tops["top0"][0], rtol=1e-6)
    np.testing.assert_allclose(many.grads["bottom0"], one.grads["bottom0"], rtol=1e-5, atol=1e-7)


def test_a_matrix_of_a_batch_is_not_split_over_replicas() -> None:
    arrays = {"bottom0": SCORES, "bottom1": LABELS, "bottom2": MATRIX}
    with pytest.raises(Exception, match="needs the whole batch on one device") as raised:
        run_replicas(infogain("", (5, 5)), arrays, 2)
    assert "InfogainLoss layer 'layer'" in str(user_message(raised.value))


@pytest.mark.parametrize(
    ("net", "message"),
    [
        (infogain(), "needs the matrix: infogain_loss_param { source: ... } or a third bottom"),
        (infogain("", (4, 4)), r"matrix of 5x5 for 5 classes; 'bottom2' has shape \(4, 4\)"),
        (infogain('infogain_loss_param { source: "no.h" }'), "no.h: not found"),
    ],
)
def test_refuses_what_does_not_fit(net: str, message: str) -> None:
    with pytest.raises(OwltfError, match=message):
        net_of(net)


def test_classes_may_lie_along_the_first_axis() -> None:
    rng = np.random.default_rng(0)
    scores, labels, matrix = rng.normal(size=(4, 5)), rng.integers(0, 4, 5), rng.normal(size=(4, 4))
    runs = [
        run_layer(one_layer(f'type: "InfogainLoss" {field}', turned.shape, (5,), (4, 4)), arrays)
        for field, turned in [("infogain_loss_param { axis: 0 }", scores), ("", scores.T)]
        for arrays in [[turned, labels, matrix]]
    ]
    np.testing.assert_allclose(runs[0].tops[0], runs[1].tops[0], rtol=1e-6)
    np.testing.assert_allclose(
        runs[0].bottom_grads[0], runs[1].bottom_grads[0].T, rtol=1e-5, atol=1e-8
    )


def test_refuses_a_file_of_another_size(file: Path) -> None:
    fields = f'type: "InfogainLoss" infogain_loss_param {{ source: "{file}" }}'
    with pytest.raises(OwltfError, match=r"6x6 for 6 classes; .* has shape \(1, 1, 5, 5\)"):
        net_of(one_layer(fields, (4, 6), (4,)))


def test_is_saved_and_loaded(file: Path) -> None:
    net = net_of(infogain(f'infogain_loss_param {{ source: "{file}" }}'))
    net.model.save(file.parent / "net.keras")
    loaded = keras.saving.load_model(file.parent / "net.keras")
    feeds = {"bottom0": tf.constant(SCORES), "bottom1": tf.constant(LABELS, tf.float32)}
    np.testing.assert_array_equal(loaded(feeds)["top0"], net.model(feeds)["top0"])

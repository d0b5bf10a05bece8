"""Compares a layer with what real Caffe answered, and its gradient with finite differences."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import keras
import numpy as np
import tensorflow as tf

from owltf.net.net import Net
from owltf.testing import LAYER, LayerRun, net_of, run_layer

ORACLE = Path(__file__).parent / "oracle"

# A step of a thousandth leaves a float32 sum of some hundred terms three good digits.
STEP = 1e-3
DIRECTIONS = 3
TOLERANCE = 5e-3


@dataclass(frozen=True)
class Case:
    """One layer's pass, as Caffe recorded it.

    Attributes:
        net: the prototxt: a path or text.
        phase: "TRAIN" or "TEST".
        bottoms: the bottoms.
        params: the parameter blobs before the pass.
        top_grads: the gradient put on each top; None for a loss, or where there is none.
        recorded: all arrays of the file by their keys.
    """

    net: str | Path
    phase: str
    bottoms: list[np.ndarray]
    params: list[np.ndarray]
    top_grads: list[np.ndarray] | None
    recorded: Mapping[str, np.ndarray]

    @classmethod
    def read(cls, name: str) -> Case:
        """Return the case of a name, such as `pool_max_pad`."""
        with np.load(ORACLE / f"{name}.npz") as file:
            arrays = dict(file)
        return cls(
            net=ORACLE / f"{name}.prototxt",
            phase=str(arrays["phase"]),
            bottoms=_series(arrays, "bottom"),
            params=_series(arrays, "param"),
            top_grads=_series(arrays, "top_grad") or None,
            recorded=arrays,
        )

    def run(self) -> LayerRun:
        """Return what owltf gives."""
        return run_layer(
            self.net,
            self.bottoms,
            params=self.params,
            top_grads=self.top_grads,
            phase=self.phase,
        )


def _series(arrays: Mapping[str, np.ndarray], what: str) -> list[np.ndarray]:
    count = sum(key.startswith(f"{what}/") for key in arrays)
    return [arrays[f"{what}/{index}"] for index in range(count)]


def check_case(name: str, *, gradients: bool = True) -> LayerRun:
    """Compare a recorded case with owltf: tops, parameters after the pass, and gradients.

    The recorded gradients are compared where there are any (most files hold zeros: their backward
    pass was not run); all others are compared with finite differences.

    Args:
        name: the case.
        gradients: whether the layer has gradients that finite differences can check.
    """
    case = Case.read(name)
    run = case.run()
    assert len(run.tops) == len(_series(case.recorded, "top"))
    for index, top in enumerate(run.tops):
        assert_close(top, case.recorded[f"top/{index}"], f"top {index}")
    for index, param in enumerate(run.params_after):
        before = case.recorded[f"param/{index}"]
        wanted = case.recorded.get(f"param_after/{index}", before)
        assert_close(param, wanted, f"parameter {index} after the pass")
    _check_recorded_gradients(case, run)
    if gradients:
        check_gradients(case, run)
    return run


def assert_close(got: Any, wanted: Any, what: str = "", scale: float = 1.0) -> None:
    """Assert that arrays agree as two float32 programs do.

    Args:
        got: our array.
        wanted: the right one.
        what: which array it is, for the message.
        scale: factor on the tolerance.
    """
    wanted = np.asarray(wanted)
    assert got is not None, f"{what}: nothing"
    assert np.shape(got) == wanted.shape, f"{what}: {np.shape(got)}, not {wanted.shape}"
    largest = float(np.max(np.abs(wanted), initial=0))
    np.testing.assert_allclose(
        got, wanted, rtol=1e-4 * scale, atol=1e-5 * scale * largest + 1e-9, err_msg=what
    )


def _check_recorded_gradients(case: Case, run: LayerRun) -> None:
    for key, got in _gradients(case, run):
        wanted = case.recorded[key]
        assert got is not None, f"{key}: no gradient"
        assert got.shape == wanted.shape, f"{key}: {got.shape}, not {wanted.shape}"
        if np.any(wanted):
            assert_close(got, wanted, key)


def _gradients(case: Case, run: LayerRun) -> Iterator[tuple[str, np.ndarray | None]]:
    named = {
        **{f"bottom_grad/{index}": grad for index, grad in enumerate(run.bottom_grads)},
        **{f"param_grad/{index}": grad for index, grad in enumerate(run.param_grads)},
    }
    return ((key, grad) for key, grad in named.items() if key in case.recorded)


def check_gradients(case: Case, run: LayerRun | None = None) -> None:
    """Compare owltf's gradients of a case with finite differences along a few directions.

    Bottoms and parameters are checked where the case has a `bottom_grad/I` or `param_grad/J`.
    """
    run = run or case.run()
    objective = Objective(case)
    for key, grad in _gradients(case, run):
        assert grad is not None, f"{key}: no gradient"
        what, index = key.split("_grad/")
        objective.check(what, int(index), grad)


def gradient_case(
    net: str | Path,
    bottoms: Sequence[Any],
    *,
    params: Sequence[Any] = (),
    phase: str = "TRAIN",
    seed: int = 7,
    skip: Sequence[str] = (),
) -> Case:
    """Return a case of one's own, with random gradients on the tops, for `check_gradients`.

    Args:
        net: a prototxt: a path or text.
        bottoms: the bottoms.
        params: the parameter blobs.
        phase: "TRAIN" or "TEST".
        seed: what the gradients on the tops are drawn from.
        skip: what has no gradient, as `bottom_grad/1`.
    """
    arrays = [np.asarray(bottom, np.float32) for bottom in bottoms]
    values = [np.asarray(param, np.float32) for param in params]
    tops = run_layer(net, arrays, params=values, phase=phase).tops
    rng = np.random.default_rng(seed)
    expected = {f"bottom_grad/{index}": array for index, array in enumerate(arrays)}
    expected.update((f"param_grad/{index}", array) for index, array in enumerate(values))
    return Case(
        net=net,
        phase=phase,
        bottoms=arrays,
        params=values,
        top_grads=[rng.standard_normal(top.shape, dtype=np.float32) for top in tops],
        recorded={key: array for key, array in expected.items() if key not in skip},
    )


class Objective:
    """The number that a case's gradients belong to, as a function of its bottoms and parameters.

    It is the sum of top * top_grad, or a loss times its weight; added up in float64.

    Args:
        case: the case.
    """

    def __init__(self, case: Case) -> None:
        self._case = case
        self._net = net_of(case.net, case.phase)
        losses = [loss.tensor for loss in self._net.losses]
        tops = [blob.to_caffe().tensor for blob in self._net.layer_tops[LAYER]]
        self._model = self._net.model_of_tensors(losses if case.top_grads is None else tops)
        self._factors = case.top_grads or [loss.weight for loss in self._net.losses]

    def __call__(self, bottoms: Sequence[np.ndarray], params: Sequence[np.ndarray]) -> float:
        if params:
            self._net.set_params({LAYER: params})
        layer = next(each for each in self._net.graph.layers if each.name == LAYER)
        feeds = {
            name: tf.constant(bottom, tf.float32)
            for name, bottom in zip(layer.parameter.bottom, bottoms, strict=True)
        }
        tops = tf.nest.flatten(self._model(feeds, training=self._net.phase == "TRAIN"))
        pairs = zip(tops, self._factors, strict=True)
        return float(sum(np.sum(top.numpy().astype(np.float64) * factor) for top, factor in pairs))

    def check(self, what: str, index: int, grad: np.ndarray) -> None:
        """Assert that a gradient is this objective's slope along a few directions.

        Args:
            what: "bottom" or "param".
            index: which of them.
            grad: its gradient.
        """
        for direction in _directions(grad):
            # Where a maximum or a sign changes within the step the slope lies between both sides'.
            before, here, after = (self._at(what, index, step * direction) for step in (-1, 0, 1))
            slope = (after - before) / (2 * STEP)
            bend = abs(after - 2 * here + before) / (2 * STEP)
            got = float(np.sum(grad.astype(np.float64) * direction))
            allowed = TOLERANCE * float(np.linalg.norm(grad)) + 1.01 * bend + 1e-4
            assert abs(got - slope) <= allowed, f"{what} {index}: gradient {got}, slope {slope}"

    def _at(self, what: str, index: int, direction: np.ndarray) -> float:
        groups = {"bottom": list(self._case.bottoms), "param": list(self._case.params)}
        groups[what][index] = groups[what][index] + STEP * direction
        return self(groups["bottom"], groups["param"])


def _directions(grad: np.ndarray) -> Iterator[np.ndarray]:
    rng = np.random.default_rng(1)
    size = float(np.sqrt(np.mean(np.square(grad, dtype=np.float64))))
    if size > 0:
        yield grad / size
    for _ in range(DIRECTIONS):
        yield rng.standard_normal(grad.shape)


def save_and_load(net: Net, tmp_path: Path) -> Any:
    """Assert that a net's model, saved as `.keras` and loaded, gives the same outputs.

    Nothing in the file may need code: no Lambda, no pickle.

    Returns:
        The loaded model.
    """
    path = tmp_path / "net.keras"
    net.model.save(path)
    loaded = keras.saving.load_model(path)
    rng = np.random.default_rng(2)
    feeds = {
        name: rng.standard_normal(blob.shape, dtype=np.float32)
        for name, blob in net.input_blobs.items()
    }
    wanted, got = net.model(feeds, training=False), loaded(feeds, training=False)
    for name in net.outputs:
        np.testing.assert_array_equal(got[name], wanted[name], err_msg=name)
    return loaded


def one_layer(fields: str, *shapes: Sequence[int], tops: int = 1) -> str:
    """Return the prototxt of a net of inputs and one layer named `layer`.

    Args:
        fields: what stands in the layer beside its name, bottoms and tops.
        *shapes: the shape of each bottom: `bottom0`, `bottom1`, ...
        tops: how many tops: `top0`, `top1`, ...
    """
    inputs = [
        f'layer {{ name: "bottom{index}" type: "Input" top: "bottom{index}" '
        f"input_param {{ shape {{ {' '.join(f'dim: {size}' for size in shape)} }} }} }}"
        for index, shape in enumerate(shapes)
    ]
    bottoms = " ".join(f'bottom: "bottom{index}"' for index in range(len(shapes)))
    names = " ".join(f'top: "top{index}"' for index in range(tops))
    return "\n".join([*inputs, f'layer {{ name: "{LAYER}" {fields} {bottoms} {names} }}'])

"""Bias against Caffe and against plain NumPy."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
from oracle_case import (
    assert_close,
    check_case,
    check_gradients,
    gradient_case,
    one_layer,
    save_and_load,
)

from owltf.errors import OwltfError
from owltf.testing import LAYER, net_of, run_layer

IMAGES = (2, 3, 4, 5)


def bias(fields: str, *shapes: tuple[int, ...]) -> str:
    return one_layer(f'type: "Bias" bias_param {{ {fields} }}', *shapes)


def random(*shape: int, seed: int = 0) -> np.ndarray:
    return np.random.default_rng(seed).standard_normal(shape).astype(np.float32)


def test_bias_gives_caffes_figures() -> None:
    check_case("bias")


@pytest.mark.parametrize(
    ("fields", "shape", "wide"),
    [
        ("", (3,), (3, 1, 1)),
        ("axis: 2 num_axes: -1", (4, 5), (4, 5)),
        ("axis: 0 num_axes: 2", (2, 3), (2, 3, 1, 1)),
        ("num_axes: 0", (), ()),
    ],
)
def test_beta_lies_along_the_axes_asked_for(
    fields: str, shape: tuple[int, ...], wide: tuple[int, ...]
) -> None:
    bottom, beta = random(*IMAGES), random(*shape, seed=1)
    case = gradient_case(bias(fields, IMAGES), [bottom], params=[beta])
    assert_close(case.run().tops[0], bottom + beta.reshape(wide))
    check_gradients(case)


@pytest.mark.parametrize(
    ("fields", "other", "wide"),
    [("", (3, 4), (3, 4, 1)), ("axis: 0", (2,), (2, 1, 1, 1)), ("axis: 0", IMAGES, IMAGES)],
)
def test_the_second_bottom_is_added(
    fields: str, other: tuple[int, ...], wide: tuple[int, ...]
) -> None:
    bottom, term = random(*IMAGES), random(*other, seed=1)
    case = gradient_case(bias(fields, IMAGES, other), [bottom, term])
    assert_close(case.run().tops[0], bottom + term.reshape(wide))
    check_gradients(case)


def test_beta_starts_by_its_filler() -> None:
    (beta,) = net_of(bias("filler { value: 2 }", IMAGES)).get_params()[LAYER]
    np.testing.assert_array_equal(beta, np.full(3, 2))
    (beta,) = net_of(bias("", IMAGES)).get_params()[LAYER]
    np.testing.assert_array_equal(beta, np.zeros(3))


@pytest.mark.parametrize("shapes", [(IMAGES,), (IMAGES, (3, 4))], ids=str)
def test_bias_is_saved(shapes: tuple[tuple[int, ...], ...], tmp_path: Path) -> None:
    save_and_load(net_of(bias("", *shapes)), tmp_path)


def test_a_term_of_another_shape_is_told() -> None:
    message = r"^Bias layer 'layer' \(.*:3\): 'bottom1' \(4,\) must have the sizes of"
    with pytest.raises(OwltfError, match=message):
        net_of(bias("", IMAGES, (4,)))


@pytest.mark.parametrize("shape", [(6, 3, 4, 6), (6, 6, 4, 5), (4, 3, 4, 5)])
def test_a_term_for_each_image_is_not_taken_for_one_of_a_channel_or_column(shape: tuple) -> None:
    x, term = random(*shape), random(shape[0], seed=1)
    run = run_layer(bias("axis: 0", shape, shape[:1]), [x, term], top_grads=[np.ones(shape)])
    assert_close(run.tops[0], x + term[:, None, None, None])

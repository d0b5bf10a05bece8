"""Scale against Caffe and against plain NumPy."""

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


def scale(fields: str, *shapes: tuple[int, ...]) -> str:
    return one_layer(f'type: "Scale" scale_param {{ {fields} }}', *shapes)


def random(*shape: int, seed: int = 0) -> np.ndarray:
    return np.random.default_rng(seed).standard_normal(shape).astype(np.float32)


@pytest.mark.parametrize("name", ["scale_bias", "scale_axis0", "scale_2bottom"])
def test_scale_gives_caffes_figures(name: str) -> None:
    check_case(name)


# Fields, and the shape of gamma beside the shape it is broadcast as.
AXES = [
    ("", (3,), (3, 1, 1)),
    ("axis: -3", (3,), (3, 1, 1)),
    ("num_axes: 2", (3, 4), (3, 4, 1)),
    ("num_axes: -1", (3, 4, 5), (3, 4, 5)),
    ("axis: 2", (4,), (4, 1)),
    ("axis: 3", (5,), (5,)),
    ("axis: 0", (2,), (2, 1, 1, 1)),
    ("num_axes: 0", (), ()),
]


@pytest.mark.parametrize("bias_term", [False, True], ids=["scale", "scale and bias"])
@pytest.mark.parametrize(("fields", "shape", "wide"), AXES)
def test_gamma_lies_along_the_axes_asked_for(
    fields: str, shape: tuple[int, ...], wide: tuple[int, ...], bias_term: bool
) -> None:
    bottom, gamma, beta = random(*IMAGES), random(*shape, seed=1), random(*shape, seed=2)
    fields += f" bias_term: {str(bias_term).lower()}"
    params = [gamma, beta] if bias_term else [gamma]
    case = gradient_case(scale(fields, IMAGES), [bottom], params=params)
    wanted = bottom * gamma.reshape(wide) + (beta.reshape(wide) if bias_term else 0)
    assert_close(case.run().tops[0], wanted)
    check_gradients(case)


@pytest.mark.parametrize(
    ("fields", "other", "wide"),
    [
        ("", (3,), (1, 3, 1, 1)),
        ("axis: 0", (2, 3), (2, 3, 1, 1)),
        ("axis: 0", (2,), (2, 1, 1, 1)),
        ("axis: 0", IMAGES, IMAGES),
        ("axis: 2", (4, 5), (1, 1, 4, 5)),
        ("", (), ()),
    ],
)
@pytest.mark.parametrize("bias_term", [False, True], ids=["scale", "scale and bias"])
def test_the_second_bottom_lies_along_the_axes_from_axis_on(
    fields: str, other: tuple[int, ...], wide: tuple[int, ...], bias_term: bool
) -> None:
    bottom, factor, beta = random(*IMAGES), random(*other, seed=1), random(*other, seed=2)
    fields += f" bias_term: {str(bias_term).lower()}"
    params = [beta] if bias_term else []
    case = gradient_case(scale(fields, IMAGES, other), [bottom, factor], params=params)
    wanted = bottom * factor.reshape(wide) + (beta.reshape(wide) if bias_term else 0)
    assert_close(case.run().tops[0], wanted)
    check_gradients(case)


def test_a_factor_per_image_and_channel_moves_no_image() -> None:
    text = one_layer('type: "Pooling" pooling_param { kernel_size: 1 }', IMAGES)
    text += """
        layer { name: "gate" type: "Input" top: "gate" input_param { shape { dim: 2 dim: 3 } } }
        layer { name: "se" type: "Scale" bottom: "top0" bottom: "gate" top: "se"
                scale_param { axis: 0 } }
    """
    net = net_of(text)
    assert net.blob("se").channels_last
    bottom, gate = random(*IMAGES), random(2, 3)
    got = net.forward({"bottom0": bottom, "gate": gate}, ["se"])["se"]
    assert_close(got, bottom * gate[..., np.newaxis, np.newaxis])


def test_gamma_starts_as_ones_unless_the_file_gives_a_filler() -> None:
    fields = "bias_term: true"
    gamma, beta = net_of(scale(fields, IMAGES)).get_params()[LAYER]
    np.testing.assert_array_equal(gamma, np.ones(3))
    np.testing.assert_array_equal(beta, np.zeros(3))
    fields = "filler { value: 2 } bias_term: true bias_filler { value: 3 }"
    gamma, beta = net_of(scale(fields, IMAGES)).get_params()[LAYER]
    np.testing.assert_array_equal(gamma, np.full(3, 2))
    np.testing.assert_array_equal(beta, np.full(3, 3))
    (gamma,) = net_of(scale("filler {}", IMAGES)).get_params()[LAYER]
    np.testing.assert_array_equal(gamma, np.zeros(3))


@pytest.mark.parametrize("shapes", [(IMAGES,), (IMAGES, (2, 3))], ids=str)
def test_scale_is_saved(shapes: tuple[tuple[int, ...], ...], tmp_path: Path) -> None:
    axis = len(shapes) - 1 or 1
    net = net_of(scale(f"axis: {2 - axis - len(shapes) + 1} bias_term: true", *shapes))
    save_and_load(net, tmp_path)


@pytest.mark.parametrize(
    ("fields", "shapes", "message"),
    [
        ("axis: 4", (IMAGES,), "axis 4 is out of range for a blob of 4 axes"),
        ("axis: 3 num_axes: 2", (IMAGES,), r"num_axes 2 from axis 3 on are not in 'bottom0'"),
        ("", (IMAGES, (4,)), r"'bottom1' \(4,\) must have the sizes of 'bottom0' \(2, 3, 4, 5\)"),
    ],
)
def test_axes_that_do_not_fit_are_told(
    fields: str, shapes: tuple[tuple[int, ...], ...], message: str
) -> None:
    with pytest.raises(OwltfError, match=rf"^Scale layer 'layer' \(.*\): .*{message}"):
        run_layer(scale(fields, *shapes), [random(*shape) for shape in shapes])

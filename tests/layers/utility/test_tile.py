"""Tile against Caffe and against NumPy, and its errors."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
from channels_last import run_after_convolution
from oracle_case import check_case, check_gradients, gradient_case, one_layer, save_and_load
from replica_run import run_replicas

from owltf.errors import OwltfError
from owltf.runtime.user_errors import user_message
from owltf.testing import net_of

X = np.random.default_rng(0).standard_normal((2, 3, 4, 2)).astype(np.float32)


def tile(fields: str) -> str:
    return one_layer(f'type: "Tile" tile_param {{ {fields} }}', X.shape)


def test_gives_caffes_figures() -> None:
    check_case("tile")


@pytest.mark.parametrize("axis", range(-4, 4))
def test_copies_along_any_axis(axis: int) -> None:
    net = tile(f"axis: {axis} tiles: 3")
    case = gradient_case(net, [X])
    wanted = np.concatenate([X] * 3, axis)
    np.testing.assert_array_equal(case.run().tops[0], wanted)
    check_gradients(case)
    assert net_of(net).blob_shapes["top0"] == wanted.shape


@pytest.mark.parametrize("axis", range(4))
def test_of_a_blob_after_a_convolution(axis: int) -> None:
    conv, top = run_after_convolution(f'type: "Tile" tile_param {{ axis: {axis} tiles: 2 }}')
    np.testing.assert_array_equal(top, np.concatenate([conv, conv], axis))


def test_the_batch_is_not_copied_over_several_replicas() -> None:
    with pytest.raises(Exception, match="needs the whole batch on one device") as raised:
        run_replicas(tile("axis: 0 tiles: 2"), {"bottom0": X}, 2)
    assert "Tile layer 'layer'" in str(user_message(raised.value))


@pytest.mark.parametrize(
    ("fields", "message"),
    [("axis: 1", "tiles must be at least 1, got 0"), ("axis: 4 tiles: 2", "axis 4 is out of")],
)
def test_refuses_what_does_not_fit(fields: str, message: str) -> None:
    with pytest.raises(OwltfError, match=message):
        net_of(tile(fields))


def test_is_saved_and_loaded(tmp_path: Path) -> None:
    save_and_load(net_of(tile("axis: 2 tiles: 2")), tmp_path)

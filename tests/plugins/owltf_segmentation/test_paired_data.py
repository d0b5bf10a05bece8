"""What data layers of pairs have in common."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
from pair_files import batches, write_pairs
from test_dense_image_data import net

from owltf.errors import OwltfError


def test_a_run_goes_on_where_it_stopped(tmp_path: Path) -> None:
    write_pairs(tmp_path)
    built = net(tmp_path, "crop_height: 3 crop_width: 3 mirror: true shuffle: true", "TRAIN")
    layer = built.sources[0].layer
    wanted = batches(built, 3)[2]["data"]
    got = next(iter(layer.dataset(4)))[0]
    np.testing.assert_array_equal(np.asarray(got), wanted)
    keys = layer.keys(0)
    assert sorted(next(keys) for _ in range(3)) == ["0.png", "1.png", "2.png"]
    assert "3 images of 3x3x3" in layer.describe()


def test_images_of_several_sizes_need_a_crop(tmp_path: Path) -> None:
    write_pairs(tmp_path, [(6, 8), (5, 8)])
    layer = net(tmp_path, "").sources[0].layer
    with pytest.raises(Exception, match="crop them"):
        next(iter(layer.dataset(0)))
    assert isinstance(layer.failure, OwltfError)

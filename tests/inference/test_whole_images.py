"""The data of a net without their crops."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
from small_nets import build, input_text

from owltf.errors import OwltfError
from owltf.inference.whole_images import whole_images

LMDB = Path(__file__).parents[1] / "data" / "oracle" / "lmdb_raw"
DATA = """
layer { name: "%(name)s" type: "Data" top: "%(name)s" top: "%(name)s_label"
  transform_param { %(crop)s mirror: true scale: 0.5 mean_value: 100 }
  data_param { source: "%(source)s" batch_size: 2 backend: LMDB } }
"""


def data(name: str = "data", crop: str = "crop_size: 20") -> str:
    return DATA % {"name": name, "crop": crop, "source": LMDB}


def test_a_crop_is_a_part_of_the_whole() -> None:
    net = build(data().replace("mirror: true", ""), "TEST")
    whole = whole_images(net)
    assert (whole.blob, whole.crop_size) == ("data", 20)
    (source,) = whole.sources
    assert source.layer.top_shapes[0] == (2, *whole.shape)
    crops, labels = next(net.sources[0].layer.dataset(0).as_numpy_iterator())
    images, same = next(source.layer.dataset(0).as_numpy_iterator())
    top, left = ((side - 20) // 2 for side in whole.shape[1:])
    np.testing.assert_array_equal(images[:, :, top : top + 20, left : left + 20], crops)
    np.testing.assert_array_equal(labels, same)


def test_nothing_is_mirrored() -> None:
    plain = whole_images(build(data().replace("mirror: true", ""))).sources[0].layer
    mirrored = whole_images(build(data())).sources[0].layer
    pair = [next(layer.dataset(0).as_numpy_iterator())[0] for layer in (plain, mirrored)]
    np.testing.assert_array_equal(*pair)


@pytest.mark.parametrize(
    ("text", "count"),
    [(data(crop=""), 0), (data() + data("other"), 2), (input_text("x", 1, 3, 8, 8), 0)],
)
def test_nets_without_one_crop_are_refused(text: str, count: int) -> None:
    with pytest.raises(OwltfError, match=rf"crop_size: ... }}; {count} data layers of net"):
        whole_images(build(text, "TEST"))


def test_other_data_layers_stay() -> None:
    net = build(data() + data("other", crop=""), "TEST")
    whole = whole_images(net)
    assert [source.name for source in whole.sources] == ["data", "other"]
    assert whole.sources[1] is net.sources[1]

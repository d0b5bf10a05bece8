"""The detector: windows of images, with what is around them."""

from __future__ import annotations

from pathlib import Path

import cv2
import numpy as np
import pytest
from script_nets import close, net_of

import owltf.pycaffe as caffe

NET = """input: "data" input_shape { dim: 2 dim: 3 dim: 8 dim: 8 }
    layer { name: "ip" type: "InnerProduct" bottom: "data" top: "ip"
      inner_product_param { num_output: 5 weight_filler { type: "gaussian" std: 0.01 } } }"""


@pytest.fixture
def files(tmp_path: Path) -> tuple[str, str]:
    net_of(tmp_path, NET, caffe.TEST).save(str(tmp_path / "w.caffemodel"))
    (tmp_path / "net.prototxt").write_text(NET)
    pixels = np.random.default_rng(0).integers(256, size=(20, 30, 3), dtype=np.uint8)
    cv2.imwrite(str(tmp_path / "a.png"), pixels)
    return str(tmp_path / "net.prototxt"), str(tmp_path / "w.caffemodel")


def test_windows(files: tuple[str, str], tmp_path: Path) -> None:
    image = str(tmp_path / "a.png")
    windows = np.array([[0, 0, 10, 10], [4, 5, 12, 13], [2, 2, 20, 30]])
    found = caffe.Detector(*files, raw_scale=255).detect_windows([(image, windows)])
    assert [each["filename"] for each in found] == [image] * 3
    assert np.array_equal([each["window"] for each in found], windows)
    part = caffe.io.load_image(image)[4:12, 5:13]
    ready = np.stack([255 * part.transpose(2, 0, 1)] * 2)
    close(found[1]["prediction"], caffe.Net(*files, caffe.TEST).forward(data=ready)["ip"][0])


def test_what_is_around_a_window(files: tuple[str, str]) -> None:
    steps = dict(mean=np.array([10.0, 20.0, 30.0]), raw_scale=10, channel_swap=(2, 1, 0))
    detector = caffe.Detector(*files, **steps, context_pad=1)
    image = np.full((30, 30, 3), 0.5, np.float32)
    whole = detector.crop(image, np.array([10, 10, 15, 15]))
    assert whole.shape == (8, 8, 3)
    close(whole, np.full((8, 8, 3), 0.5))
    corner = detector.crop(image, np.array([0, 0, 5, 5]))
    # Beyond the image is the mean, in the image's own order and scale.
    close(corner[0, 0], [3, 2, 1])
    close(corner[4, 4], [0.5] * 3)


def test_selective_search_is_another_package(files: tuple[str, str]) -> None:
    with pytest.raises(ImportError, match="selective_search_ijcv_with_python"):
        caffe.Detector(*files).detect_selective_search(["a.png"])

"""The classifier: views of images, their mean."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
from script_nets import close, net_of

import owltf.pycaffe as caffe

NET = """input: "data" input_shape { dim: 4 dim: 3 dim: 3 dim: 4 }
    layer { name: "ip" type: "InnerProduct" bottom: "data" top: "ip"
      inner_product_param { num_output: 5 weight_filler { type: "gaussian" std: 0.01 } } }
    layer { name: "prob" type: "Softmax" bottom: "ip" top: "prob" }"""
MEAN = np.array([1.0, 2.0, 3.0])


@pytest.fixture
def files(tmp_path: Path) -> tuple[str, str]:
    net_of(tmp_path, NET, caffe.TEST).save(str(tmp_path / "w.caffemodel"))
    (tmp_path / "net.prototxt").write_text(NET)
    return str(tmp_path / "net.prototxt"), str(tmp_path / "w.caffemodel")


def test_the_mean_over_ten_crops(files: tuple[str, str]) -> None:
    steps = dict(mean=MEAN, raw_scale=255, channel_swap=(2, 1, 0))
    classifier = caffe.Classifier(*files, image_dims=(6, 6), **steps)
    images = np.random.default_rng(0).uniform(size=(3, 6, 6, 3)).astype(np.float32)
    found = classifier.predict(images)
    crops = caffe.io.oversample(images, (3, 4))
    ready = (255 * crops[..., ::-1] - MEAN).transpose(0, 3, 1, 2)
    all_ = caffe.Net(*files, caffe.TEST).forward_all(data=ready)["prob"]
    close(found, all_.reshape(3, 10, 5).mean(1))
    close(classifier.predict(images, oversample=False), all_.reshape(3, 10, 5)[:, 4])


def test_images_are_resized_to_the_net(files: tuple[str, str]) -> None:
    image = np.random.default_rng(0).uniform(size=(6, 8, 3)).astype(np.float32)
    classifier = caffe.Classifier(*files)
    found = classifier.predict([image], oversample=False)
    same = classifier.predict([caffe.io.resize_image(image, (3, 4))], oversample=False)
    close(found, same)
    assert isinstance(classifier, caffe.Net)

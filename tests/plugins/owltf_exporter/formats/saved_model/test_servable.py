"""The signatures that a SavedModel gets, called without a file."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import tensorflow as tf
from export_case import prepared
from owltf_exporter.export_job import Classes, Exported
from owltf_exporter.formats.saved_model.servable import DEFAULT, FILES, IMAGES, Servable
from owltf_exporter.images.preprocessing import ImageOptions, read_preprocessing

from owltf.testing import net_of

SIDE = 12
NET = f"""
layer {{ name: "data" type: "Input" top: "data"
  input_param {{ shape {{ dim: 1 dim: 3 dim: {SIDE} dim: {SIDE} }} }} }}
layer {{ name: "conv/1" type: "Convolution" bottom: "data" top: "conv/1"
  convolution_param {{ num_output: 4 kernel_size: 3 weight_filler {{ type: "xavier" }} }} }}
layer {{ name: "pool" type: "Pooling" bottom: "conv/1" top: "pool/1"
  pooling_param {{ pool: AVE global_pooling: true }} }}
"""
CLASSES = Classes(blob="pool/1", count=4, top=2)
PICTURES = np.random.default_rng(0).integers(0, 256, (3, SIDE, SIDE, 3)).astype(np.uint8)


def exported(classes: Classes | None = None, *, images: bool = True) -> Exported:
    """Return the net to export, which scales its images by 1/2."""
    net = net_of(NET)
    options = ImageOptions(scale=0.5)
    how = read_preprocessing(net.blob_shapes["data"], None, net.context, options)
    return Exported(net, preprocessing=how if images else None, classes=classes)


def test_images_and_files_of_images_give_what_the_net_gives() -> None:
    job = exported()
    signatures = Servable(job).signatures()
    assert list(signatures) == [DEFAULT, IMAGES, FILES]
    arrays = prepared(PICTURES, (SIDE, SIDE), SIDE, scale=0.5)
    wanted = job.net.forward({"data": arrays})["pool/1"]
    files = tf.stack([tf.io.encode_png(each) for each in PICTURES])
    calls = {DEFAULT: {"data": arrays}, IMAGES: {IMAGES: PICTURES}, FILES: {FILES: files}}
    for name, inputs in calls.items():
        tops = signatures[name](**{key: tf.constant(value) for key, value in inputs.items()})
        assert list(tops) == ["pool.1"]
        np.testing.assert_allclose(tops["pool.1"], wanted, atol=1e-5)


def test_without_preprocessing_there_is_one_signature() -> None:
    assert list(Servable(exported(images=False)).signatures()) == [DEFAULT]


def test_images_may_have_any_size_unless_they_are_fixed() -> None:
    def sizes(*, is_fixed: bool) -> list[int | None]:
        signature = Servable(exported(), is_fixed=is_fixed).signatures()[DEFAULT]
        return list(signature.inputs[0].shape)

    assert sizes(is_fixed=False) == [None, 3, None, None]
    assert sizes(is_fixed=True) == [None, 3, SIDE, SIDE]


def test_the_best_classes_come_by_number_or_by_name(tmp_path: Path) -> None:
    (tmp_path / "words.txt").write_text("ant\nbee\ncat\ndog\n")
    words = np.array([b"ant", b"bee", b"cat", b"dog"])
    job = exported(CLASSES)
    for labels in (None, tmp_path / "words.txt"):
        tops = Servable(job, labels).signatures()[IMAGES](images=tf.constant(PICTURES))
        scores = tops["pool.1"].numpy().reshape(-1, 4)
        best = np.argsort(-scores)[:, :2]
        np.testing.assert_array_equal(tops["classes"], words[best] if labels else best)
        np.testing.assert_array_equal(tops["scores"], np.take_along_axis(scores, best, 1))


def test_each_variable_is_saved_once() -> None:
    servable = Servable(exported())
    assert [each.shape for each in servable.variables_of_model] == [(3, 3, 3, 4), (4,)]
    assert len(servable.variables) == 2

"""SavedModels are served for real, and give what the net gives for Caffe's own preprocessing."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import tensorflow as tf
from click.testing import CliRunner
from export_case import CLASSES, CROP, MEAN, RESIZE, SCALE, Export, arrays_of, export, prepared

from owltf.api import Net, load_net

BATCH = 5
LABELS = "".join(f"class {number}\n" for number in range(CLASSES))


def pictures(height: int = 33, width: int = 45) -> np.ndarray:
    """Return images that no net takes as they are."""
    shape = (BATCH, height, width, 3)
    return np.random.default_rng(0).integers(0, 256, shape).astype(np.uint8)


def serve(model: Path, folder: Path, inputs: dict[str, np.ndarray]) -> None:
    """Serve a model in a process without owltf."""
    folder.mkdir()
    for name, array in inputs.items():
        np.save(folder / f"{name}.npy", array, allow_pickle=array.dtype == object)
    environment = {name: value for name, value in os.environ.items() if name != "PYTHONPATH"}
    script = Path(__file__).parents[2] / "serve.py"
    ran = subprocess.run(
        [sys.executable, str(script), str(model), str(folder)],
        capture_output=True,
        text=True,
        env=environment,
        cwd=folder,
        check=False,
    )
    assert ran.returncode == 0, ran.stderr[-2000:]


def served(folder: Path, signature: str, batch: int) -> dict[str, list[np.ndarray]]:
    """Return each output as both ways to serve gave it."""
    plain = arrays_of(folder / f"plain_{signature}_{batch}.npz")
    by_cli = folder / f"cli_{signature}_{batch}"
    return {name: [value, np.load(by_cli / f"{name}.npy")] for name, value in plain.items()}


def check_served(model: Path, folder: Path, net: Net, how: dict[str, Any]) -> None:
    """Serve all signatures of a model with one input and compare them with the net."""
    arrays = np.random.default_rng(1).standard_normal((BATCH, *net.blob_shapes["data"][1:]))
    images = pictures()
    files = np.array([tf.io.encode_png(image).numpy() for image in images], object)
    inputs = {"serving_default": arrays.astype(np.float32), "images": images, "image_bytes": files}
    serve(model, folder, inputs)
    made_of_images = net.forward({"data": prepared(images, **how)})["prob"]
    expected = dict.fromkeys(("images", "image_bytes"), made_of_images)
    expected["serving_default"] = net.forward({"data": inputs["serving_default"]})["prob"]
    for signature, wanted in expected.items():
        for batch in (1, BATCH):
            for made in served(folder, signature, batch)["prob"]:
                np.testing.assert_allclose(made, wanted[:batch], atol=1e-4, rtol=0)


def test_all_signatures_of_a_training_net_are_served(run: Export, case: Path) -> None:
    assert run("model").exit_code == 0
    how = {"resize": RESIZE, "crop": CROP, "mean": MEAN, "scale": SCALE}
    assert run("net.caffemodel.copy.caffemodel").exit_code == 0
    deploy = load_net("net.caffemodel.copy.caffemodel.prototxt", weights="net.caffemodel")
    check_served(case / "model", case / "served", deploy, how)


def test_models_of_others_are_served(zoo_model: Path, tmp_path: Path) -> None:
    weights, deploy = zoo_model / "weights.caffemodel", zoo_model / "deploy.prototxt"
    net = load_net(deploy, weights=weights)
    _, channels, size, _ = net.blob_shapes["data"]
    how: dict[str, Any] = {"resize": (size + 4, size + 10), "crop": size, "grey": channels == 1}
    how |= {"mean": (104, 117, 123) if channels == 3 else 3.0, "scale": 0.125}
    mean = "104,117,123" if channels == 3 else "3"
    options = ["--mean", mean, "--scale", "0.125", "--resize", f"{size + 4}x{size + 10}"]
    arguments = [str(deploy), str(tmp_path / "model"), "--weights", str(weights), *options]
    assert export(CliRunner(), arguments).exit_code == 0
    check_served(tmp_path / "model", tmp_path / "served", net, how)


def loaded(path: Path) -> Any:
    """Return the signatures of a model."""
    return tf.saved_model.load(str(path)).signatures


def test_a_jpeg_and_a_png_can_come_together(run: Export, case: Path) -> None:
    assert run("model").exit_code == 0
    one, other = pictures()[0], pictures(20, 61)[1]
    jpeg = tf.io.encode_jpeg(one, quality=90)
    files = tf.stack([jpeg, tf.io.encode_png(other)])
    made = loaded(case / "model")["image_bytes"](image_bytes=files)["prob"]
    images = loaded(case / "model")["images"]
    decoded = tf.io.decode_jpeg(jpeg, dct_method="INTEGER_ACCURATE")
    alone = [images(images=image[None])["prob"][0] for image in (decoded, tf.constant(other))]
    np.testing.assert_allclose(made, tf.stack(alone), atol=1e-6)


def test_a_grey_net_is_given_opencvs_greys(case: Path) -> None:
    """Its output is what it is given, so that a grey level rounded otherwise is found."""
    (case / "grey.prototxt").write_text("""
layer { name: "x" type: "Input" top: "x" input_param { shape { dim: 1 dim: 1 dim: 30 dim: 30 } } }
layer { name: "y" type: "Power" bottom: "x" top: "y" }
""")
    assert export(CliRunner(), ["grey.prototxt", "model", "--random-weights"]).exit_code == 0
    images = pictures(30, 30)
    wanted = prepared(images, (30, 30), 30, grey=True)
    signatures = loaded(case / "model")
    files = tf.stack([tf.io.encode_png(image) for image in images])
    np.testing.assert_array_equal(signatures["images"](images=images)["y"], wanted)
    np.testing.assert_array_equal(signatures["image_bytes"](image_bytes=files)["y"], wanted)


def test_labels_go_along(run: Export, case: Path) -> None:
    (case / "words.txt").write_text(LABELS)
    assert run("model", "--labels", "words.txt", "--top-k", "2").exit_code == 0
    assert (case / "model" / "assets" / "words.txt").read_text() == LABELS
    (case / "words.txt").unlink()
    made = loaded(case / "model")["images"](images=pictures())
    best = np.argsort(-made["prob"].numpy())[:, :2]
    names = [[f"class {number}".encode() for number in row] for row in best]
    assert made["classes"].numpy().tolist() == names
    np.testing.assert_allclose(made["scores"], np.take_along_axis(made["prob"].numpy(), best, 1))


def test_top_k_alone_gives_numbers(run: Export, case: Path) -> None:
    assert run("model", "--top-k", "3").exit_code == 0
    made = loaded(case / "model")["images"](images=pictures())
    best = np.argsort(-made["prob"].numpy())[:, :3]
    assert made["classes"].numpy().tolist() == best.tolist()


def test_names_with_a_slash_are_written_with_a_dot(run: Export, case: Path) -> None:
    assert run("model", "--outputs", "conv/1").exit_code == 0
    made = loaded(case / "model")["images"](images=pictures())
    assert list(made) == ["conv.1"]


def test_a_net_that_takes_no_images_has_one_signature(case: Path) -> None:
    (case / "row.prototxt").write_text("""
layer { name: "x" type: "Input" top: "x" input_param { shape { dim: 1 dim: 5 } } }
layer { name: "y" type: "InnerProduct" bottom: "x" top: "y" inner_product_param { num_output: 2 } }
""")
    ran = export(CliRunner(), ["row.prototxt", "model", "--random-weights"])
    assert ran.exit_code == 0
    assert "no image signatures: images have shape (N, 1 or 3, H, W)" in ran.stdout
    assert list(loaded(case / "model")) == ["serving_default"]


def test_a_fully_convolutional_net_is_served_images_of_any_size(case: Path) -> None:
    (case / "fcn.prototxt").write_text("""
layer { name: "x" type: "Input" top: "x"
  input_param { shape { dim: 1 dim: 3 dim: 16 dim: 16 } } }
layer { name: "c" type: "Convolution" bottom: "x" top: "c"
  convolution_param { num_output: 4 kernel_size: 3 pad: 1 weight_filler { type: "xavier" } } }
layer { name: "p" type: "Pooling" bottom: "c" top: "p"
  pooling_param { pool: AVE kernel_size: 3 stride: 2 pad: 1 } }
layer { name: "up" type: "Deconvolution" bottom: "p" top: "up"
  convolution_param { num_output: 2 kernel_size: 4 stride: 2 pad: 1
    weight_filler { type: "xavier" } } }
layer { name: "y" type: "Crop" bottom: "up" bottom: "x" top: "y" crop_param { axis: 2 offset: 0 } }
""")
    assert export(CliRunner(), ["fcn.prototxt", "w.caffemodel", "--random-weights"]).exit_code == 0
    ran = export(CliRunner(), ["fcn.prototxt", "model", "--weights", "w.caffemodel"])
    assert ran.exit_code == 0
    images = np.random.default_rng(0).normal(size=(2, 3, 21, 30)).astype(np.float32)
    wanted = load_net("fcn.prototxt", weights="w.caffemodel").forward({"x": images})["y"]
    made = loaded(case / "model")["serving_default"](x=images)["y"]
    assert wanted.shape == (2, 2, 21, 30)
    np.testing.assert_allclose(made, wanted, atol=1e-5)


def test_an_old_export_is_replaced(run: Export, case: Path) -> None:
    assert run("model", "--warmup").exit_code == 0
    assert run("model").exit_code == 0
    assert not (case / "model" / "assets.extra").exists()
    assert not [path for path in case.iterdir() if path.name.startswith(".")]


def test_weights_are_saved_once(run: Export, case: Path) -> None:
    assert run("model").exit_code == 0
    names = [
        name for name, _ in tf.train.list_variables(str(case / "model" / "variables" / "variables"))
    ]
    kept = [name for name in names if not name.startswith("_CHECKPOINTABLE")]
    assert kept
    assert {name.split("/")[0] for name in kept} == {"variables_of_model"}


def test_a_full_disk_is_told_as_that(
    run: Export, case: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def save(*args: Any, **kwargs: Any) -> None:
        message = "{{function_node __w}} /tmp/.x/part; No space left on device [Op:SaveV2]"
        raise tf.errors.ResourceExhaustedError(None, None, message)

    monkeypatch.setattr(tf.saved_model, "save", save)
    ran = run("served")
    assert ran.exit_code == 2
    assert ran.output.rstrip().endswith("the SavedModel cannot be written: no space left on device")
    assert not (case / "served").exists()

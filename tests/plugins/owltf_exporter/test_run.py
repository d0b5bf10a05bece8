"""What `owltf export` does with a net, from its files to the exported one."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
from click.testing import CliRunner
from export_case import CLASSES, CROP, MEAN, SCALE, check_error, export
from owltf_exporter.run import Options, export_net, prepare_export

from owltf.api import OwltfError, load_net
from owltf.plugin.manager import make_manager
from owltf.registry.registry import Registry

WEIGHTS = (Path("net.caffemodel"),)


@pytest.fixture
def registry() -> Registry:
    """What the built-in plugins bring."""
    return Registry(make_manager())


def test_a_solver_without_a_test_net_is_exported(case: Path) -> None:
    solver = 'net: "net.prototxt" base_lr: 0.1 lr_policy: "fixed" max_iter: 1'
    (case / "solver.prototxt").write_text(solver)
    ran = export(CliRunner(), ["solver.prototxt", "out.keras", "--weights", "net.caffemodel"])
    assert ran.exit_code == 0, ran.output
    assert "outputs: prob (Nx4)" in ran.stdout


@pytest.mark.parametrize("suffix", ["", ".onnx", ".caffemodel"])
def test_python_layers_are_refused(case: Path, suffix: str) -> None:
    layers = "".join(
        f'layer {{ name: "{name}" type: "Python" bottom: "fc" top: "{name}" '
        'python_param { module: "nothing" layer: "Nothing" } }'
        for name in ("mine", "yours")
    )
    with (case / "deploy.prototxt").open("a") as file:
        file.write(layers)
    arguments = ["deploy.prototxt", f"out{suffix}", "--weights", "net.caffemodel"]
    check_error(
        export(CliRunner(), arguments),
        "Python layers run code of your own and cannot be exported: 'mine', 'yours'; --outputs",
    )
    assert export(CliRunner(), [*arguments, "--outputs", "fc"]).exit_code == 0


def test_optimize_says_what_it_brings(case: Path) -> None:
    arguments = ["net.prototxt", "out.keras", "--weights", "net.caffemodel", "--optimize"]
    ran = export(CliRunner(), arguments)
    assert ran.exit_code == 0, ran.output
    assert "optimize: 2 layers folded into those before, which changes the outputs by " in (
        ran.stdout
    )


@pytest.mark.parametrize(
    ("out", "words", "is_folded"),
    [
        ("saved", [], True),
        ("out.onnx", [], True),
        ("out.tflite", [], True),
        ("out.onnx", ["--no-optimize"], False),
        ("out.keras", [], False),
        ("out.py", [], False),
        ("out.caffemodel", [], False),
    ],
)
def test_formats_that_only_answer_are_folded(
    case: Path, out: str, words: list[str], is_folded: bool
) -> None:
    ran = export(CliRunner(), ["net.prototxt", out, "--weights", "net.caffemodel", *words])
    assert ran.exit_code == 0, ran.output
    assert ("2 layers folded into those before" in ran.stdout) == is_folded


@pytest.mark.parametrize(
    "out", ["saved", "out.onnx", "out.tflite", "out.keras", "out.py", "out.caffemodel", "out.h5"]
)
def test_a_blob_that_a_layer_takes_can_be_an_output(case: Path, out: str) -> None:
    arguments = ["net.prototxt", out, "--weights", "net.caffemodel", "--outputs", "group,bn,fc"]
    ran = export(CliRunner(), arguments)
    assert ran.exit_code == 0, ran.output
    assert "outputs: group (Nx4x2x2), bn (Nx6x14x14), fc (Nx4)" in ran.stdout
    assert "Largest difference from the net: " in ran.stdout


def test_the_default_order_of_channels_counts_as_not_given() -> None:
    assert Options().image_options.given == []
    assert Options(scale=0.5, channel_order="rgb").image_options.given == ["scale", "channel_order"]


def test_a_training_net_is_prepared_with_its_preprocessing(case: Path, registry: Registry) -> None:
    options = Options(weights=WEIGHTS, top_k=2)
    exported = prepare_export(registry, "net.prototxt", "saved_model", options)
    assert (exported.net.inputs, exported.net.outputs) == (("data",), ("prob",))
    assert exported.net.blob_shapes["data"] == (1, 3, CROP, CROP)
    preprocessing, classes = exported.preprocessing, exported.classes
    assert preprocessing is not None and classes is not None
    assert (tuple(preprocessing.mean), preprocessing.scale) == (MEAN, pytest.approx(SCALE))
    assert (classes.blob, classes.count, classes.top) == ("prob", CLASSES, 2)


def test_the_exported_file_has_the_nets_weights(
    case: Path, registry: Registry, capsys: pytest.CaptureFixture[str]
) -> None:
    out = case / "out.caffemodel"
    export_net(registry, "net.prototxt", out, "caffemodel", Options(weights=WEIGHTS))
    wanted = load_net("deploy.prototxt", weights="net.caffemodel").get_params()
    for name, blobs in load_net("deploy.prototxt", weights=out).get_params().items():
        for blob, own in zip(blobs, wanted[name], strict=True):
            np.testing.assert_array_equal(blob, own)
    assert "Largest difference from the net: 0 (in 'prob')" in capsys.readouterr().out


@pytest.mark.parametrize(
    ("name", "options", "message"),
    [
        ("keras", Options(), "no weights: give --weights FILE"),
        ("keras", Options(weights=WEIGHTS, top_k=1, warmup=True), "--top-k, --warmup go with"),
        ("onnx", Options(weights=WEIGHTS, scale=2.0), "--scale goes with --format saved_model or"),
        ("keras", Options(weights=WEIGHTS, quantize="int8"), "--quantize goes with --format tfl"),
    ],
)
def test_options_of_another_format_are_refused(
    tmp_path: Path, registry: Registry, name: str, options: Options, message: str
) -> None:
    with pytest.raises(OwltfError, match=message):
        export_net(registry, "nowhere.prototxt", tmp_path / "out", name, options)
    assert not list(tmp_path.iterdir())


def test_a_folder_without_images_cannot_calibrate(case: Path, registry: Registry) -> None:
    (case / "empty").mkdir()
    options = Options(weights=WEIGHTS, quantize="int8", calibration=Path("empty"))
    with pytest.raises(OwltfError, match="empty: there are no images"):
        prepare_export(registry, "net.prototxt", "tflite", options)

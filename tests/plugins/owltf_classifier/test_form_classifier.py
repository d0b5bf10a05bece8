"""`owltf classify` by onnxruntime gives TensorFlow's figures, the second time without it."""

from __future__ import annotations

import json
import re
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import cv2
import numpy as np
import pytest
from image_case import Images
from owltf_exporter.onnxruntime_engine import _Run

from owltf.forms.form_store import FormStore

NET = ("classify", "deploy.prototxt", "a.png", "b.png", "--weights", "net.caffemodel")
SETTINGS = ("--mean", "100,120,140", "--scale", "0.015625", "--resize", "10,12", "--json")

Owltf = Callable[..., Any]


@pytest.fixture
def plugins() -> tuple[str, ...]:
    """The exporter brings onnxruntime, by its hook owltf_engines."""
    return ("owltf_classifier", "owltf_exporter")


@pytest.fixture(autouse=True)
def two_images(images: Images, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Write two images, and keep forms in a folder of the test's own."""
    monkeypatch.setenv("OWLTF_CACHE", str(tmp_path / "cache"))
    for name, pixels in zip("ab", images.pixels, strict=False):
        cv2.imwrite(f"{name}.png", pixels.transpose(1, 2, 0))


def told(result: Any) -> list[list[float]]:
    assert result.exit_code == 0
    return [
        [each["score"] for each in sorted(image["classes"], key=lambda each: each["class"])]
        for image in json.loads(result.stdout)
    ]


@pytest.mark.parametrize("views", ["1", "10"])
def test_an_engine_gives_tensorflows_figures(owltf: Owltf, views: str) -> None:
    wanted = owltf(*NET, *SETTINGS, "--views", views, "--engine", "tensorflow")
    assert "Computed by tensorflow" in wanted.stderr
    for engine in ("auto", "onnxruntime"):
        found = owltf(*NET, *SETTINGS, "--views", views, "--engine", engine)
        assert "Computed by onnxruntime" in found.stderr
        np.testing.assert_allclose(told(found), told(wanted), rtol=1e-5, atol=1e-6)
    assert "Weights" not in found.stderr
    assert len(FormStore().forms()) == 1


def test_an_image_costs_one_row_of_a_net_with_a_batch_of_ten(
    owltf: Owltf, monkeypatch: pytest.MonkeyPatch
) -> None:
    text = Path("deploy.prototxt").read_text()
    assert "dim: 3" in text
    Path("ten.prototxt").write_text(re.sub(r"dim: \d+ dim: 3", "dim: 10 dim: 3", text, count=1))
    rows: list[int] = []
    run = _Run.__call__

    def counted(self: _Run, arrays: Any) -> Any:
        rows.extend(len(array) for array in arrays.values())
        return run(self, arrays)

    monkeypatch.setattr(_Run, "__call__", counted)
    words = ("classify", "ten.prototxt", *NET[2:], *SETTINGS)
    wanted = told(owltf(*words, "--engine", "tensorflow"))
    told(owltf(*words))
    rows.clear()
    np.testing.assert_allclose(told(owltf(*words)), wanted, rtol=1e-5, atol=1e-6)
    assert rows == [2]


def test_the_second_answer_needs_no_tensorflow(owltf: Owltf) -> None:
    told(owltf(*NET, *SETTINGS))
    words = [*NET, *SETTINGS]
    code = (
        "import sys; from owltf.cli import cli\n"
        f"cli({words!r}, prog_name='owltf', standalone_mode=False)\n"
        "sys.exit('tensorflow' in sys.modules)"
    )
    environment = {"PATH": "/usr/bin", "PYTHONPATH": ":".join(sys.path)}
    environment |= {"OWLTF_PLUGINS": "owltf_classifier,owltf_exporter"}
    environment |= {"OWLTF_CACHE": str(Path("cache").absolute())}
    done = subprocess.run(
        [sys.executable, "-c", code], env=environment, capture_output=True, check=False
    )
    assert done.stderr == b"Computed by onnxruntime\n"
    assert done.returncode == 0


def test_changed_weights_are_another_net(owltf: Owltf) -> None:
    told(owltf(*NET, *SETTINGS))
    Path("other.prototxt").write_text(Path("deploy.prototxt").read_text() + "\n")
    assert "Weights" in owltf("classify", "other.prototxt", *NET[2:], *SETTINGS).stderr
    assert len(FormStore().forms()) == 2


def test_a_net_with_data_layers_is_tensorflows(owltf: Owltf) -> None:
    words = ("classify", "net.prototxt", *NET[2:], "--json")
    assert "Computed by tensorflow" in owltf(*words).stderr
    result = owltf(*words, "--engine", "onnxruntime")
    assert result.exit_code == 2
    assert "--engine onnxruntime cannot compute the net: it has data layers" in result.stderr


def test_devices_are_tensorflows(owltf: Owltf) -> None:
    result = owltf(*NET, *SETTINGS, "--engine", "onnxruntime", "--cpu-replicas", 2)
    assert result.exit_code == 2
    assert "--engine onnxruntime takes a net's file with --weights" in result.stderr

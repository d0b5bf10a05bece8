"""owltf upgrade: text and weights of old generations."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
from click.testing import CliRunner, Result

from owltf.caffe.binary.read_weights import read_weights
from owltf.caffe.net.read import read_net
from owltf.caffe.schema.schema import load_schema
from owltf.cli import cli

LEGACY = Path(__file__).parents[3] / "shared" / "zoo" / "legacy"
V1_NET = """
name: "old" input: "data" input_dim: 1 input_dim: 3 input_dim: 4 input_dim: 4
layers { name: "conv" type: CONVOLUTION bottom: "data" top: "conv" blobs_lr: 1 blobs_lr: 2
  convolution_param { num_output: 2 kernel_size: 3 } }
"""


def upgrade(*arguments: object) -> Result:
    return CliRunner().invoke(cli, ["upgrade", *map(str, arguments)])


def test_a_net_goes_to_the_screen_or_to_a_file(tmp_path: Path) -> None:
    old, new = tmp_path / "old.prototxt", tmp_path / "new.prototxt"
    old.write_text(V1_NET)
    shown = upgrade(old)
    assert shown.exit_code == 0
    assert 'type: "Convolution"' in shown.stdout
    assert upgrade(old, new).exit_code == 0
    assert new.read_text() == shown.stdout
    layers = read_net(new, load_schema()).parameter.layer
    assert [layer.type for layer in layers] == ["Input", "Convolution"]
    assert [param.lr_mult for param in layers[1].param] == [1, 2]
    assert sorted(path.name for path in tmp_path.iterdir()) == ["new.prototxt", "old.prototxt"]


def test_a_dash_is_the_screen(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    Path("old.prototxt").write_text(V1_NET)
    shown = upgrade("old.prototxt", "-")
    assert (shown.exit_code, shown.stderr) == (0, "")
    assert shown.stdout == upgrade("old.prototxt").stdout
    assert [path.name for path in tmp_path.iterdir()] == ["old.prototxt"]


def test_a_solver_gets_its_type_by_name(tmp_path: Path) -> None:
    old = tmp_path / "solver.prototxt"
    old.write_text('net: "x" base_lr: 0.1 solver_type: ADAM snapshot_prefix: "snap"\n')
    assert 'type: "Adam"' in upgrade(old).stdout


@pytest.mark.skipif(not LEGACY.exists(), reason="needs ../shared/zoo")
@pytest.mark.parametrize("generation", ["v0", "v1", "v2", "double", "unpacked"])
def test_caffemodels_keep_every_weight(tmp_path: Path, generation: str) -> None:
    old, new = LEGACY / f"lenet_{generation}.caffemodel", tmp_path / "new.caffemodel"
    assert upgrade(old, new).exit_code == 0
    schema = load_schema()
    before = {layer.name: layer.blobs for layer in read_weights(old, schema) if layer.blobs}
    after = {layer.name: layer.blobs for layer in read_weights(new, schema) if layer.blobs}
    assert before.keys() == after.keys()
    for name, blobs in before.items():
        for one, other in zip(blobs, after[name], strict=True):
            np.testing.assert_array_equal(one, other)


def test_mistakes_are_one_line(tmp_path: Path) -> None:
    text = tmp_path / "notes.txt"
    text.write_text("hello")
    missing = upgrade(tmp_path / "no.prototxt")
    wrong = upgrade(text)
    for result in (missing, wrong):
        assert result.exit_code == 2
        assert result.stderr.startswith("owltf: error: ")
        assert result.stderr.count("\n") == 1


@pytest.mark.skipif(not LEGACY.exists(), reason="needs ../shared/zoo")
@pytest.mark.parametrize("out", [(), ("-",)])
def test_weights_need_a_file_to_go_to(out: tuple[str, ...]) -> None:
    result = upgrade(LEGACY / "lenet_v1.caffemodel", *out)
    assert (result.exit_code, "give OUT" in result.stderr) == (2, True)


def test_weights_are_not_replaced_by_text(tmp_path: Path) -> None:
    (tmp_path / "net.prototxt").write_text(V1_NET)
    (tmp_path / "net.caffemodel").write_bytes(b"weights")
    ran = upgrade(tmp_path / "net.prototxt", tmp_path / "net.caffemodel")
    assert ran.exit_code == 2
    assert "is text: OUT cannot be" in ran.stderr
    assert (tmp_path / "net.caffemodel").read_bytes() == b"weights"


def test_unknown_fields_can_be_left_out(tmp_path: Path) -> None:
    (tmp_path / "net.prototxt").write_text(V1_NET + "\nflip: true")
    assert upgrade(tmp_path / "net.prototxt").exit_code == 2
    assert upgrade(tmp_path / "net.prototxt", "--ignore-unknown-fields").exit_code == 0

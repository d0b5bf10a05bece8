"""owltf layers: the table of types, and the judgement of a net."""

from __future__ import annotations

from pathlib import Path

import pytest
from click.testing import CliRunner, Result

from owltf.api import Layer, LayerConverter, hookimpl
from owltf.cli import Commands
from owltf.plugin.manager import make_manager
from owltf.registry.registry import Registry

INPUT = 'layer { name: "x" type: "Input" top: "x" input_param { shape { dim: 2 dim: 3 } } }\n'
BAD = (
    INPUT
    + """
layer { name: "c" type: "Convolutoin" bottom: "x" top: "c" }
layer { name: "p" type: "Picky" bottom: "c" top: "p" }
layer { name: "r" type: "ReLU" bottom: "p" top: "p" }
layer { name: "q" type: "Qqqqqqqq" bottom: "p" top: "q" include { phase: TEST } }
"""
)


class Picky(LayerConverter):
    """Refuses whatever it is given."""

    caffe_type = "Picky"

    def check(self, layer: Layer) -> None:
        raise layer.unsupported("pool: STOCHASTIC")

    def build(self, layer: Layer, *bottoms: object) -> None:
        raise AssertionError


class Plugin:
    """Brings the layer that refuses."""

    @hookimpl
    def owltf_layer_converters(self) -> list[type]:
        return [Picky]


def layers(*arguments: object) -> Result:
    """Run the command."""
    manager, group = make_manager(), Commands("owltf")
    manager.register(Plugin(), "picky")
    manager.hook.owltf_add_command(commands=group)
    return CliRunner().invoke(group, ["layers", *map(str, arguments)], obj=Registry(manager))


@pytest.fixture
def bad(tmp_path: Path) -> Path:
    """Write a net with two layers that no plugin knows, and one that asks for too much."""
    path = tmp_path / "bad.prototxt"
    path.write_text(BAD)
    return path


def rows(ran: Result) -> dict[str, str]:
    """Return the judgement of each layer by its name, from a table in Markdown."""
    lines = [line.strip("| ").split(" | ") for line in ran.stdout.splitlines()[2:]]
    return {line[0]: line[-1] for line in lines}


def unknown(name: str, near: str) -> str:
    return f"no: unknown layer type '{name}': did you mean {near}?"


HEADINGS = ["type", "converter", "from", "onnx", "python"]


def test_types_are_listed_with_their_converters() -> None:
    ran = layers()
    assert ran.exit_code == 0
    lines = [line.split() for line in ran.stdout.splitlines()]
    assert lines[0] == HEADINGS
    assert ["ReLU", "ReLU", "owltf.layers.activation.relu", "yes", "yes"] in lines
    assert ["Picky", "Picky", Picky.__module__, "no", "yes"] in lines
    # An exported net goes without them.
    assert ["Data", "Data", "owltf.data.data"] in lines
    assert ["Accuracy", "Accuracy", "owltf.layers.loss.accuracy"] in lines
    names = [line[0] for line in lines[1:]]
    assert names == sorted(names)


def test_types_in_markdown() -> None:
    lines = layers("--markdown").stdout.splitlines()
    assert lines[:2] == [f"| {' | '.join(row)} |" for row in (HEADINGS, ["---"] * 5)]
    assert "| Concat | Concat | owltf.layers.utility.concat | yes | yes |" in lines


def test_a_net_that_is_supported(tmp_path: Path) -> None:
    (tmp_path / "net.prototxt").write_text(INPUT)
    ran = layers(tmp_path / "net.prototxt")
    assert ran.exit_code == 0
    assert ran.stdout.splitlines()[1].split() == ["x", "Input", f"{tmp_path}/net.prototxt:1", "yes"]


def test_everything_wrong_is_told_at_once(bad: Path) -> None:
    ran = layers("--markdown", bad)
    assert ran.exit_code == 1
    judged = rows(ran)
    assert judged["c"].startswith(
        "no: unknown layer type 'Convolutoin': did you mean 'Convolution'"
    )
    assert judged["p"] == "no: pool: STOCHASTIC is not supported"
    assert judged["q"] == "no: unknown layer type 'Qqqqqqqq'"
    assert (judged["x"], judged["r"]) == ("yes", "yes")


def test_unknown_fields_are_told_with_the_layers(tmp_path: Path) -> None:
    path = tmp_path / "net.prototxt"
    permute = (
        'layer { name: "p" type: "Qermute" bottom: "x" top: "p"\n  qermute_param { order: 1 } }'
    )
    path.write_text(INPUT + permute + "\nlayer { bottom: 'p' top: 'q' type: 'Clipp' flipp: 1 }")
    ran = layers("--markdown", path)
    assert ran.exit_code == 1
    assert [
        line.strip("|").split(" | ")[1:]
        for line in ran.stdout.replace(" |\n", "\n").splitlines()[3:]
    ] == [
        ["Qermute", f"{path}:2", "no: unknown layer type 'Qermute'"],
        ["Clipp", f"{path}:4", unknown("Clipp", "'Clip'")],
        ["qermute_param", f"{path}:3:3", "no: neither Caffe's format nor a plugin has it"],
        ["flipp", f"{path}:4:44", "no: neither Caffe's format nor a plugin has it"],
    ]


def test_layers_of_any_stage_are_judged(tmp_path: Path) -> None:
    path = tmp_path / "net.prototxt"
    staged = INPUT.replace('"x" type', '"x" include { stage: "deploy" } type')
    path.write_text(staged + 'layer { name: "r" type: "ReLU" bottom: "x" top: "y" }')
    assert rows(layers("--markdown", path)) == {"x": "yes", "r": "yes"}


def test_a_layer_of_both_phases_is_told_once(bad: Path) -> None:
    assert len(layers("--markdown", bad).stdout.splitlines()) == 2 + 5


def test_one_phase(bad: Path) -> None:
    assert set(rows(layers("--markdown", "--phase", "TRAIN", bad))) == {"x", "c", "p", "r"}


def test_a_layers_line_is_given(bad: Path) -> None:
    assert f"| q | Qqqqqqqq | {bad}:6 |" in layers("--markdown", bad).stdout


@pytest.mark.parametrize(
    ("text", "what"),
    [
        (None, "not found"),
        ("layer { name: 1 }", "net.prototxt:1:15: "),
        ('layer { name: "r" type: "ReLU" bottom: "x" top: "y" }', "no layer makes"),
    ],
)
def test_a_file_that_is_no_net(
    text: str | None, what: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    if text:
        Path("net.prototxt").write_text(text)
    ran = layers("net.prototxt")
    assert (ran.exit_code, ran.stdout) == (2, "")
    (line,) = ran.stderr.splitlines()
    assert what in line

"""owltf time as its user sees it."""

from __future__ import annotations

import json
import re
from pathlib import Path

import pytest
from click.testing import CliRunner, Result

from owltf.cli import cli
from owltf.commands.time import bars
from owltf.inference.layer_times import LayerTime

NET = """
name: "small"
layer { name: "x" type: "Input" top: "x" input_param { shape { dim: 2 dim: 3 } } }
layer { name: "ip" type: "InnerProduct" bottom: "x" top: "ip"
  inner_product_param { num_output: 4 } }
"""


@pytest.fixture
def file(tmp_path: Path) -> Path:
    path = tmp_path / "net.prototxt"
    path.write_text(NET)
    return path


def timed(*words: object) -> Result:
    return CliRunner().invoke(cli, ["time", *map(str, words)])


def test_a_row_for_each_layer_and_the_net(file: Path) -> None:
    done = timed(file, "--iterations", 1)
    assert done.exit_code == 0, done.output
    heading, data, layer, whole = done.output.splitlines()
    assert heading.split()[:4] == ["layer", "type", "forward", "ms"]
    assert data.split() == ["x", "Input", "0.00"]
    assert layer.split()[:2] == ["ip", "InnerProduct"]
    assert layer.split()[4:] == ["16", "24", "0.00"]
    assert whole.startswith("small  whole net")


def test_json(file: Path) -> None:
    done = json.loads(timed(file, "--iterations", 1, "--json").output)
    assert [layer["name"] for layer in done["layers"]] == ["x", "ip"]
    assert done["layers"][0]["forward"] is None
    assert done["net"]["forward"] > 0
    assert done["net"]["multiply_adds"] == 24


def test_the_lines_of_caffe(file: Path) -> None:
    lines = timed(file, "--iterations", 2, "--caffe-lines").output.splitlines()
    milliseconds = r"[0-9.e+-]+ ms\."
    assert lines[:3] == [
        "*** Benchmark begins ***",
        "Testing for 2 iterations.",
        "Average time per layer: ",
    ]
    for line, pattern in zip(
        lines[3:],
        [
            rf" {{8}}ip\tforward: {milliseconds}",
            rf" {{8}}ip\tbackward: {milliseconds}",
            rf"Average Forward pass: {milliseconds}",
            rf"Average Backward pass: {milliseconds}",
            rf"Average Forward-Backward: {milliseconds}",
            rf"Total Time: {milliseconds}",
            r"\*\*\* Benchmark ends \*\*\*",
        ],
        strict=True,
    ):
        assert re.fullmatch(pattern, line)
    times = [float(line.split()[-2]) for line in lines[-4:-1]]
    assert times[2] == pytest.approx(2 * times[1], rel=1e-4)


def test_what_is_refused(file: Path) -> None:
    assert "give one of --json, --plot and --caffe-lines" in timed(file, "--json", "--plot").output
    assert timed(file.with_name("gone.prototxt")).exit_code != 0


@pytest.mark.parametrize("columns", [60, 80, 160])
def test_bars_fill_the_line_and_no_more(columns: int) -> None:
    layers = [
        LayerTime("data", "Data", None, None, 0, 0, 0),
        LayerTime("conv1", "Convolution", 3.0, 5.0, 0, 0, 0),
        LayerTime("frozen", "Convolution", 4.0, None, 0, 0, 0),
        LayerTime("net", "", 7.0, 5.0, 0, 0, 0),
    ]
    head, conv, frozen, whole = bars(layers, columns)
    assert max(map(len, (head, conv, frozen, whole))) <= columns
    room = conv.count("#") + conv.count("=")
    assert conv.count("#") == round(room * 3 / 8)
    assert frozen.count("#") == round(room / 2)
    assert whole.split() == ["whole", "net", "12.000"]

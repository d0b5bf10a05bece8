"""`owltf test` as its users call it."""

from __future__ import annotations

import json
import shutil
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from image_case import CLASSES, LOSS, RECORDS, SOLVER, Images, ten_views
from signal_case import end_by_signal, every_signal

from owltf.api import load_net, save_weights

ORACLE = Path(__file__).parents[2] / "train" / "oracle"
CASES = sorted(path.name for path in ORACLE.iterdir()) if ORACLE.exists() else []
WEIGHTS = ("--weights", "net.caffemodel")
SOME = (*WEIGHTS, "--allow-missing")

Lines = Callable[..., list[str]]
Refused = Callable[..., str]


def figures(lines: Lines, *words: object, file: str = "net.prototxt") -> dict[str, Any]:
    """Test a net and give what the JSON says of it."""
    lines("test", file, *WEIGHTS, "--output", "out.json", *words)
    (net,) = json.loads(Path("out.json").read_text())["nets"]
    return net


@pytest.mark.parametrize("name", CASES)
def test_caffes_own_figures(
    name: str, lines: Lines, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The mean of each output over `test_iter` batches, with Caffe's weights of iteration 30."""
    folder = tmp_path / "case"
    shutil.copytree(ORACLE / name, folder)
    monkeypatch.chdir(folder)
    result = dict(np.load("result.npz"))
    net = load_net("solver.prototxt")
    blobs = {layer: len(params) for layer, params in net.get_params().items()}
    net.set_params(
        {
            layer: [result[f"final/{layer}/{index}"] for index in range(count)]
            for layer, count in blobs.items()
        }
    )
    save_weights(net, folder / "net.caffemodel")
    found = figures(lines, file="solver.prototxt")
    wanted = {key.split("/")[1]: each for key, each in result.items() if key.startswith("test/")}
    assert found["outputs"].keys() == wanted.keys()
    for blob, value in wanted.items():
        np.testing.assert_allclose(found["outputs"][blob], value, rtol=1e-4)


def test_the_lines_are_those_of_caffes_test(images: Images, lines: Lines) -> None:
    said = lines("test", "net.prototxt", *WEIGHTS, "--iterations", 2)
    assert said[:4] == [
        "Weights from net.caffemodel: 2 layers loaded",
        "Testing small (#0)",
        "TEST data data: LMDB images_lmdb: 22 records of 3x10x12",
        "Running for 2 iterations.",
    ]
    right = images.scores(images.crops(1, 2)).argmax(1) == images.labels
    assert said[4] == f"Batch 0, accuracy = {right[:8].mean():g}"
    assert [line.split(" = ")[0] for line in said[4:8]] == [
        "Batch 0, accuracy",
        "Batch 0, loss",
        "Batch 1, accuracy",
        "Batch 1, loss",
    ]
    assert said[8].startswith("Loss: ")
    assert said[9] == f"accuracy = {right[:16].mean():g}"
    loss = said[8].removeprefix("Loss: ")
    assert said[10] == f"loss = {loss} (* 1 = {loss} loss)"
    assert said[11:] == [f"top-1 = {right[:16].mean():g} ({right[:16].sum()} of 16)"]


def test_every_record_counts_once(images: Images, lines: Lines) -> None:
    found = figures(lines, "--all", "--top-k", "1,3,4")
    scores = images.scores(images.crops(1, 2))
    own = scores[np.arange(22), images.labels]
    ranks = (scores > own[:, None]).sum(1)
    losses = -np.log(images.probabilities(images.crops(1, 2))[np.arange(22), images.labels])
    assert (found["batches"], found["records"]) == (3, 22)
    np.testing.assert_allclose(found["outputs"]["loss"], losses.mean(), rtol=1e-5)
    np.testing.assert_allclose(found["loss"], losses.mean(), rtol=1e-5)
    np.testing.assert_allclose(found["outputs"]["accuracy"], (ranks < 1).mean(), rtol=1e-6)
    assert {k: top["right"] for k, top in found["top"].items()} == {
        str(k): int((ranks < k).sum()) for k in (1, 3, 4)
    }


@pytest.mark.parametrize("words", [("--all",), ("--views", "10")])
def test_several_devices_say_the_same(images: Images, lines: Lines, words: tuple[str, ...]) -> None:
    one = lines("test", "net.prototxt", *WEIGHTS, *words)
    assert lines("test", "net.prototxt", *WEIGHTS, *words, "--cpu-replicas", 3) == one


def test_classes_and_the_confusion_matrix(images: Images, lines: Lines) -> None:
    Path("names.txt").write_text("ant\nbee\ncat, a\ndog\n")
    wishes = ("--per-class", "--confusion", "m.csv", "--labels", "names.txt")
    said = lines("test", "net.prototxt", *WEIGHTS, "--all", *wishes)
    predicted = images.scores(images.crops(1, 2)).argmax(1)
    wanted = np.zeros((CLASSES, CLASSES), int)
    np.add.at(wanted, (images.labels, predicted), 1)
    rows = Path("m.csv").read_text().splitlines()
    assert rows[0] == 'true \\ predicted,ant,bee,"cat, a",dog'
    assert [row.rsplit(",", 4)[1:] for row in rows[1:]] == wanted.astype(str).tolist()
    accuracy = wanted[0, 0] / wanted[0].sum()
    assert f"class ant = {accuracy:.4g} (of {wanted[0].sum()})" in said
    assert said[-1] == "Wrote m.csv"
    found = figures(lines, "--all", "--confusion", "m.png")
    assert found["confusion"] == wanted.tolist()
    assert Path("m.png").read_bytes().startswith(b"\x89PNG")


def test_a_solver_says_which_nets_and_how_long(images: Images, lines: Lines) -> None:
    solver = SOLVER.replace("test_iter: 2", "test_iter: 2 test_iter: 4")
    Path("two.prototxt").write_text(solver)
    said = lines("test", "two.prototxt", *WEIGHTS)
    assert [line for line in said if line.startswith(("Testing", "Running"))] == [
        "Testing small (#0)",
        "Running for 2 iterations.",
        "Testing small (#1)",
        "Running for 4 iterations.",
    ]
    assert (
        "32 records are asked for where there are 22: some come again; --all takes each once"
        in (said)
    )
    assert figures(lines, "--test-net", 1, file="two.prototxt")["index"] == 1


def test_a_snapshot_is_named_by_its_index(snapshot: None, lines: Lines) -> None:
    said = lines("test", "solver.prototxt", "--snapshot", 1)
    assert said[0] == "Weights from snap_iter_1.caffemodel: 2 layers loaded"


def test_outputs_of_many_rows_are_averaged(images: Images, lines: Lines) -> None:
    net = Path("net.prototxt").read_text().replace(LOSS, "")
    Path("bare.prototxt").write_text(
        net + 'layer { name: "prob" type: "Softmax" bottom: "ip" top: "prob" }'
    )
    found = figures(lines, "--all", file="bare.prototxt")
    wanted = images.probabilities(images.crops(1, 2)).mean(0)
    np.testing.assert_allclose(found["outputs"]["prob"], wanted, rtol=1e-5)
    assert (found["top"], found["classes"], found["loss"]) == ({}, [], 0)


def test_the_command_counts_each_image_once(images: Images, lines: Lines) -> None:
    own = ten_views(images)[np.arange(RECORDS), images.labels]
    right = (ten_views(images) > own[:, None]).sum(1) < 1
    # Five batches of eight are asked for, where there are 22 images.
    words = ("--views", "10", "--softmax-layer", "loss", "--iterations", 5)
    said = lines("test", "net.prototxt", "--weights", "net.caffemodel", *words)
    assert said[3:] == [
        "Running for 3 iterations.",
        f"Batch 0, {right[:8].sum()} of 8 right",
        f"Batch 1, {right[8:16].sum()} of 8 right",
        f"Batch 2, {right[16:].sum()} of 6 right",
        f"top-1 = {right.mean():g} ({right.sum()} of 22)",
    ]


def test_scores_for_each_place_are_refused(images: Images, refused: Refused) -> None:
    net = Path("net.prototxt").read_text().replace(LOSS, "")
    places = """
    layer { name: "silence" type: "Silence" bottom: "ip" }
    layer { name: "prob" type: "Softmax" bottom: "conv" top: "prob" }
    """
    Path("places.prototxt").write_text(net + places)
    said = refused("test", "places.prototxt", "--weights", "net.caffemodel", "--views", "10")
    assert said == (
        "layer 'prob' gives scores for (6, 6) places of an image; several views need one for the "
        "whole image"
    )


@pytest.mark.parametrize(
    ("words", "reason"),
    [
        (("net.prototxt",), "give --weights FILE or, with a solver, --snapshot N"),
        (("net.prototxt", *WEIGHTS, "--all", "--iterations", 1), "give --all or --iterations"),
        (("net.prototxt", *WEIGHTS, "--top-k", "1,x"), "'1,x' is not 1 or more numbers"),
        (("net.prototxt", *WEIGHTS, "--confusion", "m.txt"), "must end in .csv or .png"),
        (("net.prototxt", *WEIGHTS, "--output", "no/o.json"), "no/o.json: there is no folder"),
        (("net.prototxt", *WEIGHTS, "--output", "-"), "-: cannot be written: no file goes to"),
        (("net.prototxt", *WEIGHTS, "--labels", "net.prototxt"), "classes where the net has 4"),
        (("net.prototxt", *WEIGHTS, "--test-net", 1), "only a solver has several test nets"),
        (("solver.prototxt", *WEIGHTS, "--test-net", 1), "no test net 1; there are 1, from 0"),
        (("solver.prototxt", "--snapshot", 7), "no snapshot 7"),
        (("net.prototxt", *WEIGHTS, "--softmax-layer", "los"), "no layer 'los': did you mean"),
        (("deploy.prototxt", *WEIGHTS), "inputs ['data'] have no data; give it data layers"),
        (("deploy.prototxt", *WEIGHTS, "--views", "10"), "--views needs a net that compares"),
        (("bare.prototxt", *WEIGHTS, "--per-class"), "--per-class needs a net that compares"),
        (("uncropped.prototxt", *SOME, "--views", "10"), "larger than what the net takes"),
        (("wrong.prototxt", *WEIGHTS), "no weights for 1 of 2 layers of net 'small': ip3; --allow"),
        (("wrong.prototxt", *SOME), "label 3 is out of range"),
        (("wrong.prototxt", *SOME, "--views", "flips"), "label 3 is out of range"),
    ],
)
def test_mistakes(images: Images, refused: Refused, words: tuple[object, ...], reason: str) -> None:
    net = Path("net.prototxt").read_text()
    Path("bare.prototxt").write_text(net.replace(LOSS, ""))
    Path("uncropped.prototxt").write_text(net.replace("crop_size: 8", ""))
    body = net.replace("num_output: 4", "num_output: 3").replace('"ip"', '"ip3"')
    Path("wrong.prototxt").write_text(body)
    if words[0] == "uncropped.prototxt":
        Path("uncropped.prototxt").write_text(body.replace("crop_size: 8", ""))
    assert reason in refused("test", *words)


PYTHON = """
import caffe


class Clamp(caffe.Layer):
    def setup(self, bottom, top):
        pass

    def reshape(self, bottom, top):
        top[0].reshape(*bottom[0].shape)

    def forward(self, bottom, top):
        top[0].data[...] = bottom[0].data.clip(-0.5, 0.5)

    def backward(self, top, propagate_down, bottom):
        pass
"""


def test_python_layers_run_only_if_allowed(images: Images, lines: Lines, refused: Refused) -> None:
    Path("clamped.py").write_text(PYTHON)
    clamp = """layer { name: "clamp" type: "Python" bottom: "ip" top: "ip"
      python_param { module: "clamped" layer: "Clamp" } }"""
    net = Path("net.prototxt").read_text().replace(LOSS, clamp + LOSS)
    Path("clamped.prototxt").write_text(net)
    assert "running clamped.Clamp without --allow-python-layers" in refused(
        "test", "clamped.prototxt", *WEIGHTS
    )
    found = figures(lines, "--all", "--allow-python-layers", file="clamped.prototxt")
    scores = images.scores(images.crops(1, 2)).clip(-0.5, 0.5)
    exps = np.exp(scores - scores.max(1, keepdims=True))
    probs = (exps / exps.sum(1, keepdims=True))[range(len(scores)), images.labels]
    np.testing.assert_allclose(found["outputs"]["loss"], -np.log(probs).mean(), rtol=1e-5)


@every_signal
@pytest.mark.usefixtures("images")
def test_a_signal_ends_a_test_and_nothing_is_written(number: int) -> None:
    """In the midst of a million batches; the net's lines come before the first."""
    before = sorted(Path().rglob("*"))
    words = ("test", "net.prototxt", *WEIGHTS, "--iterations", "1000000", "--output", "out.json")
    ended = end_by_signal("owltf_tester", *words, number=number, after=1)
    assert ended == (128 + number, "owltf: interrupted\n")
    assert sorted(Path().rglob("*")) == before

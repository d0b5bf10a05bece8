"""--tensorboard, read again by TensorFlow."""

from __future__ import annotations

from pathlib import Path

import keras
import numpy as np
import pytest
import tensorflow as tf
from tensorflow.core.util import event_pb2
from watched import scores, setup

from owltf.errors import OwltfError
from owltf.plugin.events import Display, Iterations
from owltf.train.watch.tensorboard import TensorBoard


def read(folder: Path) -> tuple[dict[str, list[tuple[int, float]]], int]:
    """Give the values of each tag, and the number of graphs."""
    values: dict[str, list[tuple[int, float]]] = {}
    graphs = 0
    for path in folder.iterdir():
        for record in tf.data.TFRecordDataset([str(path)]):
            event = event_pb2.Event.FromString(record.numpy())
            graphs += bool(event.graph_def)
            for value in event.summary.value:
                assert value.metadata.plugin_data.plugin_name == "scalars"
                number = float(tf.make_ndarray(value.tensor))
                values.setdefault(value.tag, []).append((event.step, number))
    return values, graphs


def test_figures_and_the_graph(tmp_path: Path) -> None:
    inputs = {"data": keras.Input((3,), name="data")}
    model = keras.Model(inputs, keras.layers.Dense(2)(inputs["data"]))
    options = {"tensorboard": str(tmp_path / "tb")}
    run = setup(tmp_path / "snap", options=options, model=model, images_per_second=lambda: 250.0)
    board = TensorBoard.of(run)
    assert board
    assert board.owltf_watch_every(run) == 10
    board.owltf_run_started(run)
    board.owltf_iterations(Iterations(0, [1.0, 2.0], 0.25, {}), run)
    board.owltf_displayed(Display(4, 9.0, 0.25, {"loss": np.array(0.5)}))
    for net in (0, 1):
        board.owltf_tested(scores(10, 0.75, 2.0, net))
    board.owltf_run_ended()
    assert read(tmp_path / "tb" / "train") == (
        {
            "loss": [(2, 1.5)],
            "rate": [(2, 0.25)],
            "images_per_second": [(2, 250)],
            "outputs/loss": [(4, 0.5)],
        },
        1,
    )
    tested = {"outputs/accuracy": [(10, 0.75)], "outputs/loss": [(10, 2.0)]}
    assert read(tmp_path / "tb" / "test") == (tested, 0)
    assert read(tmp_path / "tb" / "test_1") == (tested, 0)


def test_a_folder_that_cannot_be_made(tmp_path: Path) -> None:
    (tmp_path / "file").touch()
    with pytest.raises(OwltfError, match=r"--tensorboard .*: cannot be written"):
        TensorBoard(tmp_path / "file" / "tb").owltf_run_started(setup(tmp_path / "snap"))

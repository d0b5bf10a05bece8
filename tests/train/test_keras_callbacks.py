"""Keras's callbacks in a run."""

from __future__ import annotations

import csv
from pathlib import Path
from typing import Any

import keras
import numpy as np
import pytest
from solver_case import Case, Recorder

import owltf
from owltf.errors import OwltfError
from owltf.train.keras_callbacks import check_callback


class Told(keras.callbacks.Callback):
    """Keeps what it is called with."""

    def __init__(self) -> None:
        super().__init__()
        self.events: list[Any] = []

    def on_train_begin(self, logs: Any = None) -> None:
        self.events.append(("begin", self.params["epochs"], self.params["steps"]))

    def on_epoch_begin(self, epoch: int, logs: Any = None) -> None:
        self.events.append(("epoch", epoch))

    def on_epoch_end(self, epoch: int, logs: Any = None) -> None:
        self.events.append((epoch, sorted(logs)))

    def on_train_end(self, logs: Any = None) -> None:
        self.events.append("end")


def trained(*callbacks: object, **options: Any) -> tuple[owltf.NetTrainer, Any]:
    trainer = owltf.NetTrainer("solver.prototxt", callbacks=callbacks, report=Recorder(), **options)
    trainer.build_net()
    return trainer, trainer.run()


LOGS = ["learning_rate", "loss", "val_accuracy", "val_loss"]


def test_an_epoch_ends_with_each_test(small: Case) -> None:
    """Also in a run that goes on, whose first test ends none."""
    told, history, lambdas = Told(), keras.callbacks.History(), []
    each = keras.callbacks.LambdaCallback(
        on_train_batch_begin=lambda batch, logs: lambdas.append(("begin", batch)),
        on_train_batch_end=lambda batch, logs: lambdas.append((batch, logs["loss"])),
    )
    log = keras.callbacks.CSVLogger("log.csv")
    kept = keras.callbacks.ModelCheckpoint("at_{epoch}.keras")
    _, result = trained(told, history, each, log, kept)
    whole = [("begin", 2, 6), ("epoch", 0), (0, LOGS), ("epoch", 1), (1, LOGS), "end"]
    assert told.events == whole
    losses = history.history["loss"]
    assert losses == pytest.approx([result.losses[:6].mean(), result.losses[6:].mean()])
    assert history.history["val_accuracy"] == result.tests[0]["accuracy"][1:].tolist()
    assert lambdas[:3] == [("begin", 0), (0, result.losses[0]), ("begin", 1)]
    assert [place for place, _ in lambdas[1::2]] == [*range(6), *range(6)]
    with Path("log.csv").open() as file:
        assert [float(row["loss"]) for row in csv.DictReader(file)] == losses
    assert Path("at_2.keras").exists()
    again = Told()
    trained(again, snapshot=1)
    assert again.events == [("begin", 2, 6), *whole[3:]]


def test_without_tests_an_epoch_ends_with_the_snapshot_interval(small: Case) -> None:
    text = (small.folder / "solver.prototxt").read_text()
    text = text.replace("test_iter: 2 test_interval: 6 snapshot: 6", "snapshot: 5")
    small.add("solver.prototxt", text)
    told = Told()
    trained(told)
    logs = ["learning_rate", "loss"]
    assert [each for each in told.events if each[0] in (0, 1, 2)] == [
        *((0, logs), (1, logs)),
        (2, logs),
    ]


def test_early_stopping_ends_the_run_with_a_snapshot(small: Case) -> None:
    stop = keras.callbacks.EarlyStopping(
        "val_accuracy", mode="max", min_delta=2.0, patience=1, restore_best_weights=True
    )
    small.add(
        "solver.prototxt",
        (small.folder / "solver.prototxt")
        .read_text()
        .replace("test_interval: 6", "test_interval: 3"),
    )
    trainer, history = trained(stop)
    assert (history.status, len(history.losses)) == (0, 6)
    assert (small.folder / "snap_iter_6.solverstate").exists()
    weights = [variable.numpy() for variable in trainer.net.model.weights]
    for got, best in zip(weights, stop.best_weights, strict=True):
        np.testing.assert_array_equal(got, best)


@pytest.mark.parametrize(
    ("callback", "use"),
    [
        (keras.callbacks.TensorBoard, 'TensorBoard: NetTrainer.plugin_options={"tensorboard"'),
        (keras.callbacks.ReduceLROnPlateau, "ReduceLROnPlateau: the learning rate follows"),
        (keras.callbacks.TerminateOnNaN, "TerminateOnNaN: a run ends at a loss"),
    ],
)
def test_what_does_not_fit_is_refused_by_name(callback: Any, use: str) -> None:
    with pytest.raises(OwltfError, match=f"Keras callback {use}"):
        check_callback(callback())
    with pytest.raises(OwltfError, match=use[:9]):
        owltf.NetTrainer("solver.prototxt", callbacks=[callback()])


def test_an_own_class_of_the_same_name_is_not_refused() -> None:
    class TensorBoard(keras.callbacks.Callback):
        """Another one."""

    check_callback(TensorBoard())

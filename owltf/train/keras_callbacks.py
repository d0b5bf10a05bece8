"""KerasCallbacks: calls Keras's callbacks at the events of a run."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import keras
import numpy as np

from owltf.errors import OwltfError
from owltf.plugin.events import Ending, Iterations, Scores, Setup
from owltf.registry.markers import hookimpl

_RATE = "the learning rate follows the solver's lr_policy, or one of a plugin's"
# What does not fit a run, and what to use.
_REFUSED = {
    "BackupAndRestore": 'NetTrainer(resume="auto") goes on from the newest snapshot',
    "LearningRateScheduler": _RATE,
    "ProgbarLogger": "NetTrainer(report=...) reports on a run",
    "ReduceLROnPlateau": _RATE,
    "RemoteMonitor": "a hook such as owltf_tested sends what it is told",
    "SwapEMAWeights": "a solver keeps no mean of the weights",
    "TensorBoard": 'NetTrainer(plugin_options={"tensorboard": "logs"}) writes for TensorBoard',
    "TerminateOnNaN": "a run ends at a loss that is not a number by itself",
}
_BATCH_HOOKS = ("on_train_batch_begin", "on_train_batch_end", "on_batch_begin", "on_batch_end")


def is_keras_callback(value: object) -> bool:
    """Return whether an object is one of Keras's callbacks, rather than one with hooks."""
    return isinstance(value, keras.callbacks.Callback)


def check_callback(callback: Any) -> None:
    """Raise OwltfError if a callback of Keras's does not fit a run; the error says what does."""
    for kind in type(callback).__mro__:
        if kind.__name__ in _REFUSED and getattr(keras.callbacks, kind.__name__, None) is kind:
            raise OwltfError(f"Keras callback {kind.__name__}: {_REFUSED[kind.__name__]}")


class KerasCallbacks:
    """Calls callbacks as `keras.Model.fit` does; an epoch ends with each test.

    In a run without tests it ends after each `snapshot` interval, else with the run. Logs hold
    `loss`, the mean over the epoch, `learning_rate`, and the means of the test net's outputs as
    `val_NAME`; those of a second test net are `val_1_NAME`, and so on. `val_loss` is the objective
    where no output has that name. The calls of each iteration are made only for callbacks that have
    any: they cost a call of TensorFlow each. Those of test batches are never made.

    Args:
        callbacks: the callbacks.
        model: the TRAIN net's `keras.Model`.
        epoch: iterations in an epoch; 0 for the whole run.
        tests: how many tests end an epoch; 0 where its iterations do.
    """

    def __init__(self, callbacks: Sequence[Any], model: Any, epoch: int, tests: int) -> None:
        for each in callbacks:
            check_callback(each)
            each.set_model(model)
        self._callbacks, self._model, self._every, self._tests = callbacks, model, epoch, tests
        self._watching = [each for each in callbacks if _watches_batches(each)]
        self._losses: list[float] = []
        self._logs: dict[str, Any] = {}
        self._epoch = 0

    def _call(self, name: str, *args: Any) -> None:
        for each in self._callbacks:
            getattr(each, name)(*args)

    def _stop_if_asked(self, setup: Setup) -> None:
        if self._model.stop_training:
            setup.stop("a Keras callback set stop_training")

    @hookimpl
    def owltf_watch_every(self, setup: Setup) -> int:
        """Ask for the losses of each epoch, or of each iteration."""
        return 1 if self._watching else self._every or max(setup.max_iter, 1)

    @hookimpl
    def owltf_run_started(self, setup: Setup) -> None:
        """Begin the training and its first epoch."""
        every = self._every or max(setup.max_iter, 1)
        self._epoch, self._losses = setup.iteration // every, []
        self._model.stop_training = False
        epochs = -(-setup.max_iter // every)
        for each in self._callbacks:
            each.set_params({"epochs": epochs, "steps": every, "verbose": 0})
        self._call("on_train_begin", {})
        if setup.iteration < setup.max_iter:
            self._begin_epoch()
            self._begin_batch(setup.iteration, setup)

    def _begin_epoch(self) -> None:
        self._logs = {}
        self._call("on_epoch_begin", self._epoch, {})

    def _begin_batch(self, iteration: int, setup: Setup) -> None:
        if iteration < setup.max_iter:
            for each in self._watching:
                each.on_train_batch_begin(self._place(iteration), {})

    def _place(self, iteration: int) -> int:
        """Return an iteration's place in its epoch."""
        return iteration % self._every if self._every else iteration

    @hookimpl
    def owltf_iterations(self, iterations: Iterations, setup: Setup) -> None:
        """Keep losses; end each batch for those that watch them, and an epoch without tests."""
        self._losses.extend(iterations.losses)
        self._logs["learning_rate"] = iterations.rate
        for each in self._watching:
            each.on_train_batch_end(self._place(iterations.last), {"loss": iterations.losses[-1]})
        done = iterations.last + 1
        if not self._tests and self._every and done % self._every == 0:
            self._end_epoch(setup, done)
        self._begin_batch(done, setup)
        self._stop_if_asked(setup)

    @hookimpl
    def owltf_testing(self, net_index: int) -> None:
        """Begin a test."""
        if net_index == 0:
            self._call("on_test_begin", {})

    @hookimpl
    def owltf_tested(self, scores: Scores, setup: Setup) -> None:
        """Keep a test's figures; the last net's ends the epoch, if it had any iterations."""
        figures = _figures(scores)
        self._logs.update({f"val_{name}": value for name, value in figures.items()})
        if scores.net_index + 1 == self._tests:
            self._call("on_test_end", figures)
            if self._losses:
                self._end_epoch(setup, scores.iteration)
            self._stop_if_asked(setup)

    def _end_epoch(self, setup: Setup, done: int) -> None:
        logs = {"loss": float(np.mean(self._losses)), **self._logs}
        self._losses = []
        self._call("on_epoch_end", self._epoch, logs)
        self._epoch += 1
        if done < setup.max_iter and not self._model.stop_training:
            self._begin_epoch()

    @hookimpl
    def owltf_run_ended(self, ending: Ending, setup: Setup) -> None:
        """End the last epoch, which may lack its test, and the training."""
        if ending.reason == "failed":
            return
        if self._losses:
            self._end_epoch(setup, setup.max_iter)
        self._call("on_train_end", dict(self._logs))


def _figures(scores: Scores) -> dict[str, float]:
    """Return the outputs of a test that are one number each, and its loss."""
    means = {name: np.asarray(value) for name, value in scores.outputs.items()}
    figures = {name: float(value.ravel()[0]) for name, value in means.items() if value.size == 1}
    terms = [
        weight * means[name].sum() for name, weight in scores.loss_weights.items() if name in means
    ]
    if terms and "loss" not in figures:
        figures["loss"] = float(sum(terms))
    prefix = f"{scores.net_index}_" if scores.net_index else ""
    return {f"{prefix}{name}": value for name, value in figures.items()}


def _watches_batches(callback: Any) -> bool:
    if isinstance(callback, keras.callbacks.ModelCheckpoint):
        return bool(callback.save_freq != "epoch")
    plain = keras.callbacks.Callback
    return any(
        getattr(getattr(callback, name), "__func__", None) is not getattr(plain, name)
        for name in _BATCH_HOOKS
    )

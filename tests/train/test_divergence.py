"""A loss or weights that are no numbers end a run, and are not saved."""

from __future__ import annotations

import numpy as np
import pytest
from plugin_modules import plugin
from solver_case import SOLVER, Case, run

from owltf.errors import OwltfError
from owltf.registry.markers import hookimpl


def test_nan_ends_the_run_and_the_last_snapshot_stands(small: Case) -> None:
    small.add("nan.prototxt", SOLVER.replace("base_lr: 0.05", "base_lr: 1e30"))
    with pytest.raises(OwltfError, match=r"the loss is (nan|inf) at iteration \d+; .*--allow-nan"):
        small.run(solver="nan.prototxt")
    assert not list(small.folder.glob("snap_iter_*"))


def test_nan_is_allowed_if_asked_for(small: Case) -> None:
    small.add("nan.prototxt", SOLVER.replace("base_lr: 0.05", "base_lr: 1e30"))
    _, recorder = small.run(solver="nan.prototxt", allow_nan=True)
    assert recorder.events[-1] == "finished"


def test_weights_that_are_no_numbers_are_not_saved_for_a_plugin(small: Case) -> None:
    start = small.start()

    class Broken:
        @hookimpl
        def owltf_displayed(self) -> None:
            start.nets.train.params[0].variable.assign(
                np.full(start.nets.train.params[0].variable.shape, np.nan)
            )
            raise ValueError("mine")

    with pytest.raises(OwltfError, match="ValueError: mine; .*; the weights of layer 'conv1' are"):
        run(start, Broken())
    assert not list(small.folder.glob("snap_iter_*"))


def test_the_losses_before_a_nan_are_told(small: Case) -> None:
    small.add("nan.prototxt", SOLVER.replace("base_lr: 0.05", "base_lr: 1e30"))
    losses: list[float] = []
    start = small.start(solver="nan.prototxt")
    watching = plugin(
        owltf_watch_every=lambda setup: 100,
        owltf_iterations=lambda iterations, setup: losses.extend(iterations.losses),
    )
    with pytest.raises(OwltfError, match="the loss is"):
        run(start, watching)
    assert np.isfinite(losses[:-1]).all()
    assert not np.isfinite(losses[-1])

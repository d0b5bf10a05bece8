"""Tests of Lion: its steps, what it refuses, and training."""

from __future__ import annotations

from pathlib import Path

import keras
import numpy as np
import pytest
import tensorflow as tf
from my_layer_plugin.lion import Lion

from owltf import NetTrainer
from owltf.api import OwltfError

TRAINED = Path(__file__).parents[1] / "train"


def test_its_steps() -> None:
    """Compare three steps with the formula."""
    rng = np.random.default_rng(0)
    w, m = rng.normal(size=5).astype(np.float32), np.zeros(5, np.float32)
    variable = keras.Variable(w)
    solver = Lion(0.1, momentum=0.9, momentum2=0.99)
    solver.build([variable])
    for _ in range(3):
        g = rng.normal(size=5).astype(np.float32)
        solver.apply([tf.constant(g)])
        w = w - 0.1 * np.sign(0.9 * m + 0.1 * g)
        m = 0.99 * m + 0.01 * g
    np.testing.assert_allclose(variable.numpy(), w, rtol=1e-5)
    np.testing.assert_allclose(solver.histories[0][0].numpy(), m, rtol=1e-5)


def copied(folder: Path, old: str = "", new: str = "") -> Path:
    """Copy net and solver to a folder, and change the solver; return its path."""
    (folder / "net.prototxt").write_text((TRAINED / "net.prototxt").read_text())
    text = (TRAINED / "lion_solver.prototxt").read_text()
    solver = folder / "solver.prototxt"
    solver.write_text(text.replace("train/lion", str(folder / "lion")).replace(old, new))
    return solver


def test_it_trains(tmp_path: Path) -> None:
    """The other layer's thresholds are found, and snapshots are left."""
    trainer = NetTrainer(copied(tmp_path))
    trainer.build_net()
    trainer.run()
    (learned,) = trainer.net.get_params()["mine"]
    np.testing.assert_allclose(learned, 0.5, atol=0.05)
    assert (tmp_path / "lion_iter_50.solverstate").exists()


def test_what_it_refuses(tmp_path: Path) -> None:
    """The error names the line of the field."""
    solver = copied(tmp_path, "momentum2: 0.9", "momentum2: 1.5")
    with pytest.raises(OwltfError, match=r"solver\.prototxt:7: momentum2 of Lion must be in"):
        NetTrainer(solver).build_net()

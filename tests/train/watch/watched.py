"""A run's events, made up for what watches it."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np

from owltf.plugin.events import Scores, Setup


def setup(prefix: Path, iteration: int = 0, **more: Any) -> Setup:
    values = {"prefix": prefix, "display": 10, "test_outputs": ["accuracy", "loss"], **more}
    values.setdefault("rate", lambda iteration: 0.5)
    return Setup("n", "SGD", ["CPU"], 9, {}, 3, iteration, 100, 64, int, **values)


def scores(iteration: int, accuracy: float, loss: float = 1.0, net: int = 0) -> Scores:
    outputs = {"accuracy": np.array(accuracy), "loss": np.array(loss)}
    return Scores(iteration, net, None, outputs, {"loss": 1.0})

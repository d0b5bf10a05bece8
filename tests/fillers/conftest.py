"""What the tests of fillers share."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np
import pytest

from owltf.caffe.schema.schema import load_schema

Fill = Callable[..., np.ndarray]


@pytest.fixture
def filled() -> Fill:
    """What a filler makes of a shape, a seed and the fields of a `FillerParameter`."""
    parameter = load_schema().message("FillerParameter")

    def fill(filler: Fill, shape: tuple[int, ...], seed: int = 0, **fields: Any) -> np.ndarray:
        made = filler(np.random.default_rng(seed), shape, parameter(**fields))
        assert made.dtype == np.float32
        assert made.shape == shape
        return made

    return fill

from __future__ import annotations

from types import SimpleNamespace
from typing import Any

import numpy as np
import owltf_ssd
import pytest
from owltf_detector.detector import Detector, box_blob

from owltf.api import OwltfError
from owltf.testing import net_of, use_plugins

NET = """
    layer { name: "data" type: "Input" top: "data" input_param { shape { dim: 1 dim: 3 } } }
"""


def test_a_net_without_boxes() -> None:
    with use_plugins(owltf_ssd), pytest.raises(OwltfError, match="gives no boxes"):
        box_blob(net_of(NET, "TEST"))


def test_boxes_that_are_no_numbers() -> None:
    nothing: Any = SimpleNamespace()
    detector = Detector(nothing, nothing, "boxes", nothing, {}, 0.5)
    with pytest.raises(OwltfError, match="a.png: blob 'boxes' holds boxes that are not numbers"):
        detector._of_image("a.png", np.full((1, 6), np.nan), None, set())

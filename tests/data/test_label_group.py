"""Labels in groups name their places."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np

from owltf.api import load_net
from owltf.data.label_group import LabelGroup

ORACLE = Path(__file__).parent / "oracle"


def groups(net: str) -> list[LabelGroup]:
    """Return the groups of a net's data layer."""
    sources: Any = load_net(ORACLE / net).sources
    return list(sources[0].layer.label_groups(1))


def test_a_place_is_asked_for_by_number() -> None:
    group = LabelGroup(np.array([3, 4]), "row {}".format)
    assert group.place(1) == "row 1"


def test_labels_of_a_database() -> None:
    (group,) = groups("lmdb_plain.prototxt")
    assert group.values.tolist() == [4, 6, 6, 2, 5, 5, 0, 6, 3, 0]
    assert group.place(9) == "record 9"


def test_labels_of_a_list() -> None:
    (group,) = groups("image_resize.prototxt")
    assert group.values.tolist() == [4, 6, 5, 0, 3]
    assert group.place(4).endswith("list_png.txt:5")

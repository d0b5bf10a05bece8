"""Forward passes on a net's own data, by the figures of real Caffe."""

from __future__ import annotations

from itertools import islice
from pathlib import Path

import numpy as np
import pytest

from owltf.api import load_net
from owltf.errors import OwltfError

ORACLE = Path(__file__).parents[1] / "data" / "oracle"


def test_each_pass_takes_the_next_batch() -> None:
    net = load_net(ORACLE / "leveldb_plain.prototxt")
    wanted = np.load(ORACLE / "leveldb_plain.npz")
    for batch in range(3):
        tops = net.forward()
        np.testing.assert_array_equal(tops["data"], wanted[f"top/{batch}/0"])
        np.testing.assert_array_equal(tops["label"], wanted[f"top/{batch}/1"])
    for number, tops in enumerate(islice(net.batches(), 3)):
        np.testing.assert_array_equal(tops["data"], wanted[f"top/{number}/0"])


def test_images_of_several_sizes_one_by_one() -> None:
    net = load_net(ORACLE / "image_plain.prototxt")
    wanted = np.load(ORACLE / "image_plain.npz")
    for batch in range(3):
        np.testing.assert_array_equal(net.forward()["data"], wanted[f"top/{batch}/0"])


def test_what_is_given_takes_no_batch() -> None:
    net = load_net(ORACLE / "lmdb_plain.prototxt")
    first = net.forward()["label"]
    given = {"data": np.zeros((1, 3, 36, 34)), "label": np.array([7])}
    assert net.forward(given)["label"].tolist() == [7]
    assert net.forward()["label"].tolist() != first.tolist()
    with pytest.raises(OwltfError, match="missing: \\['label'\\]"):
        net.forward({"data": given["data"]})

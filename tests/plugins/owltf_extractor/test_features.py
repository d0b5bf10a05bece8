"""What is taken from a net, a row for each record."""

from __future__ import annotations

import numpy as np
import pytest
from image_case import RECORDS, Images
from owltf_extractor.features import Features, find_features
from owltf_extractor.formats.writer import KEY, LABEL, Column

from owltf.api import Batch, Net, OwltfError, choose_devices, load_net, net_batches


@pytest.fixture
def net(images: Images) -> Net:
    return load_net("net.prototxt", weights="net.caffemodel")


def test_columns_have_the_shapes_of_a_row(net: Net) -> None:
    features = Features(net, find_features(net, ["ip", "conv"]))
    assert features.columns == [Column("ip", (4,)), Column("conv", (5, 6, 6))]
    assert features.others == []


def test_keys_come_before_labels(net: Net) -> None:
    features = Features(net, find_features(net, ["ip"]), Column(LABEL), keys=True)
    assert features.others == [Column(KEY, is_text=True), Column(LABEL)]


def test_rows_are_the_records_in_order(net: Net, images: Images) -> None:
    features = Features(net, find_features(net, ["ip"]), Column(LABEL), keys=True)
    parts = list(features.rows(choose_devices(cpu_replicas=2), net_batches(net)))
    assert [len(part[KEY]) for part in parts] == [8, 8, 6]
    assert sum((part[KEY] for part in parts), []) == [f"{n:04}_photo" for n in range(RECORDS)]
    labels = np.concatenate([part[LABEL] for part in parts])
    np.testing.assert_array_equal(labels.ravel(), images.labels)
    values = np.concatenate([part["ip"] for part in parts])
    np.testing.assert_allclose(values, images.scores(images.crops(1, 2)), rtol=1e-4, atol=1e-5)


def test_a_key_is_one_line(net: Net, images: Images) -> None:
    arrays = {"data": images.crops(1, 2)[:2], "label": np.zeros(2, np.float32)}
    batch = Batch(arrays, ["a\nb", "c\r\nd e"])
    (rows,) = Features(net, find_features(net, ["ip"]), keys=True).rows(choose_devices(), [batch])
    assert rows[KEY] == ["a b", "c d e"]


def test_rows_are_computed_as_they_are_written(net: Net) -> None:
    """No more than one batch a device is held: a source of any length needs no more memory."""
    devices, taken = choose_devices(cpu_replicas=1), []

    def watched() -> object:
        for batch in net_batches(net):
            taken.append(batch)
            yield batch

    features = Features(net, find_features(net, ["ip"]))
    for number, _ in enumerate(features.rows(devices, watched())):
        assert len(taken) == number + 1


def test_a_layers_own_output_is_before_the_layers_in_place(net: Net, images: Images) -> None:
    own = images.conv(images.crops(1, 2))[:8]
    for before, wanted in ((True, own), (False, np.maximum(own, 0))):
        features = Features(net, find_features(net, ["conv"], before_in_place=before))
        rows = next(iter(features.rows(choose_devices(), net_batches(net, 1))))
        np.testing.assert_allclose(rows["conv"], wanted, rtol=1e-4, atol=1e-5)


@pytest.mark.parametrize(
    ("name", "reason"),
    [("loss", r"'loss' of net 'small' has shape \(\), not a row"), ("cov", "did you mean 'conv'")],
)
def test_what_has_no_row_for_each_record(net: Net, name: str, reason: str) -> None:
    with pytest.raises(OwltfError, match=reason):
        find_features(net, [name])

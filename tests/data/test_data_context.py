"""What data layers ask of their context."""

from __future__ import annotations

import pytest

from owltf.errors import OwltfError

NET = 'layer { name: "cats" type: "Data" top: "data" }'


def test_errors_name_the_layer(make_context):
    context = make_context(NET)
    assert str(context.error("is odd")) == "Data layer 'cats' (net.prototxt:2): is odd"
    with pytest.raises(OwltfError, match="^Data layer 'cats' .*: inner$"), context.named_errors():
        raise OwltfError("inner")


def test_find(make_context):
    context = make_context(NET)
    assert context.find("source", "h5.txt").name == "h5.txt"
    with pytest.raises(OwltfError, match="^source is missing$"):
        context.find("source", "")
    with pytest.raises(OwltfError, match="^mean_file nowhere: not found; tried "):
        context.find("mean_file", "nowhere")


def test_global_batch(make_context):
    assert make_context(NET, batch_factor=4).global_batch(8) == 32
    with pytest.raises(OwltfError, match="^batch_size must be 1 or more"):
        make_context(NET).global_batch(0)


def test_images_and_labels(make_context):
    make_context(NET.replace("top", 'top: "label" top')).expect_images_and_labels()
    with pytest.raises(OwltfError, match=r"^needs two tops \(data, label\); got 1$"):
        make_context(NET).expect_images_and_labels()

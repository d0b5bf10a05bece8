"""A layer as a script sees it."""

from owltf.pycaffe.layer_view import LayerView


def test_type_and_blobs() -> None:
    view = LayerView("ReLU", [])
    assert (view.type, list(view.blobs)) == ("ReLU", [])

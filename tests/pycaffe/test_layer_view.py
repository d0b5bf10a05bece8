"""A layer as a script sees it."""

from __future__ import annotations

from types import SimpleNamespace

import pytest

from owltf.pycaffe.layer_view import LayerView


def test_type_and_blobs() -> None:
    view = LayerView("ReLU", [])
    assert (view.type, list(view.blobs)) == ("ReLU", [])
    with pytest.raises(AttributeError, match="no 'roidb'"):
        _ = view.roidb


def test_a_python_layer_is_the_scripts() -> None:
    own = SimpleNamespace(roidb=1, type="Other")
    view = LayerView("Python", [], lambda: own)
    view.roidb += 1
    assert (own.roidb, view.type) == (2, "Python")

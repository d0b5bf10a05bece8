"""Every type has a colour."""

from __future__ import annotations

from owltf_pictures.colours import colour


def test_colours() -> None:
    kinds = ("Convolution", "Pooling", "InnerProduct", "ReLU", "LRN", "Data", "SoftmaxWithLoss")
    assert len({colour(kind) for kind in (*kinds, "Anything")}) == len(kinds) + 1
    assert colour("Softmax") == colour("SoftmaxWithLoss")

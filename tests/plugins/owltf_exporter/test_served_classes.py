"""Which output has the classes' scores."""

from __future__ import annotations

import pytest
from owltf_exporter.served_classes import find_classes

from owltf.api import Net, OwltfError
from owltf.testing import net_of

INPUT = 'layer { name: "x" type: "Input" top: "x" input_param { shape { dim: 2 dim: 6 } } }'


def net(*outputs: str) -> Net:
    """Return a net with outputs of six scores."""
    layers = (f'layer {{ name: "{o}" type: "TanH" bottom: "x" top: "{o}" }}' for o in outputs)
    return net_of(INPUT + "".join(layers))


def test_the_only_output_and_prob_are_taken() -> None:
    for made in (net("scores"), net("a", "prob")):
        found = find_classes(made, made.outputs, None, 2)
        assert found is not None
        assert (found.blob, found.count, found.top) == (made.outputs[-1], 6, 2)


def test_nothing_is_given_unasked() -> None:
    assert find_classes(net("prob"), ["prob"], None, None) is None


def test_several_outputs_need_a_choice() -> None:
    with pytest.raises(OwltfError, match="several outputs have scores: a, b; name one"):
        find_classes(net("a", "b"), ["a", "b"], None, 1)

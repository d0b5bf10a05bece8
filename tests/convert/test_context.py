"""Tests of what nets are built with: fillers that draw by seed and place."""

from __future__ import annotations

import re
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
from small_nets import build, inner_product, input_text

from owltf.convert.context import NetContext, check_flags
from owltf.plugin.manager import make_manager
from owltf.registry.registry import Registry

X = input_text("x", 2, 4)


def test_nets_of_one_file_share_all_but_their_own() -> None:
    context = NetContext(Registry(make_manager()), "TRAIN", seed=3, allow_python_layers=True)
    test = context.of_net(Path("nets"), "TEST", 2)
    assert (test.folder, test.phase, test.test_net) == (Path("nets"), "TEST", 2)
    assert test.shared is context.shared
    assert replace(test, folder=None, phase="TRAIN", test_net=0) == context


def builder(file: str, *, device: int = 0, **flags: object) -> None:
    check_flags(builder, flags)


@pytest.mark.parametrize(
    ("name", "hint"),
    [
        ("allow_python_layer", "did you mean 'allow_python_layers'?"),
        ("devices", "did you mean 'device'?"),
        # These are filled in by the function itself.
        ("loaded", "known: "),
    ],
)
def test_an_unknown_keyword_is_the_functions_own(name: str, hint: str) -> None:
    builder("net.prototxt", seed=3, allow_python_layers=True)
    words = rf"builder\(\) got an unexpected keyword argument '{name}': {re.escape(hint)}"
    with pytest.raises(TypeError, match=words):
        builder("net.prototxt", **{name: 1})


def weights(text: str, name: str = "ip", **context: object) -> np.ndarray:
    return build(text, **context).get_params()[name][0]


def test_the_seed_decides_the_weights() -> None:
    text = X + inner_product("ip", "x", "ip")
    np.testing.assert_array_equal(weights(text, seed=5), weights(text, seed=5))
    assert np.all(weights(text, seed=5) != weights(text, seed=6))
    assert np.isfinite(weights(text, seed=-1)).all()


def test_each_layer_has_its_own_draws() -> None:
    text = X + inner_product("ip", "x", "ip") + inner_product("other", "x", "other")
    assert np.all(weights(text) != weights(text, "other"))


def test_a_layers_draws_do_not_depend_on_the_rest_of_the_net() -> None:
    alone = X + inner_product("ip", "x", "ip")
    after = X + inner_product("other", "x", "o") + inner_product("ip", "x", "ip")
    np.testing.assert_array_equal(weights(alone), weights(after))


def test_layers_that_will_be_loaded_start_as_zeros() -> None:
    text = X + inner_product("ip", "x", "ip") + inner_product("other", "x", "other")
    assert not weights(text, loaded=frozenset(["ip"])).any()
    assert weights(text, "other", loaded=frozenset(["ip"])).all()

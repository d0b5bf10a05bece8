"""Nets of one layer, and the plugins they know."""

from __future__ import annotations

from types import SimpleNamespace

import pluggy
import pytest
from bad_layers import Good

from owltf.api import hookimpl
from owltf.errors import OwltfError
from owltf.testing import LAYER, net_of, one_layer, use_plugins
from owltf.testing.nets import bottom_names, title


class Better(Good):
    caffe_type = "Better"


PLUGIN = SimpleNamespace(owltf_layer_converters=hookimpl(lambda: [Better]))
NET = one_layer('type: "Better"', (2, 3))


def test_one_layer_is_a_net_of_inputs_and_a_layer() -> None:
    net = net_of(one_layer('type: "Eltwise"', (2, 3), (2, 3)))
    assert net.blob_shapes == {"bottom0": (2, 3), "bottom1": (2, 3), "top0": (2, 3)}
    assert [layer.name for layer in net.graph.layers] == ["bottom0", "bottom1", LAYER]
    assert bottom_names(net) == ["bottom0", "bottom1"]
    assert title(net) == "Eltwise layer 'layer'"


def test_one_layer_may_have_several_tops_or_none() -> None:
    assert net_of(one_layer('type: "Split"', (2, 3), tops=2)).outputs == ("top0", "top1")
    assert net_of(one_layer('type: "Silence"', (2, 3), tops=0)).outputs == ()


def test_plugins_need_not_be_installed() -> None:
    with use_plugins(PLUGIN) as registry:
        assert registry.converters["Better"]
        assert net_of(NET).blob_shapes["top0"] == (2, 3)
    with pytest.raises(OwltfError, match="unknown layer type 'Better'"):
        net_of(NET)


def test_a_plugin_may_be_given_twice() -> None:
    with use_plugins(PLUGIN, PLUGIN):
        net_of(NET)


def test_a_misspelt_hook_is_refused() -> None:
    misspelt = SimpleNamespace(owltf_layer_convertors=hookimpl(lambda: []))
    with pytest.raises(pluggy.PluginValidationError, match="owltf_layer_convertors"):  # noqa: SIM117
        with use_plugins(misspelt):
            pass

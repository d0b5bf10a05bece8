"""Layers of an exported net are folded where nobody sees a difference."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest
from export_case import write_weights
from owltf_exporter.folded_net import folded_net

from owltf.api import Net, OwltfError, load_net, rebuild_net


@pytest.fixture
def net(tmp_path: Path) -> Net:
    write_weights(tmp_path / "net.caffemodel")
    return load_net(tmp_path / "deploy.prototxt", weights=tmp_path / "net.caffemodel")


def names(net: Net) -> list[str]:
    return [layer.name for layer in net.graph.layers]


def off(size: float) -> Callable[..., Net]:
    """Return what rebuilds a net and changes its answers by a part."""

    def build(net: Net, *args: object) -> Net:
        built = rebuild_net(net, *args)  # type: ignore[arg-type]
        fc = built.get_params()["fc"]
        built.set_params({"fc": [blob * (1 + size) for blob in fc]})
        return built

    return build


def test_what_is_folded_unasked_is_told(net: Net) -> None:
    told: list[str] = []
    small = folded_net(net, net.outputs, told.append, is_asked=False)
    assert [name for name in names(net) if name not in names(small)] == ["bn", "scale"]
    assert told[0].startswith("2 layers folded into those before, which changes the outputs by ")
    assert told[0].endswith(" (--no-optimize leaves them)")


def test_a_net_whose_outputs_would_change_is_left(
    net: Net, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("owltf_exporter.folded_net.rebuild_net", off(1e-3))
    told: list[str] = []
    assert folded_net(net, net.outputs, told.append, is_asked=False) is net
    assert told[0].startswith("nothing is folded, as outputs would change by ")
    with pytest.raises(OwltfError, match="differs from the net's by"):
        folded_net(net, net.outputs, told.append, is_asked=True)


def test_a_blob_that_is_wanted_stays(net: Net) -> None:
    told: list[str] = []
    small = folded_net(net, ("conv/1", "fc"), told.append, is_asked=False)
    assert small is net
    assert told == []
    inputs = np.random.default_rng(0).standard_normal(net.blob_shapes["data"])
    kept = folded_net(net, ("bn", "fc"), told.append, is_asked=False)
    assert kept is not net
    wanted, made = (each.forward({"data": inputs}, blobs=["bn"])["bn"] for each in (net, kept))
    np.testing.assert_allclose(made, wanted, atol=1e-5)


def test_only_who_asked_hears_that_there_is_nothing(net: Net) -> None:
    told: list[str] = []
    small = folded_net(net, net.outputs, told.append, is_asked=False)
    assert folded_net(small, net.outputs, told.append, is_asked=False) is small
    assert len(told) == 1
    folded_net(small, net.outputs, told.append, is_asked=True)
    assert told[1:] == ["optimize: there is nothing to fold"]

"""The nets of a solver, and plugins that rewrite them."""

from __future__ import annotations

from typing import Any

from solver_case import Case

from owltf.caffe.net.net_file import open_net_file
from owltf.convert.context import NetContext
from owltf.net.solver_nets import build_solver_nets
from owltf.registry.markers import hookimpl


class Rewriter:
    """Takes dropout out of nets, and counts the nets built."""

    def __init__(self) -> None:
        self.built: list[str] = []

    @hookimpl
    def owltf_net_parameter(self, net_parameter: Any, phase: str) -> Any:
        changed = type(net_parameter)()
        changed.CopyFrom(net_parameter)
        del changed.layer[:]
        changed.layer.extend(each for each in net_parameter.layer if each.type != "Dropout")
        return changed

    @hookimpl
    def owltf_net_built(self, net: Any) -> None:
        self.built.append(net.phase)


def test_plugins_rewrite_and_see_nets(small: Case) -> None:
    start = small.start()
    plugin = Rewriter()
    start.registry.manager.register(plugin)
    file = open_net_file("solver.prototxt", start.registry.schema)
    nets = build_solver_nets(file, NetContext(start.registry, "TRAIN", seed=1))
    assert "drop1" not in [layer.name for layer in nets.train.graph.layers]
    assert plugin.built == ["TRAIN", "TEST"]

"""The nets of a solver, built in the devices' scope with shared layers."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from owltf.caffe.net.graph import Graph
from owltf.caffe.net.solver_nets import test_nets_of, train_net_of
from owltf.caffe.prototxt.source import NetSource, SolverSource
from owltf.convert.context import NetContext
from owltf.convert.sharing import SharedLayers
from owltf.net.build import build_net
from owltf.net.net import Net
from owltf.registry.registry import Registry
from owltf.runtime.devices import Devices


@dataclass(frozen=True)
class SolverNets:
    """A solver's nets.

    Attributes:
        train: the TRAIN net.
        tests: the TEST nets; they share the TRAIN net's layers.
    """

    train: Net
    tests: tuple[Net, ...]


@dataclass(frozen=True)
class NetBuilder:
    """Builds the nets of one solver.

    Attributes:
        registry: what plugins bring.
        devices: where the nets compute.
        seed: what every random draw starts from.
        batch_factor: factor on each `batch_size`.
        ignore_unknown_fields: leave out fields that the schema does not know.
        allow_python_layers: run the code of the nets' Python layers.
    """

    registry: Registry
    devices: Devices
    seed: int
    batch_factor: int = 1
    ignore_unknown_fields: bool = False
    allow_python_layers: bool = False

    def build(self, solver: SolverSource, loaded: frozenset[str] = frozenset()) -> SolverNets:
        """Return a solver's nets.

        Args:
            solver: the solver.
            loaded: layers whose weights will come from a file.
        """
        options = {"ignore_unknown_fields": self.ignore_unknown_fields}
        train = train_net_of(solver, self.registry.schema, **options)
        tests = test_nets_of(solver, self.registry.schema, **options)
        shared = SharedLayers()
        with self.devices.scope():
            return SolverNets(
                self._net(train, "TRAIN", shared, loaded),
                tuple(
                    self._net(test, "TEST", shared, loaded, test_net=index)
                    for index, test in enumerate(tests)
                ),
            )

    def _net(
        self,
        source: NetSource,
        phase: str,
        shared: SharedLayers,
        loaded: frozenset[str],
        **more: int,
    ) -> Net:
        context = NetContext(
            registry=self.registry,
            phase=phase,
            seed=self.seed,
            shared=shared,
            loaded=loaded,
            batch_factor=self.batch_factor,
            folder=source.folder,
            allow_python_layers=self.allow_python_layers,
            **more,
        )
        return net_of_source(source, context)


def net_of_source(source: NetSource, context: NetContext) -> Net:
    """Return the net of a filtered source, as plugins rewrite and see it."""
    hook: Any = context.registry.manager.hook
    rewritten = hook.owltf_net_parameter(net_parameter=source.parameter, phase=context.phase)
    if rewritten is not None:
        source = source.rewritten(rewritten)
    net = build_net(Graph.of(source), context)
    hook.owltf_net_built(net=net)
    return net

"""SolverNets: the nets of a solver, as a script sees them, on the same weights."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from owltf.caffe.prototxt.source import NetSource
from owltf.convert.context import NetContext
from owltf.pycaffe.memory.param_memory import ParamMemories
from owltf.pycaffe.net_arguments import script_context
from owltf.pycaffe.net_state import NetState
from owltf.pycaffe.passes.built import Builder
from owltf.pycaffe.settings import SETTINGS
from owltf.pycaffe.solver_file import SolverFile


@dataclass(frozen=True)
class SolverNets:
    """The nets of a solver.

    Attributes:
        train: the net that is trained.
        tests: the nets that are tested.
    """

    train: NetState
    tests: Sequence[NetState]

    @classmethod
    def of(cls, solver: SolverFile) -> SolverNets:
        """Build the nets of a solver."""
        seed = solver.parameter.random_seed
        seed = int(seed) if seed >= 0 else SETTINGS.next_seed()
        memories, train, tests = ParamMemories(), solver.file.source("TRAIN"), solver.file.tests
        context = script_context(train, "TRAIN", seed)
        return cls(
            _state(train, context, memories),
            [
                _state(test, context.of_net(test.folder, "TEST", index), memories)
                for index, test in enumerate(tests)
            ],
        )


def _state(source: NetSource, context: NetContext, memories: ParamMemories) -> NetState:
    return NetState(Builder(source, context), memories)

"""SolverFile: a solver's prototxt, and what follows from its fields as a script may change them."""

from __future__ import annotations

from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from owltf.caffe.file_kind import SOLVER
from owltf.caffe.net.net_file import NetFile, open_net_file
from owltf.caffe.prototxt.source import SolverSource
from owltf.pycaffe.errors import CaffeError
from owltf.pycaffe.rates import Rates
from owltf.pycaffe.settings import SETTINGS
from owltf.train.solver_fields import learning_rate_of, solver_class_of

_RATE_FIELDS = ("base_lr", "gamma", "power", "stepsize", "stepvalue", "lr_policy", "max_iter")


@dataclass
class SolverFile:
    """A solver's file.

    Attributes:
        file: the file.
        source: the solver in it.
        solver_class: the class of its rule.
    """

    file: NetFile
    source: SolverSource
    solver_class: Any
    _known: tuple[bytes, Rates] | None = field(default=None, init=False)

    @classmethod
    def read(cls, path: Path, kind: str | None = None) -> SolverFile:
        """Read a solver's prototxt.

        Args:
            path: the file.
            kind: the type of the solver whatever the file says; None for the file's.

        Raises:
            OwltfError: if it is none, or a field is wrong.
        """
        file = open_net_file(path, SETTINGS.registry.schema, wanted=SOLVER)
        if file.solver is None:
            raise CaffeError(f"{path}: a net, where a solver is needed")
        if kind is not None:
            file.solver.parameter.type = kind
        return cls(file, file.solver, solver_class_of(SETTINGS.registry, file.solver))

    @property
    def parameter(self) -> Any:
        """The `SolverParameter`."""
        return self.source.parameter

    @property
    def rule_key(self) -> bytes:
        """The fields that the rule depends on, as bytes."""
        kept = type(self.parameter).FromString(self.parameter.SerializeToString())
        for name in _RATE_FIELDS:
            kept.ClearField(name)
        return bytes(kept.SerializeToString())

    def rate(self, iteration: int) -> Any:
        """Return the learning rate of an iteration, a float32 scalar."""
        return self._rates(iteration)

    def current_step(self, iteration: int) -> int:
        """Return the step that Caffe keeps in a snapshot: that of the last update's rate."""
        return int(self._rates.schedule.current_step(max(iteration - 1, 0)))

    @property
    def _rates(self) -> Rates:
        key = self.parameter.SerializeToString()
        if self._known is None or self._known[0] != key:
            self._known = key, Rates(learning_rate_of(SETTINGS.registry, self.source))
        return self._known[1]

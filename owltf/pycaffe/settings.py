"""The settings of the whole process: device, seed, and the numbers of solvers."""

from __future__ import annotations

import secrets
from dataclasses import dataclass, field
from typing import Any


@dataclass
class Settings:
    """What `caffe.set_...` set.

    Attributes:
        seed: what the next net's random draws start from; None for any.
        device: the number of the GPU that is used, if there is one.
        solver_count: of `set_solver_count`.
        solver_rank: of `set_solver_rank`.
        multiprocess: of `set_multiprocess`.
    """

    seed: int | None = None
    device: int = 0
    solver_count: int = 1
    solver_rank: int = 0
    multiprocess: bool = False
    _registries: list[Any] = field(default_factory=list)

    def next_seed(self) -> int:
        """Return the seed of the next net; nets after `set_random_seed` differ from each other."""
        if self.seed is None:
            return secrets.randbits(31)
        self.seed += 1
        return self.seed - 1

    @property
    def registry(self) -> Any:
        """What the installed plugins bring; gathered when it is first asked for."""
        if not self._registries:
            from owltf.plugin.manager import make_manager
            from owltf.registry.registry import Registry

            self._registries.append(Registry(make_manager()))
        return self._registries[0]


SETTINGS = Settings()
PHASES = ("TRAIN", "TEST")

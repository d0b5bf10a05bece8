"""The settings of the whole process: device, seed, and the numbers of solvers."""

from __future__ import annotations

import secrets
import sys
from collections.abc import Sequence
from contextlib import AbstractContextManager, nullcontext
from dataclasses import dataclass, field
from functools import cached_property
from typing import Any

PHASES = ("TRAIN", "TEST")


@dataclass
class Settings:
    """What `caffe.set_...` set.

    Attributes:
        seed: what the next net's random draws start from; None for any.
        use_gpu: whether nets compute on a GPU; None for TensorFlow's choice, a GPU if there is one.
        device: the number of the GPU.
        solver_count: of `set_solver_count`.
        solver_rank: of `set_solver_rank`.
        multiprocess: of `set_multiprocess`.
    """

    seed: int | None = None
    use_gpu: bool | None = None
    device: int = 0
    solver_count: int = 1
    solver_rank: int = 0
    multiprocess: bool = False
    _gpus: list[Any] | None = field(default=None, init=False)

    def next_seed(self) -> int:
        """Return the seed of the next net; nets after `set_random_seed` differ from each other."""
        if self.seed is None:
            return secrets.randbits(31)
        self.seed += 1
        return self.seed - 1

    @cached_property
    def registry(self) -> Any:
        """What the installed plugins bring; gathered when it is first asked for."""
        from owltf.plugin.manager import make_manager
        from owltf.registry.registry import Registry

        return Registry(make_manager())

    def gpus(self) -> Sequence[Any]:
        """Return TensorFlow's GPUs."""
        if self._gpus is None:
            from owltf.runtime.start_tensorflow import start_tensorflow

            start_tensorflow()
            import tensorflow as tf

            self._gpus = tf.config.list_logical_devices("GPU")
        return self._gpus

    def place(self) -> AbstractContextManager[None]:
        """Return a context in which TensorFlow computes on the device that was chosen."""
        if self.use_gpu is None or not self.gpus():
            return nullcontext()
        import tensorflow as tf

        place: AbstractContextManager[None] = tf.device(
            f"/GPU:{self.device}" if self.use_gpu else "/CPU:0"
        )
        return place

    def write_log(self, line: str) -> None:
        """Write a line of a solver's log where Caffe does, on the standard error."""
        print(line, file=sys.stderr)

    def check_alone(self) -> None:
        """Check that one process trains.

        Raises:
            RuntimeError: if several were asked for.
        """
        if self.solver_count > 1:
            raise RuntimeError(
                f"set_solver_count({self.solver_count}): a script trains on one device here; "
                f"`owltf run --num-gpu {self.solver_count}` trains on several, in one process"
            )


SETTINGS = Settings()

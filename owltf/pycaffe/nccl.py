"""NCCL: what Caffe's processes, one for each GPU, sum gradients with; here one process trains."""

from __future__ import annotations

import secrets
from typing import Any

from owltf.pycaffe.settings import SETTINGS


class NCCL:
    """Joins the solvers of several processes in pycaffe; of one solver there is nothing to join.

    Args:
        solver: the solver.
        uid: what `new_uid` returned.

    Raises:
        RuntimeError: if `set_solver_count` asked for several processes.
    """

    def __init__(self, solver: Any, uid: bytes) -> None:
        SETTINGS.check_alone()
        self.solver, self.uid = solver, uid

    @staticmethod
    def new_uid() -> bytes:
        """Return a name that no other training has."""
        return secrets.token_bytes(128)

    def bcast(self) -> None:
        """Give all solvers the weights of the first: the one there is has them."""

    def __call__(self, layer: int) -> None:
        """Sum the gradients of a layer over all solvers: there is one."""

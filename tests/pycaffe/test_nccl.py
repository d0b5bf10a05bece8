"""NCCL of one process."""

import pytest

from owltf.pycaffe.nccl import NCCL
from owltf.pycaffe.settings import SETTINGS


def test_one_solver_has_nothing_to_join(monkeypatch: pytest.MonkeyPatch) -> None:
    uid = NCCL.new_uid()
    assert isinstance(uid, bytes) and uid != NCCL.new_uid()
    NCCL(None, uid).bcast()
    monkeypatch.setattr(SETTINGS, "solver_count", 2)
    with pytest.raises(RuntimeError, match="owltf run --num-gpu 2"):
        NCCL(None, uid)

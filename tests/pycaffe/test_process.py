"""What a script sets for the whole process."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
from script_nets import SMALL, net_of

import owltf.pycaffe as caffe
from owltf.pycaffe.settings import SETTINGS


@pytest.fixture(autouse=True)
def kept_settings() -> Iterator[None]:
    kept = replace(SETTINGS)
    yield
    for name in ("seed", "use_gpu", "device", "solver_count", "solver_rank", "multiprocess"):
        setattr(SETTINGS, name, getattr(kept, name))


def test_layer_types() -> None:
    assert {"Data", "Convolution", "InnerProduct", "Python"} <= set(caffe.layer_type_list())


def test_a_seed_gives_the_same_nets(tmp_path: Path) -> None:
    weights = []
    for seed in (1, 1, 2):
        caffe.set_random_seed(seed)
        weights.append(net_of(tmp_path, SMALL, caffe.TEST).params["ip"][0].data)
    assert np.array_equal(weights[0], weights[1])
    assert not np.array_equal(weights[0], weights[2])


def test_devices(tmp_path: Path) -> None:
    if SETTINGS.gpus():
        pytest.skip("a machine without a GPU is needed")
    with pytest.warns(UserWarning, match="no GPU"):
        caffe.set_mode_gpu()
    caffe.set_device(3)
    assert net_of(tmp_path, SMALL, caffe.TEST).forward()
    caffe.set_mode_cpu()
    assert SETTINGS.use_gpu is False


def test_numbers_of_processes(capsys: pytest.CaptureFixture[str]) -> None:
    assert (caffe.solver_count(), caffe.solver_rank(), caffe.has_nccl()) == (1, 0, False)
    caffe.set_solver_count(2)
    caffe.set_solver_rank(1)
    caffe.set_multiprocess(True)
    assert (caffe.solver_count(), caffe.solver_rank(), SETTINGS.multiprocess) == (2, 1, True)
    caffe.init_log()
    caffe.log("a line")
    assert capsys.readouterr().err == "a line\n"

"""Solver runs of real Caffe, and a small net that runs anywhere."""

from __future__ import annotations

import shutil
from pathlib import Path
from typing import Any

import h5py
import numpy as np
import pytest
from solver_case import NET, ORACLE, SOLVER, Case


@pytest.fixture
def oracle_case(request: pytest.FixtureRequest, tmp_path: Path, monkeypatch: Any) -> Case:
    """One of Caffe's solver runs, copied to a folder of its own, which is entered."""
    folder = tmp_path / "case"
    shutil.copytree(ORACLE / request.param, folder)
    monkeypatch.chdir(folder)
    return Case(folder)


@pytest.fixture
def figures_case(request: pytest.FixtureRequest, tmp_path: Path, monkeypatch: Any) -> Case:
    """A short run whose figures of real Caffe stand in a test, in the working directory."""
    folder = tmp_path / "case"
    shutil.copytree(ORACLE.with_name("figures") / request.param, folder)
    monkeypatch.chdir(folder)
    return Case(folder)


@pytest.fixture
def small(tmp_path: Path, monkeypatch: Any) -> Case:
    """A net with dropout and an ignored label on 40 random images, in the working directory."""
    rng = np.random.default_rng(3)
    with h5py.File(tmp_path / "train.h5", "w") as file:
        file["data"] = rng.normal(size=(40, 3, 7, 6)).astype(np.float32)
        file["label"] = rng.integers(0, 4, 40).astype(np.float32)
    case = Case(tmp_path)
    case.add("train.txt", "train.h5\n")
    case.add("net.prototxt", NET)
    case.add("solver.prototxt", SOLVER)
    monkeypatch.chdir(tmp_path)
    return case

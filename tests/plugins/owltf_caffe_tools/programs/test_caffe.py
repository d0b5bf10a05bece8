"""What `caffe`'s flags become."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest
from owltf_caffe_tools.programs.caffe import CaffeProgram

from owltf.api import OwltfError

Run = Callable[..., list[str]]


@pytest.fixture(autouse=True)
def _solvers(here: Path) -> None:
    for mode in ("CPU", "GPU"):
        Path(f"{mode}.prototxt").write_text(f'net: "n" solver_mode: {mode} device_id: 987\n')


USUAL = ["--sigint-effect", "stop", "--sighup-effect", "snapshot"]
LAST = ["--batch-per-gpu", "--plain"]


@pytest.mark.parametrize(
    ("flags", "words"),
    [
        ([], [*USUAL, "--cpu-replicas", "1"]),
        (["-gpu", "all"], [*USUAL, "--gpu", "all"]),
        (["--gpu=0,1"], [*USUAL, "--gpu", "0,1"]),
        (["-snapshot=a.solverstate"], ["--resume", "a.solverstate", *USUAL, "--cpu-replicas", "1"]),
        (["-weights", "a,b"], ["--weights", "a,b", *USUAL, "--cpu-replicas", "1"]),
        (
            ["-level", "2", "-stage=a,b"],
            [*USUAL, "--cpu-replicas", "1", "--level", "2", "--stage", "a", "--stage", "b"],
        ),
        (
            ["-sigint_effect=none", "-sighup_effect", "stop"],
            ["--sigint-effect", "none", "--sighup-effect", "stop", "--cpu-replicas", "1"],
        ),
    ],
)
@pytest.mark.parametrize("mode", ["CPU", "GPU"])
def test_train(translated: Run, mode: str, flags: list[str], words: list[str]) -> None:
    """There is no GPU 987, so that a solver which asks for it is computed on the CPU."""
    found = translated(CaffeProgram(), "train", f"--solver={mode}.prototxt", *flags)
    assert found == ["run", f"{mode}.prototxt", *words, *LAST]


@pytest.mark.parametrize(("status", "returned"), [(0, 0), (130, 0), (129, 0), (143, 143), (2, 2)])
def test_a_run_that_a_signal_ends_has_ended_well(
    translated: Run, status: int, returned: int
) -> None:
    words = ("train", "-solver", "CPU.prototxt")
    translated(CaffeProgram(), *words, status=status, returned=returned)


def test_test(translated: Run) -> None:
    words = translated(
        CaffeProgram(), "test", "-model=n", "-weights=w", "-iterations", "7", "-gpu", "1,2"
    )
    given = ["--weights", "w", "--iterations", "7", "--allow-missing", "--plain", "--gpu", "1"]
    assert words == ["test", "n", *given]


def test_time(translated: Run) -> None:
    words = translated(CaffeProgram(), "time", "-model=n", "-phase=TEST", "-gpu=all")
    usual = ["time", "n", "--iterations", "50", "--phase", "TEST", "--caffe-lines"]
    assert words == [*usual, "--num-gpu", "1"]


def test_device_query(translated: Run) -> None:
    assert translated(CaffeProgram(), "device_query") == []
    assert translated(CaffeProgram(), "device_query", "-gpu=1") == ["device_query", "--gpu", "1"]


@pytest.mark.parametrize(
    ("words", "reason"),
    [
        (("train", "-solver=CPU.prototxt", "-snapshot=a", "-weights=b"), "but not both"),
        (("train", "-solver=CPU.prototxt", "-sigint_effect=x"), 'Invalid signal effect "x"'),
        (("test", "-weights=w"), "Need a model definition to score."),
        (("test", "-model=n"), "Need model weights to score."),
        (("time",), "Need a model definition to time."),
        (("time", "-model=n", "-phase=x"), 'phase must be "TRAIN" or "TEST"'),
        (("fly",), "Unknown action: fly"),
    ],
)
def test_what_caffe_refuses(translated: Run, words: tuple[str, ...], reason: str) -> None:
    with pytest.raises(OwltfError, match=reason):
        translated(CaffeProgram(), *words)

"""--keep and --keep-best."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from watched import scores, setup

from owltf.plugin.events import Ending
from owltf.train.watch.json_lines import history_path
from owltf.train.watch.keep import Keep, written_before


def write(prefix: Path, iteration: int) -> Path:
    for kind in ("caffemodel", "json", "solverstate"):
        path = Path(f"{prefix}_iter_{iteration}.{kind}")
        path.touch()
    return path


def there(prefix: Path) -> list[int]:
    found = prefix.parent.glob("*.caffemodel")
    return sorted(int(path.stem.rpartition("_")[2]) for path in found)


def test_the_newest(tmp_path: Path) -> None:
    prefix, keep = tmp_path / "snap", Keep(2, None)
    keep.owltf_run_started(setup(prefix))
    write(prefix, 5)
    for iteration in (10, 20, 30, 40):
        keep.owltf_snapshot(iteration, write(prefix, iteration))
    # That of another run stays.
    assert there(prefix) == [5, 30, 40]


@pytest.mark.parametrize("newest", [1, 2])
def test_the_best_and_the_newest(tmp_path: Path, newest: int) -> None:
    prefix, keep = tmp_path / "snap", Keep(newest, "accuracy")
    keep.owltf_run_started(setup(prefix))
    keep.owltf_tested(scores(0, 0.99))
    for iteration, accuracy in ((10, 0.5), (20, 0.75), (30, 0.25), (40, 0.5), (50, 0.1)):
        keep.owltf_snapshot(iteration, write(prefix, iteration))
        keep.owltf_tested(scores(iteration, accuracy))
    assert there(prefix) == [20, *(40, 50)[-newest:]]
    keep.owltf_snapshot(55, write(prefix, 55))
    keep.owltf_run_ended(Ending("finished", 55))
    assert there(prefix) == [20, *(50, 55)[-newest:]]


def test_the_least_loss(tmp_path: Path) -> None:
    prefix, keep = tmp_path / "snap", Keep(1, "loss")
    for iteration, loss in ((10, 0.5), (20, 0.75), (30, 0.6)):
        keep.owltf_snapshot(iteration, write(prefix, iteration))
        keep.owltf_tested(scores(iteration, 0, loss))
    assert there(prefix) == [10, 30]


def test_a_resumed_run_takes_over_its_snapshots(tmp_path: Path) -> None:
    prefix, keep = tmp_path / "snap", Keep(1, "accuracy")
    tests = {10: 0.5, 20: 0.75, 30: 0.25}
    lines = [
        json.dumps({"event": "test", "iteration": each, "net": 0, "outputs": {"accuracy": value}})
        for each, value in tests.items()
    ]
    history_path(prefix).write_text("\n".join(lines) + '\n{"event": "te')
    for iteration in tests:
        write(prefix, iteration)
    keep.owltf_run_started(setup(prefix, 30))
    keep.owltf_snapshot(40, write(prefix, 40))
    keep.owltf_tested(scores(40, 0.6))
    assert there(prefix) == [20, 40]
    assert list(written_before(prefix, 30)) == [20]


def test_options(tmp_path: Path) -> None:
    assert Keep.of(setup(tmp_path / "snap")) is None
    assert isinstance(Keep.of(setup(tmp_path / "snap", options={"keep": 3})), Keep)

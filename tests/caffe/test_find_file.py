"""Where the files are looked for that a solver or a net names."""

from collections.abc import Callable
from pathlib import Path

import pytest

from owltf.caffe.find_file import find_file


@pytest.fixture(autouse=True)
def working_directory(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    folder = tmp_path / "work"
    folder.mkdir()
    monkeypatch.chdir(folder)
    return folder


def test_working_directory_comes_first(working_directory: Path, tmp_path: Path) -> None:
    for folder in (working_directory, tmp_path):
        (folder / "net.prototxt").touch()
    assert find_file("net.prototxt", tmp_path) == Path("net.prototxt")


def test_then_beside_then_above(tmp_path: Path) -> None:
    beside = tmp_path / "examples" / "mnist"
    (beside / "train_lmdb").mkdir(parents=True)
    assert find_file("train_lmdb", beside) == beside / "train_lmdb"
    assert find_file("examples/mnist/train_lmdb", beside) == beside / "train_lmdb"


def test_absolute(tmp_path: Path) -> None:
    (tmp_path / "a").touch()
    assert find_file(str(tmp_path / "a"), None) == tmp_path / "a"


def test_the_error_lists_each_place_once(tmp_path: Path, refusal: Callable[..., str]) -> None:
    beside = tmp_path / "a" / "b"
    message = refusal(find_file, "none", beside)
    assert message.startswith(
        f"none: not found; tried {tmp_path}/work/none, {beside}/none, {tmp_path}/a/none, "
    )
    assert message.count(f"{tmp_path}/none") == 1


def test_the_error_stays_short(tmp_path: Path, refusal: Callable[..., str]) -> None:
    beside = tmp_path.joinpath(*"abcdefgh")
    message = refusal(find_file, "none", beside)
    assert message.count("/none") == 6
    assert message.endswith("folders above")


def test_absolute_and_missing(tmp_path: Path, refusal: Callable[..., str]) -> None:
    path = str(tmp_path / "none")
    assert refusal(find_file, path, tmp_path) == f"{path}: not found; tried {path}"


def test_no_name(refusal: Callable[..., str]) -> None:
    assert refusal(find_file, "", None) == "a file without a name: not found; tried nothing"

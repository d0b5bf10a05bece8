"""Files are there whole or not at all."""

import os
import signal
import subprocess
import sys
import threading
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path
from typing import Any

import pytest

from owltf.errors import OwltfError
from owltf.files.atomic import atomic_outputs, atomic_path, remove_left_over, remove_unfinished


def test_the_file_appears_when_the_block_ends(tmp_path: Path) -> None:
    with atomic_path(tmp_path / "a") as temporary:
        temporary.write_text("new")
        assert temporary.parent == tmp_path
        assert not (tmp_path / "a").exists()
    assert [(path.name, path.read_text()) for path in tmp_path.iterdir()] == [("a", "new")]


def test_the_mode_is_that_of_any_other_file(tmp_path: Path) -> None:
    (tmp_path / "other").touch()
    with atomic_path(tmp_path / "a"):
        pass
    assert (tmp_path / "a").stat().st_mode == (tmp_path / "other").stat().st_mode


def test_the_mode_of_the_old_file_stays(tmp_path: Path) -> None:
    (tmp_path / "a").touch()
    (tmp_path / "a").chmod(0o600)
    with atomic_path(tmp_path / "a"):
        pass
    assert (tmp_path / "a").stat().st_mode & 0o777 == 0o600


@pytest.mark.parametrize("error", [ValueError, KeyboardInterrupt])
def test_after_an_error_the_old_file_stays(tmp_path: Path, error: type[BaseException]) -> None:
    (tmp_path / "a").write_text("old")
    with pytest.raises(error), atomic_path(tmp_path / "a") as temporary:
        temporary.write_text("half")
        raise error
    assert [(path.name, path.read_text()) for path in tmp_path.iterdir()] == [("a", "old")]


def test_a_process_that_ends_at_once_leaves_nothing(tmp_path: Path) -> None:
    with atomic_path(tmp_path / "done"):
        pass
    with suppress(OwltfError), atomic_path(tmp_path / "a"):
        remove_unfinished()
        assert [path.name for path in tmp_path.iterdir()] == ["done"]


def test_no_such_folder(tmp_path: Path, refusal: Callable[..., str]) -> None:
    path = tmp_path / "none" / "a"
    assert refusal(atomic_path(path).__enter__) == (
        f"{path}: cannot be written: no such file or directory"
    )


@pytest.mark.parametrize("write", [atomic_path, atomic_outputs])
@pytest.mark.parametrize("by_a_link", [False, True])
def test_a_pipe_or_a_device_is_never_replaced(
    tmp_path: Path, refusal: Callable[..., str], write: Callable[..., Any], by_a_link: bool
) -> None:
    os.mkfifo(tmp_path / "pipe")
    (tmp_path / "link").symlink_to("pipe")
    path = tmp_path / ("link" if by_a_link else "pipe")
    assert refusal(write(path).__enter__) == (
        f"{path}: cannot be written: it is a pipe (FIFO); give the name of a file"
    )
    assert sorted(each.name for each in tmp_path.iterdir()) == ["link", "pipe"]


@pytest.mark.parametrize("write", [atomic_path, atomic_outputs])
def test_the_link_to_an_open_file_is_never_replaced(
    tmp_path: Path, refusal: Callable[..., str], write: Callable[..., Any]
) -> None:
    link = tmp_path / "stdout"
    with (tmp_path / "open").open("w") as file:
        link.symlink_to(f"/proc/self/fd/{file.fileno()}")
        said = refusal(write(link).__enter__)
    assert said == f"{link}: cannot be written: it is an open file; give the name of a file"
    assert link.is_symlink()


def test_full_disk(tmp_path: Path, refusal: Callable[..., str]) -> None:
    def write() -> None:
        with atomic_path(tmp_path / "a"):
            raise OSError(28, "No space left on device")

    assert refusal(write).endswith("a: cannot be written: no space left on device")
    assert not list(tmp_path.iterdir())


def write_some(path: Path, text: str) -> None:
    """Write a folder with a file, and a file beside it."""
    path.mkdir()
    (path / "inside").write_text(text)
    path.with_name("beside").write_text(text)


def test_a_folder_and_what_is_beside_it_appear_together(tmp_path: Path) -> None:
    for text in ("old", "new"):
        with atomic_outputs(tmp_path / "a") as temporary:
            write_some(temporary, text)
            assert temporary.name == "a"
            assert temporary.parent.parent == tmp_path
        assert (tmp_path / "a" / "inside").read_text() == text
    assert sorted(path.name for path in tmp_path.iterdir()) == ["a", "beside"]
    assert (tmp_path / "beside").read_text() == "new"


def test_an_error_leaves_the_old_outputs_alone(tmp_path: Path) -> None:
    write_some(tmp_path / "a", "old")
    with suppress(KeyboardInterrupt), atomic_outputs(tmp_path / "a") as temporary:
        write_some(temporary, "new")
        raise KeyboardInterrupt
    assert (tmp_path / "a" / "inside").read_text() == "old"
    assert sorted(path.name for path in tmp_path.iterdir()) == ["a", "beside"]


def test_outputs_need_a_folder(tmp_path: Path) -> None:
    with pytest.raises(OwltfError, match="cannot be written"), atomic_outputs(tmp_path / "b/a"):
        pass


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGHUP])
@pytest.mark.parametrize("write", [atomic_path, atomic_outputs])
def test_a_signal_that_ends_the_process_leaves_nothing(
    tmp_path: Path, number: signal.Signals, write: Callable[[Path], Any]
) -> None:
    with pytest.raises(SystemExit) as caught, write(tmp_path / "a") as temporary:
        temporary.write_text("half")
        os.kill(os.getpid(), number)
    assert caught.value.code == 128 + number
    assert list(tmp_path.iterdir()) == []
    assert signal.getsignal(number) == signal.SIG_DFL


def test_signals_that_are_taken_care_of_stay_so(tmp_path: Path) -> None:
    taken: list[int] = []
    old = signal.signal(signal.SIGHUP, lambda number, frame: taken.append(number))
    try:
        with atomic_path(tmp_path / "a"):
            os.kill(os.getpid(), signal.SIGHUP)
    finally:
        signal.signal(signal.SIGHUP, old)
    assert taken == [signal.SIGHUP]
    assert (tmp_path / "a").exists()


def test_a_signal_between_two_renames_leaves_the_old_folder(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    write_some(tmp_path / "a", "old")
    replace = Path.replace

    def interrupted(path: Path, target: Path) -> Path:
        if path.parent != tmp_path and target == tmp_path / "a" and (path / "new").exists():
            raise KeyboardInterrupt
        return replace(path, target)

    monkeypatch.setattr(Path, "replace", interrupted)
    with suppress(KeyboardInterrupt), atomic_outputs(tmp_path / "a") as temporary:
        write_some(temporary, "new")
        (temporary / "new").touch()
    assert (tmp_path / "a" / "inside").read_text() == "old"
    assert sorted(path.name for path in tmp_path.iterdir()) == ["a", "beside"]


@pytest.mark.parametrize("is_folder", [True, False])
def test_a_folder_of_other_things_is_not_lost(tmp_path: Path, is_folder: bool) -> None:
    (tmp_path / "a").mkdir()
    (tmp_path / "a" / "thesis").write_text("old")
    reason = "not one that owltf writes" if is_folder else "which no file replaces"
    with (
        pytest.raises(OwltfError, match=f"a is a folder, .*{reason}"),
        atomic_outputs(tmp_path / "a") as temporary,
    ):
        if is_folder:
            write_some(temporary, "new")
        else:
            temporary.touch()
    assert (tmp_path / "a" / "thesis").read_text() == "old"
    assert [path.name for path in tmp_path.iterdir()] == ["a"]


KILLED = """
import os, signal, sys
from pathlib import Path
from owltf.files.atomic import atomic_outputs, atomic_path
with {write}(Path(sys.argv[1])) as temporary:
    {fill}
    os.kill(os.getpid(), signal.SIGKILL)
"""


def killed_in(write: str, path: Path) -> None:
    """Start to write a file or a folder in a process that is killed."""
    fill = "temporary.touch()" if write == "atomic_path" else "temporary.mkdir()"
    program = KILLED.format(write=write, fill=fill)
    subprocess.run([sys.executable, "-c", program, str(path)], check=False)


@pytest.mark.parametrize("killed", ["atomic_path", "atomic_outputs"])
@pytest.mark.parametrize("write", [atomic_path, atomic_outputs])
def test_the_next_writer_removes_what_a_killed_one_left(
    tmp_path: Path, killed: str, write: Callable[[Path], Any]
) -> None:
    for name in ("a", "a.b", "b"):
        killed_in(killed, tmp_path / name)
    assert len(list(tmp_path.iterdir())) == 3
    with write(tmp_path / "a") as temporary:
        temporary.touch()
    left = sorted(path.name.rpartition(".")[0] for path in tmp_path.iterdir())
    assert left == ["", ".a.b", ".b"]


def test_what_is_being_written_stays(tmp_path: Path) -> None:
    with atomic_path(tmp_path / "a") as first, atomic_path(tmp_path / "a") as second:
        remove_left_over(tmp_path, lambda name: True)
        assert first.exists()
        assert second.exists()


def test_a_process_that_ends_at_once_lets_renames_end(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Between two renames nothing is removed: an older folder would be lost with the new one."""
    write_some(tmp_path / "a", "old")
    replace, ending = Path.replace, threading.Thread(target=remove_unfinished)

    def slow(path: Path, target: Path) -> Path:
        if target == tmp_path / "a":
            ending.start()
            ending.join(0.2)
        return replace(path, target)

    monkeypatch.setattr(Path, "replace", slow)
    with atomic_outputs(tmp_path / "a") as temporary:
        temporary.mkdir()
        (temporary / "inside").write_text("new")
    ending.join()
    assert (tmp_path / "a" / "inside").read_text() == "new"
    assert sorted(path.name for path in tmp_path.iterdir()) == ["a", "beside"]


def test_a_file_in_a_temporary_folder_is_named_as_it_will_be(
    tmp_path: Path, refusal: Callable[..., str]
) -> None:
    def write() -> None:
        with atomic_outputs(tmp_path / "a") as a, atomic_path(a.with_name("b")):
            raise OSError(28, "No space left on device")

    assert refusal(write) == f"{tmp_path}/b: cannot be written: no space left on device"

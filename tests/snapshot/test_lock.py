"""The lock of a prefix, between processes."""

from __future__ import annotations

import os
import signal
import socket
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

from owltf.errors import OwltfError
from owltf.snapshot.lock import check_free, lock_path, locked

HOLD = """
import sys, time
from pathlib import Path
from owltf.snapshot.lock import locked
with locked(Path(sys.argv[1])):
    print("held", flush=True)
    time.sleep(60)
"""


def test_a_prefix_without_a_name_is_locked(tmp_path: Path, monkeypatch: Any) -> None:
    monkeypatch.chdir(tmp_path)
    with locked(Path()), pytest.raises(OwltfError), locked(Path()):
        pass
    assert not [*tmp_path.iterdir()]


def test_it_is_held_by_one_and_leaves_no_file(tmp_path: Path) -> None:
    prefix = tmp_path / "snap"
    with locked(prefix):
        wanted = rf"process {os.getpid()} on {socket.gethostname()}, since "
        with pytest.raises(OwltfError, match=wanted), locked(prefix):
            pass
        with pytest.raises(OwltfError, match=wanted):
            check_free(prefix)
        with locked(tmp_path / "other"):
            pass
    assert not [*tmp_path.iterdir()]
    check_free(prefix)
    with locked(prefix):
        assert lock_path(prefix).exists()


def test_a_killed_process_holds_nothing(tmp_path: Path) -> None:
    prefix = tmp_path / "snap"
    command = [sys.executable, "-c", HOLD, str(prefix)]
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True) as other:
        assert other.stdout
        assert other.stdout.readline() == "held\n"
        with pytest.raises(OwltfError, match=f"another run writes there: process {other.pid} on "):
            check_free(prefix)
        with pytest.raises(OwltfError, match=f"process {other.pid}"), locked(prefix):
            pass
        other.send_signal(signal.SIGKILL)
        other.wait()
    assert lock_path(prefix).exists()
    check_free(prefix)
    with locked(prefix):
        assert f'"pid": {os.getpid()}' in lock_path(prefix).read_text()


def test_where_no_file_can_be_made_nothing_is_locked(tmp_path: Path) -> None:
    with locked(tmp_path / "missing" / "snap"):
        pass
    lock_path(tmp_path / "snap").write_text("nonsense")
    with locked(tmp_path / "snap"):
        pass

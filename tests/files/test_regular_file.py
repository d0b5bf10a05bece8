"""Pipes, folders and devices in the place of files."""

import os
from collections.abc import Callable
from pathlib import Path

from owltf.files.regular_file import read_bytes, refuse_irregular, refuse_irreplaceable


def test_what_is_no_ordinary_file(tmp_path: Path, refusal: Callable[..., str]) -> None:
    os.mkfifo(tmp_path / "pipe")
    assert refusal(refuse_irregular, tmp_path / "pipe").endswith(
        "a pipe (FIFO), where a file is needed"
    )
    assert refusal(refuse_irregular, tmp_path).endswith("a folder, where a file is needed")
    assert refusal(read_bytes, Path("/dev/zero")) == "/dev/zero: a device, where a file is needed"
    assert refusal(read_bytes, tmp_path / "none").endswith("none: no such file or directory")
    assert "no path of a file" in refusal(read_bytes, Path("a\0b"))


def test_the_name_that_stands_for_a_stream_elsewhere(refusal: Callable[..., str]) -> None:
    said = "-: cannot be written: no file goes to the standard output; give the name of a file"
    assert refusal(refuse_irreplaceable, Path("-")) == said
    refuse_irreplaceable(Path.cwd() / "-")


def test_ordinary_files(tmp_path: Path) -> None:
    (tmp_path / "a").write_bytes(b"abc")
    refuse_irregular(tmp_path / "a")
    assert read_bytes(tmp_path / "a") == b"abc"

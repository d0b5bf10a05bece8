"""A file that keeps its first failure for later."""

from __future__ import annotations

import errno
from pathlib import Path

import pytest
from owltf_extractor.formats.deferred_error_file import DeferredErrorFile


def test_it_is_a_file(here: Path) -> None:
    with DeferredErrorFile(here / "a") as file:
        assert file.write(b"abcdef") == 6
        assert file.seek(2) == file.tell() == 2
        assert file.write(memoryview(b"XY")) == 2
        assert file.truncate(5) == 5
        file.seek(0)
        assert file.read(5) == b"abXYe"
        file.check()
    assert (here / "a").read_bytes() == b"abXYe"
    assert file.closed


def test_what_was_never_written_is_zeros(here: Path) -> None:
    with DeferredErrorFile(here / "a") as file:
        file.write(b"ab")
        file.seek(0)
        buffer = bytearray(b"xxxx")
        assert file.readinto(buffer) == 4
    assert buffer == b"ab\0\0"


def test_the_first_failure_is_kept() -> None:
    """Whoever writes sees none, so that a library goes on to its end."""
    with DeferredErrorFile(Path("/dev/full")) as file:
        assert file.write(b"abc") == 3
        assert file.write(b"de") == 2
        # A device has no length to set, which fails otherwise.
        assert file.truncate(7) == 7
        with pytest.raises(OSError) as caught:
            file.check()
    assert caught.value.errno == errno.ENOSPC


def test_a_length_that_cannot_be_set_is_a_failure() -> None:
    with DeferredErrorFile(Path("/dev/full")) as file:
        file.truncate(7)
        with pytest.raises(OSError) as caught:
            file.check()
    assert caught.value.errno == errno.EINVAL

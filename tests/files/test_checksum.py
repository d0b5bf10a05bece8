"""Files are known again by size and checksum."""

from __future__ import annotations

from pathlib import Path
from zlib import crc32

import numpy as np

from owltf.files.checksum import FileSum, write_summed


def test_a_sum_taken_while_writing_is_that_of_the_file(tmp_path: Path) -> None:
    numbers = np.arange(1 << 20, dtype=np.uint8).data
    path = tmp_path / "a"
    with path.open("wb") as file:
        told = write_summed(file, [b"head", numbers, b""])
    content = path.read_bytes()
    assert content == b"head" + bytes(numbers)
    assert told == FileSum.of(path) == FileSum(len(content), crc32(content))


def test_other_bytes_and_other_sizes_do_not_fit(tmp_path: Path) -> None:
    path = tmp_path / "a"
    path.write_bytes(b"weights")
    told = FileSum.of(path)
    assert told.fits(path)
    for other in (b"Weights", b"weights ", b""):
        path.write_bytes(other)
        assert not told.fits(path)

"""Files of every format: what is in them, and that they are there whole or not at all."""

from __future__ import annotations

import os
import resource
import signal
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

import numpy as np
import pytest
from image_case import Images
from owltf_extractor.files import write_rows
from owltf_extractor.outputs import plan_outputs
from read_back import HOLDING_MANY, read_back, read_others
from some_rows import BLOB, OTHERS, rows, write

from owltf.api import OwltfError
from owltf.caffe.schema.schema import load_schema

WEIGHTS = ("--weights", "net.caffemodel")

Lines = Callable[..., list[str]]


def test_it_reads_back_with_keys_and_labels(here: Path, suffix: str) -> None:
    values = write(f"out{suffix}")
    got = read_back(Path(f"out{suffix}"), "a/b").reshape(10, 2, 3)
    tolerance = 5.1e-7 if suffix == ".txt" else 0
    np.testing.assert_allclose(got, values, rtol=0, atol=tolerance)
    keys, labels = read_others(Path(f"out{suffix}"))
    assert keys == [f"key {number}, ü" for number in range(10)]
    assert labels == list(range(10))


def test_the_same_rows_are_the_same_bytes(here: Path, suffix: str) -> None:
    def content() -> list[bytes]:
        write(f"out{suffix}")
        found = sorted(path for path in Path().rglob("*") if str(path).startswith("out"))
        return [path.read_bytes() for path in found if path.is_file()]

    first = content()
    assert first
    assert content() == first


@contextmanager
def small_files(size: int) -> Iterator[None]:
    """Let writing fail as on a full disk once a file is that long."""
    before = resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.setrlimit(resource.RLIMIT_FSIZE, (size, before[1]))
    try:
        yield
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, before)


def test_a_full_disk_leaves_nothing(here: Path, suffix: str) -> None:
    before = sorted(Path().rglob("*"))
    with small_files(1 << 16), pytest.raises(OwltfError, match=rf"out\{suffix}: cannot be written"):
        write(f"out{suffix}", 8000)
    assert sorted(Path().rglob("*")) == before


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM])
def test_a_signal_leaves_nothing(here: Path, suffix: str, number: int) -> None:
    before = sorted(Path().rglob("*"))
    write(f"old{suffix}", 4)
    kept = read_back(Path(f"old{suffix}"), "a/b")

    def interrupted() -> Iterator[dict[str, object]]:
        yield from rows(8)
        os.kill(os.getpid(), number)
        yield from rows(8)

    outputs = plan_outputs(f"old{suffix}", [BLOB], OTHERS)
    with pytest.raises((KeyboardInterrupt, SystemExit)) as caught:
        write_rows(outputs, interrupted(), load_schema())
    if number == signal.SIGTERM:
        assert caught.value.code == 128 + number
    np.testing.assert_array_equal(read_back(Path(f"old{suffix}"), "a/b"), kept)
    assert {path for path in Path().rglob(".*")} <= set(before)


def test_one_and_four_devices_write_the_same(images: Images, lines: Lines, suffix: str) -> None:
    words = ("net.prototxt", "conv,ip" if suffix in HOLDING_MANY else "conv")
    for replicas in (1, 4):
        folder = Path(str(replicas))
        folder.mkdir()
        wishes = ("--with-labels", "--with-keys", "--cpu-replicas", replicas)
        lines("extract", *words, folder / f"f{suffix}", *WEIGHTS, *wishes)
    one, four = (
        [path for path in sorted(Path(name).rglob("*")) if path.is_file()] for name in "14"
    )
    assert [path.relative_to("1") for path in one] == [path.relative_to("4") for path in four]
    assert [path.read_bytes() for path in one] == [path.read_bytes() for path in four]
    got = read_back(one[-1] if suffix != ".lmdb" else Path("1/f.lmdb"), "conv")
    wanted = np.maximum(images.conv(images.crops(1, 2)), 0)
    np.testing.assert_allclose(got.reshape(wanted.shape), wanted, rtol=1e-4, atol=1e-5)

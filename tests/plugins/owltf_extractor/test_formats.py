"""Every format: what is in it, and that it is there whole or not at all."""

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
from owltf_extractor.formats.writer import KEY, LABEL, Column
from owltf_extractor.outputs import formats, plan_outputs
from read_back import FORMATS, HOLDING_MANY, keys_of, load_npz, read_back, read_others

from owltf.api import OwltfError, load_net

WEIGHTS = ("--weights", "net.caffemodel")
OTHERS = [Column(KEY, is_text=True), Column(LABEL)]

Lines = Callable[..., list[str]]


def rows(count: int, *shape: int) -> Iterator[dict[str, object]]:
    rng = np.random.default_rng(0)
    for first in range(0, count, 4):
        here = min(4, count - first)
        yield {
            "a/b": rng.normal(size=(here, *shape)).astype(np.float32),
            KEY: [f"key {number}, ü" for number in range(first, first + here)],
            LABEL: np.arange(first, first + here, dtype=np.float32),
        }


def write(path: str, count: int = 10, others: list[Column] = OTHERS) -> np.ndarray:
    """Write some rows and return the values."""
    columns = [Column("a/b", (2, 3))]
    schema = load_net("deploy.prototxt").context.registry.schema
    write_rows(plan_outputs(path, columns, others), rows(count, 2, 3), schema)
    return np.concatenate([np.zeros((0, 2, 3)), *(each["a/b"] for each in rows(count, 2, 3))])


def test_it_reads_back_with_keys_and_labels(images: Images, suffix: str) -> None:
    values = write(f"out{suffix}")
    got = read_back(Path(f"out{suffix}"), "a/b").reshape(10, 2, 3)
    tolerance = 5.1e-7 if suffix == ".txt" else 0
    np.testing.assert_allclose(got, values, rtol=0, atol=tolerance)
    keys, labels = read_others(Path(f"out{suffix}"))
    assert keys == [f"key {number}, ü" for number in range(10)]
    assert labels == list(range(10))


def test_the_same_rows_are_the_same_bytes(images: Images, suffix: str) -> None:
    def content() -> list[bytes]:
        write(f"out{suffix}")
        found = sorted(path for path in Path().rglob("*") if str(path).startswith("out"))
        return [path.read_bytes() for path in found if path.is_file()]

    first = content()
    assert first
    assert content() == first


def test_the_matrix_of_owl_net(images: Images) -> None:
    values = write("out.txt", others=[])
    lines = Path("out.txt").read_text().split("\n")
    assert lines[0] == "".join(f"{value:f} " for value in values[0].ravel())
    assert (len(lines), lines[-1]) == (11, "")


def test_the_keys_of_extract_features(images: Images) -> None:
    write("out.lmdb", others=[])
    assert keys_of(Path("out.lmdb")) == [f"{number:010}" for number in range(10)]


def test_a_database_grows(images: Images, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("owltf_extractor.formats.lmdb._FIRST_SIZE", 1 << 14)
    values = write("out.lmdb", 2000)
    np.testing.assert_array_equal(read_back(Path("out.lmdb"), "a/b").reshape(-1, 2, 3), values)


def test_no_rows_are_an_empty_array(images: Images) -> None:
    write("out.npy", 0, [])
    assert np.load("out.npy").shape == (0, 2, 3)
    write("out.npz", 0)
    assert load_npz(Path("out.npz"))["key"].tolist() == []


@contextmanager
def small_files(size: int) -> Iterator[None]:
    """Let writing fail as on a full disk once a file is that long."""
    before = resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.setrlimit(resource.RLIMIT_FSIZE, (size, before[1]))
    try:
        yield
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, before)


def test_a_full_disk_leaves_nothing(images: Images, suffix: str) -> None:
    before = sorted(Path().rglob("*"))
    with small_files(1 << 16), pytest.raises(OwltfError, match=rf"out\{suffix}: cannot be written"):
        write(f"out{suffix}", 8000)
    assert sorted(Path().rglob("*")) == before


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM])
def test_a_signal_leaves_nothing(images: Images, suffix: str, number: int) -> None:
    before = sorted(Path().rglob("*"))
    write(f"old{suffix}", 4)
    kept = read_back(Path(f"old{suffix}"), "a/b")

    def interrupted() -> Iterator[dict[str, object]]:
        yield from rows(8, 2, 3)
        os.kill(os.getpid(), number)
        yield from rows(8, 2, 3)

    schema = load_net("deploy.prototxt").context.registry.schema
    outputs = plan_outputs(f"old{suffix}", [Column("a/b", (2, 3))], OTHERS)
    with pytest.raises((KeyboardInterrupt, SystemExit)) as caught:
        write_rows(outputs, interrupted(), schema)
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


def test_every_format_is_known() -> None:
    assert list(formats()) == sorted(FORMATS)


@pytest.mark.parametrize(
    ("out", "blobs", "reason"),
    [
        ("out.nyp", 1, "out.nyp: there is no format '.nyp'; did you mean '.npz' or '.npy'?"),
        ("out", 1, "out: there is no format ''; the name must end in .csv, .h5, .lmdb"),
        ("out.npy", 2, "a .npy holds one blob: give 2 files joined by commas for b0, b1, or a"),
        ("a.npy,b.txt", 2, "all files must be of one format"),
        ("no/out.npy", 1, "there is no folder"),
        ("folder.npy", 1, "folder.npy: a folder stands there"),
        ("file.lmdb", 1, "file.lmdb: a file stands there"),
    ],
)
def test_outputs_that_cannot_be(
    out: str, blobs: int, reason: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    Path("folder.npy").mkdir()
    Path("file.lmdb").touch()
    columns = [Column(f"b{number}", (3,)) for number in range(blobs)]
    with pytest.raises(OwltfError, match=reason):
        plan_outputs(out, columns, [])


def test_what_a_datum_does_not_hold(images: Images) -> None:
    schema = load_net("deploy.prototxt").context.registry.schema
    for columns, others, reason in (
        ([Column("a", (1, 2, 3, 4))], [], "a Datum holds C, H and W"),
        ([Column("a", (2,))], [Column(LABEL, (3,))], "a Datum holds one label"),
    ):
        with pytest.raises(OwltfError, match=reason):
            write_rows(plan_outputs("out.lmdb", columns, others), [], schema)
        assert not Path("out.lmdb").exists()


def test_a_parquet_without_pyarrow(images: Images, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(__import__("sys").modules, "pyarrow", None)
    with pytest.raises(OwltfError, match=r"pip install 'owltf\[parquet\]', or take another"):
        write("out.parquet")

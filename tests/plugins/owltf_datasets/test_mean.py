"""Means of many, of floats, and of images of several sizes."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

import numpy as np
import pytest
from owltf_datasets.mean import mean_image

from owltf.api import Datum, OwltfError, write_database


def write(images: Sequence[np.ndarray]) -> None:
    """Write images as the database `db`."""
    with write_database(Path("db"), "LMDB") as writer:
        writer.put([(b"%05d" % n, Datum(each, n).to_bytes()) for n, each in enumerate(images)])


def mean(said: list[str] | None = None, skip: bool = False) -> np.ndarray:
    """Return the mean of the database `db`."""
    tell = (said if said is not None else []).append
    how = {"backend": None, "max_image_pixels": None, "plain": True}
    return mean_image(Path("db"), tell, skip_bad_records=skip, **how)  # type: ignore[arg-type]


def test_many_bytes_are_added_exactly(here: Path) -> None:
    images = np.random.default_rng(0).integers(0, 256, (20_001, 1, 2, 3), np.uint8)
    write(images)
    said: list[str] = []
    exact = images.astype(np.float64).sum(0).astype(np.float32) / np.float32(len(images))
    np.testing.assert_array_equal(mean(said), exact)
    assert said[1:] == [f"Processed {count} files." for count in (10_000, 20_000, 20_001)]


def test_floats(here: Path) -> None:
    images = np.random.default_rng(0).normal(size=(5, 2, 3, 4)).astype(np.float32)
    write(images)
    np.testing.assert_allclose(mean(), images.mean(0), rtol=1e-5, atol=1e-6)


def test_several_sizes(here: Path) -> None:
    write([np.zeros(shape, np.uint8) for shape in ((1, 2, 3), (1, 3, 2))])
    reason = "record 1 .* is an image of 1x3x2 where the first is 1x2x3; a mean needs one size"
    with pytest.raises(OwltfError, match=reason):
        mean()


def test_bad_records_are_skipped(here: Path, caplog: pytest.LogCaptureFixture) -> None:
    good = [Datum(np.full((1, 2, 3), value, np.uint8), 0).to_bytes() for value in (10, 30)]
    other = Datum(np.zeros((1, 3, 2), np.uint8), 0).to_bytes()
    broken = [b"x", Datum(None, 0, b"no image").to_bytes()]
    with write_database(Path("db"), "LMDB") as writer:
        records = [good[0], broken[0], good[1], other, broken[1]]
        writer.put([(b"%05d" % number, record) for number, record in enumerate(records)])
    said: list[str] = []
    np.testing.assert_array_equal(mean(said, skip=True), np.full((1, 2, 3), 20))
    assert said[-1] == "3 of 5 records were skipped"
    assert len(caplog.messages) == 3
    with pytest.raises(OwltfError, match="record 1 .* is not a Datum"):
        mean()
    with write_database(Path("db"), "LMDB") as writer:
        writer.put([(b"0", b"x")])
    with pytest.raises(OwltfError, match="no record can be used"):
        mean(skip=True)

"""The mean of each channel: numbers or a mean image."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from owltf.caffe.schema.schema import Schema
from owltf.errors import OwltfError
from owltf.inference.channel_mean import channel_mean

IMAGE = np.random.default_rng(0).uniform(0, 255, (3, 5, 4)).astype(np.float32)


def mean(text: str, schema: Schema, channels: int = 3) -> list[float]:
    found = channel_mean(text, channels, schema)
    assert (found.dtype, found.shape) == (np.float32, (channels, 1, 1))
    return found.ravel().tolist()


def test_numbers(schema: Schema) -> None:
    assert mean("104,117,123", schema) == [104, 117, 123]
    assert mean("127.5", schema) == [127.5] * 3


def test_a_mean_image_counts_by_its_channels_averages(schema: Schema, tmp_path: Path) -> None:
    np.save(tmp_path / "mean.npy", IMAGE)
    blob = schema.message("BlobProto")(num=1, channels=3, height=5, width=4, data=IMAGE.ravel())
    (tmp_path / "mean.binaryproto").write_bytes(blob.SerializeToString())
    wanted = IMAGE.astype(np.float64).mean((1, 2)).astype(np.float32).tolist()
    assert mean(str(tmp_path / "mean.npy"), schema) == wanted
    assert mean(str(tmp_path / "mean.binaryproto"), schema) == wanted


@pytest.mark.parametrize(
    ("text", "reason"),
    [
        ("1,2", "mean 1,2: is of 2 channels where the net takes 3"),
        ("no.binaryproto", "no.binaryproto: not found"),
        ("flat.npy", r"a mean must be one \(C, H, W\) image; got \(3,\)"),
        ("broken.npy", "broken.npy: not an array that NumPy can read"),
    ],
)
def test_mistakes(
    text: str, reason: str, schema: Schema, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    np.save("flat.npy", np.zeros(3))
    Path("broken.npy").write_bytes(b"no array")
    with pytest.raises(OwltfError, match=reason):
        channel_mean(text, 3, schema)

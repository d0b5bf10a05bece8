"""What compute_image_mean's flags become."""

from __future__ import annotations

from collections.abc import Callable

from owltf_caffe_tools.programs.compute_image_mean import ComputeImageMean


def test_flags(translated: Callable[..., list[str]]) -> None:
    usual = ["compute-image-mean", "--backend"]
    for flags, backend in (((), "lmdb"), (("-backend=leveldb",), "leveldb")):
        found = translated(ComputeImageMean(), *flags, "db", "mean")
        assert found == [*usual, backend, "--force", "--plain", "--", "db", "mean"]

"""What convert_imageset's flags become."""

from __future__ import annotations

from collections.abc import Callable

from owltf_caffe_tools.programs.convert_imageset import ConvertImageset

USUAL = ["convert-imageset", "--skip-bad-records", "--plain", "--backend"]


def test_flags(translated: Callable[..., list[str]]) -> None:
    words = ("r/", "l.txt", "db")
    zeros = ("--resize_height=0", "--resize_width=0")
    assert translated(ConvertImageset(), *zeros, *words) == [*USUAL, "lmdb", "--", *words]
    flags = ("-gray", "-shuffle", "-check_size", "-encoded", "-encode_type=png", "-backend=leveldb")
    sizes = ("-resize_height", "5", "-resize_width", "6")
    assert translated(ConvertImageset(), *words, *flags, *sizes) == [
        *USUAL,
        "leveldb",
        "--gray",
        "--shuffle",
        "--check_size",
        "--encoded",
        "--encode-type",
        "png",
        "--resize-height",
        "5",
        "--resize-width",
        "6",
        "--",
        *words,
    ]

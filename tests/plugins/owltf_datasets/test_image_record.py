"""Records of image files that cannot be stored."""

from __future__ import annotations

from pathlib import Path

import pytest
from owltf_datasets.image_record import ImageForm, check_encoding

from owltf.api import OwltfError


def test_what_is_no_image(flowers: Path) -> None:
    (flowers / "a.png").write_text("no image")
    for form, name, reason in (
        (ImageForm(), "none.png", "none.png: no such file or directory"),
        (ImageForm(), "daisy", "daisy: is a directory"),
        (ImageForm(), "a.png", "a.png: cannot be decoded as an image"),
        (ImageForm(max_pixels=10), "daisy/0.png", "daisy/0.png: "),
    ):
        with pytest.raises(OwltfError, match=reason):
            form.record(flowers / name, 0)


def test_an_image_without_a_known_suffix_cannot_be_encoded_anew(flowers: Path) -> None:
    path = (flowers / "daisy" / "0.png").rename(flowers / "photo")
    form = ImageForm(encoded=True, size=(4, 4))
    with pytest.raises(OwltfError, match="OpenCV writes no ''; give --encode-type"):
        form.record(path, 0)
    assert ImageForm(encoded=True).record(path, 0).datum.contents == path.read_bytes()


def test_encodings() -> None:
    check_encoding("png")
    check_encoding("jpeg")
    for unknown in ("xyz", ""):
        with pytest.raises(OwltfError, match="OpenCV writes no such images"):
            check_encoding(unknown)

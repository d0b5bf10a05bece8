"""The work of `owltf convert-imageset`."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import Any

from owltf.api import OwltfError, atomic_outputs, progress_bar, refuse_existing, write_database
from owltf_datasets.image_record import ImageForm, check_encoding
from owltf_datasets.image_sources import ClassFolders, listed_images
from owltf_datasets.imageset import Image, Imageset, Stored, image_lines, shuffled
from owltf_datasets.options import tell


def convert_list(
    root: str,
    listing: Path,
    out: Path,
    *,
    shuffle: bool | None,
    seed: int,
    force: bool,
    **flags: Any,
) -> None:
    """Store the images of a list as the command's arguments say.

    Raises:
        OwltfError: if OUT is there already, an image cannot be read, or a flag does not fit.
    """
    conversion = _Conversion(**flags)
    refuse_existing([out], force=force)
    images = listed_images(root, listing)
    if shuffle:
        tell("Shuffling data")
        images = shuffled(images, seed)
    tell(f"{out}: {conversion.store(images, out).describe()}")


def convert_folder(
    folder: Path,
    out: Path,
    test_fraction: float,
    *,
    shuffle: bool | None,
    seed: int,
    force: bool,
    **flags: Any,
) -> None:
    """Store the images of a folder of classes as the command's arguments say.

    Raises:
        OwltfError: if OUT is there already, an image cannot be read, or a flag does not fit.
    """
    conversion = _Conversion(**flags)
    refuse_existing([out], force=force)
    found = ClassFolders.of(folder, test_fraction, seed)
    train = found.train if shuffle is False else shuffled(found.train, seed)
    test = found.test if shuffle is False else shuffled(found.test, seed)
    with atomic_outputs(out) as temporary:
        temporary.mkdir()
        (temporary / "names.txt").write_text("".join(f"{name}\n" for name in found.names))
        for part, images in (("train", train), ("test", test)):
            if images:
                (temporary / f"{part}.txt").write_text("".join(image_lines(images)))
                name = f"{part}_{conversion.backend}"
                stored = conversion.store(images, temporary / name)
                tell(f"{out / name}: {stored.describe()}")
    tell(f"{out / 'names.txt'}: {len(found.names):,} classes")


class _Conversion:
    """The flags that both ways have in common."""

    def __init__(
        self,
        *,
        backend: str,
        gray: bool,
        resize_height: int | None,
        resize_width: int | None,
        encoded: bool,
        encode_type: str,
        check_size: bool,
        skip_bad_records: bool,
        ignore_orientation: bool,
        max_image_pixels: int | None,
        plain: bool,
    ) -> None:
        self.backend = backend
        self._encoding = encode_type.removeprefix(".").lower()
        if self._encoding:
            check_encoding(self._encoding)
            if not encoded:
                tell("encode_type specified, assuming encoded=true.")
        self._form = ImageForm(
            gray=gray,
            size=_size(resize_height, resize_width),
            encoded=encoded or bool(self._encoding),
            encoding=self._encoding,
            turn=not ignore_orientation,
            max_pixels=max_image_pixels,
        )
        self._check_size, self._skip, self._plain = check_size, skip_bad_records, plain

    def store(self, images: Sequence[Image], out: Path) -> Stored:
        """Write a database of the images."""
        imageset = Imageset(images, self._form, self._check_size, self._skip)
        tell(f"A total of {len(images)} images.")
        with (
            write_database(out, self.backend.upper()) as writer,
            progress_bar(len(images), "images", plain=self._plain) as advance,
        ):
            stored = imageset.write(writer, tell, advance)
            if not stored.count:
                raise OwltfError(f"none of the {len(images):,} images could be read")
        return stored


def _size(height: int | None, width: int | None) -> tuple[int, int] | None:
    if height and width:
        return height, width
    if height or width:
        raise OwltfError("give both --resize-height and --resize-width, or neither")
    return None

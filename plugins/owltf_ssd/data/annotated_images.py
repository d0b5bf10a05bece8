"""Images with true boxes as data sets list them: the folders of VOC and of COCO."""

from __future__ import annotations

import json
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from xml.etree import ElementTree

from owltf.api import OwltfError, did_you_mean


@dataclass(frozen=True)
class TrueBox:
    """An object in an image.

    Attributes:
        name: its class.
        box: xmin, ymin, xmax and ymax in pixels.
        difficult: whether tests may leave it out.
    """

    name: str
    box: tuple[float, float, float, float]
    difficult: bool = False


@dataclass(frozen=True)
class AnnotatedImage:
    """An image file with its objects.

    Attributes:
        path: the file.
        boxes: its objects.
        where: the file that lists them, for errors.
    """

    path: Path
    boxes: Sequence[TrueBox]
    where: str


def annotated_images(folder: Path, part: str | None) -> list[AnnotatedImage]:
    """Return the images of a data set, in the order of its lists or of the files' names.

    Args:
        folder: VOC's, with Annotations and JPEGImages, or COCO's, with annotations.
        part: the name of a list in ImageSets/Main, or what follows `instances_`; None for all of
            VOC's, or for the only one of COCO's.

    Raises:
        OwltfError: if the folder is neither, or a file is missing or wrong.
    """
    if (folder / "Annotations").is_dir():
        return [_voc_image(folder, name) for name in _voc_names(folder, part)]
    found = sorted((folder / "annotations").glob("instances_*.json"))
    if not found:
        raise OwltfError(
            f"{folder}: neither VOC's folder, with Annotations, nor COCO's, with "
            "annotations/instances_....json"
        )
    parts = {path.stem.removeprefix("instances_"): path for path in found}
    name = part or (next(iter(parts)) if len(parts) == 1 else None)
    if name not in parts:
        known = ", ".join(parts)
        raise OwltfError(f"{folder}: --set {part or 'is missing'}: there are {known}")
    return list(_coco_images(folder, name, parts[name]))


def _voc_names(folder: Path, part: str | None) -> list[str]:
    if part is None:
        names = sorted(path.stem for path in (folder / "Annotations").glob("*.xml"))
    else:
        lists = folder / "ImageSets" / "Main"
        path = lists / f"{part}.txt"
        if not path.is_file():
            known = [each.stem for each in lists.glob("*.txt")]
            raise OwltfError(f"{path}: no such list: {did_you_mean(part, known)}")
        names = [line.split()[0] for line in _text(path).splitlines() if line.strip()]
    if not names:
        raise OwltfError(f"{folder}: there is nothing in its Annotations or in the list")
    return names


def _text(path: Path) -> str:
    try:
        return path.read_text(errors="surrogateescape")
    except OSError as error:
        raise OwltfError(f"{path}: {(error.strerror or str(error)).lower()}") from error


def _voc_image(folder: Path, name: str) -> AnnotatedImage:
    path = folder / "Annotations" / f"{name}.xml"
    text = _text(path)
    try:
        root = ElementTree.fromstring(text)
        boxes = [_voc_box(each) for each in root.iter("object")]
    except (ElementTree.ParseError, ValueError) as error:
        raise OwltfError(f"{path}: not an annotation of VOC's: {error}") from error
    file = root.findtext("filename") or f"{name}.jpg"
    return AnnotatedImage(_image(folder, file, name), boxes, str(path))


def _image(folder: Path, file: str, name: str) -> Path:
    """Return an image's path; its name in the annotation need not be that of the file."""
    images = folder / "JPEGImages"
    # A name is that of a file in the folder, whatever path an annotation gives.
    named = images / Path(file).name
    return named if named.is_file() else images / f"{name}.jpg"


def _voc_box(item: Any) -> TrueBox:
    name = item.findtext("name")
    corners = [item.findtext(f"bndbox/{side}") for side in ("xmin", "ymin", "xmax", "ymax")]
    if not name or None in corners:
        raise ValueError("an object lacks its name or a side of its bndbox")
    left, top, right, bottom = (float(side) for side in corners)
    return TrueBox(name.strip(), (left, top, right, bottom), item.findtext("difficult") == "1")


def _coco_images(folder: Path, part: str, path: Path) -> Iterator[AnnotatedImage]:
    try:
        read = json.loads(_text(path))
        names = {each["id"]: str(each["name"]) for each in read["categories"]}
        boxes: dict[Any, list[TrueBox]] = {each["id"]: [] for each in read["images"]}
        for each in read["annotations"]:
            boxes[each["image_id"]].append(_coco_box(each, names))
        files = {each["id"]: Path(each["file_name"]).name for each in read["images"]}
    except (KeyError, TypeError, ValueError) as error:
        reason = f"lacks {error}" if isinstance(error, KeyError) else error
        raise OwltfError(f"{path}: not COCO's instances: {reason}") from error
    images = next(
        (each for each in (folder / part, folder / "images" / part) if each.is_dir()), folder / part
    )
    for number, file in files.items():
        yield AnnotatedImage(images / file, boxes[number], str(path))


def _coco_box(item: Any, names: dict[Any, str]) -> TrueBox:
    left, top, width, height = map(float, item["bbox"])
    box = (left, top, left + width, top + height)
    return TrueBox(names[item["category_id"]], box, bool(item.get("iscrowd", 0)))

from __future__ import annotations

import json
from pathlib import Path

import pytest
from made_shapes import make_voc
from owltf_ssd.data.annotated_images import annotated_images

from owltf.api import OwltfError


def test_a_folder_of_voc(tmp_path: Path) -> None:
    folder = make_voc(tmp_path / "voc")
    images = annotated_images(folder, None)
    assert [image.path.name for image in images] == [f"{n}.png" for n in range(6)]
    (box,) = images[1].boxes
    assert (box.name, box.difficult) == ("other", True)
    assert box.box[2] - box.box[0] == 10
    assert [image.path.name for image in annotated_images(folder, "some")] == ["1.png", "0.png"]


def test_wrong_annotations(tmp_path: Path) -> None:
    folder = make_voc(tmp_path / "voc")
    with pytest.raises(OwltfError, match="no such list: .*'some'"):
        annotated_images(folder, "sum")
    path = folder / "Annotations" / "2.xml"
    path.write_text("<annotation><object><name>x</name></object></annotation>")
    with pytest.raises(OwltfError, match="2.xml: not an annotation of VOC's: an object lacks"):
        annotated_images(folder, None)
    path.write_text("<annotation>")
    with pytest.raises(OwltfError, match="2.xml: not an annotation"):
        annotated_images(folder, None)


def test_an_annotation_leads_nowhere_else(tmp_path: Path) -> None:
    folder = make_voc(tmp_path / "voc", 1)
    path = folder / "Annotations" / "0.xml"
    path.write_text("<annotation><filename>../../secret/0.png</filename></annotation>")
    (image,) = annotated_images(folder, None)
    assert image.path == folder / "JPEGImages" / "0.png"


def coco(folder: Path, **changed: object) -> Path:
    path = folder / "annotations" / "instances_val.json"
    path.parent.mkdir(parents=True)
    given = {
        "images": [{"id": 7, "file_name": "a.jpg"}, {"id": 9, "file_name": "b.jpg"}],
        "categories": [{"id": 3, "name": "cat"}],
        "annotations": [{"image_id": 9, "category_id": 3, "bbox": [1, 2, 3, 4], "iscrowd": 1}],
    }
    path.write_text(json.dumps({**given, **changed}))
    return folder


def test_a_folder_of_coco(tmp_path: Path) -> None:
    first, second = annotated_images(coco(tmp_path), None)
    assert (first.path, first.boxes) == (tmp_path / "val" / "a.jpg", [])
    (box,) = second.boxes
    assert (box.name, box.box, box.difficult) == ("cat", (1, 2, 4, 6), True)


def test_wrong_instances(tmp_path: Path) -> None:
    with pytest.raises(OwltfError, match="--set train: there are val"):
        annotated_images(coco(tmp_path / "a"), "train")
    with pytest.raises(OwltfError, match="not COCO's instances"):
        annotated_images(coco(tmp_path / "b", images=[{"id": 1}]), "val")
    with pytest.raises(OwltfError, match="neither VOC's folder"):
        annotated_images(tmp_path, None)

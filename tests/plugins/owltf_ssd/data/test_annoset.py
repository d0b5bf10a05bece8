from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from made_shapes import make_voc, message, registry
from owltf_ssd.data.annoset import convert
from owltf_ssd.data.annotated_record import read_record

from owltf.api import LmdbRecords, OwltfError

FLAGS: dict[str, Any] = {
    "part": None,
    "label_map": None,
    "backend": "lmdb",
    "shuffle": False,
    "seed": 1,
    "max_image_pixels": None,
    "force": False,
    "plain": True,
}


def test_a_database(tmp_path: Path) -> None:
    folder, out = make_voc(tmp_path / "voc"), tmp_path / "out"
    lines: list[str] = []
    convert(folder, out, registry().schema, **FLAGS, tell=lines.append)
    records = LmdbRecords(out)
    assert (records.count, records.key(1)) == (6, "00000001_1.png")
    record = bytes(records.reader().read(1, 1)[0])
    image, rows = read_record(type(message("AnnotatedDatum")), record, None)
    assert image.shape == (20, 40, 3)
    assert rows[0, [0, 6]].tolist() == [1, 1]
    assert (out.parent / "out_sizes.txt").read_text().startswith("0 20 40\n1 20 40\n")
    assert 'name: "square"\n  label: 2' in (out.parent / "out_labelmap.prototxt").read_text()
    assert "6 images, 6 true boxes" in lines[0]
    with pytest.raises(OwltfError, match="out"):
        convert(folder, out, registry().schema, **FLAGS, tell=lines.append)


def test_a_class_without_a_label(tmp_path: Path) -> None:
    labels = tmp_path / "map.prototxt"
    labels.write_text('item { name: "square" label: 1 }')
    with pytest.raises(OwltfError, match=r"1.xml: the label map has no 'other'"):
        convert(
            make_voc(tmp_path / "voc"),
            tmp_path / "out",
            registry().schema,
            **{**FLAGS, "label_map": labels},
            tell=print,
        )
    assert not (tmp_path / "out").exists()


def test_an_image_that_cannot_be_read(tmp_path: Path) -> None:
    folder = make_voc(tmp_path / "voc")
    (folder / "JPEGImages" / "3.png").write_bytes(b"nothing")
    with pytest.raises(OwltfError, match=r"3.png \(.*3.xml\): cannot be decoded"):
        convert(folder, tmp_path / "out", registry().schema, **FLAGS, tell=print)

from __future__ import annotations

from itertools import islice
from pathlib import Path

import numpy as np
import pytest
from made_shapes import make_voc, registry
from owltf_ssd.data.annoset import convert
from owltf_ssd.data.annotated_data import AnnotatedData

from owltf.api import DataContext, NetContext, OwltfError
from owltf.caffe.net.read import net_from_text

NET = """
    layer {{
      name: "data" type: "AnnotatedData" top: "data" top: "label"
      transform_param {{ {transform} }}
      data_param {{ source: "out" batch_size: {batch} }}
      annotated_data_param {{ {annotated} }}
    }}
"""
SIZE = "resize_param { height: 24 width: 24 }"
VARIED = f"""
    {SIZE} mirror: true expand_param {{ max_expand_ratio: 2 }} mean_value: 10 scale: 0.5
    distort_param {{ brightness_prob: 1 brightness_delta: 9 }}
"""
SAMPLER = "batch_sampler { sampler { min_scale: 0.5 } max_sample: 1 }"


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    made = tmp_path_factory.mktemp("annotated")
    convert(
        make_voc(made / "voc"),
        made / "out",
        registry().schema,
        part=None,
        label_map=None,
        backend="lmdb",
        shuffle=False,
        seed=1,
        max_image_pixels=None,
        force=False,
        plain=True,
        tell=str,
    )
    return made


def layer(folder: Path, transform: str, batch: int = 2, annotated: str = "") -> AnnotatedData:
    text = NET.format(transform=transform, batch=batch, annotated=annotated)
    (parameter,) = net_from_text(text, registry().schema).parameter.layer
    context = NetContext(registry(), "TRAIN", folder=folder, seed=5)
    given = DataContext(parameter, "net.prototxt:2", context)
    given.check_transform(AnnotatedData.transform_fields)
    return AnnotatedData(given)


def batches(made: AnnotatedData, count: int, first: int = 0) -> list[list[np.ndarray]]:
    found = islice(made.dataset(first), count)
    return [[top.numpy() for top in each] for each in found]


def test_images_and_boxes_as_they_are(folder: Path) -> None:
    made = layer(folder, "")
    assert made.top_shapes == ((2, 3, 20, 40), (1, 1, None, 8))
    (images, boxes), _ = batches(made, 2)
    assert boxes.shape == (1, 1, 2, 8)
    np.testing.assert_array_equal(boxes[0, 0, :, :3], [[0, 2, 0], [1, 1, 0]])
    for number, *_, left, top, right, bottom, _ in boxes[0, 0]:
        inside = images[int(number), 0, round(top * 20) : round(bottom * 20)]
        assert (inside[:, round(left * 40) : round(right * 40)] == 200).all()


def test_what_is_drawn_belongs_to_the_record(folder: Path) -> None:
    one, other = layer(folder, VARIED, 2, SAMPLER), layer(folder, VARIED, 3, SAMPLER)
    images = np.concatenate([images for images, _ in batches(one, 6)])
    again = np.concatenate([images for images, _ in batches(other, 4)])
    np.testing.assert_array_equal(images, again)
    resumed = batches(one, 1, first=4)[0][0]
    np.testing.assert_array_equal(resumed, images[4:6])
    # The second time round, the same records are varied in another way.
    assert (images[:6] != images[6:]).any()
    assert images.shape == (12, 3, 24, 24)


def test_the_first_rows_of_a_batch(folder: Path) -> None:
    made = layer(folder, SIZE, 3)
    images, boxes = next(iter(made.dataset(0)))
    assert made.first_rows(0, images, 2, 3).shape == (2, 3, 24, 24)
    np.testing.assert_array_equal(made.first_rows(1, boxes, 2, 3)[0, 0, :, 0], [0, 1])
    assert (made.first_rows(1, boxes[:, :, 2:], 1, 3).numpy() == -1).all()


@pytest.mark.parametrize(
    ("transform", "annotated", "said"),
    [
        ("noise_param { prob: 0.5 }", "", "noise_param: prob is not supported"),
        ("crop_h: 3", "", "both crop_h and crop_w"),
        ("resize_param { height: 3 }", "", "resize_param: needs a height and a width"),
        ("force_gray: true", "", "force_gray is not supported"),
        ("resize_param { height: 9 width: 9 resize_mode: FIT_SMALL_SIZE }", "", "needs a crop_s"),
        ("expand_param { max_expand_ratio: 0.5 }", "", "max_expand_ratio must be"),
        ("", "batch_sampler { sampler { max_scale: 3 } }", "batch_sampler: scales"),
        ("", 'label_map_file: "nothing"', "label_map_file"),
    ],
)
def test_wrong_fields(folder: Path, transform: str, annotated: str, said: str) -> None:
    with pytest.raises(OwltfError, match=said):
        layer(folder, transform, 2, annotated)


def test_a_crop_of_two_sides_and_noise(folder: Path) -> None:
    made = layer(folder, "crop_h: 12 crop_w: 16 mirror: true noise_param { inverse: true }")
    assert made.top_shapes[0] == (2, 3, 12, 16)
    for images, boxes in batches(made, 4):
        for number, *_, left, top, right, bottom, _ in boxes[0, 0][boxes[0, 0, :, 0] >= 0]:
            inside = images[int(number), 0, round(top * 12) : round(bottom * 12)]
            assert (inside[:, round(left * 16) : round(right * 16)] == 55).all()


def test_a_label_that_the_map_does_not_name(folder: Path) -> None:
    (folder / "small.prototxt").write_text('item { name: "square" label: 2 }')
    made = layer(folder, SIZE, 2, 'label_map_file: "small.prototxt"')
    with pytest.raises(Exception, match="record 1 .* has the label 1"):
        batches(made, 1)

from __future__ import annotations

import shutil
from itertools import islice
from pathlib import Path

import numpy as np
import pytest
import tensorflow as tf

from owltf.data.pipeline import pipeline_error

ORACLE = Path(__file__).parent / "oracle"


def net(source="list_png.txt", fields="batch_size: 4 new_height: 20 new_width: 24", more=""):
    return f"""layer {{ name: "cats" type: "ImageData" top: "data" top: "label"
      image_data_param {{ source: "{source}" root_folder: "images/" {fields} }} {more} }}"""


def failing_with(layer, batches):
    with pytest.raises(tf.errors.OpError) as caught:
        batches(layer, 3)
    return str(pipeline_error(caught.value, [layer]))


def test_shuffled_anew_in_each_epoch_and_resumed(make_layer, records):
    text = net(fields="batch_size: 4 new_height: 20 new_width: 24 shuffle: true")
    layer = make_layer(text, phase="TRAIN")
    images, labels = records(layer, 40)
    plain, _ = records(make_layer(net()), 5)
    for epoch in range(8):
        sums = images[5 * epoch : 5 * epoch + 5].sum((1, 2, 3))
        np.testing.assert_array_equal(np.sort(sums), np.sort(plain.sum((1, 2, 3))))
    assert len({tuple(images[n : n + 5].sum((1, 2, 3))) for n in range(0, 40, 5)}) > 3
    resumed = records(make_layer(text, phase="TRAIN"), 11, 13)
    np.testing.assert_array_equal(resumed[0], images[13:24])
    np.testing.assert_array_equal(resumed[1], labels[13:24])
    names = list(islice(layer.keys(0), 5))
    assert sorted(names) == ["00.png", "02.png", "04.png", "06.png", "08.png"]


def test_augmentation_belongs_to_the_record(make_layer, records):
    more = "transform_param { crop_size: 16 mirror: true mean_value: 9 }"
    everything, _ = records(make_layer(net(more=more), phase="TRAIN"), 24)
    other = net(fields="batch_size: 3 new_height: 20 new_width: 24", more=more)
    resumed, _ = records(make_layer(other, phase="TRAIN"), 15, 9)
    np.testing.assert_array_equal(resumed, everything[9:])


def test_paths_with_spaces_and_gray_files_read_as_color(tmp_path, make_layer, batches):
    gray = np.arange(12, dtype=np.uint8).reshape(3, 4, 1)
    folder = tmp_path / "my images"
    folder.mkdir()
    tf.io.write_file(str(folder / "a gray  one.png"), tf.io.encode_png(gray))
    shutil.copy(ORACLE / "images/00.png", folder / "b.png")
    (tmp_path / "list.txt").write_text("my images/a gray  one.png 7\r\n\nmy images/b.png\t-3\n")
    text = net("list.txt", "batch_size: 1").replace('root_folder: "images/"', "")
    layer = make_layer(text, tmp_path)
    layer.one_size = None
    (images, label), (_, second) = batches(layer, 2)
    assert images.shape == (1, 3, 3, 4)
    np.testing.assert_array_equal(images[0], np.repeat(gray.transpose(2, 0, 1), 3, 0))
    assert (label.tolist(), second.tolist()) == ([7], [-3])


def test_rand_skip_and_describe(make_layer):
    fields = "batch_size: 4 new_height: 9 new_width: 9 rand_skip: 100"
    assert len({make_layer(net(fields=fields), seed=n).first_position for n in range(20)}) > 15
    assert make_layer(net()).describe().endswith("list_png.txt: 5 images of 3x20x24")
    place, label = next(make_layer(net()).labels())
    assert place.endswith("list_png.txt:1")
    assert label == 4


def test_images_of_several_sizes(make_layer, batches):
    said = failing_with(make_layer(net(fields="batch_size: 2")), batches)
    assert "list_png.txt:2: image '02.png' is 3x" in said
    assert said.endswith("need new_height and new_width, a crop_size, or batch_size: 1")


@pytest.mark.parametrize(
    ("lines", "fields", "said"),
    [
        ("00.png 4\n00.png\n", "batch_size: 1", "list.txt:2: a line must be a path, a space and"),
        ("", "batch_size: 1", "list.txt names no images"),
        ("00.png 1\n", "batch_size: 1 new_width: 5", "given both or neither, got 0 and 5"),
        ("no.png 1\n", "batch_size: 1", "list.txt:1: image 'no.png' cannot be read: "),
        ("00.png 1\n", "batch_size: 1", None),
    ],
)
def test_mistakes(lines, fields, said, make_layer, refusal, tmp_path):
    shutil.copytree(ORACLE / "images", tmp_path / "images")
    (tmp_path / "list.txt").write_text(lines)
    if said is None:
        make_layer(net("list.txt", fields), tmp_path)
    else:
        assert said in refusal(make_layer, net("list.txt", fields), tmp_path)


def test_missing_and_broken_images_are_named_or_skipped(make_layer, batches, tmp_path):
    shutil.copytree(ORACLE / "images", tmp_path / "images")
    (tmp_path / "images" / "bad.jpg").write_bytes((ORACLE / "images/01.jpg").read_bytes()[:300])
    (tmp_path / "images" / "empty.jpg").write_bytes(b"")
    for name, said in [
        ("bad.jpg", "cannot be decoded as an image"),
        ("empty.jpg", "cannot be decoded as an image"),
        ("gone.jpg", "cannot be read: images/gone.jpg: not found; tried"),
    ]:
        (tmp_path / "list.txt").write_text(f"00.png 4\n{name} 1\n02.png 6\n")
        layer = make_layer(net("list.txt"), tmp_path)
        assert f"list.txt:2: image '{name}' {said}" in failing_with(layer, batches)
        skipping = make_layer(net("list.txt"), tmp_path, skip_bad_records=True)
        assert batches(skipping, 1)[0][1].tolist() == [4, 6, 6, 4]
        assert skipping.bad_records.found == 1


def test_a_bad_image_is_counted_once_in_all_epochs(make_layer, batches, tmp_path, caplog):
    shutil.copytree(ORACLE / "images", tmp_path / "images")
    (tmp_path / "list.txt").write_text("00.png 4\nno.jpg 1\n02.png 6\n")
    text = net("list.txt", "batch_size: 4 new_height: 9 new_width: 9 shuffle: true")
    layer = make_layer(text, tmp_path, skip_bad_records=True)
    batches(layer, 12)
    assert layer.bad_records.found == len(caplog.records) == 1

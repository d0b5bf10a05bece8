from __future__ import annotations

import shutil
from pathlib import Path

import numpy as np
import pytest
import tensorflow as tf

from owltf.data.pipeline import pipeline_error

ORACLE = Path(__file__).parent / "oracle"
TEXT = (ORACLE / "window.prototxt").read_text()


def possible(layer):
    """Return each window that may be drawn, as it becomes: background, then objects."""
    return [
        [(each.label, image(layer, each, mirrored)) for each in kind for mirrored in (False, True)]
        for kind in layer._kinds
    ]


def image(layer, window, mirrored):
    batch = layer.empty(1, channels_last=False)
    layer._write(window, mirrored, batch, 0)
    return batch.array[0]


def test_caffes_own_windows_are_among_the_possible(make_layer, batches):
    layer, expected = make_layer(TEXT), np.load(ORACLE / "window.npz")
    kinds = possible(layer)
    drawn = [expected[f"top/{batch}/{top}"] for batch in range(3) for top in (0, 1)]
    pairs = list(zip(drawn[::2], drawn[1::2], strict=True)) + batches(layer, 3)
    for images, labels in pairs:
        for place, (image, label) in enumerate(zip(images, labels, strict=True)):
            among = kinds[place >= 3]
            assert any(label == wanted and np.array_equal(image, it) for wanted, it in among)


def test_draws_belong_to_the_record(make_layer, records):
    text = TEXT.replace("crop_size: 32 mean", "mirror: true crop_size: 32 mean")
    text = text.replace('"warp"', '"square" cache_images: true')
    images, labels = records(make_layer(text, phase="TRAIN"), 36)
    again = records(make_layer(text, phase="TRAIN"), 18, 18)
    np.testing.assert_array_equal(again[0], images[18:])
    np.testing.assert_array_equal(again[1], labels[18:])
    np.testing.assert_array_equal(labels.reshape(6, 6)[:, :3], 0)
    assert (labels.reshape(6, 6)[:, 3:] > 0).all()


def test_channels_last_has_the_same_windows(make_layer, batches):
    layer = make_layer(TEXT.replace("context_pad: 4", "context_pad: 12"), phase="TRAIN")
    taken = layer.dataset_channels_last(6).take(2).as_numpy_iterator()
    for (found, labels), (wanted, same) in zip(taken, batches(layer, 2, 6), strict=True):
        np.testing.assert_array_equal(found.transpose(0, 3, 1, 2), wanted)
        np.testing.assert_array_equal(labels, same)


def test_thresholds_sort_the_windows(make_layer):
    layer = make_layer(TEXT)
    background, objects = layer._kinds
    assert {each.label for each in background} == {0}
    assert min(each.overlap for each in objects) >= 0.5 > max(each.overlap for each in background)
    assert "windows with objects" in layer.describe()
    assert len(list(layer.labels())) == len(background) + len(objects)


def test_what_is_beyond_the_image_is_zero_after_the_mean(make_layer):
    layer = make_layer(TEXT.replace("context_pad: 4", "context_pad: 12"))
    zeros = [(image == 0).all(0).any() for kind in possible(layer) for _, image in kind]
    assert any(zeros)


@pytest.mark.parametrize(
    ("old", "new", "said"),
    [
        ('"warp"', '"round"', "crop_mode must be warp or square, got 'round'"),
        ("context_pad: 4", "context_pad: 16", "context_pad 16 leaves nothing of a crop_size of 32"),
        ("fg_threshold: 0.5", "fg_threshold: 1.1", "has no window with an object; a batch needs 3"),
        ("mean_value: 123", "", "mean_value must be given once or once per channel (3); got 2"),
        ('top: "label"', "", "needs two tops"),
    ],
)
def test_mistakes(old, new, said, make_layer, refusal):
    assert said in refusal(make_layer, TEXT.replace(old, new))


def test_a_missing_image_and_a_window_outside(make_layer, batches, tmp_path):
    shutil.copytree(ORACLE / "images", tmp_path / "images")
    head = "# 0\nimages/00.png\n3\n9\n9\n2\n1 0.9 0 0 5 5\n"
    for last, image, said in [
        ("0 0.1 0 0 999 9", "00.png", "has a window that is not inside its"),
        ("0 0.1 0 0 5 5", "no.png", "cannot be read: images/no.png: not found"),
    ]:
        (tmp_path / "windows.txt").write_text(f"{head}{last}\n".replace("00.png", image))
        layer = make_layer(TEXT.replace("context_pad: 4", ""), tmp_path)
        with pytest.raises(tf.errors.OpError) as caught:
            batches(layer, 1)
        assert said in str(pipeline_error(caught.value, [layer]))


def test_windows_of_images_that_are_missing_are_skipped(make_layer, batches, tmp_path, caplog):
    shutil.copytree(ORACLE / "images", tmp_path / "images")
    whole = "# 0\nimages/00.png\n3\n9\n9\n2\n1 0.9 0 0 5 5\n0 0.1 0 0 5 5\n"
    (tmp_path / "windows.txt").write_text(
        f"{whole}# 1\nno.png\n3\n9\n9\n2\n2 0.9 0 0 5 5\n0 0.1 0 0 5 5\n"
    )
    layer = make_layer(TEXT, tmp_path, skip_bad_records=True)
    taken = batches(layer, 4)
    assert {*np.concatenate([labels for _, labels in taken])} == {0, 1}
    assert layer.bad_records.found == 2
    assert "windows.txt:15: image 'no.png' cannot be read" in caplog.text
    layer.bad_records.tell_total()
    assert "2 of 4 windows were skipped" in caplog.text
    again = batches(make_layer(TEXT, tmp_path, skip_bad_records=True), 1, 3 * layer.batch_size)
    np.testing.assert_array_equal(again[0][0], taken[3][0])
    bad = whole.replace("00.png", "no.png")
    (tmp_path / "windows.txt").write_text(bad)
    with pytest.raises(tf.errors.OpError) as caught:
        batches(layer := make_layer(TEXT, tmp_path, skip_bad_records=True), 1)
    # The second, if all have been looked at when the first window of a kind is wanted.
    words = ("no window of its kind can be used", "none of 2 windows can be used")
    assert any(each in str(pipeline_error(caught.value, [layer])) for each in words)

from __future__ import annotations

from itertools import product
from pathlib import Path

import numpy as np
import pytest
import tensorflow as tf

from owltf.data.pipeline import pipeline_error
from owltf.data.target.database import write_database

ORACLE = Path(__file__).parent / "oracle"
CASES = sorted(each for each in ORACLE.glob("*.prototxt") if each.stem != "window")
CATS = "Data layer 'cats' (net.prototxt:2): "


def net(source="lmdb_raw", batch="batch_size: 4", backend="backend: LMDB", more="", top="label"):
    second = f'top: "{top}"' if top else ""
    return f"""layer {{ name: "cats" type: "Data" top: "data" {second}
      data_param {{ source: "{source}" {batch} {backend} }} {more} }}"""


def pixels(shape=(1, 3, 2), start=0):
    return (np.arange(np.prod(shape)) + start).astype(np.uint8).reshape(shape)


@pytest.mark.parametrize("case", CASES, ids=lambda path: path.stem)
def test_caffes_own_figures(case, make_layer, batches):
    layer = make_layer(case.read_text())
    expected = np.load(case.with_suffix(".npz"))
    if layer.may_vary:
        layer.one_size = None
    for batch, tops in enumerate(batches(layer, 3)):
        assert layer.may_vary or tuple(top.shape for top in tops) == layer.top_shapes
        for top, values in enumerate(tops):
            np.testing.assert_array_equal(values, expected[f"top/{batch}/{top}"])


GRAY = np.random.default_rng(5).integers(0, 256, (7, 1, 12, 14), np.uint8)


@pytest.fixture
def gray_leveldb(tmp_path, make_datum, schema):
    """A LevelDB of gray images with a mean image, and the layer that reads it."""
    with write_database(tmp_path / "gray", "LEVELDB") as database:
        records = [make_datum(each, number) for number, each in enumerate(GRAY)]
        database.put([(b"%08d" % number, record) for number, record in enumerate(records)])
    mean = np.random.default_rng(6).uniform(0, 255, (1, 12, 14)).astype(np.float32)
    blob = schema.message("BlobProto")(num=1, channels=1, height=12, width=14)
    blob.data.extend(mean.ravel().tolist())
    (tmp_path / "mean").write_bytes(blob.SerializeToString())
    more = """transform_param { mean_file: "%s" scale: 0.5 crop_size: 9 mirror: true }"""
    backend, changed = "backend: LEVELDB", more % (tmp_path / "mean")
    return net(tmp_path / "gray", backend=backend, more=changed), mean


def test_a_gray_leveldb_less_a_mean_image(gray_leveldb, make_layer, records):
    text, mean = gray_leveldb
    images, labels = records(make_layer(text.replace("mirror: true", "")), 14)
    wanted = (GRAY.astype(np.float32) - mean)[:, :, 1:10, 2:11] * np.float32(0.5)
    np.testing.assert_array_equal(images, np.tile(wanted, (2, 1, 1, 1)))
    np.testing.assert_array_equal(labels, [*range(7)] * 2)


def test_the_mean_image_of_a_gray_leveldb_moves_with_the_crop(gray_leveldb, make_layer, records):
    text, mean = gray_leveldb
    layer = make_layer(text, phase="TRAIN")
    images, _ = records(layer, 28)
    last = layer.dataset_channels_last(0).unbatch().take(28)
    np.testing.assert_array_equal([each[0].numpy()[None, :, :, 0] for each in last], images)
    whole = (GRAY.astype(np.float32) - mean) * np.float32(0.5)
    drawn = set()
    for number, image in enumerate(images):
        places = [
            (top, left, step)
            for top, left, step in product(range(4), range(6), (1, -1))
            if (whole[number % 7, :, top : top + 9, left : left + 9][..., ::step] == image).all()
        ]
        assert len(places) == 1
        drawn.update(places)
    assert len(drawn) > 15


@pytest.mark.parametrize("source", ["lmdb_raw", "lmdb_encoded"])
def test_shapes_are_static(source, make_layer):
    layer = make_layer(net(source, more="transform_param { crop_size: 20 mirror: true }"))
    assert layer.top_shapes == ((4, 3, 20, 20), (4,))
    assert layer.dataset(0).element_spec == (
        tf.TensorSpec((4, 3, 20, 20), tf.float32),
        tf.TensorSpec((4,), tf.float32),
    )


@pytest.mark.parametrize("source", ["lmdb_raw", "lmdb_encoded"])
@pytest.mark.parametrize("position", [8, 37])
def test_a_resumed_run_goes_on(source, position, make_layer, records):
    text = net(source, more="transform_param { crop_size: 20 mirror: true }")
    everything = records(make_layer(text, phase="TRAIN"), position + 12)
    resumed = records(make_layer(text, phase="TRAIN"), 12, position)
    for found, expected in zip(resumed, everything, strict=True):
        np.testing.assert_array_equal(found, expected[position:])


def test_positions_are_counted_without_wrapping(make_layer, batches):
    ((images, labels),) = batches(make_layer(net()), 1, 1_000_003)
    ((expected, same_labels),) = batches(make_layer(net()), 1, 3)
    np.testing.assert_array_equal(images, expected)
    np.testing.assert_array_equal(labels, same_labels)


def test_wraps_inside_a_batch(make_layer, batches, write_lmdb, make_datum):
    source = write_lmdb(make_datum(pixels(start=n), n) for n in range(5))
    taken = batches(make_layer(net(source)), 4)
    labels = np.concatenate([labels for _, labels in taken])
    np.testing.assert_array_equal(labels, np.arange(16) % 5)
    np.testing.assert_array_equal(taken[1][0][1], pixels())


def test_labels_of_any_size(make_layer, batches, write_lmdb, make_datum):
    labels = [0, 127, 128, 999, 16384, 300, -1, None]
    source = write_lmdb(make_datum(pixels(start=n), label) for n, label in enumerate(labels))
    ((images, found),) = batches(make_layer(net(source, "batch_size: 8")), 1)
    np.testing.assert_array_equal(found, [label or 0 for label in labels])
    np.testing.assert_array_equal(images[:, 0, 0, 0], range(8))


def test_one_top_without_labels(make_layer, batches):
    layer = make_layer(net(top=""))
    assert layer.top_shapes == ((4, 3, 36, 34),)
    assert [len(tops) for tops in batches(layer, 2)] == [1, 1]


def test_float_data(make_layer, batches, write_lmdb, make_datum):
    values = np.random.default_rng(0).normal(size=(3, 2, 3, 1)).astype(np.float32)
    source = write_lmdb(make_datum(value, n) for n, value in enumerate(values))
    layer = make_layer(net(source, "batch_size: 3", more="transform_param { mean_value: 0.5 }"))
    np.testing.assert_array_equal(batches(layer, 1)[0][0], values - np.float32(0.5))


@pytest.mark.parametrize("first", [0, 1])
def test_bytes_and_floats_by_turns(first, make_layer, batches, write_lmdb, make_datum):
    rng = np.random.default_rng(0)
    both = [rng.integers(0, 256, (2, 3, 2), np.uint8), rng.normal(size=(2, 3, 2))]
    values = [
        both[(first + n) % 2].astype((np.uint8, np.float32)[(first + n) % 2]) for n in range(7)
    ]
    source = write_lmdb(make_datum(value, n) for n, value in enumerate(values))
    layer = make_layer(net(source, "batch_size: 3", more="transform_param { scale: 0.5 }"))
    taken = batches(layer, 4)
    images = np.concatenate([images for images, _ in taken])
    wanted = [values[n % 7] * np.float32(0.5) for n in range(12)]
    np.testing.assert_array_equal(images, wanted)
    np.testing.assert_array_equal(np.concatenate([each for _, each in taken]), np.arange(12) % 7)


@pytest.mark.parametrize("is_raw", [True, False])
def test_images_one_by_one_may_be_of_any_size(is_raw, make_layer, batches, write_lmdb, make_datum):
    sizes = [(3, 6, 9), (3, 9, 6), (3, 7, 7)]
    images = [np.random.default_rng(n).integers(0, 256, sizes[n], np.uint8) for n in range(3)]
    source = write_lmdb(
        make_datum(image if is_raw else to_png(image), n) for n, image in enumerate(images)
    )
    layer = make_layer(net(source, "batch_size: 1"))
    assert layer.may_vary
    layer.one_size = None
    assert layer.batch_shapes == ((1, 3, None, None), (1,))
    for number, (data, label) in enumerate(batches(layer, 6)):
        np.testing.assert_array_equal(data[0], images[number % 3])
        assert label == number % 3


@pytest.mark.parametrize("more", ["batch_size: 2", "batch_size: 1"])
def test_what_to_do_about_images_of_several_sizes(
    more, make_layer, batches, write_lmdb, make_datum
):
    shapes = [(3, 6, 9), (3, 6, 9), (3, 9, 6)]
    source = write_lmdb(make_datum(pixels(shape), 1) for shape in shapes)
    layer = make_layer(net(source, more))
    if more == "batch_size: 1":
        layer.one_size = "layer 'ip' is for images of one size: give a crop_size"
    told = failing_with(layer, batches)
    assert "is 3x9x6 where the first is 3x6x9; " in told
    assert "crop_size" in told


@pytest.mark.parametrize("phase", ["TRAIN", "TEST"])
def test_sizes_may_differ_where_images_are_cropped(
    phase, make_layer, records, write_lmdb, make_datum
):
    shapes = [(3, 6, 9), (3, 9, 6), (3, 7, 7), (3, 40, 5), (3, 6, 9)]
    images = [np.random.default_rng(n).integers(0, 256, shapes[n], np.uint8) for n in range(5)]
    raw = write_lmdb((make_datum(image, n) for n, image in enumerate(images)), "raw")
    png = write_lmdb((make_datum(to_png(image), n) for n, image in enumerate(images)), "png")
    crop = "transform_param { crop_size: 5 mirror: true }"
    found = [records(make_layer(net(db, more=crop), phase=phase), 12)[0] for db in (raw, png)]
    np.testing.assert_array_equal(*found)
    windows = np.lib.stride_tricks.sliding_window_view(images[1], (3, 5, 5)).reshape(-1, 3, 5, 5)
    assert any(
        np.array_equal(found[0][1], w) or np.array_equal(found[0][1], w[..., ::-1]) for w in windows
    )


def to_png(image):
    return tf.io.encode_png(np.ascontiguousarray(image[::-1].transpose(1, 2, 0))).numpy()


@pytest.mark.parametrize(("field", "channels"), [("force_color", 3), ("force_gray", 1)])
def test_forced_colors(field, channels, make_layer, batches, write_lmdb, make_datum):
    gray = np.full((1, 4, 4), 90, np.uint8)
    color = np.stack([np.full((4, 4), value, np.uint8) for value in (50, 100, 200)])
    source = write_lmdb(make_datum(image, 0) for image in (to_png(gray), to_png(color)))
    layer = make_layer(net(source, "batch_size: 2", more=f"transform_param {{ {field}: true }}"))
    ((images, _),) = batches(layer, 1)
    expected = [[90] * 3, [50, 100, 200]] if channels == 3 else [[90], [124]]
    np.testing.assert_array_equal(images[:, :, 2, 2], expected)


def test_force_encoded_color_is_the_older_name(make_layer, write_lmdb, make_datum):
    source = write_lmdb([make_datum(to_png(pixels((1, 4, 4))), 0)])
    layer = make_layer(net(source, backend="backend: LMDB force_encoded_color: true"))
    assert layer.top_shapes[0] == (4, 3, 4, 4)


@pytest.mark.parametrize("phase", ["TRAIN", "TEST"])
def test_rand_skip(phase, make_layer):
    text = net(backend="backend: LMDB rand_skip: 1000")
    positions = {make_layer(text, phase=phase, seed=seed).first_position for seed in range(20)}
    assert len(positions) > 15
    assert positions <= set(range(1000))
    assert make_layer(text, seed=3).first_position == make_layer(text, seed=3).first_position
    assert make_layer(net()).first_position == 0


def test_batch_factor(make_layer):
    layer = make_layer(net(), batch_factor=3)
    assert layer.batch_size == 12
    assert layer.top_shapes == ((12, 3, 36, 34), (12,))


def test_describe(make_layer):
    described = make_layer(net()).describe()
    assert described.startswith("LMDB ")
    assert described.endswith("lmdb_raw: 10 records of 3x36x34")
    assert make_layer(net("lmdb_encoded")).describe().endswith("10 encoded records of 3x36x34")


def test_two_layers_may_read_one_database(make_layer, batches):
    first, second = make_layer(net(), phase="TRAIN"), make_layer(net(), phase="TEST")
    np.testing.assert_array_equal(batches(first, 1)[0][0], batches(second, 1)[0][0])


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        (net("nowhere"), "source nowhere: not found; tried "),
        (net(""), "source is missing"),
        (net(batch=""), "batch_size must be 1 or more; it is missing or 0"),
        (net(batch="batch_size: 0"), "batch_size must be 1 or more; it is missing or 0"),
        (net(more='top: "third"'), "needs one top (data) or two (data, label); got 3"),
        (
            net(more="transform_param { force_color: true force_gray: true }"),
            "force_color and force_gray cannot both be set",
        ),
    ],
)
def test_what_is_refused(text, expected, make_layer, refusal):
    message = refusal(make_layer, text)
    assert message.startswith(CATS)
    assert expected in message


def test_a_leveldb_and_an_lmdb_are_told_apart(make_layer, refusal):
    said = refusal(make_layer, net("leveldb_raw"))
    assert said.endswith("is not an LMDB: it is a LevelDB; write backend: LEVELDB in data_param")
    said = refusal(make_layer, net(backend=""))
    assert said.endswith("is not a LevelDB: it is an LMDB; write backend: LMDB in data_param")


def test_bad_records_are_skipped(make_layer, batches, write_lmdb, make_datum, caplog):
    good = [make_datum(pixels(start=n), n) for n in range(4)]
    encoded = [make_datum(to_png(pixels((1, 3, 2), n)), n) for n in range(4)]
    for name, kind in (("raw", good), ("encoded", encoded)):
        bad = [b"garbage", kind[0], kind[1], b"x", b"y", kind[2], b""]
        caplog.clear()
        layer = make_layer(net(write_lmdb(bad, name), "batch_size: 7"), skip_bad_records=True)
        taken = batches(layer, 2)
        for images, labels in taken:
            assert labels.tolist() == [0, 0, 1, 2, 2, 2, 0]
            np.testing.assert_array_equal(images[3], pixels((1, 3, 2), 2))
        assert layer.bad_records.found == 4
        assert len(caplog.records) == 4
        assert "record 3 (key '00000003') is not a Datum" in caplog.text


def test_no_record_can_be_used(make_layer, write_lmdb, refusal):
    source = write_lmdb([b"garbage", b"x"])
    said = refusal(make_layer, net(source), skip_bad_records=True)
    assert said.endswith("is not a Datum; none of 2 records can be used")


@pytest.mark.parametrize(
    ("first", "reason"),
    [
        (b"not a Datum", "record 0 (key '00000000') is not a Datum"),
        (b"", "record 0 (key '00000000') holds 0 values where an image of 0x0x0 needs 0"),
        (b"\x08\x01\x10\x02\x18\x02\x22\x01x", "holds 1 values where an image of 1x2x2 needs 4"),
        (b"\x22\x01x\x38\x01", "record 0 (key '00000000') cannot be decoded as an image"),
    ],
)
def test_first_record_is_no_good(first, reason, make_layer, write_lmdb, refusal):
    assert reason in refusal(make_layer, net(write_lmdb([first])))


def failing_with(layer, batches):
    with pytest.raises(tf.errors.OpError) as caught:
        batches(layer, 3)
    message = str(pipeline_error(caught.value, [layer]))
    assert message.startswith(CATS + "LMDB ")
    return message


@pytest.mark.parametrize("kind", [lambda image: image, to_png], ids=["raw", "encoded"])
@pytest.mark.parametrize(
    ("shape", "crop", "reason"),
    [
        ((3, 6, 5), 0, "record 5 (key '00000005') is 3x6x5 where the first is 3x5x6"),
        ((3, 3, 9), 4, "record 5 (key '00000005') is 3x3x9, smaller than crop_size 4"),
        ((1, 5, 6), 4, "record 5 (key '00000005') has 1 channels where the first has 3"),
    ],
)
def test_a_record_differs(kind, shape, crop, reason, make_layer, batches, write_lmdb, make_datum):
    shapes = [(3, 5, 6)] * 5 + [shape]
    source = write_lmdb(make_datum(kind(pixels(shape)), 1) for shape in shapes)
    text = net(source, "batch_size: 2", more=f"transform_param {{ crop_size: {crop} }}")
    assert reason in failing_with(make_layer(text, phase="TRAIN"), batches)


def test_kinds_of_records_are_mixed(make_layer, batches, write_lmdb, make_datum):
    raw, encoded = make_datum(pixels(), 1), make_datum(to_png(pixels()), 1)
    for first, second, reason in [
        (raw, encoded, "is an encoded image where the first record is a raw one"),
        (encoded, raw, "is a raw image where the first record is an encoded one"),
        (raw, b"garbage", "is not a Datum"),
        (encoded, b"garbage", "is not a Datum"),
    ]:
        source = write_lmdb([first, second], f"{reason[:20]}{len(first)}")
        layer = make_layer(net(source))
        assert f"record 1 (key '00000001') {reason}" in failing_with(layer, batches)


def test_an_image_cannot_be_decoded(make_layer, batches, write_lmdb, make_datum):
    images = [to_png(pixels()), to_png(pixels()), b"\xff\xd8\xff broken"]
    layer = make_layer(net(write_lmdb(make_datum(image, 1) for image in images)))
    reason = "record 2 (key '00000002') cannot be decoded as an image"
    assert reason in failing_with(layer, batches)

"""`owltf extract` as its users call it."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import h5py
import numpy as np
import pytest
import tensorflow as tf
from image_case import BODY, CROP, RECORDS, Images
from read_back import load_npz
from signal_case import end_by_signal, every_signal

WEIGHTS = ("--weights", "net.caffemodel")

Lines = Callable[..., list[str]]
Refused = Callable[..., str]
Owltf = Callable[..., object]


def test_a_solver_says_how_many_batches(images: Images, lines: Lines) -> None:
    said = lines("extract", "solver.prototxt", "ip", "f.npy", *WEIGHTS)
    assert said == ["Weights from net.caffemodel: 2 layers loaded", "f.npy: 16 rows of ip (4,)"]
    wanted = images.scores(images.crops(1, 2))
    np.testing.assert_allclose(np.load("f.npy"), wanted[:16], rtol=1e-4, atol=1e-5)
    lines("extract", "solver.prototxt", "ip", "f.npy", *WEIGHTS, "--all")
    np.testing.assert_allclose(np.load("f.npy"), wanted, rtol=1e-4, atol=1e-5)


def test_batches_go_round(images: Images, lines: Lines) -> None:
    lines("extract", "net.prototxt", "data", "f.npz", *WEIGHTS, "--iterations", 3, "--with-keys")
    found = load_npz(Path("f.npz"))
    numbers = np.arange(24) % RECORDS
    np.testing.assert_array_equal(found["data"], images.crops(1, 2)[numbers])
    assert found["key"].tolist() == [f"{number:04}_photo" for number in numbers]


@pytest.mark.parametrize("name", ["conv", "relu"])
def test_a_layer_with_and_without_the_in_place_layers_after_it(
    images: Images, lines: Lines, name: str
) -> None:
    own = images.conv(images.crops(1, 2))
    lines("extract", "net.prototxt", name, "f.npy", *WEIGHTS)
    np.testing.assert_allclose(np.load("f.npy"), np.maximum(own, 0), rtol=1e-4, atol=1e-5)
    lines("extract", "net.prototxt", name, "f.npy", *WEIGHTS, "--before-in-place")
    wanted = own if name == "conv" else np.maximum(own, 0)
    np.testing.assert_allclose(np.load("f.npy"), wanted, rtol=1e-4, atol=1e-5)


def test_several_layers_are_columns_or_files(images: Images, lines: Lines) -> None:
    wishes = ("--with-labels", *WEIGHTS)
    said = lines("extract", "net.prototxt", "conv,ip", "c.npy,i.npy", *wishes)
    assert said[1:] == [
        "c.npy: 22 rows of conv (5, 6, 6)",
        "c.label.npy: 22 rows of label",
        "i.npy: 22 rows of ip (4,)",
    ]
    lines("extract", "net.prototxt", "conv,ip", "f.h5", *wishes)
    with h5py.File("f.h5") as file:
        np.testing.assert_array_equal(file["conv"], np.load("c.npy"))
        np.testing.assert_array_equal(file["ip"], np.load("i.npy"))
        np.testing.assert_array_equal(file["label"], images.labels)
    np.testing.assert_array_equal(np.load("c.label.npy"), images.labels)


def test_a_snapshot_is_named_by_its_index(snapshot: None, lines: Lines) -> None:
    said = lines("extract", "solver.prototxt", "ip", "f.npy", "--snapshot", 1)
    assert said[0] == "Weights from snap_iter_1.caffemodel: 2 layers loaded"


def test_features_of_models_that_others_trained(
    zoo_model: Path, lines: Lines, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Each model's own inputs, from an HDF5 file; its prototxt fed by a data layer."""
    monkeypatch.chdir(tmp_path)
    expected = np.load(zoo_model / "expected.npz")
    with h5py.File("in.h5", "w") as file:
        file["data"] = np.concatenate([expected["in:data"]] * 3)[:3]
    Path("in.txt").write_text("in.h5")
    net = (zoo_model / "deploy.prototxt").read_text()
    assert net.count("Input") == 1
    start, end = net.index("layer"), net.index("layer", net.index("Input"))
    data = 'layer { name: "data" type: "HDF5Data" top: "data" hdf5_data_param { '
    Path("net.prototxt").write_text(
        net[:start] + data + 'source: "in.txt" batch_size: 2 } }\n' + net[end:]
    )
    weights = ("--weights", zoo_model / "weights.caffemodel")
    lines("extract", "net.prototxt", "prob", "f.npy", *weights, "--cpu-replicas", 2)
    wanted = np.concatenate([expected["caffe:prob"]] * 3)[:3]
    np.testing.assert_allclose(np.load("f.npy"), wanted, rtol=1e-4, atol=1e-5)


@pytest.fixture
def photos(images: Images) -> Path:
    """The images of the database as files, and a list of them."""
    folder = Path("photos")
    folder.mkdir()
    listing = []
    for number, (image, label) in enumerate(zip(images.pixels, images.labels, strict=True)):
        rgb = image.transpose(1, 2, 0)[:, :, ::-1]
        tf.io.write_file(str(folder / f"{number:02}.png"), tf.io.encode_png(rgb))
        listing.append(f"{number:02}.png {label}\n")
    (folder / "list.txt").write_text("".join(listing))
    return folder


@pytest.mark.parametrize("given", ["photos", "photos/list.txt"])
def test_images_go_through_the_nets_own_transform(
    photos: Path, images: Images, lines: Lines, given: str
) -> None:
    """The same images as files and as records give the same features, bit by bit."""
    lines("extract", "net.prototxt", "conv", "db.npy", *WEIGHTS)
    wishes = ("--with-keys", "--with-labels") if "list" in given else ("--with-keys",)
    lines("extract", "net.prototxt", "conv", "f.npz", "--images", given, *wishes, *WEIGHTS)
    found = load_npz(Path("f.npz"))
    np.testing.assert_array_equal(found["conv"], np.load("db.npy"))
    assert found["key"].tolist() == [f"photos/{number:02}.png" for number in range(RECORDS)]
    if "list" in given:
        np.testing.assert_array_equal(found["label"], images.labels)


def test_a_deploy_net_is_told_how_images_are_prepared(
    photos: Path, images: Images, lines: Lines
) -> None:
    settings = ("--resize", "10,12", "--mean", "100,120,140", "--scale", "0.015625")
    named = [word for number in (3, 1) for word in ("--images", photos / f"{number:02}.png")]
    lines("extract", "deploy.prototxt", "data", "f.npy", *named, *settings, *WEIGHTS)
    np.testing.assert_array_equal(np.load("f.npy"), images.crops(1, 2)[[3, 1]])


def test_an_unreadable_image_stops_or_is_skipped(
    photos: Path, owltf: Owltf, refused: Refused
) -> None:
    (photos / "01.png").write_bytes(b"\x89PNG no more")
    words = ("extract", "net.prototxt", "ip", "f.npy", *WEIGHTS, "--images", photos)
    why = "photos/01.png: not a whole JPEG, PNG, GIF, BMP or PNM image"
    assert refused(*words) == why
    said = owltf(*words, "--skip-bad").stdout.splitlines()
    assert f"Skipped: {why}" in said
    assert said[-1] == "f.npy: 21 rows of ip (4,)"
    assert len(np.load("f.npy")) == 21


def test_a_net_without_weights_needs_none(images: Images, owltf: Owltf) -> None:
    oracle = Path(__file__).parents[2] / "data" / "oracle"
    owltf("extract", oracle / "lmdb_plain.prototxt", "data", "f.npz", "--iterations", 1)
    wanted = np.load(oracle / "lmdb_plain.npz")["top/0/0"]
    np.testing.assert_array_equal(np.load("f.npz")["data"], wanted)
    words = ("extract", "net.prototxt", "ip", "f.npy", "--random-weights", "--iterations", 1)
    assert owltf(*words).exit_code == 0, owltf(*words).stderr
    assert np.load("f.npy").any()


@pytest.mark.parametrize(
    ("words", "reason"),
    [
        (("net.prototxt", "ip", "f.npy"), "give --weights FILE or, with a solver, --snapshot N"),
        (("net.prototxt", "cov", "f.npy", *WEIGHTS), "no layer or blob 'cov': did you mean 'conv'"),
        (("net.prototxt", "loss", "f.npy", *WEIGHTS), "'loss' of net 'small' has shape (), not a"),
        (("net.prototxt", "ip", "f.nyp", *WEIGHTS), "f.nyp: there is no format '.nyp'"),
        (("net.prototxt", "ip", "f.npy", *WEIGHTS, "--all", "--iterations", 1), "give one of"),
        (("net.prototxt", "ip", "f.npy", *WEIGHTS, "--skip-bad"), "--skip-bad is for --images"),
        (("net.prototxt", "ip", "f.npy", *WEIGHTS, "--test-net", 1), "only a solver has several"),
        (("net.prototxt", "ip", "f.npy", *WEIGHTS, "--images", "no"), "no: no such file or folder"),
        (
            ("net.prototxt", "ip", "f.npy", *WEIGHTS, "--images", "one.png", "--with-labels"),
            "--with-labels: there are no labels",
        ),
        (
            ("net.prototxt", "label", "f.npz", *WEIGHTS, "--with-labels"),
            "'label' is a blob of the net and is written already; leave out --with-labels",
        ),
        (("deploy.prototxt", "ip", "f.npy", *WEIGHTS), "have no data; give it data layers"),
        (("unlabelled.prototxt", "ip", "f.npy", *WEIGHTS, "--with-labels"), "there are no labels"),
    ],
)
def test_mistakes(images: Images, refused: Refused, words: tuple[object, ...], reason: str) -> None:
    tf.io.write_file("one.png", tf.io.encode_png(np.zeros((CROP, CROP, 3), np.uint8)))
    net = Path("net.prototxt").read_text()
    data, _ = net.split(BODY)
    Path("unlabelled.prototxt").write_text(data.replace('top: "label"', "") + BODY)
    assert reason in refused("extract", *words)


def test_a_blob_with_other_rows_than_records_is_refused(images: Images, refused: Refused) -> None:
    net = Path("net.prototxt").read_text()
    constant = """
    layer { name: "constant" type: "DummyData" top: "constant" dummy_data_param { shape {
      dim: 4 dim: 2 } } }
    layer { name: "power" type: "Power" bottom: "constant" top: "power" }
    """
    Path("constant.prototxt").write_text(net + constant)
    words = ("constant.prototxt", "power", "f.npy", *WEIGHTS, "--iterations", 1)
    assert (
        refused("extract", *words) == "'power' of net 'small' has 4 rows for 8 records of a batch"
    )


@every_signal
@pytest.mark.usefixtures("images")
def test_a_signal_ends_an_extraction_and_nothing_is_written(number: int) -> None:
    """In the midst of a million batches; the note on weights comes before the first."""
    Path("f.npy").write_text("old")
    before = sorted(Path().rglob("*"))
    words = ("--weights", "net.caffemodel", "--iterations", "1000000")
    words = ("extract", "net.prototxt", "ip,conv", "f.npy,g.npy", *words)
    ended = end_by_signal("owltf_extractor", *words, number=number, after=1)
    assert ended == (128 + number, "owltf: interrupted\n")
    assert sorted(Path().rglob("*")) == before
    assert Path("f.npy").read_text() == "old"

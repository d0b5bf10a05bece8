"""`owltf classify` as its users call it."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path

import cv2
import numpy as np
import pytest
import tensorflow as tf
from image_case import CROP, Images

WEIGHTS = ("--weights", "net.caffemodel")
SETTINGS = ("--mean", "100,120,140", "--scale", "0.015625")
NET = ("classify", "deploy.prototxt")

Owltf = Callable[..., object]
Refused = Callable[..., str]


@pytest.fixture
def photos(images: Images) -> list[Path]:
    """Three of the images, as files."""
    paths = [Path(f"{number}.png") for number in range(3)]
    for path, image in zip(paths, images.pixels, strict=False):
        rgb = image.transpose(1, 2, 0)[:, :, ::-1]
        tf.io.write_file(str(path), tf.io.encode_png(rgb))
    return paths


def scores(owltf: Owltf, *words: object) -> np.ndarray:
    """Classify with all classes and give their scores by class."""
    result = owltf(*NET, *words, *WEIGHTS, *SETTINGS, "--json")
    assert result.exit_code == 0
    found = np.zeros((3, 4))
    for row, image in enumerate(json.loads(result.stdout)):
        assert image["image"] == f"{row}.png"
        ranked = [guess["score"] for guess in image["classes"]]
        assert ranked == sorted(ranked, reverse=True)
        for guess in image["classes"]:
            assert guess["name"] == str(guess["class"])
            found[row, guess["class"]] = guess["score"]
    return found


def test_the_centre_of_each_image(images: Images, photos: list[Path], owltf: Owltf) -> None:
    found = scores(owltf, *photos, "--resize", "10,12")
    wanted = images.probabilities(images.crops(1, 2)[:3])
    np.testing.assert_allclose(found, wanted, rtol=1e-5)


def test_ten_views_of_each_image(images: Images, photos: list[Path], owltf: Owltf) -> None:
    found = scores(owltf, *photos, "--resize", "10,12", "--views", "10", "--cpu-replicas", 2)
    crops = [
        images.probabilities(images.crops(top, left, mirrored=mirrored)[:3])
        for top, left in ((0, 0), (2, 0), (0, 4), (2, 4), (1, 2))
        for mirrored in (False, True)
    ]
    np.testing.assert_allclose(found, np.mean(crops, 0), rtol=1e-5)


def test_a_training_net_knows_its_own_transform(
    images: Images, photos: list[Path], owltf: Owltf
) -> None:
    result = owltf("classify", "net.prototxt", *photos, *WEIGHTS, "--json", "--top", 1)
    wanted = images.probabilities(images.crops(1, 2)[:3])
    best = [image["classes"] for image in json.loads(result.stdout)]
    assert [[guess["class"] for guess in each] for each in best] == wanted.argmax(1)[
        :, None
    ].tolist()
    np.testing.assert_allclose([each[0]["score"] for each in best], wanted.max(1), rtol=1e-5)


def test_the_lines_are_those_of_caffes_example(
    images: Images, photos: list[Path], owltf: Owltf
) -> None:
    Path("words.txt").write_text("n0 ant\nn1 bee\nn2 cat\nn3 dog\n")
    wishes = ("--labels", "words.txt", "--top", 2, "--resize", "10,12")
    result = owltf(*NET, photos[0], *WEIGHTS, *SETTINGS, *wishes)
    assert result.stderr == "Weights from net.caffemodel: 2 layers loaded\n"
    (wanted,) = images.probabilities(images.crops(1, 2)[:1])
    first, second = np.argsort(-wanted)[:2]
    names = ["n0 ant", "n1 bee", "n2 cat", "n3 dog"]
    assert result.stdout.splitlines() == [
        "---------- Prediction for 0.png ----------",
        f'{wanted[first]:.4f} - "{names[first]}"',
        f'{wanted[second]:.4f} - "{names[second]}"',
    ]


def test_images_of_the_usual_formats(images: Images, owltf: Owltf) -> None:
    pixels = np.random.default_rng(0).integers(0, 256, (CROP, CROP, 3), np.uint8)
    tf.io.write_file("a.jpg", tf.io.encode_jpeg(pixels, quality=100))
    tf.io.write_file("a.png", tf.io.encode_png(pixels))
    Path("a.bmp").write_bytes(bmp(pixels))
    Path("a.gif").write_bytes(GIF)
    # OpenCV reads GIF from version 4.12 on.
    words = ("a.jpg", "a.png", "a.bmp", *(["a.gif"] if cv2.haveImageReader("a.gif") else []))
    result = owltf(*NET, *words, *WEIGHTS, "--json")
    found = {image["image"]: image["classes"] for image in json.loads(result.stdout)}
    assert list(found) == list(words)
    assert found["a.png"] == found["a.bmp"]


# One white pixel.
GIF = (
    b"GIF89a\x01\x00\x01\x00\x80\x00\x00\xff\xff\xff\x00\x00\x00,"
    b"\x00\x00\x00\x00\x01\x00\x01\x00\x00\x02\x02D\x01\x00;"
)


def bmp(pixels: np.ndarray) -> bytes:
    """Write a BMP of 24 bits; rows from the bottom up, BGR, each a multiple of four bytes."""
    height, width, _ = pixels.shape
    body = pixels[::-1, :, ::-1].tobytes()
    header = b"BM" + (54 + len(body)).to_bytes(4, "little") + bytes(4) + (54).to_bytes(4, "little")
    sizes = [(40, 4), (width, 4), (height, 4), (1, 2), (24, 2), (0, 4), (len(body), 4)]
    info = b"".join(value.to_bytes(size, "little") for value, size in sizes)
    return header + info + bytes(16) + body


def test_an_unreadable_image_stops_or_is_skipped(
    photos: list[Path], owltf: Owltf, refused: Refused
) -> None:
    photos[1].write_bytes(b"\x89PNG no more")
    words = (*NET, *photos, *WEIGHTS)
    why = "1.png: not a whole JPEG, PNG, GIF, BMP or PNM image"
    assert refused(*words) == why
    result = owltf(*words, "--skip-bad", "--json")
    assert [image["image"] for image in json.loads(result.stdout)] == ["0.png", "2.png"]
    assert result.stderr.splitlines()[-1] == f"Skipped: {why}"


@pytest.mark.parametrize(
    ("words", "reason"),
    [
        ((), "missing argument"),
        (("0.png",), "give --weights FILE"),
        (("no.png", *WEIGHTS), "no.png: no such file or folder"),
        (("0.png", *WEIGHTS, "--labels", "few.txt"), "names 2 classes where the net has 4"),
        (("0.png", *WEIGHTS, "--views", "10"), "must be larger than the 8x8 that the net takes"),
        (("0.png", *WEIGHTS, "--softmax-layer", "prop"), "no layer 'prop': did you mean 'prob'"),
        (("0.png", *WEIGHTS, "--softmax-layer", "conv"), "gives scores for (6, 6) places"),
        (("0.png", *WEIGHTS, "--mean", "1,2"), "mean 1,2: is of 2 channels"),
        (("0.png", *WEIGHTS, "--mean", "no.npy"), "no.npy: not found"),
        (("0.png", *WEIGHTS, "--resize", "4"), "images of 4x4 are smaller than what the net takes"),
    ],
)
def test_mistakes(
    photos: list[Path], refused: Refused, words: tuple[object, ...], reason: str
) -> None:
    Path("few.txt").write_text("a\nb\n")
    assert reason in refused(*NET, *words)

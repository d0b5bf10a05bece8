"""JPEGs in colour, whole and damaged, against OpenCV."""

from __future__ import annotations

import cv2
import numpy as np
import pytest

from owltf.data.source.image import COLOR, NATIVE, decode_image
from owltf.data.source.jpeg import decode_color_jpeg

RNG = np.random.default_rng(2)
SAMPLINGS = [
    cv2.IMWRITE_JPEG_SAMPLING_FACTOR_411,
    cv2.IMWRITE_JPEG_SAMPLING_FACTOR_420,
    cv2.IMWRITE_JPEG_SAMPLING_FACTOR_422,
    cv2.IMWRITE_JPEG_SAMPLING_FACTOR_440,
    cv2.IMWRITE_JPEG_SAMPLING_FACTOR_444,
]


def photo(height: int, width: int) -> np.ndarray:
    small = RNG.integers(0, 256, (height // 5 + 2, width // 5 + 2, 3), np.uint8)
    return cv2.resize(small, (width, height), interpolation=cv2.INTER_CUBIC)


def jpeg(pixels: np.ndarray, *options: int) -> bytes:
    return bytes(cv2.imencode(".jpg", pixels, options)[1])


def by_opencv(contents: bytes) -> np.ndarray:
    return cv2.imdecode(np.frombuffer(contents, np.uint8), cv2.IMREAD_COLOR)


@pytest.mark.parametrize("sampling", SAMPLINGS)
@pytest.mark.parametrize("progressive", [0, 1])
@pytest.mark.parametrize("quality", [5, 75, 100])
def test_the_bytes_are_opencvs(sampling: int, progressive: int, quality: int) -> None:
    options = {
        cv2.IMWRITE_JPEG_SAMPLING_FACTOR: sampling,
        cv2.IMWRITE_JPEG_PROGRESSIVE: progressive,
        cv2.IMWRITE_JPEG_QUALITY: quality,
        cv2.IMWRITE_JPEG_RST_INTERVAL: 3,
    }
    words = [word for pair in options.items() for word in pair]
    for size in ((1, 1), (2, 3), (7, 9), (16, 17), (33, 31), (64, 101)):
        contents = jpeg(photo(*size), *words)
        wanted = by_opencv(contents)
        for given in (contents, memoryview(contents)):
            found = decode_color_jpeg(given)
            assert found is not None
            np.testing.assert_array_equal(found, wanted)
        for channels in (COLOR, NATIVE):
            np.testing.assert_array_equal(decode_image(contents, channels), wanted)


@pytest.mark.parametrize("share", [0.5, 0.8, 0.99])
def test_a_file_that_is_cut_short_is_refused_as_opencv_refuses_it(share: float) -> None:
    whole = jpeg(photo(90, 120))
    contents = whole[: int(share * len(whole))]
    assert decode_color_jpeg(contents) is None
    assert by_opencv(contents) is None
    with pytest.raises(ValueError, match="^cannot be decoded as an image$"):
        decode_image(contents, COLOR)


def test_wrong_bits_are_decoded_as_opencv_does() -> None:
    whole = bytearray(jpeg(photo(90, 120)))
    decoded = 0
    for place in RNG.integers(700, len(whole) - 2, 60):
        contents = bytes(whole[:place]) + bytes([whole[place] ^ 0x55]) + bytes(whole[place + 1 :])
        wanted = by_opencv(contents)
        if wanted is not None:
            decoded += 1
            np.testing.assert_array_equal(decode_image(contents, COLOR), wanted)
    assert decoded

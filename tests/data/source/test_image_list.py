from __future__ import annotations

import pytest

from owltf.data.source.image_list import read_image_list


def test_lines(tmp_path):
    path = tmp_path / "list.txt"
    path.write_text("a.png 3\n\nin a folder/b c.png  -1\r\n/x/7 8\t+9\n")
    assert read_image_list(path) == [
        ("a.png", 3, 1),
        ("in a folder/b c.png", -1, 3),
        ("/x/7 8", 9, 4),
    ]


@pytest.mark.parametrize(
    ("text", "said"),
    [
        (b"a.png 1\nb.png\n", "list.txt:2: a line must be a path, a space and a whole number"),
        (b"a.png one\n", "got 'a.png one'"),
        (b"a.png 12345678901\n", "list.txt:1: "),
        (b"\n\n", "list.txt names no images"),
        (b"\xff\xfe\n", "list.txt is not a list of images: it is no text"),
    ],
)
def test_mistakes(text, said, tmp_path, refusal):
    path = tmp_path / "list.txt"
    path.write_bytes(text)
    assert said in refusal(read_image_list, path)

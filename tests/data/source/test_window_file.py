from __future__ import annotations

import pytest

from owltf.data.source.window_file import read_window_file

TEXT = """# 0
images/a b.png
3
40
30
2
1 0.75 3 4 10 12
0 0.1 0 0 5 5

# 1
c.png
3
8
9
0
"""


def test_images_and_windows(tmp_path):
    path = tmp_path / "windows.txt"
    path.write_text(TEXT)
    file = read_window_file(path)
    assert file.images == ["images/a b.png", "c.png"]
    assert file.windows[0] == (0, 1, 0.75, (3, 4, 10, 12), 7)
    assert len(file.windows) == 2


@pytest.mark.parametrize(
    ("old", "new", "said"),
    [
        (TEXT, "", "windows.txt names no images"),
        ("# 1", "# 7", "windows.txt:10: an image must begin with '# 1', got '# 7'"),
        ("0 0.1 0 0 5 5", "0 0.1 0 0 5", "windows.txt:8: a window must be a class, an overlap"),
        ("0 0.1 0 0 5 5", "0 0.1 6 0 5 5", "windows.txt:8: a window of 6, 0 to 5, 5 holds no"),
        ("40", "forty", "windows.txt:4: the height of an image must be a whole number"),
        ("9\n0\n", "9\n3\n", "windows.txt ends where a window should be"),
    ],
)
def test_mistakes(old, new, said, tmp_path, refusal):
    path = tmp_path / "windows.txt"
    path.write_text(TEXT.replace(old, new))
    assert said in refusal(read_window_file, path)

from __future__ import annotations

import os

from owltf.data.source.root_folder import RootFolder

TEXT = 'layer { name: "cats" type: "ImageData" }'


def test_a_prefix_as_it_is_written(make_context, tmp_path, refusal):
    (tmp_path / "deep" / "er").mkdir(parents=True)
    for name in ("train_a.png", "train_b.png"):
        (tmp_path / name).touch()
    context = make_context(TEXT, tmp_path / "deep" / "er")
    folder = RootFolder("train_", context, tmp_path)
    assert folder.find("a.png") == tmp_path / "train_a.png"
    assert folder.find("b.png") == tmp_path / "train_b.png"
    assert "train_c.png: not found; tried " in refusal(folder.find, "c.png")
    absolute = RootFolder(f"{tmp_path}/", context, tmp_path)
    assert absolute.find("train_a.png") == tmp_path / "train_a.png"
    assert "not found" in refusal(absolute.find, "a\0b")


def test_beside_the_list(make_context, tmp_path):
    (tmp_path / "lists").mkdir()
    (tmp_path / "lists" / "a.png").touch()
    (tmp_path / "net").mkdir()
    folder = RootFolder("", make_context(TEXT, tmp_path / "net"), tmp_path / "lists")
    assert folder.find("a.png") == tmp_path / "lists" / "a.png"


def test_reading(make_context, tmp_path, refusal):
    (tmp_path / "a.png").write_bytes(b"abc")
    os.mkfifo(tmp_path / "pipe.png")
    folder = RootFolder("", make_context(TEXT, tmp_path), tmp_path)
    for _ in range(2):
        assert folder.read("a.png") == b"abc"
    assert "a pipe (FIFO), where a file is needed" in refusal(folder.read, "pipe.png")
    assert "not found" in refusal(folder.read, "b.png")

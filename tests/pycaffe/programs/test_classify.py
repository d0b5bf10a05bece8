"""classify.py."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
from image_files import write_files

import owltf.pycaffe as caffe
from owltf.pycaffe.programs.classify import main


@pytest.fixture
def net(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> list[str]:
    monkeypatch.chdir(tmp_path)
    return write_files(tmp_path)


def test_a_folder(net: list[str], capsys: pytest.CaptureFixture[str]) -> None:
    Path("labels.txt").write_text("".join(f"n{i} name {i}, other\n" for i in range(7)))
    shown = ["--print_results", "--labels_file", "labels.txt", "--mean_file", "mean.npy"]
    main(["images", "out", *net, *shown, "--images_dim", "8,8", "--ext", "png"])
    found = np.load("out.npy")
    mean = np.load("mean.npy").mean((1, 2))
    steps = dict(image_dims=(8, 8), mean=mean, raw_scale=255, channel_swap=(2, 1, 0))
    images = [caffe.io.load_image(f"images/{name}.png") for name in "ab"]
    wanted = caffe.Classifier("net.prototxt", "w.caffemodel", **steps).predict(images)
    np.testing.assert_allclose(found, wanted, rtol=1e-5)
    shown_text = capsys.readouterr().out
    assert f"('name {wanted[0].argmax()}', '{wanted[0].max():.5f}')" in shown_text
    assert "Classifying 2 inputs." in shown_text


def test_one_file_and_an_array(net: list[str]) -> None:
    no_mean = [*net, "--mean_file", "", "--images_dim", "6,6", "--center_only"]
    main(["images/a.png", "one.npy", *no_mean])
    np.save("all.npy", np.stack([caffe.io.load_image(f"images/{name}.png") for name in "ab"]))
    main(["all.npy", "all_out.npy", *no_mean])
    np.testing.assert_allclose(np.load("all_out.npy")[:1], np.load("one.npy"), rtol=1e-5)


def test_mistakes(net: list[str], capsys: pytest.CaptureFixture[str]) -> None:
    for arguments, message in (
        (["none.jpg", "out", *net, "--mean_file", ""], "none.jpg"),
        (["images", "out", *net, "--mean_file", ""], "no file ends in .jpg"),
        (["images", "out", *net], "--mean_file '' takes no mean"),
        (["images/a.png", "out", "--mean_file", ""], "deploy.prototxt"),
    ):
        with pytest.raises(SystemExit) as ended:
            main(arguments)
        error = capsys.readouterr().err
        assert ended.value.code == 2 and message in error and error.count("\n") == 1
    assert not Path("out.npy").exists()

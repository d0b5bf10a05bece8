"""detect.py."""

from __future__ import annotations

import csv
import importlib.util
from pathlib import Path

import numpy as np
import pytest
from image_files import write_files

import owltf.pycaffe as caffe
from owltf.pycaffe.programs.detect import main

WINDOWS = """filename,ymin,xmin,ymax,xmax
images/a.png,0,0,6,6
images/a.png,1,2,9,8
images/b.png,0,0,9,8
"""


@pytest.fixture
def net(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> list[str]:
    monkeypatch.chdir(tmp_path)
    Path("windows.csv").write_text(WINDOWS)
    return [*write_files(tmp_path), "--mean_file", "", "--crop_mode", "list"]


def test_a_table(net: list[str]) -> None:
    main(["windows.csv", "out.csv", *net, "--context_pad", "0"])
    with Path("out.csv").open(newline="") as file:
        rows = list(csv.reader(file))
    assert rows[0] == ["filename", "ymin", "xmin", "ymax", "xmax", *(f"class{i}" for i in range(7))]
    assert [row[:5] for row in rows[1:]] == [line.split(",") for line in WINDOWS.split()[1:]]
    detector = caffe.Detector("net.prototxt", "w.caffemodel", raw_scale=255, channel_swap=(2, 1, 0))
    (first, *_) = detector.detect_windows([("images/a.png", np.array([[0, 0, 6, 6]]))])
    np.testing.assert_allclose(
        [float(each) for each in rows[1][5:]], first["prediction"], rtol=1e-4
    )


def test_an_h5_file_is_pandas(net: list[str], capsys: pytest.CaptureFixture[str]) -> None:
    if importlib.util.find_spec("tables"):
        pytest.skip("tables is installed")
    with pytest.raises(SystemExit):
        main(["windows.csv", "out.h5", *net])
    assert "pip install pandas tables" in capsys.readouterr().err


def test_mistakes(net: list[str], capsys: pytest.CaptureFixture[str]) -> None:
    Path("half.csv").write_text("filename,ymin\n")
    for file, output, message in (
        ("absent.csv", "out.csv", "absent.csv"),
        ("half.csv", "out.csv", "lacks xmax, xmin, ymax"),
        ("net.prototxt", "out.csv", "needs a .csv"),
        ("windows.csv", "out.txt", "ends in .csv or .h5"),
    ):
        with pytest.raises(SystemExit) as ended:
            main([file, output, *net])
        error = capsys.readouterr().err
        assert ended.value.code == 2 and message in error and error.count("\n") == 1

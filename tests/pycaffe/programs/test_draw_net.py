"""draw_net.py."""

from __future__ import annotations

from pathlib import Path

import cv2
import pytest
from script_nets import SMALL

from owltf.pycaffe.programs.draw_net import main


def test_a_picture_and_a_text(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    Path("net.prototxt").write_text(SMALL)
    main(["net.prototxt", "net.png", "--rankdir", "TB"])
    assert cv2.imread("net.png") is not None
    main(["net.prototxt", "net.dot", "--display_lrm", "--phase", "TRAIN"])
    assert "lr mult: 1/1" in Path("net.dot").read_text()


def test_mistakes(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.chdir(tmp_path)
    Path("net.prototxt").write_text("layer { nme: 1 }")
    for arguments, message in (
        (["absent.prototxt", "a.png"], "absent.prototxt"),
        (["net.prototxt", "a"], "the ending says the format"),
        (["net.prototxt", "a.png"], "nme"),
    ):
        with pytest.raises(SystemExit) as ended:
            main(arguments)
        error = capsys.readouterr().err
        assert ended.value.code == 2 and message in error and error.count("\n") == 1

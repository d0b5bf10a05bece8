"""train.py."""

from __future__ import annotations

from pathlib import Path

import pytest
from script_nets import SMALL

from owltf.pycaffe.programs.train import main

SOLVER = """net: "net.prototxt" base_lr: 0.01 lr_policy: "fixed" max_iter: 3 display: 2
snapshot: 2 snapshot_prefix: "snap" """


@pytest.fixture(autouse=True)
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    Path("net.prototxt").write_text(SMALL)
    Path("s.prototxt").write_text(SOLVER)


def test_training_and_going_on(capfd: pytest.CaptureFixture[str]) -> None:
    main(["--solver", "s.prototxt", "--timing"])
    log = capfd.readouterr().err
    assert "forw   1     conv : " in log and "back   2       ip : " in log
    assert "solver total: " in log
    assert Path("snap_iter_3.caffemodel").exists()
    main(["--solver", "s.prototxt", "--snapshot", "snap_iter_2.solverstate"])
    assert "Snapshotting to binary proto file snap_iter_3.caffemodel" in capfd.readouterr().err


def test_mistakes(capsys: pytest.CaptureFixture[str]) -> None:
    for arguments, message in (
        (["--solver", "s.prototxt", "--gpus", "0", "1"], "owltf run s.prototxt --gpu 0,1"),
        (["--solver", "absent.prototxt"], "absent.prototxt"),
        (["--solver", "s.prototxt", "--snapshot", "absent.solverstate"], "absent.solverstate"),
    ):
        with pytest.raises(SystemExit) as ended:
            main(arguments)
        error = capsys.readouterr().err
        assert ended.value.code == 2 and message in error and error.count("\n") == 1

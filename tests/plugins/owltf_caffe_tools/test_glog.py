"""Lines in glog's form."""

from __future__ import annotations

import re
import sys
from io import StringIO
from pathlib import Path

import pytest
from owltf_caffe_tools.gflags import GLOG
from owltf_caffe_tools.glog import ERROR, Glog, stderr_log

from owltf.api import OwltfError

FRONT = re.compile(r"([IWEF])\d{4} \d\d:\d\d:\d\d\.\d{6} +\d+ solver\.cpp:1\] ")


def test_lines_have_glogs_front() -> None:
    output = StringIO()
    log = Glog("solver.cpp", GLOG, output)
    with log.instead_of_output():
        print("Iteration 0, loss = 1\n    Train net output #0: loss = 1")
        print("a note", file=sys.stderr)
        print("no end", end="")
    log.write("Using CPU", ERROR)
    lines = output.getvalue().splitlines()
    assert [FRONT.sub(r"\1 ", line) for line in lines] == [
        "I Iteration 0, loss = 1",
        "I     Train net output #0: loss = 1",
        "W a note",
        "I no end",
        "E Using CPU",
    ]
    # The columns that parse_log.sh takes.
    assert lines[0].split()[6:9] == ["loss", "=", "1"]


def test_lines_that_have_it_stay(capsys: pytest.CaptureFixture[str]) -> None:
    line = "I1126 13:37:30.879770  2296 solver.cpp:218] Iteration 0"
    stderr_log("caffe.cpp", GLOG).write(line)
    assert capsys.readouterr().err == f"{line}\n"


@pytest.mark.parametrize("by_flag", [True, False])
def test_the_least_level(by_flag: bool, monkeypatch: pytest.MonkeyPatch) -> None:
    if not by_flag:
        monkeypatch.setenv("GLOG_minloglevel", "2")
    output = StringIO()
    log = Glog("solver.cpp", {**GLOG, "minloglevel": 2 if by_flag else 0}, output)
    for level in "IWEF":
        log.write("line", level)
    assert [line[0] for line in output.getvalue().splitlines()] == ["E", "F"]


def test_a_log_file(tmp_path: Path) -> None:
    log = Glog("caffe.cpp", {**GLOG, "log_dir": str(tmp_path)}, StringIO())
    log.write("Solving")
    log.close()
    link = tmp_path / "caffe.INFO"
    assert link.is_symlink()
    first, *_, last = link.read_text().splitlines()
    assert first.startswith("Log file created at: ")
    assert last.endswith("caffe.cpp:1] Solving")
    with pytest.raises(OwltfError, match="no such file or directory"):
        Glog("caffe.cpp", {**GLOG, "log_dir": str(tmp_path / "none")}, StringIO())

"""Every spelling of a flag that gflags allows."""

from __future__ import annotations

import pytest
from owltf_caffe_tools.gflags import FlagsError, HelpError, read_flags

KNOWN = {"solver": "", "iterations": 50, "shuffle": False, "gpu": ""}


@pytest.mark.parametrize(
    ("words", "name", "value"),
    [
        (["--solver=a.prototxt"], "solver", "a.prototxt"),
        (["-solver=a.prototxt"], "solver", "a.prototxt"),
        (["--solver", "a.prototxt"], "solver", "a.prototxt"),
        (["-solver", "a.prototxt"], "solver", "a.prototxt"),
        (["--solver="], "solver", ""),
        (["--gpu", "-1"], "gpu", "-1"),
        (["-iterations", "7"], "iterations", 7),
        (["--shuffle"], "shuffle", True),
        (["-shuffle=false"], "shuffle", False),
        (["--shuffle", "--noshuffle"], "shuffle", False),
        (["--shuffle=1", "-noshuffle"], "shuffle", False),
        (["--shuffle=T"], "shuffle", True),
        (["--log-dir=/tmp"], "log_dir", "/tmp"),
    ],
)
def test_spellings(words: list[str], name: str, value: object) -> None:
    line = read_flags(["train", *words, "more"], KNOWN)
    assert line.flags[name] == value
    assert line.words == ["train", "more"]
    assert line.given == {name}


def test_defaults_and_words() -> None:
    line = read_flags(["a", "-", "--", "--solver=b"], KNOWN)
    assert line.flags == {**line.flags, **KNOWN}
    assert line.words == ["a", "-", "--solver=b"]
    assert not line.given


@pytest.mark.parametrize(
    ("words", "reason"),
    [
        (["--slover=x"], "unknown command line flag 'slover'; did you mean 'solver'"),
        (["--nosolver"], "unknown command line flag 'nosolver'"),
        (["--solver"], "flag '--solver' is missing its argument"),
        (["--iterations=many"], "illegal value 'many' specified for int32 flag 'iterations'"),
        (["--shuffle=maybe"], "illegal value 'maybe' specified for bool flag 'shuffle'"),
    ],
)
def test_what_gflags_refuses(words: list[str], reason: str) -> None:
    with pytest.raises(FlagsError, match=reason):
        read_flags(words, KNOWN)


def test_help() -> None:
    with pytest.raises(HelpError):
        read_flags(["train", "--help"], KNOWN)

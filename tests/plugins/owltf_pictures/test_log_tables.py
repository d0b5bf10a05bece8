"""Runs kept as tables."""

from __future__ import annotations

from pathlib import Path

import pytest
from owltf_pictures.log_tables import read_csv, read_json
from owltf_pictures.points import Point

from owltf.api import OwltfError

TABLE = "NumIters,Seconds,LearningRate,accuracy\n0,1.5,nan,0.25\n10,2.5,0.01,0.5\n"


@pytest.mark.parametrize(("name", "test"), [("a.log.train", None), ("a.log.test", 0)])
def test_tables_of_parse_log(name: str, test: int | None) -> None:
    assert list(read_csv(Path(name), TABLE)) == [
        Point("accuracy", 0, 0.25, test, 1.5),
        Point("rate", 10, 0.01, None, 2.5),
        Point("accuracy", 10, 0.5, test, 2.5),
    ]


def test_columns_that_name_their_net() -> None:
    found = list(read_csv(Path("a.csv"), "iteration,train_loss,test_loss,rate\n5,1,2,\n"))
    assert found == [Point("loss", 5, 1), Point("loss", 5, 2, 0)]


def test_json() -> None:
    lines = (
        '{"event": "display", "iteration": 5, "loss": 1.5, "rate": 0.1, "note": "x"}\n'
        '{"event": "tested", "iteration": 5, "net_index": 1, "outputs": {"accuracy": 0.5}}\n'
        '{"event": "ended"}\n'
    )
    wanted = [Point("loss", 5, 1.5), Point("rate", 5, 0.1), Point("accuracy", 5, 0.5, 1)]
    assert list(read_json(Path("a.jsonl"), lines)) == wanted
    as_list = f"[{','.join(lines.splitlines())}]"
    assert list(read_json(Path("a.json"), as_list)) == wanted


def test_the_history_of_a_run_that_was_killed() -> None:
    lines = (
        '{"event": "started", "iteration": 0, "max_iter": 9, "seed": 1, "batch": 4}\n'
        '{"event": "train", "iteration": 5, "seconds": 2.0, "loss": 1.5, "rate": 0.1, '
        '"images_per_second": 9.5, "outputs": {"loss": 1.25, "loss2": 0.5}}\n'
        '{"event": "tra\n'
        '{"event": "test", "iteration": 6, "seconds": 3.0, "net": 0, "outputs": {"loss": 2.0}}\n'
        '{"event": "snapshot", "iteration": 6, "caffemodel": "a", "solverstate": "b"}\n'
    )
    assert [each[:4] for each in read_json(Path("a.jsonl"), lines)] == [
        ("loss", 5, 1.5, None),
        ("rate", 5, 0.1, None),
        ("loss2", 5, 0.5, None),
        ("loss", 6, 2.0, 0),
    ]


def test_what_is_refused() -> None:
    with pytest.raises(OwltfError, match="a.csv: no column of iterations"):
        list(read_csv(Path("a.csv"), "a,b\n1,2\n"))
    for text in ('{"a": ', "[" * 100_000):
        with pytest.raises(OwltfError, match="neither a log nor JSON"):
            list(read_json(Path("a.json"), text))


def test_a_name_may_hold_what_ends_a_line_elsewhere() -> None:
    row = '{"event": "display", "iteration": 5, "a\u2028b": 1.5}\n'
    assert list(read_json(Path("a.jsonl"), row)) == [Point("a\u2028b", 5, 1.5)]
    table = 'iteration,"a\nb",c\x85d\n5,1,2\n'
    assert list(read_csv(Path("a.csv"), table)) == [Point("a\nb", 5, 1), Point("c\x85d", 5, 2)]

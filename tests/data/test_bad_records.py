from __future__ import annotations

from types import SimpleNamespace

import pytest

from owltf.data.bad_records import BadRecords
from owltf.errors import OwltfError


def context(skip):
    net = SimpleNamespace(skip_bad_records=skip)
    return SimpleNamespace(net=net, name="cats", error=lambda text: f"layer cats: {text}")


def test_the_first_is_an_error():
    bad, error = BadRecords(context(skip=False), 5), OwltfError("record 3 is bad")
    with pytest.raises(OwltfError, match="record 3 is bad"):
        bad.meet(error)
    assert bad.found == 0


def test_each_is_told_once_and_many_seldom(caplog):
    bad = BadRecords(context(skip=True), 1000)
    for number in [*range(100), 3, 5]:
        bad.meet(OwltfError(f"record {number} is bad"))
    assert bad.found == 100
    assert caplog.messages[0] == "Skipped a record: layer cats: record 0 is bad"
    assert caplog.messages[10:] == [f"cats: {n} records skipped so far" for n in (16, 32, 64)]


def test_the_first_that_can_be_used():
    def read(number):
        if number < 2:
            raise ValueError(f"is bad {number}")
        return number

    bad = BadRecords(context(skip=True), 5)
    assert bad.first(read, lambda number, reason: OwltfError(f"record {number} {reason}")) == 2
    assert bad.found == 2
    strict = BadRecords(context(skip=False), 5)
    with pytest.raises(OwltfError, match="^record 0 is bad 0$"):
        strict.first(read, lambda number, reason: OwltfError(f"record {number} {reason}"))


def test_some_record_must_be_left():
    bad = BadRecords(context(skip=True), 2)
    bad.meet(OwltfError("a"))
    bad.meet(OwltfError("a"))
    with pytest.raises(OwltfError, match="^b; none of 2 records can be used$"):
        bad.meet(OwltfError("b"))


def test_the_total_is_told_at_the_end(caplog):
    bad = BadRecords(context(skip=True), 1000)
    bad.tell_total()
    assert not caplog.messages
    for number in range(3):
        bad.meet(OwltfError(f"record {number} is bad"))
    caplog.clear()
    bad.tell_total()
    assert caplog.messages == ["layer cats: 3 of 1,000 records were skipped"]

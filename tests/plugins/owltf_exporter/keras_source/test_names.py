"""Variables of a program: identifiers of Python, each tensor its own."""

from __future__ import annotations

import keyword

import pytest
from owltf_exporter.keras_source.names import Variables, identifier

pytest.importorskip("hypothesis")

from hypothesis import (
    given,  # noqa: E402
    strategies as st,  # noqa: E402
)


@pytest.mark.parametrize(
    ("text", "name"),
    [
        ("conv1", "conv1"),
        ("loss3.classifier", "loss3_classifier"),
        ("1x1", "layer_1x1"),
        ("class", "class_"),
        ("None", "None_"),
        ("__debug__", "debug"),
        ("héhé", "h_h"),
        ("", "x"),
        ('"""', "x"),
    ],
)
def test_identifiers_resemble_the_name(text: str, name: str) -> None:
    assert identifier(text) == name


@given(st.text(st.characters()))
def test_any_text_gives_an_identifier(text: str) -> None:
    name = identifier(text)
    assert name.isidentifier()
    assert name.isascii()
    assert not keyword.iskeyword(name)


def test_no_two_tensors_have_one_name() -> None:
    variables = Variables({"lrn"})
    tensors = [object() for _ in range(5)]
    assert variables.name(tensors[:1], "a.b") == ("a_b",)
    assert variables.name(tensors[1:2], "a-b") == ("a_b_2",)
    assert variables.name(tensors[2:3], "lrn") == ("lrn_2",)
    assert variables.name(tensors[3:], "cut") == ("cut_0", "cut_1")
    assert variables.of(tensors[1]) == "a_b_2"

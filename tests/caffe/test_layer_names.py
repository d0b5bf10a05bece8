"""Names that no two layers of a net share."""

import pytest

from owltf.caffe.layer_names import hdf5_name, unique_names
from owltf.caffe.schema.schema import Schema


def _names(schema: Schema, *layers: tuple[str, str]) -> tuple[str, ...]:
    make = schema.message("LayerParameter")
    return unique_names(make(name=name, type=type_) for name, type_ in layers)


def test_names_stay_as_they_are_written(schema: Schema) -> None:
    assert _names(schema, ("a", "ReLU"), ("b/c", "ReLU")) == ("a", "b/c")


def test_twins_are_numbered(schema: Schema) -> None:
    layers = [("loss", "A"), ("loss", "B"), ("loss_2", "C"), ("loss", "D")]
    assert _names(schema, *layers) == ("loss", "loss_3", "loss_2", "loss_4")


def test_layers_without_a_name_are_named_after_their_type(schema: Schema) -> None:
    layers = [("", "ReLU"), ("", "ReLU"), ("", "TanH"), ("TanH", "TanH")]
    assert _names(schema, *layers) == ("ReLU", "ReLU_2", "TanH_2", "TanH")


@pytest.mark.parametrize(
    ("name", "expected"),
    [("a//b", "a/b"), ("/a", "a"), ("a/", "a"), ("a/./b", "a/b"), ("..", ".."), ("/", "")],
)
def test_names_in_hdf5_files(name: str, expected: str) -> None:
    assert hdf5_name(name) == expected

"""Which plugin brings what forks of Caffe have."""

from importlib.util import find_spec

import pytest

from owltf.fork_plugins import plugins_for, who_brings, who_brings_it


@pytest.mark.parametrize(
    ("name", "plugins"),
    [
        ("Permute", ("owltf_ssd",)),
        ("permute_param", ("owltf_ssd",)),
        ("norm_param", ("owltf_ssd",)),
        ("largemargin_inner_product_param", ("owltf_faces",)),
        ("upsample_param", ("owltf_yolo", "owltf_segmentation")),
        ("psroi_pooling_param", ("owltf_rcnn",)),
        ("Convolution", ()),
        ("", ()),
    ],
)
def test_types_and_fields(name: str, plugins: tuple[str, ...]) -> None:
    assert plugins_for(name) == tuple(each for each in plugins if find_spec(each))


def test_in_words() -> None:
    assert who_brings(["ReLU", "x"]) is None
    assert who_brings(["Permute", "PriorBox", "Permute"]) == (
        "the plugin owltf_ssd brings 'Permute', 'PriorBox'"
    )


def test_one_in_words() -> None:
    assert who_brings_it("ReLU") is None
    assert who_brings_it("permute_param") == "the plugin owltf_ssd brings it"


def test_a_plugin_that_is_not_there_is_not_named(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("owltf.fork_plugins.find_spec", lambda name: None)
    assert plugins_for("Permute") == ()

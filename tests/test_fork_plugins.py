"""Which plugin brings what forks of Caffe have."""

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
    assert plugins_for(name) == plugins


def test_in_words() -> None:
    assert who_brings(["ReLU", "x"]) is None
    assert who_brings(["Upsample", "Permute", "PriorBox", "Permute"]) == (
        "the plugins owltf_yolo and owltf_segmentation bring forms of 'Upsample', "
        "the plugin owltf_ssd brings 'Permute', 'PriorBox'"
    )


def test_one_in_words() -> None:
    assert who_brings_it("ReLU") is None
    assert who_brings_it("flip_param") == "the plugin owltf_faces brings it"

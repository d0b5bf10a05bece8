"""No field of a fork's message is passed over in silence: it is read, refused or told."""

from __future__ import annotations

import pytest
from message_fields import message_fields, names_said

# Fields that code reads under a name that it puts together.
PUT_TOGETHER = {
    ("SampleConstraint", f"{limit}_{what}")
    for limit in ("min", "max")
    for what in ("jaccard_overlap", "object_coverage", "sample_coverage")
}
# How something is computed, never what: one engine is as good as the other.
ENGINES = {
    ("ReLU6Parameter", "engine"),
    ("BNParameter", "engine"),
    ("LayerParameter", "relu6_param"),
}
# It has one value.
ONE_VALUE = {("AnnotatedDataParameter", "anno_type")}
# Of `save_output_param`, which is refused or told as a whole.
OF_REFUSED = {
    ("SaveOutputParameter", name)
    for name in ("num_test_image", "output_format", "output_name_prefix")
}


@pytest.mark.parametrize(
    "package", ["owltf_faces", "owltf_rcnn", "owltf_segmentation", "owltf_ssd", "owltf_yolo"]
)
def test_each_field_is_spoken_of(package: str) -> None:
    said, fields = names_said(package), message_fields(package)
    assert len(fields) > 10
    silent = {each for each in fields if each[1] not in said}
    assert silent - PUT_TOGETHER - ENGINES - ONE_VALUE - OF_REFUSED == set()

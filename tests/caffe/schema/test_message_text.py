"""Texts of binary messages that are no text."""

import pytest

from owltf.caffe.schema.message_text import refuse_bad_text
from owltf.caffe.schema.schema import Schema


def test_texts_anywhere_in_a_message(schema: Schema) -> None:
    known = schema.message("NetParameter")
    whole = known(name="n", layer=[{"name": "abc", "bottom": ["x", "défg"], "phase": 1}])
    refuse_bad_text(whole)
    binary = schema.binary_message("NetParameter")
    for old, field in ((b"abc", "LayerParameter.name"), (b"d\xc3\xa9fg", "LayerParameter.bottom")):
        broken = whole.SerializeToString().replace(old, b"\xbd" * len(old))
        with pytest.raises(ValueError, match=f"caffe.{field}: not UTF-8"):
            refuse_bad_text(binary.FromString(broken))

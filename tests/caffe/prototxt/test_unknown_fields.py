"""Unknown fields and layer types are told once each, with their lines, and who brings them."""

from __future__ import annotations

import pytest

from owltf.caffe.net.read import net_from_text
from owltf.caffe.prototxt.unknown_fields import UnknownFieldsError
from owltf.caffe.schema.schema import Schema
from owltf.errors import OwltfError
from owltf.plugin.manager import make_manager
from owltf.registry.registry import Registry

PERMUTE = 'layer { type: "Permute" bottom: "x" top: "y"\n  permute_param { order: 1 } }\n'
PRIOR = 'layer { type: "Prior\'s" }\n'
REGION = 'layer {\n  type: "Region" region_param { a: 1 } }'


@pytest.fixture(scope="module")
def schema() -> Schema:
    return Registry(make_manager(["owltf_ssd"] if _is_installed("owltf_ssd") else [])).schema


def _is_installed(name: str) -> bool:
    return make_manager().has_plugin(name)


def told(text: str, schema: Schema) -> str:
    with pytest.raises(UnknownFieldsError) as raised:
        net_from_text(text, schema, "n")
    assert isinstance(raised.value, OwltfError)
    return str(raised.value)


def test_fields_and_types_are_told_together(schema: Schema) -> None:
    known = 'layer { type: "ReLU" bottom: "x" top: "z" }\n'
    assert told(PERMUTE * 5 + known + PRIOR + REGION, schema) == (
        "n:2:3: LayerParameter has no field 'permute_param' (5 times, lines 2, 4, 6 and 2 more); "
        "nor 'region_param' (line 14); unknown layer types: 'Permute' (5 times, lines 1, 3, 5 and "
        "2 more), 'Prior's' (line 12), 'Region' (line 13); the plugin owltf_ssd brings "
        "'permute_param', 'Permute'; --ignore-unknown-fields leaves the fields out"
    )


def test_types_of_old_generations_are_not_called_unknown(schema: Schema) -> None:
    text = 'layers { type: CONVOLUTION top: "c" qqqq: 1 }'
    assert told(text, schema) == (
        "n:1:37: V1LayerParameter has no field 'qqqq': no field has a name like it; a plugin can "
        "add what is missing; --ignore-unknown-fields leaves it out"
    )


def test_what_cannot_be_read_has_no_types(schema: Schema) -> None:
    assert "unknown layer types" not in told(PERMUTE + "layer { name: 3 }", schema)


def test_names_are_shown_as_they_are_and_not_without_end(schema: Schema) -> None:
    types = "".join(f'layer {{ type: "T\\033{number}" }}' for number in range(30))
    message = told(f"q: 1 {types}", schema)
    assert "'T\\x1b0' (line 1)" in message
    assert "\x1b" not in message
    assert " and 10 more; " in message

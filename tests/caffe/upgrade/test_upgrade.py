"""Nets and solvers of every generation made into today's."""

from collections.abc import Callable
from pathlib import Path

import pytest

from owltf.caffe.net.read import net_from_text, read_net, read_solver
from owltf.caffe.prototxt.text import parse_text
from owltf.caffe.schema.schema import Schema

INPUTS = 'input: "a" input: "b" '


@pytest.mark.parametrize(
    "shapes",
    [
        "input_dim: [1, 2, 3, 4, 5, 6, 7, 8]",
        "input_shape { dim: [1, 2, 3, 4] } input_shape { dim: [5, 6, 7, 8] }",
    ],
)
def test_inputs_become_one_layer_in_front(schema: Schema, shapes: str) -> None:
    net = net_from_text(INPUTS + shapes + ' layer { name: "x" }', schema)
    layer = net.parameter.layer[0]
    assert (layer.name, layer.type, list(layer.top)) == ("input", "Input", ["a", "b"])
    assert [list(shape.dim) for shape in layer.input_param.shape] == [[1, 2, 3, 4], [5, 6, 7, 8]]
    assert (net.lines, net.parameter.layer[1].name) == ((0, 1), "x")
    assert not net.parameter.input and not net.parameter.input_dim


def test_input_layer_does_not_take_anothers_name(schema: Schema) -> None:
    net = net_from_text('input: "a" input_dim: [1, 1, 1, 1] layer { name: "input" }', schema)
    assert [layer.name for layer in net.parameter.layer] == ["input_", "input"]


@pytest.mark.parametrize("shapes", ["", "input_dim: [1, 2, 3]", "input_shape { dim: 1 }"])
def test_inputs_without_shapes(schema: Schema, refusal: Callable[..., str], shapes: str) -> None:
    assert "each input needs one input_shape, or four input_dim" in refusal(
        net_from_text, INPUTS + shapes, schema
    )


def test_statistics_of_old_batch_norm_are_not_learned(schema: Schema) -> None:
    three = 'layer { type: "BatchNorm" param { name: "m" } param { lr_mult: 1 } param { } }'
    layer = net_from_text(three, schema).parameter.layer[0]
    assert [(param.lr_mult, param.decay_mult) for param in layer.param] == [(0, 0)] * 3
    assert layer.param[0].name == "m"


def test_other_batch_norm_stays(schema: Schema) -> None:
    one = net_from_text('layer { type: "BatchNorm" param { lr_mult: 2 } }', schema)
    assert one.parameter.layer[0].param[0].lr_mult == 2


def test_two_generations_in_one_net(schema: Schema, refusal: Callable[..., str]) -> None:
    assert "has both `layer` and `layers`" in refusal(net_from_text, "layer { } layers { }", schema)


def test_nets_of_other_people_as_caffe_upgrades_them(schema: Schema, zoo: Path) -> None:
    upgraded = sorted((zoo / "upgraded").iterdir())
    assert upgraded
    for path in upgraded:
        expected = schema.message("NetParameter")()
        parse_text(path.read_text(), expected, path.name)
        assert read_net(zoo / "prototxt" / path.name, schema).parameter == expected


@pytest.mark.parametrize(
    ("old", "new"),
    [
        ("SGD", "SGD"),
        ("NESTEROV", "Nesterov"),
        ("ADAGRAD", "AdaGrad"),
        ("RMSPROP", "RMSProp"),
        ("ADADELTA", "AdaDelta"),
        ("ADAM", "Adam"),
    ],
)
def test_solver_types(schema: Schema, tmp_path: Path, old: str, new: str) -> None:
    path = tmp_path / "solver.prototxt"
    path.write_text(f"solver_type: {old}")
    solver = read_solver(path, schema).parameter
    assert solver.type == new and not solver.HasField("solver_type")


def test_solver_type_in_both_forms(
    schema: Schema, tmp_path: Path, refusal: Callable[..., str]
) -> None:
    path = tmp_path / "solver.prototxt"
    path.write_text('solver_type: ADAM type: "Adam"')
    assert "are both given; drop one" in refusal(read_solver, path, schema)


def test_snapshot_prefix(schema: Schema, tmp_path: Path) -> None:
    path = tmp_path / "my.solver.prototxt"
    path.write_text("base_lr: 1")
    assert read_solver(path, schema).parameter.snapshot_prefix == f"{tmp_path}/my.solver"
    path.write_text(f'snapshot_prefix: "{tmp_path}"')
    assert read_solver(path, schema).parameter.snapshot_prefix == f"{tmp_path}/my.solver"
    path.write_text('snapshot_prefix: "snap"')
    assert read_solver(path, schema).parameter.snapshot_prefix == "snap"

"""Nets and solvers as read."""

from pathlib import Path

from owltf.caffe.net.read import net_from_text, read_net, read_solver
from owltf.caffe.prototxt.source import NetSource, copied
from owltf.caffe.schema.schema import Schema


def test_where_names_file_and_line(schema: Schema, data: Path) -> None:
    source = read_net(data / "net.prototxt", schema)
    assert source.where(3) == f"{data}/net.prototxt:6"
    assert source.folder == data
    assert net_from_text("\nlayer { }", schema).where(0) == "<text>:2"


def test_where_without_a_line(schema: Schema) -> None:
    source = NetSource(schema.message("NetParameter")(), None, (0,), "mine")
    assert (source.where(0), source.where(1), source.folder) == ("mine", "mine", None)


def test_with_layers_keeps_the_rest(schema: Schema) -> None:
    text = 'name: "n" state { stage: "s" } input_dim: 3 layer { name: "a" } layer { name: "b" }'
    source = net_from_text(text, schema)
    other = source.with_layers([(source.parameter.layer[1], 9)])
    assert (other.parameter.name, list(other.parameter.state.stage)) == ("n", ["s"])
    assert list(other.parameter.input_dim) == [3]
    assert ([layer.name for layer in other.parameter.layer], other.lines) == (["b"], (9,))
    assert len(source.parameter.layer) == 2


def test_solver_knows_its_file(schema: Schema, data: Path) -> None:
    solver = read_solver(data / "solver.prototxt", schema)
    assert (solver.file, solver.folder) == (f"{data}/solver.prototxt", data)


def test_copied(schema: Schema) -> None:
    net = schema.message("NetParameter")(name="a")
    copy = copied(net)
    copy.name = "b"
    assert net.name == "a"


def test_where_a_field_of_a_solver_is(schema: Schema, data: Path) -> None:
    solver = read_solver(data / "solver.prototxt", schema)
    assert solver.where("none", "base_lr") == f"{data}/solver.prototxt:2"
    assert solver.where("snapshot") == f"{data}/solver.prototxt"

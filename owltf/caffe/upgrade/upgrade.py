"""Upgrades nets and solvers of all older formats to the current one, as Caffe itself does."""

from dataclasses import replace
from pathlib import Path

from owltf.caffe.prototxt.source import NetSource, copied
from owltf.caffe.schema.messages import LayerParameter, NetParameter, SolverParameter
from owltf.caffe.upgrade.v0 import upgrade_v0
from owltf.caffe.upgrade.v1 import upgrade_v1
from owltf.errors import OwltfError

_AXES_OF_INPUT = 4
_OLD_BATCH_NORM_BLOBS = 3
_SOLVER_TYPES = {
    "SGD": "SGD",
    "NESTEROV": "Nesterov",
    "ADAGRAD": "AdaGrad",
    "RMSPROP": "RMSProp",
    "ADADELTA": "AdaDelta",
    "ADAM": "Adam",
}


def upgrade_net(source: NetSource) -> NetSource:
    """Return a net in the current format: its layers, its inputs, BatchNorm's params.

    Raises:
        OwltfError: if the net mixes formats, or has no complete shapes for its inputs.
    """
    net = source.parameter
    if net.layer and net.layers:
        raise OwltfError(
            f"{source.file}: has both `layer` and `layers` (older form); keep one form"
        )
    return upgrade_batch_norm(upgrade_inputs(upgrade_v1(upgrade_v0(source))))


def upgrade_inputs(source: NetSource) -> NetSource:
    """Return the net with an Input layer in front instead of its `input` fields."""
    net = source.parameter
    if not net.input:
        return source
    layer = _input_layer(source)
    rest = zip(net.layer, source.lines, strict=True)
    upgraded = source.with_layers([(layer, 0), *rest])
    for old in ("input", "input_shape", "input_dim"):
        upgraded.parameter.ClearField(old)
    return upgraded


def _input_layer(source: NetSource) -> LayerParameter:
    net = source.parameter
    layer = type(net)().layer.add(name=_free_name(net, "input"), type="Input", top=net.input)
    for shape in _input_shapes(source):
        layer.input_param.shape.add(dim=shape)
    return layer


def _free_name(net: NetParameter, name: str) -> str:
    return f"{name}_" if any(layer.name == name for layer in net.layer) else name


def _input_shapes(source: NetSource) -> list[list[int]]:
    net = source.parameter
    dims = list(net.input_dim)
    shapes = [list(shape.dim) for shape in net.input_shape] or [
        dims[first : first + _AXES_OF_INPUT] for first in range(0, len(dims), _AXES_OF_INPUT)
    ]
    if len(shapes) != len(net.input) or (not net.input_shape and len(dims) % _AXES_OF_INPUT):
        raise OwltfError(
            f"{source.file}: each input needs one input_shape, or four input_dim; "
            f"got {len(net.input)} inputs, {len(net.input_shape)} input_shape and "
            f"{len(dims)} input_dim"
        )
    return shapes


def upgrade_batch_norm(source: NetSource) -> NetSource:
    """Return the net with `lr_mult: 0` in BatchNorm layers that list three params, as old nets do.

    BatchNorm's blobs are statistics, which must not be learned.
    """
    if not any(_is_old_batch_norm(layer) for layer in source.parameter.layer):
        return source
    net = copied(source.parameter)
    for layer in filter(_is_old_batch_norm, net.layer):
        for param in layer.param:
            param.lr_mult = 0
            param.decay_mult = 0
    return replace(source, parameter=net)


def _is_old_batch_norm(layer: LayerParameter) -> bool:
    return bool(layer.type == "BatchNorm" and len(layer.param) == _OLD_BATCH_NORM_BLOBS)


def upgrade_solver(
    parameter: SolverParameter, path: Path | None, *, fills_prefix: bool = True
) -> SolverParameter:
    """Return a solver in the current format: its type by name, a complete snapshot prefix.

    Args:
        parameter: the solver.
        path: its file, if there is one.
        fills_prefix: complete the snapshot prefix, as Caffe does before a run.

    Raises:
        OwltfError: if the type is given in both forms.
    """
    solver = copied(parameter)
    if solver.HasField("solver_type"):
        _upgrade_type(solver, str(path or "<text>"))
    if path and fills_prefix:
        _upgrade_prefix(solver, path)
    return solver


def _upgrade_type(solver: SolverParameter, file: str) -> None:
    if solver.HasField("type"):
        raise OwltfError(f"{file}: type and solver_type (its older form) are both given; drop one")
    enum = solver.DESCRIPTOR.fields_by_name["solver_type"].enum_type
    solver.type = _SOLVER_TYPES[enum.values_by_number[solver.solver_type].name]
    solver.ClearField("solver_type")


def _upgrade_prefix(solver: SolverParameter, path: Path) -> None:
    """Name snapshots after the solver's file, as Caffe does, if their prefix lacks a file name."""
    if not solver.HasField("snapshot_prefix"):
        solver.snapshot_prefix = str(path.with_suffix(""))
    elif _is_folder(Path(solver.snapshot_prefix)):
        solver.snapshot_prefix = str(Path(solver.snapshot_prefix) / path.stem)


def _is_folder(path: Path) -> bool:
    try:
        return path.is_dir()
    except OSError:  # the name is too long
        return False

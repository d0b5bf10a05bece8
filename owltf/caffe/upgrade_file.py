"""Rewrites files of Caffe's older formats in the current one."""

from functools import partial
from pathlib import Path

from google.protobuf import text_format
from google.protobuf.message import DecodeError

from owltf.caffe.binary.protobuf_wire import BrokenWireError
from owltf.caffe.binary.read_weights import read_weights
from owltf.caffe.binary.renumber import with_own_numbers
from owltf.caffe.binary.write_weights import write_caffemodel
from owltf.caffe.file_kind import NET, SOLVER, file_kind
from owltf.caffe.net.read import read_net, read_solver
from owltf.caffe.prototxt.source import NetSource
from owltf.caffe.schema.message_text import refuse_bad_text
from owltf.caffe.schema.messages import LayerParameter, NetParameter
from owltf.caffe.schema.schema import Schema
from owltf.caffe.upgrade.upgrade import upgrade_net
from owltf.errors import OwltfError
from owltf.files.regular_file import read_bytes


def upgraded_text(path: Path, schema: Schema, *, ignore_unknown_fields: bool = False) -> str:
    """Return a net's or a solver's prototxt in Caffe's current format; comments are lost.

    Args:
        path: the file.
        schema: the message format.
        ignore_unknown_fields: leave out fields that the schema does not know.

    Raises:
        OwltfError: if the file is missing or neither a net nor a solver, or it cannot be upgraded.
    """
    kind = file_kind(path)
    if kind not in (NET, SOLVER):
        raise OwltfError(f"{path}: neither a net's nor a solver's prototxt")
    # Caffe's tool leaves the snapshot prefix as it is.
    read = partial(read_solver, fills_prefix=False) if kind == SOLVER else read_net
    source = read(path, schema, ignore_unknown_fields=ignore_unknown_fields)
    return str(text_format.MessageToString(source.parameter))


def upgrade_caffemodel(path: Path, out: Path, schema: Schema) -> None:
    """Write a caffemodel of any format in the current one, or in HDF5 if `out` ends in `.h5`.

    Raises:
        OwltfError: if the file is missing, of another kind or corrupt, or cannot be upgraded.
    """
    weights = {layer.name: layer.blobs for layer in read_weights(path, schema) if layer.blobs}
    source = upgrade_net(_net_of(path, schema))
    names = {layer.name for layer in source.parameter.layer}
    if "" in weights:
        raise OwltfError(f"{path}: corrupt: a layer with weights has no name")
    write_caffemodel(out, source.parameter, {k: v for k, v in weights.items() if k in names})


def _net_of(path: Path, schema: Schema) -> NetSource:
    """Return the net, without weights, that a binary caffemodel holds."""
    try:
        data = with_own_numbers(read_bytes(path), schema.fork_numbers)
        net = schema.binary_message("NetParameter").FromString(data)
    except (DecodeError, BrokenWireError) as error:
        raise OwltfError(f"{path}: not a binary caffemodel, or corrupt: {error}") from None
    for layer in net.layer:
        layer.ClearField("blobs")
    try:
        refuse_bad_text(net)
    except (ValueError, RecursionError) as error:
        raise OwltfError(f"{path}: corrupt: {error}") from None
    net = _with_own_layers(net, schema)
    return NetSource(net, path, (0,) * (len(net.layer) or len(net.layers)), str(path))


def _with_own_layers(net: NetParameter, schema: Schema) -> NetParameter:
    """Return the net in the whole schema, each layer read by the numbers of its type's plugin."""
    whole = schema.message("NetParameter").FromString(net.SerializePartialToString())
    whole.ClearField("layer")
    for layer in net.layer:
        whole.layer.add().MergeFrom(_whole(schema.binary_layer(layer), schema))
    return whole


def _whole(layer: LayerParameter, schema: Schema) -> LayerParameter:
    layer.DiscardUnknownFields()
    return schema.message("LayerParameter").FromString(layer.SerializePartialToString())

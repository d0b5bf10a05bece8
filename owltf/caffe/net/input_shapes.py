"""Gives a net's inputs other shapes than its prototxt does."""

from collections.abc import Iterator, Mapping, Sequence

from owltf.caffe.prototxt.source import NetSource, copied
from owltf.caffe.schema.messages import LayerParameter
from owltf.errors import OwltfError

Shapes = Mapping[str, Sequence[int]]


def with_input_shapes(source: NetSource, shapes: Shapes) -> NetSource:
    """Return a net with some of its inputs reshaped, as Caffe's `Net::Reshape` would find them.

    Args:
        source: the net, upgraded, so that its inputs are tops of Input layers.
        shapes: the whole shape (N, C, H, W) of each blob to change, by name.

    Raises:
        OwltfError: if a blob is no input of the net, or a size is not positive.
    """
    _check(source, shapes)
    pairs = zip(source.parameter.layer, source.lines, strict=True)
    return source.with_layers((_reshaped(layer, shapes), line) for layer, line in pairs)


def with_tops_as_inputs(source: NetSource, shapes: Shapes) -> NetSource:
    """Return a net in which Input layers stand for those that make blobs of the given shapes.

    Args:
        source: the net.
        shapes: the whole shape of each top of the layers to replace, by the blob's name.
    """
    pairs = zip(source.parameter.layer, source.lines, strict=True)
    return source.with_layers((_as_input(layer, shapes), line) for layer, line in pairs)


def _as_input(layer: LayerParameter, shapes: Shapes) -> LayerParameter:
    if layer.bottom or not any(top in shapes for top in layer.top):
        return layer
    made = type(layer)(name=layer.name, type="Input", top=layer.top)
    for top in layer.top:
        made.input_param.shape.add().dim.extend(shapes[top])
    return made


def _check(source: NetSource, shapes: Shapes) -> None:
    makers = {top: layer for layer in source.parameter.layer for top in layer.top}
    inputs = [top for top, layer in makers.items() if layer.type == "Input"]
    for name, shape in shapes.items():
        if min(shape, default=1) < 1:
            raise OwltfError(f"input '{name}': every size must be at least 1, got {tuple(shape)}")
        if name not in inputs:
            raise OwltfError(f"{source.file}: {_no_input(name, makers)}; {_known(inputs)}")


def _no_input(name: str, makers: Mapping[str, LayerParameter]) -> str:
    if name not in makers:
        return f"the net has no blob '{name}' whose shape could be given"
    layer = makers[name]
    return f"the shape of '{name}' cannot be given, as {layer.type} layer '{layer.name}' makes it"


def _known(inputs: Sequence[str]) -> str:
    return f"its inputs are {', '.join(inputs)}" if inputs else "it has no inputs"


def _reshaped(layer: LayerParameter, shapes: Shapes) -> LayerParameter:
    if layer.type != "Input" or not any(top in shapes for top in layer.top):
        return layer
    changed = copied(layer)
    del changed.input_param.shape[:]
    for shape in _shapes(layer, shapes):
        changed.input_param.shape.add().dim.extend(shape)
    return changed  # type: ignore[no-any-return]


def _shapes(layer: LayerParameter, shapes: Shapes) -> Iterator[Sequence[int]]:
    written = [tuple(shape.dim) for shape in layer.input_param.shape]
    for index, top in enumerate(layer.top):
        own = written[index if len(written) > 1 else 0] if written else ()
        yield shapes.get(top, own)

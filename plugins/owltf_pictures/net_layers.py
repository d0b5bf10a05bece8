"""What is drawn of a net: boxes for its layers, and arrows for its blobs."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from math import prod
from typing import Any

from owltf.api import OwltfError, load_net, multiply_adds, open_net_file, start_tensorflow

Shape = tuple[int | None, ...]
_THOUSAND, _UNITS = 1000, ("", "k", "M", "G", "T")


@dataclass
class Box:
    """A layer, with the layers that change its blobs in place.

    Attributes:
        name: its name.
        type: its type.
        detail: what its parameter says in short: "64 of 7x7/2+3".
        shapes: its tops' shapes for one image; none if they are not known.
        params: how many values its parameters have.
        multiply_adds: how many there are for one image; 0 where they are not worth counting.
        in_place: the types of the layers in place.
    """

    name: str
    type: str
    detail: str = ""
    shapes: Sequence[Shape] = ()
    params: int = 0
    multiply_adds: int = 0
    in_place: list[str] = field(default_factory=list)

    def lines(self) -> Iterator[str]:
        """Yield the lines of its text."""
        yield self.name
        yield " ".join(filter(None, (self.type, self.detail)))
        if self.in_place:
            yield "+ " + ", ".join(self.in_place)
        if self.shapes:
            yield ", ".join(map(dims, self.shapes))
        if self.params:
            work = f", {short(self.multiply_adds)} mult-adds" if self.multiply_adds else ""
            yield f"{short(self.params)} params{work}"


@dataclass(frozen=True)
class Drawing:
    """Boxes in the order of their layers, and arrows.

    Attributes:
        name: the net's name.
        boxes: the boxes.
        arrows: pairs of boxes by number: from which, and to which.
    """

    name: str
    boxes: Sequence[Box]
    arrows: Sequence[tuple[int, int]]

    def summary(self) -> str:
        """Return the sums over all layers, in words."""
        layers = len(self.boxes) + sum(len(box.in_place) for box in self.boxes)
        params = sum(box.params for box in self.boxes)
        work = sum(box.multiply_adds for box in self.boxes)
        known = f", {params:,} parameters, {short(work)} multiply-adds an image" if params else ""
        return f"{layers} layers{known}"


def net_layers(
    file: str, registry: Any, phase: str, input_shapes: Mapping[str, Sequence[int]] | None
) -> Drawing:
    """Return the drawing of a net, which is built to know its shapes.

    Raises:
        OwltfError: if it cannot be built.
    """
    start_tensorflow()
    try:
        net = load_net(file, phase=phase, registry=registry, input_shapes=input_shapes)
    except OwltfError as error:
        raise OwltfError(f"{error}; --no-shapes draws what the file says") from error
    layers = [(layer.name, layer.parameter) for layer in net.graph.layers]
    drawing = _drawing(net.name, layers)
    boxes = {box.name: box for box in drawing.boxes}
    for name, _ in layers:
        box = boxes.get(name)
        if box is None:
            continue
        weights = [param.shape for param in net.layer_params.get(name, ())]
        box.shapes = [top.shape[1:] for top in net.layer_tops[name]]
        box.params = sum(map(prod, weights))
        box.multiply_adds = _multiply_adds(box, net, weights)
    return drawing


def read_layers(file: str, registry: Any, phase: str) -> Drawing:
    """Return the drawing of what a net's file says, without shapes.

    Raises:
        OwltfError: if it cannot be read.
    """
    source = open_net_file(file, registry.schema).source(phase)
    layers = [(layer.name, layer) for layer in source.parameter.layer]
    return _drawing(source.parameter.name, layers)


def dims(shape: Shape) -> str:
    """Return a shape as text: "64x56x56"; "1" for a number."""
    return "x".join("?" if size is None else str(size) for size in shape) or "1"


def short(count: int) -> str:
    """Return a count with three digits and a unit: "9.47k"."""
    value, unit = float(count), 0
    while value >= _THOUSAND and unit < len(_UNITS) - 1:
        value, unit = value / _THOUSAND, unit + 1
    return f"{value:.3g}{_UNITS[unit]}" if unit else str(count)


def _drawing(name: str, layers: Sequence[tuple[str, Any]]) -> Drawing:
    boxes: list[Box] = []
    makers: dict[str, int] = {}
    arrows: dict[tuple[int, int], None] = {}
    for own_name, layer in layers:
        maker = makers.get(layer.bottom[0]) if list(layer.bottom) == list(layer.top) else None
        if maker is not None and len(layer.bottom) == 1:
            boxes[maker].in_place.append(layer.type)
            continue
        number = len(boxes)
        boxes.append(Box(own_name, layer.type, _detail(layer)))
        for blob in layer.bottom:
            if blob in makers:
                arrows[makers[blob], number] = None
        makers.update(dict.fromkeys(layer.top, number))
    return Drawing(name, boxes, list(arrows))


def _multiply_adds(box: Box, net: Any, weights: Sequence[Shape]) -> int:
    """Return the multiply-adds of a layer for one image."""
    layer = next(each for each in net.graph.layers if each.name == box.name)
    if not box.shapes or not layer.parameter.bottom:
        return 0
    bottom = net.blob_shapes[layer.parameter.bottom[0]][1:]
    one = [(1, *_known(shape)) for shape in (bottom, box.shapes[0])]
    return multiply_adds(layer.type, [_known(shape) for shape in weights], *one)


def _known(shape: Shape) -> Sequence[int]:
    return [size or 0 for size in shape]


def _detail(layer: Any) -> str:
    for name in ("convolution_param", "pooling_param"):
        if layer.HasField(name):
            return _window(getattr(layer, name))
    if layer.HasField("inner_product_param"):
        return str(layer.inner_product_param.num_output)
    return ""


def _window(param: Any) -> str:
    """Return a window as "64 of 3x3/2+1": outputs, size, stride and padding."""
    outputs = f"{param.num_output} of " if getattr(param, "num_output", 0) else ""
    if getattr(param, "global_pooling", False):
        return "global"
    size = _sides(param, "kernel", 0)
    stride, pad = _sides(param, "stride", 1), _sides(param, "pad", 0)
    return f"{outputs}{size}{_unless(stride, '1x1', '/')}{_unless(pad, '0x0', '+')}"


def _unless(sides: str, usual: str, sign: str) -> str:
    """Return a stride or a padding behind its sign, nothing if it is the usual one."""
    height, _, width = sides.partition("x")
    return "" if sides == usual else f"{sign}{height if height == width else sides}"


def _sides(param: Any, name: str, default: int) -> str:
    if param.HasField(f"{name}_h") or param.HasField(f"{name}_w"):
        return f"{getattr(param, f'{name}_h')}x{getattr(param, f'{name}_w')}"
    value = getattr(param, "kernel_size" if name == "kernel" else name)
    sizes = list(value) if hasattr(value, "append") else [value]
    height, width = (sizes or [default])[0], (sizes or [default])[-1]
    return f"{height}x{width}"

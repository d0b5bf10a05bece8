"""Makes the deploy form of a net, which the caller feeds and which ends in class scores."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from owltf.api import DataContext, LayerConverter, NetContext, OwltfError, converter_of
from owltf_exporter.deploy.data_shapes import input_shapes

_PROB = "prob"

Shapes = Mapping[str, Sequence[int]]


def deploy_form(
    parameter: Any, context: NetContext, given: Shapes | None = None, outputs: Sequence[str] = ()
) -> Any:
    """Return a net without data layers and losses, and without the layers that only these need.

    Data layers become Input layers of the same shapes. Losses become the layer that they are
    `served_as`: SoftmaxWithLoss becomes Softmax, SigmoidCrossEntropyLoss becomes Sigmoid; the top
    of the last of them is `prob`. Other losses, and judges such as Accuracy, are removed, as are
    labels and layers that lead only to these. A net of Input layers and scores stays as it is.

    Args:
        parameter: the `NetParameter`, filtered for its phase.
        context: the context that it will be built with.
        given: shapes of inputs, (N, C, H, W) by blob name, to use instead of the net's own.
        outputs: the blobs wanted; all that no layer takes unless given.

    Raises:
        OwltfError: if nothing is left, or the shape of an input cannot be found.
    """
    kept = _Kept(context, set(outputs), bool(outputs))
    layers = [kept.look(layer) for layer in reversed(_with_scores(parameter.layer, context))]
    result = _without_layers(parameter)
    for layer in reversed([layer for layer in layers if layer is not None]):
        result.layer.extend(_as_inputs(layer, context, given or {}, kept.needed))
    _check(result, given or {}, outputs)
    return result


@dataclass
class _Kept:
    """Decides for each layer, from the last to the first, whether it leads to an output.

    Attributes:
        context: the context that the net will be built with.
        needed: the blobs that lead to outputs.
        only: whether the outputs are only those that were asked for.
        judged: the blobs that losses, judges and layers removed with them take.
    """

    context: NetContext
    needed: set[str]
    only: bool
    judged: set[str] = field(default_factory=set)

    def look(self, layer: Any) -> Any | None:
        """Return the layer if it is kept, else None."""
        converter = _converter(layer, self.context)
        if converter.is_loss or converter.is_judge:
            # The scores themselves are an output, if nothing else takes them.
            scores = [] if self.only else layer.bottom[:1]
            self.needed.update(scores)
            self.judged.update(set(layer.bottom) - set(scores))
            return None
        if self._is_wanted(layer):
            self.needed.update(layer.bottom)
            return layer
        self.judged.update(layer.bottom)
        return None

    def _is_wanted(self, layer: Any) -> bool:
        if any(top in self.needed for top in layer.top):
            return True
        # A layer without tops, such as Silence, is no reason to compute its bottoms.
        is_reason = bool(layer.bottom) and _converter(layer, self.context).tops != (0, 0)
        is_output = is_reason and not any(top in self.judged for top in layer.top)
        return is_output and not self.only


def _converter(layer: Any, context: NetContext) -> LayerConverter:
    return converter_of(layer, context.registry)


def _with_scores(layers: Sequence[Any], context: NetContext) -> list[Any]:
    """Return the layers with each loss replaced by the layer that it is served as, if any."""
    known = {_computes(layer) for layer in layers}
    kinds = [_converter(layer, context).served_as for layer in layers]
    losses = [layer for layer, kind in zip(layers, kinds, strict=True) if kind]
    taken = {name for layer in layers for name in (layer.name, *layer.top)}
    found: list[Any] = []
    for layer, kind in zip(layers, kinds, strict=True):
        scores = kind and _scores_of(layer, kind, taken, is_last=layer is losses[-1])
        if not scores or _computes(scores) in known:
            found.append(layer)
            continue
        known.add(_computes(scores))
        found.append(scores)
    return found


def _computes(layer: Any) -> tuple[str, ...]:
    """Return a key that is equal for layers which compute the same scores."""
    return (layer.type, *layer.bottom[:1])


def _scores_of(layer: Any, kind: str, taken: Collection[str], *, is_last: bool) -> Any:
    """Return the layer that a loss is served as, with the loss's fields except `loss_param`."""
    name = _PROB if is_last and _PROB not in taken else f"{layer.name}_{_PROB}"
    scores = type(layer)(name=name, type=kind, bottom=layer.bottom[:1], top=[name])
    for descriptor, message in layer.ListFields():
        if descriptor.name.endswith("_param") and descriptor.name != "loss_param":
            getattr(scores, descriptor.name).CopyFrom(message)
    return scores


def _as_inputs(
    layer: Any, context: NetContext, given: Shapes, needed: Collection[str]
) -> Iterator[Any]:
    if _is_data(layer, context):
        yield from _fed(layer, context, given, [top for top in layer.top if top in needed])
    elif layer.type == "Input":
        yield from _inputs(layer, given, needed)
    else:
        yield layer


def _fed(layer: Any, context: NetContext, given: Shapes, tops: Sequence[str]) -> Iterator[Any]:
    data = DataContext(layer, context.phase, context)
    shapes = input_shapes(data, context.registry.data_layers.get(layer.type), given, tops)
    yield from (_input(type(layer), top, shapes[top]) for top in tops)


def _inputs(layer: Any, given: Shapes, needed: Collection[str]) -> Iterator[Any]:
    if all(top in needed and top not in given for top in layer.top):
        yield layer
        return
    shapes = [tuple(shape.dim) for shape in layer.input_param.shape]
    shapes = shapes * len(layer.top) if len(shapes) == 1 else shapes
    for top, shape in zip(layer.top, shapes, strict=False):
        if top in needed:
            yield _input(type(layer), top, given.get(top, shape))


def _input(layer_class: Any, top: str, shape: Sequence[int]) -> Any:
    layer = layer_class(name=top, type="Input", top=[top])
    layer.input_param.shape.add().dim.extend(shape)
    return layer


def _without_layers(parameter: Any) -> Any:
    copy = type(parameter)()
    copy.CopyFrom(parameter)
    copy.ClearField("layer")
    return copy


def _check(parameter: Any, given: Shapes, outputs: Sequence[str]) -> None:
    tops = {top for layer in parameter.layer for top in layer.top}
    inputs = {top for layer in parameter.layer if layer.type == "Input" for top in layer.top}
    if missing := [name for name in outputs if name not in tops]:
        raise OwltfError(f"--outputs: the net has no blob {', '.join(map(repr, missing))}")
    if strangers := [name for name in given if name not in inputs]:
        raise OwltfError(
            f"--input-shape: the net has no input {', '.join(map(repr, strangers))}; "
            f"its inputs are {', '.join(sorted(inputs)) or 'none'}"
        )
    if not any(layer.bottom for layer in parameter.layer):
        raise OwltfError(f"net '{parameter.name}' has no layers that could be served")
    if not inputs:
        raise OwltfError(f"net '{parameter.name}' has no inputs: it gives the same at each call")


def data_layers(parameter: Any, context: NetContext) -> list[Any]:
    """Return the `LayerParameter`s of a net's data layers."""
    return [layer for layer in parameter.layer if _is_data(layer, context)]


def _is_data(layer: Any, context: NetContext) -> bool:
    """Return whether a layer is a data layer, even if owltf cannot read its type."""
    registry = context.registry
    is_unknown = not layer.bottom and bool(layer.top) and layer.type not in registry.converters
    return is_unknown or layer.type in registry.data_layers

"""The graph of a net: its layers in order, checked so that each bottom has its maker."""

from collections.abc import Iterator
from dataclasses import dataclass

from owltf.caffe.layer_names import unique_names
from owltf.caffe.net.filter import PHASES
from owltf.caffe.prototxt.source import NetSource
from owltf.caffe.schema.messages import LayerParameter
from owltf.did_you_mean import did_you_mean
from owltf.errors import OwltfError


@dataclass(frozen=True)
class GraphLayer:
    """A layer of a graph.

    Attributes:
        parameter: The layer as written.
        where: Where it is written, as `file.prototxt:12`.
        name: Its name, which no other layer of the graph has (`owltf.caffe.layer_names`).
    """

    parameter: LayerParameter
    where: str
    name: str

    @property
    def type(self) -> str:
        """The layer's type, such as Convolution."""
        return str(self.parameter.type)

    @property
    def title(self) -> str:
        """The layer in words, for errors: `Convolution layer 'conv1'`."""
        kind = f"{self.type} layer" if self.type else "layer without a type"
        name = self.parameter.name
        return f"{kind} {name!r}" if name else f"{kind} without a name"


@dataclass(frozen=True)
class Graph:
    """A filtered net whose layers can be built one after the other.

    Attributes:
        name: The net's name.
        layers: The layers, in the order they run.
        outputs: The blobs that no layer takes, sorted by name as Caffe does.
        source: The net it is made of.
    """

    name: str
    layers: tuple[GraphLayer, ...]
    outputs: tuple[str, ...]
    source: NetSource

    @classmethod
    def of(cls, source: NetSource) -> "Graph":
        """Check a filtered net and make its graph.

        Raises:
            OwltfError: there are no layers, two of them make one blob, or a layer takes a blob
                that is not there.
        """
        net = source.parameter
        if not net.layer:
            raise OwltfError(f"{source.file}: no layers for {_state_in_words(source)}")
        layers = tuple(
            GraphLayer(layer, source.where(index), name)
            for index, (layer, name) in enumerate(
                zip(net.layer, unique_names(net.layer), strict=True)
            )
        )
        _check_blobs(layers, source)
        return cls(net.name, layers, tuple(sorted(_untaken(layers))), source)


def is_in_place(layer: LayerParameter, index: int) -> bool:
    """Say whether a top takes the place of the bottom of the same number."""
    return bool(index < len(layer.bottom) and layer.bottom[index] == layer.top[index])


def _check_blobs(layers: tuple[GraphLayer, ...], source: NetSource) -> None:
    makers: dict[str, GraphLayer] = {}
    for position, layer in enumerate(layers):
        for blob in layer.parameter.bottom:
            if blob not in makers:
                later = layers[position + 1 :]
                raise OwltfError(_no_maker(layer, blob, makers, later, source))
        for blob in _made(layer):
            if blob in makers:
                raise OwltfError(_two_makers(layer, blob, makers[blob], source))
            makers[blob] = layer


def _made(layer: GraphLayer) -> Iterator[str]:
    """The blobs that a layer makes; tops in place of a bottom are not new."""
    for index, blob in enumerate(layer.parameter.top):
        if not is_in_place(layer.parameter, index):
            yield blob


def _no_maker(
    layer: GraphLayer,
    blob: str,
    makers: dict[str, GraphLayer],
    later: tuple[GraphLayer, ...],
    source: NetSource,
) -> str:
    start = f"{layer.where}: {layer.title} takes {blob!r}, which"
    for other in later:
        if blob in other.parameter.top:
            return f"{start} {other.title} makes only later ({other.where}); move that one up"
    if blob in source.left_out:
        return (
            f"{start} only a layer for other phases, levels or stages makes "
            f"({source.left_out[blob]}); this net is for {_state_in_words(source)}"
        )
    hint = did_you_mean(blob, makers, otherwise=_blobs_so_far(makers))
    return f"{start} no layer makes; {hint}"


def _state_in_words(source: NetSource) -> str:
    state = source.parameter.state
    stages = f", stage {' and '.join(state.stage)}" if state.stage else ", no stage"
    return f"{PHASES[state.phase]}, level {state.level}{stages}"


def _blobs_so_far(makers: dict[str, GraphLayer]) -> str:
    made = ", ".join(list(makers)[-5:])
    return f"the last blobs made are {made}" if made else "no blob is made so far"


def _two_makers(layer: GraphLayer, blob: str, other: GraphLayer, source: NetSource) -> str:
    by = "itself" if other is layer else f"{other.title} ({other.where})"
    start = f"{layer.where}: {layer.title} makes {blob!r}, which is made by {by} already; "
    if other is not layer and _look_like_two_phases(layer.parameter, other.parameter):
        return (
            f"{start}if one is for training and one for testing, both need a rule, as "
            f"include {{ phase: TRAIN }} and include {{ phase: TEST }}; this net is for "
            f"{_state_in_words(source)}"
        )
    return f"{start}rename one top, or let it be the bottom of the same place to work in place"


def _look_like_two_phases(one: LayerParameter, other: LayerParameter) -> bool:
    """Whether two layers are likely forms of one for two phases, and lack a rule that says so."""
    has_rule = any(each.include or each.exclude for each in (one, other))
    feed = one.type == other.type and not one.bottom and not other.bottom
    return bool(has_rule or feed or one.name == other.name)


def _untaken(layers: tuple[GraphLayer, ...]) -> set[str]:
    left: set[str] = set()
    for layer in layers:
        left -= set(layer.parameter.bottom)
        left |= set(layer.parameter.top)
    return left

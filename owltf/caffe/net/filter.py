"""Keeping the layers that belong to a phase, a level and stages: include and exclude rules."""

from collections.abc import Iterable
from dataclasses import dataclass, replace

from owltf.caffe.prototxt.source import NetSource, copied
from owltf.caffe.schema.messages import LayerParameter, NetParameter, NetStateRule
from owltf.errors import OwltfError

PHASES = ("TRAIN", "TEST")


@dataclass(frozen=True)
class NetState:
    """The circumstances a net is built for.

    Attributes:
        phase: TRAIN or TEST.
        level: A number that rules may set bounds to.
        stages: Names that rules may ask for.
    """

    phase: str
    level: int = 0
    stages: tuple[str, ...] = ()

    def meets(self, rule: NetStateRule) -> bool:
        """Say whether every condition that the rule sets holds."""
        return (
            (not rule.HasField("phase") or PHASES[rule.phase] == self.phase)
            and (not rule.HasField("min_level") or self.level >= rule.min_level)
            and (not rule.HasField("max_level") or self.level <= rule.max_level)
            and all(stage in self.stages for stage in rule.stage)
            and not any(stage in self.stages for stage in rule.not_stage)
        )


def net_state(phase: str, level: int = 0, stages: Iterable[str] = ()) -> NetState:
    """Make a state to filter a net for.

    Raises:
        OwltfError: the phase is neither TRAIN nor TEST.
    """
    if phase not in PHASES:
        raise OwltfError(f"phase: must be TRAIN or TEST; got {phase}")
    return NetState(phase, level, tuple(stages))


def filter_net(source: NetSource, state: NetState) -> NetSource:
    """Keep the layers whose rules the state meets, and note the state in the net.

    Stages that the net's own state names count as well; each layer gets the phase.

    Raises:
        OwltfError: a layer has both include and exclude rules.
    """
    own = tuple(stage for stage in source.parameter.state.stage if stage not in state.stages)
    state = NetState(state.phase, state.level, (*own, *state.stages))
    layers = list(zip(source.parameter.layer, source.lines, strict=True))
    included = [_is_included(source, index, state) for index in range(len(layers))]
    filtered = source.with_layers(
        (_in_phase(layer, state.phase), line)
        for (layer, line), kept in zip(layers, included, strict=True)
        if kept
    )
    _note_state(filtered.parameter, state)
    return replace(filtered, left_out=_left_out(source, included))


def _note_state(net: NetParameter, state: NetState) -> None:
    net.state.phase = PHASES.index(state.phase)
    net.state.level = state.level
    net.state.stage[:] = state.stages


def _left_out(source: NetSource, included: list[bool]) -> dict[str, str]:
    return {
        top: source.where(index)
        for index, kept in enumerate(included)
        if not kept
        for top in source.parameter.layer[index].top
    }


def _is_included(source: NetSource, index: int, state: NetState) -> bool:
    layer = source.parameter.layer[index]
    if layer.include and layer.exclude:
        raise OwltfError(
            f"{source.where(index)}: layer {layer.name!r} has both include and exclude rules; "
            "keep one kind"
        )
    if layer.include:
        return any(state.meets(rule) for rule in layer.include)
    return not any(state.meets(rule) for rule in layer.exclude)


def _in_phase(layer: LayerParameter, phase: str) -> LayerParameter:
    if layer.HasField("phase"):
        return layer
    layer = copied(layer)
    layer.phase = PHASES.index(phase)
    return layer

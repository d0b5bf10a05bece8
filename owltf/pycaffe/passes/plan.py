"""Plans a pass over some consecutive layers: what is fed, computed, returned, differentiated."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from functools import cached_property

from owltf.convert.params import Param
from owltf.net.net import Net
from owltf.pycaffe.passes.need_backward import NeedBackward

# A blob's name, and the place of the layer that made this version of it: in-place layers make more.
Version = tuple[str, int]


@dataclass(frozen=True)
class Plan:
    """A pass over layers of a net.

    Attributes:
        layers: the places of the layers that run, in order.
        bottoms: the versions that each of these takes.
        fed: the blobs that they take from memory.
        returned: the newest version of each blob that they make.
        seeds: the blobs whose gradients the pass starts from.
        targets: the blobs whose gradients are computed, by name.
        params: the parameter blobs whose gradients are computed.
        repeats: whether it computes again what a forward pass did, without its side effects.
    """

    layers: Sequence[int]
    bottoms: Sequence[Sequence[Version]]
    fed: Sequence[Version]
    returned: Sequence[Version] = ()
    seeds: Sequence[Version] = ()
    targets: Mapping[str, Version] = field(default_factory=dict)
    params: Sequence[Param] = ()
    repeats: bool = False


@dataclass(frozen=True)
class Planner:
    """Plans the passes of a net.

    Attributes:
        net: the net, or its first layers.
        whole_net: the whole net, whose losses say which gradients are computed.
    """

    net: Net
    whole_net: Net

    @cached_property
    def needed(self) -> NeedBackward:
        """Which gradients a backward pass computes."""
        return NeedBackward.of(self.whole_net)

    @cached_property
    def bottoms(self) -> Sequence[Sequence[Version]]:
        """The version of each bottom that each layer takes."""
        newest: dict[str, int] = {}
        taken = []
        for place, layer in enumerate(self.net.layers):
            taken.append([(blob.name, newest[blob.name]) for blob in layer.bottoms])
            newest.update((blob.name, place) for blob in layer.named_tops)
        return taken

    @cached_property
    def _last_made(self) -> dict[str, int]:
        """The last layer that makes each blob, whose version memory holds after a pass."""
        return {
            blob.name: place
            for place, layer in enumerate(self.net.layers)
            for blob in layer.named_tops
        }

    def forward(self, first: int, last: int) -> Plan:
        """Return the forward pass from one layer to another, both included."""
        layers = self._computed(range(first, last + 1))
        return Plan(layers, self._taken(layers), self._fed(layers), returned=self._returned(layers))

    def whole(self) -> Plan:
        """Return the forward and backward pass over all layers."""
        last = len(self.net.layers) - 1
        forward, backward = self.forward(0, last), self.backward(last, 0)
        return replace(
            backward,
            layers=forward.layers,
            bottoms=forward.bottoms,
            fed=forward.fed,
            returned=forward.returned,
            repeats=False,
        )

    def backward(self, first: int, last: int) -> Plan:
        """Return the backward pass from one layer down to an earlier one, both included."""
        active = [each for each in self._computed(range(last, first + 1)) if self._needs(each)]
        layers = self._computed(sorted(self._with_makers(active)))
        return Plan(
            layers=layers,
            bottoms=self._taken(layers),
            fed=self._fed(layers),
            seeds=self._seeds(active),
            targets=self._targets(active),
            params=self._params(active),
            repeats=True,
        )

    def _needs(self, place: int) -> bool:
        return self.needed.layers[place]

    def _computed(self, places: Iterable[int]) -> list[int]:
        return [place for place in places if not self._is_source(place)]

    def _is_source(self, place: int) -> bool:
        return self.net.layers[place].is_fed

    def _taken(self, layers: Sequence[int]) -> list[Sequence[Version]]:
        return [self.bottoms[place] for place in layers]

    def _fed(self, layers: Sequence[int]) -> list[Version]:
        made = {version for place in layers for version in self._made(place)}
        taken = (version for place in layers for version in self.bottoms[place])
        return list(dict.fromkeys(version for version in taken if version not in made))

    def _made(self, place: int) -> Iterator[Version]:
        return ((blob.name, place) for blob in self.net.layers[place].named_tops)

    def _returned(self, layers: Sequence[int]) -> list[Version]:
        return list(dict(version for place in layers for version in self._made(place)).items())

    def _with_makers(self, active: Sequence[int]) -> set[int]:
        """Return layers and those before them whose tops memory has lost to in-place layers."""
        found, left = set(active), list(active)
        while left:
            for name, maker in self.bottoms[left.pop()]:
                is_lost = self._last_made[name] != maker
                if is_lost and maker not in found and not self._keeps(maker):
                    found.add(maker)
                    left.append(maker)
        return found

    def _keeps(self, place: int) -> bool:
        """Return whether a layer must not be run again, as it takes the next batch."""
        return self._is_source(place) or not self.net.layers[place].bottoms

    def _seeds(self, active: Sequence[int]) -> list[Version]:
        """Return the tops whose gradients are in memory, as no later layer computes them."""
        computed = {version for _, version in self._propagated(active)}
        tops = (version for place in active for version in self._made(place))
        newest = dict(tops)
        return [each for each in newest.items() if each not in computed]

    def _propagated(self, active: Sequence[int]) -> Iterator[tuple[str, Version]]:
        for place in active:
            pairs = zip(self.bottoms[place], self.needed.bottoms[place], strict=True)
            yield from ((version[0], version) for version, needed in pairs if needed)

    def _targets(self, active: Sequence[int]) -> dict[str, Version]:
        # A blob that layers change in place has, in the end, the gradient of its first version.
        found: dict[str, Version] = {}
        for name, version in self._propagated(active):
            found.setdefault(name, version)
        return found

    def _params(self, active: Sequence[int]) -> list[Param]:
        forced = self.net.graph.source.parameter.force_backward
        params = (param for place in active for param in self.net.layers[place].params)
        wanted = {
            id(param.variable): param
            for param in params
            if param.is_trained or (forced and param.variable.trainable)
        }
        return list(wanted.values())

"""Answers with fewer operations: layers that scale channels go into the layer before them."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

import tensorflow as tf

from owltf.convert.converter import converter_of
from owltf.keras_internals import Remade, model_between, rewired, run_in_order_made
from owltf.net.folded_layer import FoldedLayer, NetPart, has_affine
from owltf.net.readers import Readers


@dataclass
class Folding:
    """Makes models that compute the same as a net's with fewer layers.

    BatchNorm, Scale, Bias and others that are `affine` are folded into the layer before, which must
    be able to `absorb` them, where nothing else takes that layer's top. The net keeps its layers
    and parameters: the weights of the layers that stand for them are made anew whenever a
    parameter they come from was changed.

    Attributes:
        parts: the net's layers in Caffe's order.
        owners: the names that the net's Keras layers have, and whose they are.
    """

    parts: Sequence[NetPart]
    owners: Mapping[str, str]
    _layers: dict[tuple[str, ...], FoldedLayer | None] = field(default_factory=dict, init=False)

    def applied(self, model: Any, outputs: Any) -> Any:
        """Return a model with fewer layers; the same one if nothing can be folded.

        Args:
            model: a functional model of the net's tensors.
            outputs: its outputs, in their structure; what they show is computed as it is.
        """
        if tf.config.list_logical_devices("GPU"):
            # `WeightsVersion` needs the CPU.
            return model
        chains = self._chains(model)
        if not chains:
            return model
        remade = {id(layer.top.tensor): _remade(layer) for layer in chains}
        small = model_between(model.input, rewired(model, outputs, remade), name="net")
        for layer in chains:
            layer.refresh()
        return run_in_order_made(small)

    def refresh(self) -> None:
        """Compute the weights of the layers that were folded from the net's, as they are now."""
        for layer in self._layers.values():
            if layer is not None and layer.is_built:
                layer.refresh()

    def _chains(self, model: Any) -> list[FoldedLayer]:
        """Return the layers that can stand for several in a model."""
        readers, heads = Readers(model), dict[int, FoldedLayer | None]()
        chains: dict[int, FoldedLayer] = {}
        for part in self.parts:
            if len(part.layer.tops) != 1 or not part.layer.bottoms:
                continue
            before, top = part.layer.bottoms[0].tensor, part.layer.tops[0].tensor
            chain = chains.get(id(before)) or heads.get(id(before))
            longer = chain and self._longer(chain, part)
            if longer and readers.only_lead_to(before, top):
                chains.pop(id(before), None)
                chains[id(top)] = longer
            elif id(top) in readers:
                heads[id(top)] = FoldedLayer(part, (), self.owners)
        return list(chains.values())

    def _longer(self, chain: FoldedLayer, part: NetPart) -> FoldedLayer | None:
        """Return a chain with one layer more, if that can be folded."""
        if len(part.layer.bottoms) != 1 or not may_be_affine(part):
            return None
        names = (*chain.names, part.layer.name)
        if names not in self._layers:
            longer = FoldedLayer(chain.target, (*chain.folded, part), self.owners)
            self._layers[names] = longer if longer.can_be_made() else None
        return self._layers[names]


def may_be_affine(part: NetPart) -> bool:
    """Return whether a layer only multiplies its channels and adds to them, as it stands now."""
    registry = part.context.registry
    if not has_affine(part.parameter, registry):
        return False
    converter = converter_of(part.parameter, registry)
    return converter.affine(part.parameter, part.blobs()) is not None


def _remade(layer: FoldedLayer) -> Remade:
    bottoms = layer.target.layer.bottoms
    return Remade(tuple(blob.tensor for blob in bottoms), layer.top_of)

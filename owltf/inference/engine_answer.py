"""Lets `Net.forward` compute blobs by another engine than TensorFlow."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import numpy as np
import tensorflow as tf

from owltf.errors import OwltfError
from owltf.forms.engine import Engine, Run
from owltf.inference.kept_net_form import kept_net_form
from owltf.inference.net_form import write_form
from owltf.net.net import Net
from owltf.net.open_batch import has_open_batch
from owltf.net.variable_watch import VariableWatch


@dataclass(frozen=True)
class OtherEngine:
    """An engine that answers for a net, where it can.

    Attributes:
        engine: the engine.
        must: whether what it cannot compute is an error; else TensorFlow computes it.
        tell: receives a sentence on what computes.
    """

    engine: Engine
    must: bool = False
    tell: Callable[[str], object] | None = None

    def __call__(self, net: Net, blobs: Sequence[str]) -> Run | None:
        """Return what computes blobs of a net; None if TensorFlow must.

        Raises:
            OwltfError: if the engine cannot, and it must.
        """
        try:
            check_forgetful(net)
            answer = EngineAnswer(net, self.engine, tuple(blobs))
        except OwltfError as error:
            if self.must:
                raise OwltfError(f"engine {self.engine.name}: {error}") from error
            self._say(f"{self.engine.name} cannot compute the net: {error}")
            self._say("Computed by tensorflow")
            return None
        self._say(f"Computed by {self.engine.name}")
        return answer

    def _say(self, line: str) -> None:
        if self.tell is not None:
            self.tell(line)


class EngineAnswer:
    """Computes blobs of a net by a form of it, which is made anew when parameters were changed.

    Args:
        net: the net.
        engine: what computes it.
        blobs: the names of the blobs.

    Raises:
        OwltfError: if the engine cannot compute them, or not to 1e-5 as TensorFlow does.
    """

    def __init__(self, net: Net, engine: Engine, blobs: Sequence[str]) -> None:
        self._net, self._engine, self._blobs = net, engine, blobs
        self._watch = VariableWatch([param.variable for param in net.params])
        self._watch.has_changed()
        kept = kept_net_form(engine, net, self._blobs)
        self._run = self._made() if kept is None else engine.open(kept.model)

    def __call__(self, arrays: Mapping[str, np.ndarray]) -> dict[str, np.ndarray]:
        """Return the blobs by name."""
        if self._watch.has_changed():
            self._run = self._made()
        found = self._run(arrays)
        return {name: found[name] for name in self._blobs}

    def _made(self) -> Run:
        self._watch.has_changed()
        with TemporaryDirectory(prefix="owltf-") as folder:
            path = Path(folder) / "form"
            write_form(self._engine, self._net, self._blobs, path)
            return self._engine.open(path)


def check_forgetful(net: Net) -> None:
    """Refuse a net whose passes do more than to compute blobs from inputs.

    Raises:
        OwltfError: if a layer writes files or keeps a state, the net is for training, or it
            computes on a GPU.
    """
    if net.phase != "TEST":
        raise OwltfError(f"net '{net.name}' is for training")
    if net.effects:
        raise OwltfError(f"layer '{net.effects[0].layer}' is run for its work, not for a blob")
    if tf.config.list_logical_devices("GPU"):
        raise OwltfError("there is a GPU, which TensorFlow computes on")
    keeping = [each for each in _keras_layers(net) if hasattr(each, "recurrent_state")]
    if keeping:
        where = net.owners.get(keeping[0].name, keeping[0].name)
        raise OwltfError(f"{where} keeps a state from pass to pass")
    if not has_open_batch(net):
        raise OwltfError(f"net '{net.name}' computes batches of one size alone")


def _keras_layers(net: Net) -> Any:
    return net.model_of(net.outputs).layers if net.outputs and net.inputs else ()

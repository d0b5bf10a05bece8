"""The settings with which a net is built: known types, phase, seed, shared layers."""

from __future__ import annotations

import zlib
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field, fields, replace
from inspect import signature
from pathlib import Path
from typing import Any

import numpy as np

from owltf.caffe.find_file import find_file
from owltf.convert.sharing import Fill, SharedLayers
from owltf.did_you_mean import did_you_mean
from owltf.python_layers.user_code import UserCode
from owltf.registry.registry import Registry
from owltf.runtime.batch_rows import BatchShare

# What the functions that make a context fill in themselves.
_NOT_GIVEN = {"registry", "phase", "loaded", "folder", "other_engine", "test_net"}


@dataclass(frozen=True)
class NetContext:
    """What a net is built with: known types, phase, seed, and the layers it shares.

    One is made for each file that is opened. The nets of the file share it; only the arguments of
    `of_net` differ. An option of a run or a command that concerns all its nets is a field here, and
    nowhere else.

    Attributes:
        registry: converters, data layers and fillers.
        phase: "TRAIN" or "TEST".
        seed: what every random draw starts from.
        shared: layers and variables in common with other nets.
        loaded: layers whose weights will come from a file, so that they start as zeros.
        batch_factor: factor on each data layer's `batch_size` (`--batch-per-gpu`).
        folder: the folder of the net's file, beside which its sources are looked for.
        allow_python_layers: run the code of the net's Python layers.
        python_code: finds and runs that code; None for the modules beside the net.
        test_net: which of the solver's test nets it is, from 0.
        max_image_pixels: the pixels that an image may have to be decoded; None for the usual bound.
        ignore_orientation: leave photographs that are read from files as the camera stored them.
        skip_bad_records: leave out records that cannot be used, rather than to end with an error.
        precision: what products are computed with: "float32", "tf32", "bfloat16", "float16".
        share: the share of each batch that this process computes.
        sync_batch_norm: normalise by the statistics of the whole batch, not of each device's share.
        recompute: hold few blobs for the backward pass, and compute the others a second time.
        xla: let XLA compile what it can of a training step; for GPUs.
        optimize: answer with layers that scale channels folded into those before them.
        other_engine: returns what computes blobs of a net in place of TensorFlow, given both; None
            where TensorFlow must.
        given_data: a `GivenData`, which fills the net's data layers in place of their records; None
            if they read these.
        train_data: the same for the solver's TRAIN net.
        test_data: the same for each of its TEST nets; none if they all read their records.
        autotune: let `Net.forward` take another form of the net where that is found to be quicker.
    """

    registry: Registry
    phase: str
    seed: int = 0
    shared: SharedLayers = field(default_factory=SharedLayers)
    loaded: frozenset[str] = frozenset()
    batch_factor: int = 1
    folder: Path | None = None
    allow_python_layers: bool = False
    python_code: UserCode | None = None
    test_net: int = 0
    max_image_pixels: int | None = None
    ignore_orientation: bool = False
    skip_bad_records: bool = False
    sync_batch_norm: bool = False
    recompute: bool = False
    xla: bool = False
    optimize: bool = False
    autotune: bool = False
    precision: str = "float32"
    share: BatchShare = BatchShare()
    given_data: Any = None
    train_data: Any = None
    test_data: Sequence[Any] = ()
    other_engine: Callable[[Any, Sequence[str]], Any] | None = None

    def of_net(self, folder: Path | None, phase: str, test_net: int = 0) -> NetContext:
        """Return the context for one net of the file.

        Args:
            folder: the folder of its file.
            phase: "TRAIN" or "TEST".
            test_net: which of the solver's test nets it is, from 0.
        """
        several = [self.train_data] if phase == "TRAIN" else self.test_data
        given = several[test_net] if test_net < len(several) else None
        return replace(self, folder=folder, phase=phase, test_net=test_net, given_data=given)

    @property
    def python(self) -> UserCode | None:
        """The user's Python code beside the net, or None if it must not run."""
        if not self.allow_python_layers:
            return None
        return self.python_code or UserCode.beside(self.folder)

    def find_file(self, path: str) -> Path:
        """Return an existing file or folder that the net names."""
        return find_file(path, self.folder)

    def filler(self, layer: str, say: Callable[[str], Exception]) -> Callable[[Any, int], Fill]:
        """Return a function that gives the filler of each parameter blob of a layer.

        Each blob's draws come from (seed, layer, position) alone, so a net starts the same whatever
        else is in it.
        """

        def fill_with(parameter: Any, index: int) -> Fill:
            fill = self.registry.fillers.get(parameter.type)
            if fill is None:
                hint = did_you_mean(parameter.type, self.registry.fillers)
                raise say(f"unknown filler type '{parameter.type}': {hint}")
            return lambda shape: fill(self._generator(layer, index), shape, parameter)

        return fill_with

    def _generator(self, layer: str, index: int) -> np.random.Generator:
        key = (self.seed & 0xFFFFFFFFFFFFFFFF, zlib.crc32(f"{layer}/{index}".encode()))
        return np.random.Generator(np.random.Philox(key=np.array(key, np.uint64)))


def check_flags(function: Callable[..., Any], flags: Mapping[str, Any]) -> None:
    """Refuse keywords that a function would pass on as fields of the context, but which are none.

    Args:
        function: the function or class that the user called.
        flags: the keywords that are not among its own parameters.

    Raises:
        TypeError: in Python's words, with the keywords that are like the unknown one.
    """
    known = {each.name for each in fields(NetContext)} - _NOT_GIVEN
    unknown = next((name for name in flags if name not in known), None)
    if unknown is not None:
        own = {name for name in signature(function).parameters if name != "flags"}
        hint = did_you_mean(unknown, known | own)
        raise TypeError(
            f"{function.__name__}() got an unexpected keyword argument '{unknown}': {hint}"
        )

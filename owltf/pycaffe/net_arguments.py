"""Reads the arguments of `caffe.Net`, in the new order and in the old one."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import Any

from owltf.caffe.file_kind import NET
from owltf.caffe.net.filter import filter_net, net_state
from owltf.caffe.net.net_file import open_net_file
from owltf.caffe.prototxt.source import NetSource
from owltf.convert.context import NetContext
from owltf.pycaffe.passes.built import Builder
from owltf.pycaffe.settings import PHASES, SETTINGS
from owltf.python_layers.script_code import ScriptCode


def net_arguments(args: Sequence[Any], kwargs: dict[str, Any]) -> dict[str, Any]:
    """Return phase, level, stages and weights from either order of arguments."""
    names = ["phase", "level", "stages", "weights"]
    if args and isinstance(args[0], (str, Path)):
        names = ["weights", "phase"]
    if len(args) > len(names):
        raise TypeError(
            f"Net takes network_file, {', '.join(names)}; got {1 + len(args)} arguments"
        )
    given = {**dict(zip(names, args, strict=False)), **kwargs}
    if unknown := given.keys() - {"phase", "level", "stages", "weights"}:
        raise TypeError(f"Net takes no argument {', '.join(sorted(unknown))}")
    if given.get("phase") not in (0, 1):
        raise TypeError(f"phase must be caffe.TRAIN or caffe.TEST, got {given.get('phase')!r}")
    return {"level": 0, "stages": None, "weights": None, **given}


def net_builder(path: Path, phase: int, level: int, stages: Any) -> Builder:
    """Return what builds the net of a prototxt.

    Args:
        path: the prototxt.
        phase: `caffe.TRAIN` or `caffe.TEST`.
        level: the number that rules may set bounds to.
        stages: the names that rules may ask for; None for none.
    """
    read: Any = open_net_file(path, SETTINGS.registry.schema, wanted=NET).read
    source = filter_net(read, net_state(PHASES[phase], level, stages or ()))
    return Builder(source, script_context(source, PHASES[phase], SETTINGS.next_seed()))


def script_context(source: NetSource, phase: str, seed: int) -> NetContext:
    """Return what a net of a script is built with: its Python layers are the script's own code.

    Args:
        source: the net.
        phase: "TRAIN" or "TEST".
        seed: what its random draws start from.
    """
    return NetContext(
        SETTINGS.registry,
        phase,
        seed=seed,
        folder=source.folder,
        allow_python_layers=True,
        python_code=ScriptCode(source.folder),
    )

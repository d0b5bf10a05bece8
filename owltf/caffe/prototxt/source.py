"""A net or a solver together with the file and the lines it was read from."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any

from owltf.caffe.prototxt.scan import Block
from owltf.caffe.schema.messages import LayerParameter, NetParameter, SolverParameter


@dataclass(frozen=True)
class NetSource:
    """A net, with the file and the lines that its layers are written in.

    Attributes:
        parameter: the net itself; steps that change a net give a new source.
        path: the file it comes from, None for text.
        lines: the line of each layer, counted from 1, 0 where it is unknown.
        name: the text's name in errors, if it comes from no file.
        ignored: the fields of the file that were left out, each as `file:line:column: name`.
        left_out: the places of the layers that rules left out, by the blobs they would have made.
    """

    parameter: NetParameter
    path: Path | None
    lines: tuple[int, ...]
    name: str = "<text>"
    ignored: tuple[str, ...] = ()
    left_out: Mapping[str, str] = field(default_factory=dict)

    @property
    def file(self) -> str:
        """The file's path, or the name of the text."""
        return str(self.path or self.name)

    @property
    def folder(self) -> Path | None:
        """The folder that the net's own paths may be relative to."""
        return self.path.parent if self.path else None

    def where(self, index: int) -> str:
        """Return the place at which a layer is written: `file.prototxt:12`."""
        line = self.lines[index] if index < len(self.lines) else 0
        return f"{self.file}:{line}" if line else self.file

    def with_layers(
        self, layers: Iterable[tuple[LayerParameter, int]], name: str = "layer"
    ) -> "NetSource":
        """Return the same net with other layers, each with its line.

        Args:
            layers: the layers and their lines.
            name: the field: `layer`, or `layers` for those of older generations.
        """
        pairs = list(layers)
        parameter = without_layers(self.parameter)
        getattr(parameter, name).extend(layer for layer, _ in pairs)
        return replace(self, parameter=parameter, lines=tuple(line for _, line in pairs))

    def rewritten(self, parameter: NetParameter) -> "NetSource":
        """Return another form of the net, whose layers have no lines of their own in the file."""
        return replace(self, parameter=parameter, lines=(0,) * len(parameter.layer))


@dataclass(frozen=True)
class SolverSource:
    """A solver, with the file and the lines that its fields are written in.

    Attributes:
        parameter: the solver itself.
        path: the file it comes from, None for text.
        name: the text's name in errors, if it comes from no file.
        ignored: the fields of the file that were left out, each as `file:line:column: name`.
        root: a block that holds the solver's fields with their lines.
    """

    parameter: SolverParameter
    path: Path | None
    name: str = "<text>"
    ignored: tuple[str, ...] = ()
    root: Block = field(default_factory=lambda: Block("", 0, 1), repr=False)

    @property
    def file(self) -> str:
        """The file's path, or the name of the text."""
        return str(self.path or self.name)

    @property
    def folder(self) -> Path | None:
        """The folder that the solver's own paths may be relative to."""
        return self.path.parent if self.path else None

    def where(self, *fields: str) -> str:
        """Return the place at which the first of these fields is written: `solver.prototxt:3`."""
        blocks = self.root.inside(*fields)
        return f"{self.file}:{blocks[0].line}" if blocks else self.file


def copied(message: Any) -> Any:
    """Return a copy of a message."""
    copy = type(message)()
    copy.CopyFrom(message)
    return copy


def without_layers(parameter: NetParameter) -> NetParameter:
    """Return a copy of a net without its layers, whose blobs may be large."""
    copy = type(parameter)()
    for known, value in parameter.ListFields():
        if known.name in ("layer", "layers"):
            continue
        if known.message_type and not known.is_repeated:
            getattr(copy, known.name).CopyFrom(value)
        elif known.is_repeated:
            getattr(copy, known.name).extend(value)
        else:
            setattr(copy, known.name, value)
    return copy

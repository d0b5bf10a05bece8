"""The converters of one layer type, and which of them takes a layer."""

from __future__ import annotations

import inspect
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from owltf.errors import OwltfError
from owltf.registry.hook_errors import BUILT_IN


class ClaimedLayerError(OwltfError):
    """Several plugins convert a layer's type, and its fields do not tell which is meant.

    Attributes:
        reason: the message without the layer's name.
    """

    def __init__(self, name: str, reason: str) -> None:
        """Write the message.

        Args:
            name: the layer's name.
            reason: which plugins there are.
        """
        self.reason = reason
        super().__init__(f"layer '{name}': {reason}")


@dataclass(frozen=True)
class TypeConverters:
    """The converters of a layer type: owltf's own, and those that installed plugins bring.

    Forks of Caffe gave one type to different layers, such as BN. Each converter's `fits` tells its
    own layers by their fields.

    Attributes:
        caffe_type: the type.
        claims: the plugin and the converter of each, the plugin that was registered first coming
            first.
    """

    caffe_type: str
    claims: tuple[tuple[str, Any], ...] = ()

    def __iter__(self) -> Iterator[Any]:
        """Yield the converters, owltf's own last."""
        yield from (converter for _, converter in self._installed)
        yield from self._built_in

    def of(self, parameter: Any) -> Any:
        """Return the converter that takes a layer.

        It is the installed one that fits the layer; where none does, owltf's own, or the only one.

        Args:
            parameter: the `LayerParameter`.

        Raises:
            ClaimedLayerError: if there are several installed ones, and none or two of them fit.
        """
        claims = self._installed
        fitting = [converter for _, converter in claims if converter.fits(parameter)]
        # The last of owltf's own, as one that is given again is to replace the first.
        rest = self._built_in[-1:] or [converter for _, converter in claims]
        chosen = fitting or rest
        if len(chosen) == 1:
            return chosen[0]
        raise ClaimedLayerError(parameter.name, self._refusal(len(fitting)))

    @property
    def _installed(self) -> list[tuple[str, Any]]:
        return [claim for claim in self.claims if not claim[0].startswith(BUILT_IN)]

    @property
    def _built_in(self) -> list[Any]:
        return [converter for plugin, converter in self.claims if plugin.startswith(BUILT_IN)]

    def _refusal(self, fitting: int) -> str:
        known = ", ".join(f"{plugin} ({_first_line(each)})" for plugin, each in self._installed)
        how = "more than one takes" if fitting else "none takes"
        return (
            f"several plugins convert {self.caffe_type} layers, and {how} one of these fields: "
            f"{known}; change its fields, or leave plugins out with --disable-plugin"
        )


def _first_line(converter: Any) -> str:
    lines = (inspect.getdoc(type(converter)) or type(converter).__name__).splitlines()
    return lines[0].rstrip(".")

"""The base class of engines, which compute nets in place of TensorFlow."""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any, ClassVar, TypeAlias

if TYPE_CHECKING:
    import numpy as np

# A command's help is shown without NumPy.
Arrays: TypeAlias = "Mapping[str, np.ndarray]"
Run: TypeAlias = "Callable[[Arrays], dict[str, np.ndarray]]"


class Engine(ABC):
    """Computes nets from a form of theirs that it writes to a file.

    Attributes:
        name: what `--engine` calls it.
    """

    name: ClassVar[str]

    @abstractmethod
    def missing(self) -> str | None:
        """Return what to install before it can be used, or None; nothing large is imported."""

    @abstractmethod
    def write(self, net: Any, blobs: Sequence[str], path: Path) -> None:
        """Write the form of a net that computes some blobs.

        Args:
            net: the `Net`, built for TEST, with its weights.
            blobs: the names of the blobs.
            path: the file to write.

        Raises:
            OwltfError: if the engine cannot compute a layer that leads to them.
        """

    @abstractmethod
    def open(self, path: Path) -> Run:
        """Return what computes the blobs of a form that was written, without TensorFlow.

        It takes the inputs that the blobs depend on by name, and returns the blobs by name, both in
        Caffe's order (N, C, H, W).

        Raises:
            OwltfError: if the file is no such form.
        """

"""Turns Caffe's names into names that Keras and TensorFlow accept."""

from __future__ import annotations

import re
from collections.abc import Iterable

# "/" becomes "."; whatever else is refused becomes ".-hex-". A "-" after "/" and a leading "_" or
# "-" are escaped too, so that no two names of Caffe give one name of Keras.
_ESCAPED = re.compile(r"/-|/|[^A-Za-z0-9_-]|^[_-]")


def keras_name(name: str) -> str:
    """Return the name Keras gets for a Caffe name: `loss3/classifier` is `loss3.classifier`.

    Keras refuses "/", TensorFlow also spaces and most punctuation. Different names stay different.
    """
    return _ESCAPED.sub(lambda match: _escape(match.group()), name)


def _escape(text: str) -> str:
    if text == "/":
        return "."
    if text == "/-":
        return "." + _escape("-")
    return "".join(f".-{ord(character):x}-" for character in text)


class KerasNames:
    """Gives the Keras layers of one model their names, no name twice.

    Args:
        reserved: names of Caffe's layers and blobs, which helper layers must not get.

    Attributes:
        owner: the Caffe layer, in words, whose Keras layers are being named.
        owners: the `owner` of each name that was given.
    """

    def __init__(self, reserved: Iterable[str]) -> None:
        self._reserved = {keras_name(name) for name in reserved}
        self.owner = ""
        self.owners: dict[str, str] = {}

    def own(self, name: str) -> str:
        """Return the Keras name of one of Caffe's layers or inputs."""
        return self._take(keras_name(name))

    def helper(self, name: str, what: str) -> str:
        """Return the name of a Keras layer that owltf adds, such as `ip1.flatten`."""
        wanted = f"{keras_name(name)}.{what}"
        return self._take(wanted, self._reserved)

    def _take(self, wanted: str, avoid: Iterable[str] = ()) -> str:
        name, count = wanted, 1
        while name in self.owners or name in avoid:
            count += 1
            name = f"{wanted}.{count}"
        self.owners[name] = self.owner
        return name

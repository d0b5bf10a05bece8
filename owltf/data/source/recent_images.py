"""Keeps the images that were decoded last, for those who want the same one again."""

from __future__ import annotations

from collections import OrderedDict
from collections.abc import Callable
from threading import Lock

from owltf.data.source.image import Image


class RecentImages:
    """The images that were decoded last, up to so many bytes; any thread may ask for one."""

    def __init__(self, decode: Callable[[str], Image], most_bytes: int) -> None:
        """Keep no image yet.

        Args:
            decode: returns the image of a name.
            most_bytes: how much all that are kept may take.
        """
        self._decode, self._most_bytes = decode, most_bytes
        self._kept: OrderedDict[str, Image] = OrderedDict()
        self._bytes = 0
        self._lock = Lock()

    def image(self, name: str) -> Image:
        """Return the image of a name, which must not be written to.

        Raises:
            Exception: what `decode` raises.
        """
        with self._lock:
            if name in self._kept:
                self._kept.move_to_end(name)
                return self._kept[name]
        # Others decode meanwhile, perhaps even the same one.
        image = self._decode(name)
        with self._lock:
            self._keep(name, image)
        return image

    def _keep(self, name: str, image: Image) -> None:
        if name in self._kept or image.nbytes > self._most_bytes:
            return
        self._kept[name] = image
        self._bytes += image.nbytes
        while self._bytes > self._most_bytes:
            _, oldest = self._kept.popitem(last=False)
            self._bytes -= oldest.nbytes

"""Finds the classes of Python layers in the modules that a running script imports itself."""

from __future__ import annotations

import importlib
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from owltf.errors import OwltfError
from owltf.python_layers.user_code import UserCode

# Layers run in threads of TensorFlow, which know no context variables of the script's thread.
_raised: list[list[Exception]] = []


class ScriptCode(UserCode):
    """The script's own modules: those that are imported already, or that Python's path holds.

    Unlike the code beside a net that is only trained, it is not hidden from the rest of the
    program: the script may keep values in it, and its errors reach the script as they are.

    Args:
        folder: the folder of the net, searched last.
    """

    def __init__(self, folder: Path | None = None) -> None:
        super().__init__((folder.absolute(),) if folder else ())
        self._folder = folder

    def find(self, module: str, name: str) -> Any:
        """Return the class `name` of a module.

        Raises:
            OwltfError: if there is no such module or class.
        """
        main = sys.modules.get("__main__")
        if getattr(getattr(main, "__spec__", None), "name", None) == module:
            return getattr(main, name)
        with self.errors(f"importing module '{module}'"):
            found = self._imported(module)
        if not hasattr(found, name):
            raise OwltfError(f"module '{module}' has no class '{name}'")
        return getattr(found, name)

    def _imported(self, module: str) -> Any:
        importlib.invalidate_caches()
        try:
            return importlib.import_module(module)
        except ModuleNotFoundError as error:
            if self._folder is None or error.name != module.split(".")[0]:
                raise
        sys.path.append(str(self._folder))
        try:
            return importlib.import_module(module)
        finally:
            sys.path.remove(str(self._folder))

    @contextmanager
    def visible(self) -> Iterator[None]:
        """Change nothing: `import` finds what it finds in the script."""
        yield

    @contextmanager
    def errors(self, action: str) -> Iterator[None]:
        """Keep the exception that is raised inside, for `own_errors`.

        Args:
            action: the words for what the block does, for the message.
        """
        try:
            with super().errors(action):
                yield
        except OwltfError as error:
            cause = error.__cause__
            if isinstance(cause, Exception) and _raised:
                _raised[-1].append(cause)
            raise

    @staticmethod
    @contextmanager
    def own_errors() -> Iterator[None]:
        """Raise what a layer's code raised inside as it was, instead of the error about it."""
        raised: list[Exception] = []
        _raised.append(raised)
        try:
            yield
        except OwltfError as error:
            if raised:
                raise raised[-1] from error
            raise
        finally:
            _raised.pop()

"""Imports the modules of a net's Python layers without changing what others import.

In these modules, `import caffe` returns owltf's small module. After each use they are taken out of
`sys.modules`, so two nets may have modules of the same name, and real Caffe can be imported too.
"""

from __future__ import annotations

import importlib
import sys
import traceback
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from functools import cache
from itertools import islice
from pathlib import Path
from threading import RLock
from types import ModuleType
from typing import Any

from owltf.did_you_mean import did_you_mean
from owltf.errors import OwltfError
from owltf.python_layers.shim import Caffe

# `sys.modules` belongs to the whole process and is changed while a net's code runs, so the code of
# only one net runs at a time.
_running = RLock()
_OWLTF = Path(__file__).parents[1]


class UserCode:
    """The modules with the Python layers of a net.

    Args:
        folders: the folders they are searched in, in order, before Python's own path.
    """

    def __init__(self, folders: tuple[Path, ...]) -> None:
        self._folders = folders
        self._modules: dict[str, ModuleType] = {"caffe": Caffe()}
        self._names: set[str] = set()

    @classmethod
    def beside(cls, folder: Path | None) -> UserCode:
        """Return the modules in the working directory and in a net's folder."""
        folders = (Path.cwd(), *([folder.absolute()] if folder else []))
        return _code_of(tuple(dict.fromkeys(folders)))

    def find(self, module: str, name: str) -> Any:
        """Return the class `name` of a module.

        Raises:
            OwltfError: if there is no such module or class, or importing the module fails.
        """
        self._names = {name for folder in self._folders for name in _names_in(folder)}
        with self.errors(f"importing module '{module}'"), self.visible():
            found = self._import(module)
        if hasattr(found, name):
            return getattr(found, name)
        classes = [each for each, value in vars(found).items() if isinstance(value, type)]
        hint = did_you_mean(name, classes, otherwise="it has no class with a name like it")
        raise OwltfError(f"module '{module}' ({found.__file__}) has no class '{name}'; {hint}")

    def _import(self, module: str) -> ModuleType:
        importlib.invalidate_caches()
        try:
            return importlib.import_module(module)
        except ModuleNotFoundError as error:
            if not module or module.split(".")[0] != error.name:
                raise
            searched = ", ".join(map(str, self._folders))
            raise OwltfError(
                f"module '{module}' is not in {searched}, nor in Python's path"
            ) from None

    @contextmanager
    def visible(self) -> Iterator[None]:
        """Let `import` find these modules and owltf's `caffe` during a `with` block."""
        with _running:
            hidden = _remove_modules([*self._modules, *self._names_taken()])
            sys.modules.update(self._modules)
            count, added = len(sys.modules), [str(folder) for folder in self._folders]
            sys.path[:0] = added
            try:
                yield
            finally:
                for folder in added:
                    sys.path.remove(folder)
                # `sys.modules` keeps the order of imports: what came last was imported by the code.
                if len(sys.modules) > count:
                    self._modules.update(self._own(list(islice(sys.modules, count, None))))
                _remove_modules(self._modules)
                sys.modules.update(hidden)

    def _names_taken(self) -> list[str]:
        """Return imported modules of other code that have the name of `caffe` or of a file here."""
        names = [
            name
            for name in self._names
            if name in sys.modules and _folder_of(sys.modules[name]) not in self._folders
        ]
        names += ["caffe"] if "caffe" in sys.modules else []
        if not names:
            return []
        return [name for name in sys.modules if name.split(".")[0] in names]

    def _own(self, names: list[str]) -> dict[str, ModuleType]:
        """Return those of the new modules that are in the folders or in a package there."""
        new = (name for name in names if _folder_of(sys.modules[name]) in self._folders)
        tops = {*self._modules, *(name for name in new if "." not in name)}
        return {name: sys.modules[name] for name in names if name.split(".")[0] in tops}

    @contextmanager
    def errors(self, action: str) -> Iterator[None]:
        """Turn any error in a `with` block into an OwltfError that names the user's file and line.

        Args:
            action: the words for what the block does, for the message.
        """
        try:
            yield
        except OwltfError:
            raise
        except (Exception, SystemExit) as error:
            reason = next(iter(str(error).splitlines()), "")
            where = self._line(error)
            raise OwltfError(
                f"{action} failed{where}: {type(error).__name__}{': ' if reason else ''}{reason}"
            ) from error

    def _line(self, error: BaseException) -> str:
        if isinstance(error, SyntaxError) and error.filename:
            return f" at {error.filename}:{error.lineno}"
        frames = traceback.extract_tb(error.__traceback__)
        paths = [(Path(frame.filename), frame.lineno) for frame in frames]
        theirs = [(path, line) for path, line in paths if self._is_theirs(path)]
        return f" at {theirs[-1][0]}:{theirs[-1][1]}" if theirs else ""

    def _is_theirs(self, path: Path) -> bool:
        inside = any(folder in path.parents for folder in self._folders)
        return inside and "site-packages" not in path.parts and _OWLTF not in path.parents


@cache
def _code_of(folders: tuple[Path, ...]) -> UserCode:
    return UserCode(folders)


def _names_in(folder: Path) -> Iterator[str]:
    """Yield the names of a folder's modules and packages, except those of Python's own library."""
    for path in (*folder.glob("*.py"), *folder.glob("*/__init__.py")):
        name = path.stem if path.parent == folder else path.parent.name
        if name not in sys.stdlib_module_names:
            yield name


def _remove_modules(names: Iterable[str]) -> dict[str, ModuleType]:
    """Remove modules from `sys.modules`, as far as they are in it, and return them."""
    return {name: sys.modules.pop(name) for name in names if name in sys.modules}


def _folder_of(module: ModuleType) -> Path | None:
    """Return the folder that holds a module or a package."""
    spec = getattr(module, "__spec__", None)
    if spec is None:
        return None
    for folder in spec.submodule_search_locations or ():
        return Path(folder).parent
    return Path(spec.origin).parent if spec.origin else None

"""The user's modules, in which `import caffe` gives the shim and which nobody else sees."""

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
from owltf.pycaffe.shim import Caffe

# Modules of the process are changed while code of the user's runs, so one such code runs at a time.
_running = RLock()
_OWLTF = Path(__file__).parents[1]


class UserCode:
    """The modules of the folders in which a net's Python layers are looked for.

    Args:
        folders: searched in order, before Python's own path.
    """

    def __init__(self, folders: tuple[Path, ...]) -> None:
        self._folders = folders
        self._modules: dict[str, ModuleType] = {"caffe": Caffe()}
        self._names: set[str] = set()

    @classmethod
    def beside(cls, folder: Path | None) -> UserCode:
        """Return the code of the working directory and then a net's folder."""
        folders = (Path.cwd(), *([folder.absolute()] if folder else []))
        return _code_of(tuple(dict.fromkeys(folders)))

    def find(self, module: str, name: str) -> Any:
        """Return a class of a module.

        Raises:
            OwltfError: if there is no such module or class, or the module fails.
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
        """Let the modules of this code, and the shim, be what `import` finds."""
        with _running:
            hidden = _taken([*self._modules, *self._in_the_way()])
            sys.modules.update(self._modules)
            count, added = len(sys.modules), [str(folder) for folder in self._folders]
            sys.path[:0] = added
            try:
                yield
            finally:
                for folder in added:
                    sys.path.remove(folder)
                if len(sys.modules) > count:
                    self._modules.update(self._found(list(islice(sys.modules, count, None))))
                _taken(self._modules)
                sys.modules.update(hidden)

    def _in_the_way(self) -> list[str]:
        """Return modules of others that have the names of real Caffe or of files in the folders."""
        names = [
            name
            for name in self._names
            if name in sys.modules and _folder_of(sys.modules[name]) not in self._folders
        ]
        names += ["caffe"] if "caffe" in sys.modules else []
        if not names:
            return []
        return [name for name in sys.modules if name.split(".")[0] in names]

    def _found(self, names: list[str]) -> dict[str, ModuleType]:
        """Return those of new modules that stand in the folders, and what lies in such a one."""
        new = (name for name in names if _folder_of(sys.modules[name]) in self._folders)
        tops = {*self._modules, *(name for name in new if "." not in name)}
        return {name: sys.modules[name] for name in names if name.split(".")[0] in tops}

    @contextmanager
    def errors(self, what: str) -> Iterator[None]:
        """Turn any error inside into one that names the user's file and line.

        Args:
            what: what is being done, for the message.
        """
        try:
            yield
        except OwltfError:
            raise
        except (Exception, SystemExit) as error:
            reason = next(iter(str(error).splitlines()), "")
            where = self._line(error)
            raise OwltfError(
                f"{what} failed{where}: {type(error).__name__}{': ' if reason else ''}{reason}"
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
    """Yield the modules and packages of a folder, but for names of Python's own."""
    for path in (*folder.glob("*.py"), *folder.glob("*/__init__.py")):
        name = path.stem if path.parent == folder else path.parent.name
        if name not in sys.stdlib_module_names:
            yield name


def _taken(names: Iterable[str]) -> dict[str, ModuleType]:
    """Take modules out of the process, those that are there, and return them."""
    return {name: sys.modules.pop(name) for name in names if name in sys.modules}


def _folder_of(module: ModuleType) -> Path | None:
    """Return the folder in which a module or a package stands."""
    spec = getattr(module, "__spec__", None)
    if spec is None:
        return None
    for folder in spec.submodule_search_locations or ():
        return Path(folder).parent
    return Path(spec.origin).parent if spec.origin else None

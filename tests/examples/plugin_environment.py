"""An environment of its own for plugins, as a stranger has one."""

from __future__ import annotations

import os
import subprocess
import sys
import sysconfig
import venv
from dataclasses import dataclass
from pathlib import Path

Done = subprocess.CompletedProcess[str]


@dataclass(frozen=True)
class Environment:
    """A virtual environment that has what this one has, and the plugins installed into it.

    Attributes:
        folder: where it is.
        plugins: the names of the plugins that owltf loads in it.
    """

    folder: Path
    plugins: tuple[str, ...]

    @classmethod
    def make(cls, folder: Path, *plugins: str) -> Environment:
        """Make one; nothing is fetched."""
        venv.create(folder, symlinks=os.name == "posix")
        made = cls(folder, plugins)
        parent = f"import site; site.addsitedir({sysconfig.get_path('purelib')!r})\n"
        (made._packages() / "parent.pth").write_text(parent)
        return made

    def install(self, source: Path, *options: str) -> None:
        """Install a package from its folder."""
        offline = ["--quiet", "--no-index", "--no-deps", "--no-build-isolation"]
        command = ["-m", "pip", "--python", self._python(), "install", *offline, *options, source]
        done = _run([sys.executable, *command], source, dict(os.environ))
        assert done.returncode == 0, done.stderr

    def python(self, *arguments: object, cwd: Path) -> Done:
        """Run Python in a folder."""
        environment = {**os.environ, "OWLTF_PLUGINS": ",".join(self.plugins)}
        environment.pop("PYTHONPATH", None)
        return _run([self._python(), *arguments], cwd, environment)

    def _python(self) -> Path:
        return self.folder / ("bin" if os.name == "posix" else "Scripts") / "python"

    def _packages(self) -> Path:
        paths = {"base": str(self.folder), "platbase": str(self.folder)}
        # Python 3.10 has no scheme of that name.
        has_scheme = "venv" in sysconfig.get_scheme_names()
        scheme = "venv" if has_scheme else sysconfig.get_preferred_scheme("prefix")
        return Path(sysconfig.get_path("purelib", scheme, paths))


def _run(command: list[object], cwd: Path, environment: dict[str, str]) -> Done:
    return subprocess.run(
        [str(word) for word in command],
        cwd=cwd,
        env=environment,
        capture_output=True,
        text=True,
        check=False,
    )

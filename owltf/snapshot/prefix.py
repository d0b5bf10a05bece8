"""The names of a solver's snapshot files, and a search for those that exist."""

from __future__ import annotations

import re
import tempfile
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from owltf.caffe.find_file import find_file
from owltf.errors import OwltfError
from owltf.files.atomic import remove_left_over

_ITERATION = re.compile(r"_iter_(\d+)\.solverstate(\.h5)?$")


@dataclass(frozen=True)
class Prefix:
    """The folder and the names of a solver's snapshot files.

    Attributes:
        path: the folder and the first part of the files' names.
        interval: the solver's `snapshot`.
        suffix: ".h5" where the solver's `snapshot_format` is HDF5.
    """

    path: Path
    interval: int
    suffix: str = ""

    @classmethod
    def of(cls, parameter: Any, folder: Path | None) -> Prefix:
        """Return the prefix of a `SolverParameter`.

        A relative folder is looked for as the solver's other files are.

        Raises:
            OwltfError: if the folder does not exist.
        """
        prefix = Path(parameter.snapshot_prefix)
        try:
            has_folder = prefix.parent != Path()
            found = find_file(str(prefix.parent), folder) if has_folder else Path()
        except OwltfError as error:
            raise OwltfError(
                f"snapshot_prefix '{prefix}': its folder is missing: {error}; make it first"
            ) from None
        is_hdf5 = parameter.snapshot_format == type(parameter).HDF5
        return cls(found / prefix.name, parameter.snapshot, ".h5" if is_hdf5 else "")

    def files(self, iteration: int) -> tuple[Path, Path, Path]:
        """Return the caffemodel, the solverstate and the JSON of an iteration."""
        stem = f"{self.path}_iter_{iteration}"
        caffemodel = Path(f"{stem}.caffemodel{self.suffix}")
        return caffemodel, Path(f"{stem}.solverstate{self.suffix}"), Path(f"{stem}.json")

    def check_writable(self) -> None:
        """Check that files can be written to the folder, before anything is trained.

        Raises:
            OwltfError: if files cannot be made there.
        """
        try:
            with tempfile.TemporaryFile(dir=self.path.parent):
                pass
        except OSError as error:
            raise OwltfError(
                f"snapshot_prefix '{self.path}': cannot write to {self.path.parent}: "
                f"{str(error.strerror).lower()}"
            ) from None

    def remove_left_over(self) -> None:
        """Remove the temporary files that killed runs of this prefix left."""
        of_a_snapshot = re.compile(
            re.escape(self.path.name) + r"_iter_\d+\.(caffemodel|solverstate|states|json)(\.\w+)?"
        )
        remove_left_over(self.path.parent, lambda name: bool(of_a_snapshot.fullmatch(name)))

    def iterations(self) -> list[int]:
        """Return the iterations of the snapshots that exist, in order."""
        found = (
            _ITERATION.search(each.name)
            for each in self.path.parent.glob(f"{self.path.name}_iter_*.solverstate*")
        )
        return sorted(int(match.group(1)) for match in found if match)

    def indexed(self, index: int) -> Path:
        """Return the solverstate of owl.net's snapshot index: iteration index x `snapshot`.

        Raises:
            OwltfError: if it does not exist; those that do are listed.
        """
        if index and not self.interval:
            raise OwltfError(f"--snapshot {index}: the solver sets no snapshot interval")
        path = self.files(index * self.interval)[1]
        in_other_format = path.with_suffix("") if self.suffix else Path(f"{path}.h5")
        for known in (path, in_other_format):
            if known.exists():
                return known
        there = [each // self.interval for each in self.iterations() if each % self.interval == 0]
        exist = f"those that exist: {', '.join(map(str, there))}" if there else "there are none yet"
        raise OwltfError(f"no snapshot {index} ({path}); {exist}")

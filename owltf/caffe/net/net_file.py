"""NetFile: the file of a net or of a solver, opened once, and the nets that it gives."""

from dataclasses import dataclass
from functools import cached_property
from pathlib import Path

from owltf.caffe.file_kind import SOLVER, file_kind
from owltf.caffe.find_file import find_file
from owltf.caffe.net.filter import filter_net, net_state
from owltf.caffe.net.given_state import given_state
from owltf.caffe.net.read import read_net, read_solver
from owltf.caffe.net.solver_nets import test_nets_of, train_net_of
from owltf.caffe.prototxt.source import NetSource, SolverSource
from owltf.caffe.schema.schema import Schema
from owltf.errors import OwltfError


@dataclass(frozen=True)
class NetFile:
    """A net's file, or a solver's, which names its nets.

    Attributes:
        read: what the file says.
        schema: Caffe's messages, with those of plugins.
        ignore_unknown_fields: whether fields that the schema does not know are left out.
    """

    read: NetSource | SolverSource
    schema: Schema
    ignore_unknown_fields: bool = False

    @property
    def file(self) -> str:
        """The file's path, or the name of the text."""
        return self.read.file

    @property
    def ignored(self) -> tuple[str, ...]:
        """What the file says and was left out, each as `file:line:column: name`."""
        return self.read.ignored

    @property
    def solver(self) -> SolverSource | None:
        """The solver; None if the file is a net's."""
        return self.read if isinstance(self.read, SolverSource) else None

    @property
    def test_iter(self) -> tuple[int, ...]:
        """How many batches the solver tests each of its test nets on; none if there is none."""
        return tuple(self.solver.parameter.test_iter) if self.solver else ()

    def source(self, phase: str, test_net: int = 0) -> NetSource:
        """Return a net that the file gives, filtered for a phase.

        Args:
            phase: "TRAIN" or "TEST".
            test_net: which of a solver's test nets, from 0.

        Raises:
            OwltfError: if there is no such net, or it cannot be read.
        """
        given = given_state()
        state = net_state(phase, given.level or 0, given.stages)
        if isinstance(self.read, NetSource):
            return filter_net(self.read, state)
        if phase == "TRAIN":
            options = {"ignore_unknown_fields": self.ignore_unknown_fields}
            return train_net_of(self.read, self.schema, **options)
        if not self.tests:
            raise OwltfError(f"{self.file}: the solver has no test net (no test_iter)")
        if not 0 <= test_net < len(self.tests):
            count = len(self.tests)
            raise OwltfError(f"{self.file}: no test net {test_net}; there are {count}, from 0")
        return self.tests[test_net]

    @cached_property
    def tests(self) -> tuple[NetSource, ...]:
        """The nets that a solver tests, filtered; none if the file is a net's."""
        if self.solver is None:
            return ()
        options = {"ignore_unknown_fields": self.ignore_unknown_fields}
        return tuple(test_nets_of(self.solver, self.schema, **options))


def open_net_file(
    file: str | Path,
    schema: Schema,
    *,
    wanted: str | None = None,
    ignore_unknown_fields: bool = False,
) -> NetFile:
    """Read the prototxt of a net or of a solver, whichever it is.

    Args:
        file: the prototxt.
        schema: Caffe's messages, with those of plugins.
        wanted: `NET` or `SOLVER` of `owltf.caffe.file_kind`, where the other will not do.
        ignore_unknown_fields: leave out fields that the schema does not know.

    Raises:
        OwltfError: if the file is missing, of another kind, or wrong.
    """
    path = find_file(str(file), None)
    kind = file_kind(path)
    read = read_solver if (wanted or kind) == SOLVER else read_net
    source = read(path, schema, ignore_unknown_fields=ignore_unknown_fields, kind=kind)
    return NetFile(source, schema, ignore_unknown_fields)

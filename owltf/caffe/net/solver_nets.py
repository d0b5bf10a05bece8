"""The nets that a solver trains and tests, found by Caffe's rules."""

from collections.abc import Iterable, Iterator
from pathlib import Path

from owltf.caffe.find_file import find_file
from owltf.caffe.net.filter import PHASES, filter_net, net_state
from owltf.caffe.net.given_state import GivenState, given_state
from owltf.caffe.net.read import layer_lines, read_net
from owltf.caffe.prototxt.scan import Block
from owltf.caffe.prototxt.source import NetSource, SolverSource
from owltf.caffe.schema.messages import NetParameter
from owltf.caffe.schema.schema import Schema
from owltf.caffe.upgrade.upgrade import upgrade_net
from owltf.errors import OwltfError

_NOTHING = GivenState()
_TRAIN_FIELDS = ("net", "net_param", "train_net", "train_net_param")


def train_net_of(
    solver: SolverSource, schema: Schema, *, ignore_unknown_fields: bool = False
) -> NetSource:
    """Give the net that a solver trains, filtered for training.

    Raises:
        OwltfError: the solver names no net to train or several, or the net cannot be read.
    """
    given = [name for name in _TRAIN_FIELDS if solver.parameter.HasField(name)]
    if len(given) != 1:
        raise OwltfError(
            f"{solver.file}: one of {', '.join(_TRAIN_FIELDS)} must name the net to train; "
            f"got {', '.join(given) or 'none'}"
        )
    nets = _Nets(solver, schema, ignore_unknown_fields)
    (source,) = nets.named(given[0])
    states = [solver.parameter.train_state] if solver.parameter.HasField("train_state") else []
    return _filtered(source, "TRAIN", states, given_state())


def test_nets_of(
    solver: SolverSource, schema: Schema, *, ignore_unknown_fields: bool = False
) -> list[NetSource]:
    """Give the nets that a solver tests, filtered for testing, one for each `test_iter`.

    Those of `test_net_param` come first, then those of `test_net`; `net` or `net_param` stands for
    whatever `test_iter` counts beyond them.

    Raises:
        OwltfError: `test_iter`, `test_state` and the nets do not fit together.
    """
    _check_counts(solver)
    nets = _Nets(solver, schema, ignore_unknown_fields)
    sources = [*nets.named("test_net_param"), *nets.named("test_net")]
    left = len(solver.parameter.test_iter) - len(sources)
    if left:
        generic = [*nets.named("net"), *nets.named("net_param")]
        sources += generic * left
    states = solver.parameter.test_state
    return [
        _filtered(source, "TEST", states[index : index + 1]) for index, source in enumerate(sources)
    ]


def _check_counts(solver: SolverSource) -> None:
    parameter = solver.parameter
    iters = len(parameter.test_iter)
    named = len(parameter.test_net) + len(parameter.test_net_param)
    generic = parameter.HasField("net") + parameter.HasField("net_param")
    if generic > 1:
        raise OwltfError(f"{solver.file}: net and net_param are both given; keep one")
    if iters < named or (not generic and iters != named):
        raise OwltfError(
            f"{solver.file}: test_iter must be given once for each test net; "
            f"got {iters} test_iter for {named} test nets"
        )
    states = len(parameter.test_state)
    if states and states != iters:
        raise OwltfError(
            f"{solver.file}: test_state must be given once for each test net or not at all; "
            f"got {states} for {iters} test nets"
        )
    if any(count < 1 for count in parameter.test_iter):
        raise OwltfError(
            f"{solver.where('test_iter')}: test_iter must be at least 1; "
            f"got {', '.join(map(str, parameter.test_iter))}"
        )
    if iters and parameter.test_interval <= 0:
        raise OwltfError(
            f"{solver.file}: test_interval must be above 0 where test_iter is given; "
            f"got {parameter.test_interval}"
        )


class _Nets:
    """Reads what the fields of a solver name, each file once."""

    def __init__(self, solver: SolverSource, schema: Schema, ignore_unknown_fields: bool) -> None:
        self._solver = solver
        self._schema = schema
        self._ignore = ignore_unknown_fields

    def named(self, field: str) -> Iterator[NetSource]:
        """Read each net of a field, be it a file's name or the net itself."""
        blocks = self._solver.root.inside(field)
        for index, value in enumerate(self._values(field)):
            block = blocks[index] if index < len(blocks) else None
            if isinstance(value, str):
                path = self._find(field, value, block)
                yield read_net(path, self._schema, ignore_unknown_fields=self._ignore)
            else:
                yield self._inside(value, block)

    def _find(self, field: str, name: str, block: Block | None) -> Path:
        try:
            return find_file(name, self._solver.folder)
        except OwltfError as error:
            line = f":{block.line}" if block else ""
            raise OwltfError(f"{self._solver.file}{line}: {field} {error}") from error

    def _values(self, field: str) -> list[NetParameter | str]:
        value = getattr(self._solver.parameter, field)
        if self._solver.parameter.DESCRIPTOR.fields_by_name[field].is_repeated:
            return list(value)
        return [value] if self._solver.parameter.HasField(field) else []

    def _inside(self, net: NetParameter, block: Block | None) -> NetSource:
        solver = self._solver
        count = len(net.layer) + len(net.layers)
        lines = layer_lines(block) if block else (0,) * count
        return upgrade_net(NetSource(net, solver.path, lines, solver.name))


def _filtered(
    source: NetSource, phase: str, states: Iterable[object], given: GivenState = _NOTHING
) -> NetSource:
    """Filter by the phase, the net's own state, the solver's, the command line's: the last wins."""
    level, stages = 0, list[str]()
    for state in [source.parameter.state, *states]:
        phase = PHASES[state.phase] if state.HasField("phase") else phase
        level = state.level if state.HasField("level") else level
        stages += state.stage
    level = level if given.level is None else given.level
    return filter_net(source, net_state(phase, level, [*stages, *given.stages]))

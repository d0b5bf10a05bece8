"""RunSnapshots: the snapshots that one run writes, and how to go on from the last of them."""

from __future__ import annotations

import shlex
from pathlib import Path

from owltf.snapshot.run_state import RunState
from owltf.snapshot.write import write_snapshot
from owltf.train.divergence import check_weights
from owltf.train.prepare import PreparedRun
from owltf.train.recurrent_states import RecurrentStates

_DISABLE = "--disable-plugin"


class RunSnapshots:
    """Writes the snapshots of a run; on several machines the chief does.

    Args:
        start: the run.
        recurrent: what its recurrent layers carry.

    Attributes:
        iteration: the updates that the last snapshot holds.
        last: the solverstate of the last one, or the one that the run resumes from; None at first.
    """

    def __init__(self, start: PreparedRun, recurrent: RecurrentStates) -> None:
        self._start, self._recurrent = start, recurrent
        self.iteration, self.last = start.state.iteration, start.resumed_from

    def save(self, state: RunState) -> tuple[Path, Path]:
        """Write a snapshot.

        Args:
            state: where the run stands.

        Returns:
            Its caffemodel and its solverstate.

        Raises:
            OwltfError: if the weights are no numbers, or the files cannot be written.
        """
        start, net = self._start, self._start.nets.train
        if not start.options.allow_nan:
            check_weights(net, state.iteration - 1, self.stands())
        recurrent = self._recurrent.of_all()
        paths = start.prefix.files(state.iteration)[:2]
        if start.devices.is_chief:
            schema = start.registry.schema
            paths = write_snapshot(start.prefix, net, start.solver, state, schema, recurrent)
        self.iteration, self.last = state.iteration, paths[1]
        return paths

    def stands(self) -> str:
        """Return which snapshot stands, for errors."""
        return f"the last snapshot, {self.last}, stands" if self.last else "nothing is saved"

    def how_to_resume(self, iteration: int) -> str:
        """Return where a run stopped, and the command line that goes on with it.

        Args:
            iteration: updates made so far.
        """
        if self.last is None:
            return "Stopped before the first update; nothing was written"
        options = self._start.options
        disabled = [word for name in options.disabled_plugins for word in (_DISABLE, name)]
        words = ["owltf", *disabled, "run", self._start.source.file, *options.again]
        if options.reinit_mismatched and self.last == self._start.resumed_from:
            # The snapshot it resumed from is still the last one; its shapes differ from the net's.
            words.append("--reinit-mismatched")
        command = shlex.join([*words, "--resume", str(self.last)])
        return f"Stopped at iteration {iteration}; resume with: {command}"

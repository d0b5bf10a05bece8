"""Removes the files of a snapshot."""

from __future__ import annotations

import re
from contextlib import suppress
from pathlib import Path


def remove_snapshot(solverstate: Path) -> None:
    """Remove a snapshot's files, the solverstate first: it is never there without the others.

    What cannot be removed stays.

    Args:
        solverstate: the snapshot's solverstate.
    """
    from owltf.snapshot.recurrent_states import states_path

    stem = re.sub(r"\.solverstate(\.h5)?$", "", str(solverstate))
    suffix = ".h5" if solverstate.suffix == ".h5" else ""
    caffemodel, state = Path(f"{stem}.caffemodel{suffix}"), Path(f"{stem}.json")
    for path in (solverstate, caffemodel, state, states_path(solverstate)):
        with suppress(OSError):
            path.unlink(missing_ok=True)

"""What a run's user should read before it begins."""

from __future__ import annotations

from solver_case import Case

HALVES = {"by_halves": True}


def test_a_resume_with_other_parts_of_a_batch_is_told(small: Case) -> None:
    small.run()
    resume = small.folder / "snap_iter_6.solverstate"
    start = small.start(resume=resume, **HALVES)
    told = "Resuming with 2 parts of a batch and "
    assert [note for note in start.notes if note.startswith(told)]
    assert not [note for note in small.start(resume=resume).notes if "Resuming with" in note]

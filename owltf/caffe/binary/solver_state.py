"""The state from which a solver can continue a stopped run."""

from dataclasses import dataclass

import numpy as np


@dataclass(frozen=True)
class SolverState:
    """The state of a solver, as a snapshot's `.solverstate` file keeps it.

    Attributes:
        iteration: iterations done.
        learned_net: the caffemodel of the same snapshot, as a path; empty where it names none.
        current_step: steps that the learning rate took, by the policies step and multistep.
        history: the solver's arrays, as many for each learned blob as its type keeps.
    """

    iteration: int
    learned_net: str
    current_step: int
    history: tuple[np.ndarray, ...]

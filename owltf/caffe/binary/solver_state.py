"""What a solver needs to go on where it stopped."""

from dataclasses import dataclass

import numpy as np


@dataclass(frozen=True)
class SolverState:
    """A solver's state, as a snapshot keeps it.

    Attributes:
        iteration: Iterations done.
        learned_net: The caffemodel of the same snapshot, as a path.
        current_step: Steps that the learning rate took, by the policies step and multistep.
        history: The solver's arrays, as many for each learned blob as its type keeps.
    """

    iteration: int
    learned_net: str
    current_step: int
    history: tuple[np.ndarray, ...]

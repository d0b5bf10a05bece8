"""What a script sets for the whole process: the device, the seed, the log."""

from __future__ import annotations

import sys
import warnings

from owltf.pycaffe.settings import SETTINGS


def set_mode_cpu() -> None:
    """Compute on the CPU from now on."""
    SETTINGS.use_gpu = False


def set_mode_gpu() -> None:
    """Compute on the GPU from now on; where TensorFlow has none, on the CPU, with a warning."""
    SETTINGS.use_gpu = True
    if not SETTINGS.gpus():
        warnings.warn("TensorFlow has no GPU here: nets compute on the CPU", stacklevel=2)


def set_device(number: int) -> None:
    """Choose the GPU, counted from 0, that `set_mode_gpu` is about.

    Raises:
        RuntimeError: if there are GPUs, but not that one.
    """
    gpus = SETTINGS.gpus()
    if gpus and not 0 <= number < len(gpus):
        raise RuntimeError(f"set_device({number}): there are {len(gpus)} GPUs, numbered from 0")
    SETTINGS.device = int(number)


def set_random_seed(seed: int) -> None:
    """Set what the random draws of the nets and solvers that are made from now on start from."""
    SETTINGS.seed = int(seed)


def init_log(*_: object) -> None:
    """Begin a log: owltf prints none but what `log` is given."""


def log(message: str) -> None:
    """Print a line of a log on the standard error."""
    print(message, file=sys.stderr)


def layer_type_list() -> list[str]:
    """Return the layer types that nets may have, those of plugins included."""
    registry = SETTINGS.registry
    return sorted({*registry.converters, *registry.data_layers})


def solver_count() -> int:
    """Return the number that `set_solver_count` set."""
    return SETTINGS.solver_count


def set_solver_count(count: int) -> None:
    """Set how many processes train together; a solver and NCCL refuse more than 1."""
    SETTINGS.solver_count = int(count)


def solver_rank() -> int:
    """Return the number that `set_solver_rank` set."""
    return SETTINGS.solver_rank


def set_solver_rank(rank: int) -> None:
    """Set which of the processes this is; 0 is the one that tests and writes snapshots."""
    SETTINGS.solver_rank = int(rank)


def set_multiprocess(value: bool) -> None:
    """Say that several processes train together."""
    SETTINGS.multiprocess = bool(value)


def has_nccl() -> bool:
    """Return False: gradients are never summed over processes by NCCL."""
    return False

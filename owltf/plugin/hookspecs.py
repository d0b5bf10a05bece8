"""Every hook, in the order in which a run calls them.

An implementation takes only the arguments it needs. Modules that hold hooks are imported with every
command, so they import TensorFlow inside the functions, never at the top.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Any

from owltf.registry.markers import hookspec

if TYPE_CHECKING:
    import click

    from owltf.convert.converter import LayerConverter
    from owltf.data.data_layer import DataLayer
    from owltf.net.net import Net
    from owltf.solvers.learning_rate import LearningRate
    from owltf.solvers.solver import Solver

# --- the command line ---------------------------------------------------------------------------


@hookspec
def owltf_add_command(commands: click.Group) -> None:
    """Add commands to `owltf`.

    Args:
        commands: the group to which `commands.add_command(...)` adds one.
    """


# --- what is known: gathered, a name given twice is an error -------------------------------------


@hookspec
def owltf_schema() -> Iterable[Path]:
    """Return files that add messages and fields to Caffe's format.

    Each is a `.proto` which imports `caffe.proto` and extends its messages, or the compiled
    descriptor set of one.
    """
    return ()


@hookspec
def owltf_layer_converters() -> Iterable[type[LayerConverter]]:
    """Return the converters of Caffe layer types to Keras."""
    return ()


@hookspec
def owltf_data_layers() -> Iterable[type[DataLayer]]:
    """Return the layers that make batches from a source outside the net."""
    return ()


@hookspec
def owltf_fillers() -> Mapping[str, Callable[..., Any]]:
    """Return functions `(rng, shape, parameter) -> array` by the filler's type."""
    return {}


@hookspec
def owltf_learning_rates() -> Mapping[str, type[LearningRate]]:
    """Return learning-rate schedules by the `lr_policy` they follow."""
    return {}


@hookspec
def owltf_solvers() -> Iterable[type[Solver]]:
    """Return the update rules."""
    return ()


# --- a net is built -------------------------------------------------------------------------------


@hookspec(firstresult=True)
def owltf_net_parameter(net_parameter: Any, phase: str) -> Any | None:
    """Rewrite a net before it is built; stops at the first result that is not None.

    Args:
        net_parameter: the upgraded and filtered `NetParameter`; not to be changed in place.
        phase: "TRAIN" or "TEST".

    Returns:
        The `NetParameter` to build instead, or None to leave it.
    """


@hookspec
def owltf_net_built(net: Net) -> None:
    """See a net that was just built."""


# --- a run ----------------------------------------------------------------------------------------


@hookspec
def owltf_iteration(iteration: int, tops: Mapping[str, Any], rate: float) -> None:
    """See the outputs of the train net at a displayed iteration.

    Args:
        iteration: the iteration just computed, counted from 0.
        tops: the train net's outputs by blob name, as arrays in Caffe's order.
        rate: the learning rate of this iteration.
    """


@hookspec
def owltf_tested(iteration: int, net_index: int, scores: Mapping[str, Any]) -> None:
    """See the result of a test.

    Args:
        iteration: updates made so far.
        net_index: which of the solver's test nets, from 0.
        scores: each output's mean over `test_iter` batches, by blob name.
    """


@hookspec
def owltf_snapshot(iteration: int, path: Path) -> None:
    """See a snapshot that is complete on disk.

    Args:
        iteration: updates made so far.
        path: the `.caffemodel`.
    """


# --- a layer is tested ----------------------------------------------------------------------------


@hookspec
def owltf_check_layer(net: Net, bottoms: Mapping[str, Any]) -> str | None:
    """Check what a plugin makes of a layer, as one of the checks of `check_converter`.

    Args:
        net: a net of `Input` layers and then the layer, built for TEST.
        bottoms: its inputs by blob name, in Caffe's order.

    Returns:
        What could not be checked and why, in a line, or None.

    Raises:
        AssertionError: if a rule is broken; the message says the rule, then what was found.
    """

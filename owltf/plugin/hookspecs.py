"""All hooks that a plugin can implement, in the order in which a run calls them.

An implementation takes only the arguments it needs. Modules that hold hooks are imported with every
command, so they import TensorFlow inside the functions, never at the top.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

from owltf.registry.markers import hookspec

if TYPE_CHECKING:
    import click
    import pluggy

    from owltf.convert.converter import LayerConverter
    from owltf.data.data_layer import DataLayer
    from owltf.forms.engine import Engine
    from owltf.net.net import Net
    from owltf.plugin.events import Display, Ending, Iterations, Scores, Setup
    from owltf.solvers.learning_rate import LearningRate
    from owltf.solvers.solver import Solver

# --- plugins, and the names they put on owltf ---------------------------------------------------


@hookspec(historic=True)
def owltf_add_hooks(manager: pluggy.PluginManager) -> None:
    """Add hooks that other plugins can implement; called when the plugin is registered.

    Args:
        manager: the plugin manager; `manager.add_hookspecs(...)` adds hooks.
    """


@hookspec
def owltf_classes() -> Mapping[str, str]:
    """Return classes to add to `owltf`, each as "module:Class" by its name.

    A name begins with a capital.
    """
    return {}


# --- the command line ---------------------------------------------------------------------------


@hookspec
def owltf_add_command(commands: click.Group) -> None:
    """Add commands to `owltf`.

    Args:
        commands: the group to which `commands.add_command(...)` adds one.
    """


@hookspec
def owltf_run_options() -> Iterable[click.Option]:
    """Return options for `owltf run`; their values are in `Setup.options` by name."""
    return ()


# --- what is known: gathered, a name given twice is an error -------------------------------------


@hookspec
def owltf_schema() -> Iterable[Path]:
    """Return files that add messages and fields to Caffe's format.

    Each is a `.proto` which imports `caffe.proto` and extends its messages, or the compiled
    descriptor set of one.
    """
    return ()


@hookspec
def owltf_fork_numbers() -> Mapping[str, Mapping[int, int]]:
    """Return the numbers that a fork gives fields of layers, where the schema cannot have them.

    Returns:
        The schema's number by the fork's, for each layer type; binary layers are read by them.
    """
    return {}


@hookspec
def owltf_layer_converters() -> Iterable[type[LayerConverter]]:
    """Return the converters of Caffe layer types to Keras."""
    return ()


@hookspec
def owltf_data_layers() -> Iterable[type[DataLayer]]:
    """Return the data layers, which read batches from outside the net."""
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
    """Return the solvers, one class for each update rule."""
    return ()


@hookspec
def owltf_engines() -> Mapping[str, Engine]:
    """Return engines that compute nets in place of TensorFlow, by what `--engine` calls them."""
    return {}


@hookspec
def owltf_check_solver(solver: Any, test_nets: Sequence[Any]) -> Mapping[str, str]:
    """Check the fields that plugins add to solvers; called before anything is built.

    Args:
        solver: the `SolverParameter`.
        test_nets: the `NetParameter` of each of its test nets.

    Returns:
        Why a field that is given changes nothing, by the field's name; the run says so.

    Raises:
        FieldError: if the value of a field cannot be used.
    """
    return {}


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
    """Receive a net that was just built."""


# --- a run ----------------------------------------------------------------------------------------


@hookspec
def owltf_run_plugins(setup: Setup) -> Iterable[object]:
    """Return objects with hooks that are plugins for this run alone.

    Args:
        setup: the run.
    """
    return ()


@hookspec
def owltf_run_started(setup: Setup) -> None:
    """Receive the setup of a run that is about to begin."""


@hookspec
def owltf_watch_every(setup: Setup) -> int | None:
    """Ask for `owltf_iterations` to be called during a run, and how often.

    Iterations are computed many in one call. Where this asks for it, the call ends after every N
    updates, which takes time if N is small; what is computed stays the same.

    Args:
        setup: the run.

    Returns:
        N, for `owltf_iterations` of the same plugin to be called after every N updates; None not
        to be called.
    """


@hookspec
def owltf_testing(iteration: int, net_index: int, setup: Setup) -> None:
    """Be called when a test begins.

    Args:
        iteration: updates made so far.
        net_index: which of the solver's test nets, from 0.
        setup: the run.
    """


@hookspec
def owltf_tested(scores: Scores, setup: Setup) -> None:
    """Receive the result of a test.

    Args:
        scores: each output's mean.
        setup: the run.
    """


@hookspec
def owltf_iterations(iterations: Iterations, setup: Setup) -> None:
    """Receive the iterations that `owltf_watch_every` of the same plugin asked for.

    It is called for those that are left at the end of a run, too.

    Args:
        iterations: their losses, and the outputs and the learning rate of the last.
        setup: the run.
    """


@hookspec
def owltf_displayed(display: Display, setup: Setup) -> None:
    """Receive the figures of an iteration that the solver's `display` shows.

    Args:
        display: its loss, learning rate and outputs.
        setup: the run.
    """


@hookspec
def owltf_snapshot(iteration: int, caffemodel: Path, solverstate: Path, setup: Setup) -> None:
    """Receive the files of a snapshot, which are complete on disk.

    Args:
        iteration: updates made so far.
        caffemodel: the file of the weights.
        solverstate: the file of the solver's history.
        setup: the run.
    """


@hookspec
def owltf_run_ended(ending: Ending, setup: Setup) -> None:
    """Receive how a run ended: it finished, a signal stopped it, or it failed.

    Args:
        ending: the reason.
        setup: the run.
    """


# --- a layer is tested ----------------------------------------------------------------------------


@hookspec
def owltf_check_layer(net: Net, bottoms: Mapping[str, Any]) -> str | None:
    """Check a layer in a way of the plugin's own, as part of `check_converter`.

    Args:
        net: a net of `Input` layers and then the layer, built for TEST.
        bottoms: its inputs by blob name, in Caffe's order.

    Returns:
        What could not be checked and why, in a line, or None.

    Raises:
        AssertionError: if a rule is broken; the message says the rule, then what was found.
    """

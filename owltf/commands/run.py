"""owltf run: train the net of a solver file."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import nullcontext
from pathlib import Path
from typing import Any

import click

from owltf.options.common import take
from owltf.options.devices import DEVICE_FLAGS, device_options, devices_of
from owltf.options.half_batches import half_batches_option, half_batches_words, wants_halves
from owltf.options.net import CONTEXT_FLAGS, NET_FLAGS, net_options, state_words
from owltf.options.plain import choose_report, plain_option
from owltf.options.plugin_options import CommandWithPluginOptions, PluginOptions

_OF_NETS = ("sync_batch_norm", "recompute", "xla", "precision", *CONTEXT_FLAGS)
_REPEATED = ("batch_per_gpu", "sync_batch_norm", "recompute", "xla", "allow_nan", *NET_FLAGS)
_USUAL = {"precision": "float32", "sigint_effect": "stop", "sighup_effect": "snapshot"}
# Caffe writes its flags with underscores.
_SPELLINGS = {"token_normalize_func": lambda word: word.replace("_", "-")}


def _paths(context: click.Context, option: click.Parameter, value: str | None) -> list[Path]:
    if value is None:
        return []
    paths = [Path(part.strip()) for part in value.split(",") if part.strip()]
    if not paths:
        raise click.BadParameter("it names no file")
    return paths


# Generic from click 8.3 on alone.
class _Snapshot(click.ParamType):  # type: ignore[type-arg]
    """The number of a snapshot, or the name of a solverstate, as Caffe's flag has."""

    name = "snapshot"

    def convert(self, value: Any, param: Any, ctx: Any) -> int | Path:
        """Return the number or the path."""
        try:
            return int(value)
        except ValueError:
            if ".solverstate" in str(value):
                return Path(value)
            self.fail(f"'{value}' is neither a number nor a FILE.solverstate", param, ctx)


@click.command(cls=CommandWithPluginOptions, context_settings=_SPELLINGS)
@click.argument("solver", metavar="SOLVER", required=False)
@click.option("--solver", "given", hidden=True)
@click.option(
    "--snapshot",
    type=_Snapshot(),
    default=0,
    metavar="N",
    help="Go on from snapshot N, that of iteration N x the solver's `snapshot`.",
)
@click.option(
    "--resume",
    type=click.Path(path_type=Path),
    metavar="FILE.solverstate|auto",
    help="Go on from a solverstate, owltf's or Caffe's; `auto`: from the newest whole one of the "
    "prefix, or anew if there is none.",
)
@click.option(
    "--weights",
    callback=_paths,
    metavar="FILE[,FILE]",
    help="Start from the weights of caffemodels, not the solver's `weights`; later ones win.",
)
@click.option(
    "--reinit-mismatched",
    is_flag=True,
    help="Initialise layers anew whose shape differs from the weights'.",
)
@device_options
@half_batches_option
@click.option(
    "--batch-per-gpu",
    is_flag=True,
    help="Let each device draw `batch_size` images, as Caffe does; else it is split among them.",
)
@click.option(
    "--sync-batch-norm",
    is_flag=True,
    help="BatchNorm's statistics are those of the whole batch; else of each device's share.",
)
@click.option(
    "--recompute",
    is_flag=True,
    help="Hold few blobs for the backward pass, and compute the others again: about a third more "
    "time, for nets that memory is too small for.",
)
@click.option("--xla", is_flag=True, help="Let XLA compile what it can of a step; for GPUs.")
@click.option(
    "--precision",
    type=click.Choice(["float32", "tf32", "bfloat16", "float16"]),
    default="float32",
    show_default=True,
    help="The numbers that products are computed with; weights and losses stay float32.",
)
@click.option(
    "--wait-for-workers",
    type=click.FloatRange(min=0),
    default=300.0,
    show_default=True,
    metavar="SECONDS",
    help="On several machines (TF_CONFIG): how long to wait for the others to start.",
)
@click.option("--allow-nan", is_flag=True, help="Go on after a loss that is not a number.")
@click.option(
    "--sigint-effect",
    type=click.Choice(["stop", "snapshot", "none"]),
    default="stop",
    show_default=True,
    help="What Ctrl-C does.",
)
@click.option(
    "--sighup-effect",
    type=click.Choice(["stop", "snapshot", "none"]),
    default="snapshot",
    show_default=True,
    help="What SIGHUP does.",
)
@net_options
@plain_option
@click.pass_context
def run(
    context: click.Context,
    /,
    solver: str | None,
    given: str | None,
    plain: bool,
    **flags: Any,
) -> None:
    """Train the net of a solver file.

    SOLVER is a solver.prototxt. Its net, data and snapshots are looked for from the working
    directory, then beside the file and in the folders above it.

    Ctrl-C finishes the iteration, writes a snapshot and says how to resume; a second one stops at
    once. SIGHUP writes a snapshot and goes on.
    """
    from owltf.caffe.file_kind import SOLVER
    from owltf.caffe.net.named_files import check_named_files
    from owltf.caffe.net.net_file import open_net_file
    from owltf.caffe.net.solver_check import check_solver
    from owltf.options.early_checks import check_weights
    from owltf.runtime.cluster import read_cluster
    from owltf.runtime.device_wishes import check_wishes
    from owltf.snapshot.lock import check_free
    from owltf.train.solver_fields import prefix_of, schedule_of

    solver = _one_solver(context, solver, given)
    if isinstance(flags["snapshot"], Path):
        _resume_from(flags)
    registry, added = context.obj, _added(context, flags)
    ignore = flags.pop("ignore_unknown_fields")
    file = open_net_file(solver, registry.schema, wanted=SOLVER, ignore_unknown_fields=ignore)
    cluster = read_cluster()
    check_wishes(**{name: flags[name] for name in DEVICE_FLAGS}, cluster=cluster)
    nets = (file.source("TRAIN"), *file.tests)
    for source in nets:
        check_named_files(source)
    debug_info = file.solver is not None and file.solver.parameter.debug_info
    flags["half_batches"] = wants_halves(
        nets, flags, debug_info=debug_info, is_cluster=cluster is not None
    )
    check_solver(file, registry.solver_checks)
    check_weights(flags["weights"] or _weights_of(file, flags))
    if file.solver is not None and (cluster is None or cluster.is_chief):
        check_free(prefix_of(file.solver, schedule_of(file.solver)).path)
    context.exit(_train(registry, file, plain, cluster, **flags, **added))


def _weights_of(file: Any, flags: dict[str, Any]) -> list[Path]:
    """Return the weights that the solver names, unless a snapshot is resumed."""
    from owltf.caffe.net.solver_weights import solver_weights

    return [] if flags["snapshot"] or flags["resume"] else solver_weights(file.solver)


def _one_solver(context: click.Context, word: str | None, option: str | None) -> str:
    """Return the solver, which Caffe's people write as `--solver=FILE`."""
    if word and option:
        raise click.UsageError(f"the solver is given twice: {word} and {option}", context)
    solver = word or option
    if not solver:
        raise click.UsageError("Missing argument 'SOLVER'.", context)
    return solver


def _resume_from(flags: dict[str, Any]) -> None:
    """Take `--snapshot FILE.solverstate`, Caffe's flag, for `--resume`."""
    if flags["resume"] is not None:
        raise click.BadParameter("--snapshot FILE.solverstate and --resume are the same; give one")
    flags["resume"], flags["snapshot"] = flags["snapshot"], 0


def _train(registry: Any, file: Any, plain: bool, cluster: Any, **flags: Any) -> int:
    from owltf.plugin.manager import registered
    from owltf.train.report import REPORT
    from owltf.train.report.lines import LineReport
    from owltf.train.report.terminal import TerminalReport

    report: Any = choose_report(plain, LineReport, TerminalReport)
    is_chief = cluster is None or cluster.is_chief
    with report.starting("Starting TensorFlow") if is_chief else nullcontext():
        start = _prepared(registry, file, cluster, flags)
        from owltf.runtime.machines import leave_cluster
        from owltf.train.trainer import Trainer

        trainer = Trainer(start)
    with registered(registry.manager, report, REPORT):
        status = trainer.run()
    if cluster:
        leave_cluster(start.devices, status)
    return status


def _prepared(registry: Any, file: Any, cluster: Any, flags: dict[str, Any]) -> Any:
    from owltf.runtime.start_tensorflow import start_tensorflow

    start_tensorflow(is_one_of_several=cluster is not None)
    from owltf.convert.context import NetContext
    from owltf.stop_flag import check_stopped
    from owltf.train.prepare import RunOptions, prepare

    devices = devices_of(flags, cluster=cluster, wait=flags.pop("wait_for_workers"))
    nets = NetContext(registry, "TRAIN", **take(flags, _OF_NETS))
    start = prepare(file, nets, devices, RunOptions(**flags))
    check_stopped()
    return start


def _added(context: click.Context, flags: dict[str, Any]) -> dict[str, Any]:
    """Return the fields of `RunOptions` that follow from other words of the command line."""
    added = PluginOptions.take(context, flags)
    return {
        "devices_given": any(flags[name] is not None for name in DEVICE_FLAGS),
        "plugin_options": added.values,
        "disabled_plugins": context.find_root().params.get("disable_plugin", ()),
        "again": (
            *_again(flags),
            *half_batches_words(flags["half_batches"]),
            *state_words(context),
            *added.again,
        ),
    }


def _again(flags: dict[str, Any]) -> Iterator[str]:
    """Yield what the command line that resumes a run must repeat."""
    for name in (*DEVICE_FLAGS, *_REPEATED):
        value = flags[name]
        if value not in (None, False):
            yield "--" + name.replace("_", "-")
            yield from () if value is True else (str(value),)
    for name, usual in _USUAL.items():
        if flags[name] != usual:
            yield from (f"--{name.replace('_', '-')}", flags[name])

"""Prepares a run: builds its nets and solver, and restores the snapshot that it resumes from."""

from __future__ import annotations

import secrets
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any

import numpy as np

from owltf.caffe.net.net_file import NetFile
from owltf.caffe.net.solver_check import check_solver
from owltf.caffe.net.solver_weights import solver_weights
from owltf.caffe.prototxt.source import SolverSource
from owltf.convert.context import NetContext
from owltf.convert.params import Param
from owltf.errors import OwltfError
from owltf.net.batches import first_positions
from owltf.net.label_range import check_labels_have_classes
from owltf.net.solver_nets import SolverNets, build_solver_nets
from owltf.net.start_weights import StartWeights
from owltf.net.weights import Loaded
from owltf.registry.registry import Registry
from owltf.runtime.devices import Devices
from owltf.runtime.half_batches import half_batches
from owltf.runtime.precision import set_precision
from owltf.runtime.xla import set_xla
from owltf.snapshot.history import history_by_layer
from owltf.snapshot.newest import newest_snapshot
from owltf.snapshot.prefix import Prefix
from owltf.snapshot.read import Restored, read_snapshot
from owltf.snapshot.run_state import RunState
from owltf.solvers.solver import Solver
from owltf.train.recurrent_states import RecurrentStates
from owltf.train.run_notes import run_notes
from owltf.train.schedule import Schedule
from owltf.train.solver_fields import (
    errors_at,
    learning_rate_of,
    pointless_fields,
    prefix_of,
    schedule_of,
    solver_class_of,
)
from owltf.train.unused_fields import nothing_left, unused_fields

AUTO = Path("auto")
_ONE_START = "give one of --snapshot and --resume to go on with a run, or --weights to start from"


@dataclass(frozen=True)
class RunOptions:
    """The options of a run beside those of its nets, which are in their `NetContext`.

    Attributes:
        snapshot: owl.net's snapshot index to resume from; 0 for a new run.
        resume: a solverstate to resume from, or `AUTO` for the newest whole one of the prefix.
        weights: caffemodels to start from, in place of the solver's `weights`; where two hold a
            layer, the later one wins.
        reinit_mismatched: leave layers of another shape as their fillers make them.
        batch_per_gpu: `batch_size` is that of each device, as in Caffe.
        half_batches: compute both halves of each batch at once; it is an error where the device
            cannot. None does so where it can and, in a resumed run, the run before it did.
        allow_nan: go on after a loss that is not a number.
        sigint_effect: what SIGINT does: "stop", "snapshot" or "none".
        sighup_effect: what SIGHUP does.
        devices_given: whether the command line names the devices.
        plugin_options: the values of the options that plugins add, by name.
        disabled_plugins: the names of the plugins that are left out.
        again: the options that the command line which resumes the run must repeat.
    """

    snapshot: int = 0
    resume: Path | None = None
    weights: Sequence[Path] = ()
    reinit_mismatched: bool = False
    batch_per_gpu: bool = False
    half_batches: bool | None = False
    allow_nan: bool = False
    sigint_effect: str = "stop"
    sighup_effect: str = "snapshot"
    devices_given: bool = False
    plugin_options: Mapping[str, Any] = field(default_factory=dict)
    disabled_plugins: Sequence[str] = ()
    again: Sequence[str] = ()


@dataclass(frozen=True)
class PreparedRun:
    """A run that is ready to begin.

    Attributes:
        source: the solver's file.
        registry: what plugins bring.
        devices: where it computes.
        options: the options of the command line.
        schedule: when it tests, displays and snapshots.
        prefix: where snapshots go.
        nets: its nets.
        solver: what updates them.
        state: the iteration, the records and the losses it starts from.
        resumed_from: the solverstate that it resumes from, or None.
        loaded: which layers each weights file was loaded into.
        notes: sentences that the user should read.
    """

    source: SolverSource
    registry: Registry
    devices: Devices
    options: RunOptions
    schedule: Schedule
    prefix: Prefix
    nets: SolverNets
    solver: Solver
    state: RunState
    resumed_from: Path | None = None
    loaded: Mapping[str, Loaded] = field(default_factory=dict)
    notes: Sequence[str] = ()


def prepare(
    file: NetFile, context: NetContext, devices: Devices, options: RunOptions
) -> PreparedRun:
    """Return a run that is ready to begin; no file is written.

    Args:
        file: the solver's file.
        context: what its nets are built with; the seed and the batch's factor are added.
        devices: where it computes.
        options: the options of the command line.

    Raises:
        OwltfError: if a file or an option is wrong, or they do not fit together.
    """
    source, registry = _solver(file), context.registry
    parameter = source.parameter
    solver_class = solver_class_of(registry, source)
    rate = learning_rate_of(registry, source)
    schedule = schedule_of(source)
    effectless = check_solver(file, registry.solver_checks)
    prefix = prefix_of(source, schedule)
    restored, passed_over = _restored(options, prefix, registry)
    _check_one_start(restored, devices)
    devices = _halved(devices, options, restored)
    seed = devices.of_all(_seed(parameter, restored))[0]
    weights = _weights(options, restored, source, registry)
    factor = devices.count if options.batch_per_gpu else 1
    context = replace(
        context, seed=seed, batch_factor=factor, share=devices.share, loaded=weights.layers
    )
    set_precision(context.precision)
    set_xla(context.xla)
    with devices.scope():
        nets = build_solver_nets(file, context)
    _check_batches(nets, devices)
    for net in (nets.train, *nets.tests):
        check_labels_have_classes(net)
    with devices.scope():
        solver = solver_class.from_parameter(parameter, rate, nets.train.params)
        if parameter.snapshot_diff:
            solver.keep_changes()
    loaded = weights.load(nets.train)
    notes = [
        *passed_over,
        *run_notes(file, context, restored, devices, nets),
        *pointless_fields(source),
    ]
    unused = unused_fields(source, solver_class, type(rate), options.devices_given)
    notes += [*unused, *effectless]
    if restored:
        _restore_solver(solver, nets.train.params, restored, weights)
        notes += nothing_left(source, restored.state.iteration)
        if not loaded:
            notes.append(f"{restored.path} names no weights: they are as their fillers make them")
        notes += RecurrentStates(nets, devices).restore(restored)
    return PreparedRun(
        source=source,
        registry=registry,
        devices=devices,
        options=options,
        schedule=schedule,
        prefix=prefix,
        nets=nets,
        solver=solver,
        state=_state(nets, restored, seed, devices),
        resumed_from=restored.path if restored else None,
        loaded=loaded,
        notes=notes,
    )


def _solver(file: NetFile) -> SolverSource:
    if file.solver is None:
        raise OwltfError(f"{file.file}: a net, where a solver is needed")
    return file.solver


def _restore_solver(
    solver: Solver, params: Sequence[Param], restored: Restored, weights: StartWeights
) -> None:
    history: Sequence[np.ndarray] = restored.state.history
    if weights.reinit_mismatched:
        known = [weights.files[path] for path in weights.files if path == restored.weights]
        if known:
            history = history_by_layer(history, known[0], params, solver.slots)
    with errors_at(str(restored.path)):
        solver.set_history(params, history)
    solver.iterations.assign(restored.state.iteration)


def _restored(
    options: RunOptions, prefix: Prefix, registry: Registry
) -> tuple[Restored | None, list[str]]:
    """Return the snapshot to resume from, and a sentence about each that was passed over."""
    if options.snapshot and options.resume:
        raise OwltfError(_ONE_START)
    if options.snapshot < 0:
        raise OwltfError(f"--snapshot must not be negative, got {options.snapshot}")
    if options.resume == AUTO:
        # The weights are for the first of several starts.
        return newest_snapshot(prefix, registry.schema)
    path = prefix.indexed(options.snapshot) if options.snapshot else options.resume
    restored = read_snapshot(path, registry.schema) if path else None
    if restored and options.weights and restored.state.learned_net:
        raise OwltfError(_ONE_START)
    return restored, []


def _halved(devices: Devices, options: RunOptions, restored: Restored | None) -> Devices:
    """Return devices that compute both halves of a batch at once, if the run wants it."""
    is_open = options.half_batches is None
    was_whole = restored is not None and restored.run is not None and restored.run.replicas == 1
    if options.half_batches or (is_open and not was_whole):
        return half_batches(devices, is_asked=not is_open)
    return devices


def _check_one_start(restored: Restored | None, devices: Devices) -> None:
    """Check that all processes of a run go on from one iteration."""
    starts = devices.of_all(restored.state.iteration if restored else 0)
    if len(set(starts)) > 1:
        iterations = ", ".join(map(str, starts))
        raise OwltfError(
            f"the workers find snapshots of the iterations {iterations}; all machines must share "
            f"the folder of snapshot_prefix"
        )


def _seed(parameter: Any, restored: Restored | None) -> int:
    if restored and restored.run:
        return restored.run.seed
    return int(parameter.random_seed) if parameter.random_seed >= 0 else secrets.randbits(31)


def _weights(
    options: RunOptions, restored: Restored | None, source: SolverSource, registry: Registry
) -> StartWeights:
    # Those that a snapshot names, else the command line's, else the solver's, as Caffe takes them.
    files: Sequence[str | Path] = options.weights or solver_weights(source)
    if restored and restored.weights and not (options.weights and not restored.state.learned_net):
        files = [restored.weights]
    return StartWeights.of(files, registry.schema, reinit_mismatched=options.reinit_mismatched)


def _check_batches(nets: SolverNets, devices: Devices) -> None:
    for net in (nets.train, *nets.tests):
        for source in net.sources:
            if source.layer.batch_size < devices.count:
                raise source.layer.context.error(
                    f"batch_size {source.layer.batch_size} cannot be split among "
                    f"{devices.count} devices"
                )


def _state(nets: SolverNets, restored: Restored | None, seed: int, devices: Devices) -> RunState:
    train, test = first_positions(nets.train), [first_positions(net) for net in nets.tests]
    run = restored.run if restored else None
    if run and (run.train.keys() != train.keys() or [*map(set, run.test)] != [*map(set, test)]):
        raise OwltfError(
            f"{restored.path if restored else ''}: the data layers of the run that wrote it, "
            f"{list(run.train)}, are not those of the net, {list(train)}"
        )
    return RunState(
        iteration=restored.state.iteration if restored else 0,
        seed=seed,
        train=run.train if run else train,
        test=run.test if run else test,
        losses=run.losses if run else (),
        loss_scale=run.loss_scale if run else (),
        replicas=devices.parts_of_batch,
    )

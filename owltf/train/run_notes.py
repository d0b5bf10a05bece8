"""The sentences about a run that its user should read before it begins."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import chain

from owltf.caffe.net.net_file import NetFile
from owltf.convert.context import NetContext
from owltf.net.solver_nets import SolverNets
from owltf.runtime.devices import Devices
from owltf.runtime.precision import precision_notes
from owltf.runtime.threads import threads
from owltf.runtime.xla import xla_notes
from owltf.snapshot.read import Restored


def run_notes(
    file: NetFile,
    context: NetContext,
    restored: Restored | None,
    devices: Devices,
    nets: SolverNets,
) -> list[str]:
    """Return what was left out of the files, and what the nets and the snapshot bring with them.

    Args:
        file: the solver's file.
        context: what the nets are built with.
        restored: the snapshot that the run resumes from, if it does.
        devices: where it computes.
        nets: the nets.
    """
    ignored = [file.ignored, *(net.graph.source.ignored for net in (nets.train, *nets.tests))]
    notes = [f"Ignored unknown field: {field}" for field in dict.fromkeys(chain(*ignored))]
    notes += context.registry.schema.notes
    notes += [*precision_notes(context.precision), *xla_notes(context.xla)]
    notes += dict.fromkeys(chain(*(net.notes for net in (nets.train, *nets.tests))))
    notes += dict.fromkeys(note for net in nets.tests for note in net.size_notes())
    if not nets.train.losses:
        notes.append("The net has no loss: only weight_decay changes its weights")
    return [*notes, *(_of_snapshot(restored, devices) if restored else ())]


def _of_snapshot(restored: Restored, devices: Devices) -> Iterator[str]:
    if restored.run is None:
        yield "Resuming from Caffe's own snapshot: the data start at their first record"
        return
    then = (restored.run.replicas, restored.run.threads)
    now = (devices.parts_of_batch, threads())
    if then != now:
        yield (
            f"Resuming with {now[0]} parts of a batch and {now[1]} threads what ran with "
            f"{then[0]} and {then[1]}: figures may differ in the last bits"
        )

"""Computes one pass of a net on one replica, and joins the results of all replicas."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import tensorflow as tf

from owltf.net.net import Net
from owltf.runtime.precision import narrow_type
from owltf.runtime.replicas import Replicas, replica_count, replica_number
from owltf.runtime.step import Step, step


def forward(
    net: Net, batch: Mapping[str, Any], number: Any, *, training: bool
) -> tuple[Any, dict[str, Any]]:
    """Return the objective and the outputs of one pass, on one replica.

    Args:
        net: the net.
        batch: this replica's share of the inputs.
        number: a number that is different for each pass of a run.
        training: whether layers behave as in training.
    """
    with step(current_pass(net, number)):
        outputs, losses, _ = net.loss_model(batch, training=training)
    return objective(net, losses), outputs


def current_pass(net: Net, number: Any) -> Step:
    """Return the `Step` that layers read during a pass, on the replica that calls this.

    Args:
        net: the net.
        number: a number that is different for each pass of a run.
    """
    rows = next((source.layer.batch_size for source in net.sources), None)
    seed, narrow = net.context.seed, narrow_type(net.context.precision)
    return Step(number, seed, replica_number(), replica_count(), rows, narrow)


def objective(net: Net, losses: Sequence[Any]) -> Any:
    """Return the weighted sum of a net's losses, which is the same on every replica.

    Args:
        net: the net.
        losses: the values of `net.losses`.
    """
    terms = [
        loss.weight * tf.reduce_sum(value) for loss, value in zip(net.losses, losses, strict=True)
    ]
    return tf.add_n(terms) if terms else tf.constant(0.0)


def own_share(whole: Any) -> Any:
    """Return the part of a loss that each replica differentiates.

    Every replica has the loss of the whole batch, and their gradients are added up: with the whole
    loss on each of N replicas the sum would be N times too large.
    """
    return whole / replica_count()


def joined_outputs(net: Net, outputs: Mapping[str, Any], replicas: Replicas) -> dict[str, Any]:
    """Return the outputs of the whole batch.

    Args:
        net: the net.
        outputs: the outputs that `forward` returned on each replica, by blob name.
        replicas: the replicas.
    """
    return {
        name: joined_rows(value, replicas)
        if None in net.blobs[name].shape[1:]
        else replicas.joined(value, net.blobs[name].batch)
        for name, value in outputs.items()
    }


def joined_rows(value: Any, replicas: Replicas) -> Any:
    """Return an output of any number of rows, as detections are: those of all replicas.

    Args:
        value: the output on each replica, (1, 1, rows, values).
        replicas: the replicas.
    """
    return tf.concat(replicas.parts(value), -2)


def zero_outputs(net: Net) -> dict[str, Any]:
    """Return zeros in the shapes of a net's outputs, with what may change in a run left open.

    That is the batch, which a Filter may change, and the size of images where they vary.
    """
    return {name: _zeros(net.blobs[name].shape, net.sizes_vary) for name in net.outputs}


def _zeros(sizes: Sequence[int | None], sizes_vary: bool) -> Any:
    zeros = tf.zeros([1 if size is None else size for size in sizes])
    kept = [None] * len(sizes[1:]) if sizes_vary else sizes[1:]
    shape = (None, *kept) if sizes else ()
    return tf.raw_ops.PlaceholderWithDefault(input=zeros, shape=shape)

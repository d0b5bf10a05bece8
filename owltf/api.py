"""What plugins import: hooks, base classes, and nets.

Importing this module is cheap. The names below load TensorFlow when they are first used, so a
module of hooks imports `hookimpl` at its top and the rest inside its functions.
"""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING, Any

from owltf.errors import OwltfError
from owltf.plugin.discover import classes_in
from owltf.plugin.markers import hookimpl

if TYPE_CHECKING:
    from owltf.caffe.atomic import atomic_outputs
    from owltf.caffe.read import read_mean
    from owltf.data.channel_mean import channel_mean
    from owltf.data.class_names import read_class_names
    from owltf.data.data_layer import DataContext, DataLayer
    from owltf.data.source.image_files import ImageFile, find_images
    from owltf.data.views import View, find_views
    from owltf.net.blob import Blob, in_one_layout
    from owltf.net.caffemodel import save_weights
    from owltf.net.class_scores import ClassScores, class_probabilities, class_scores
    from owltf.net.context import NetContext
    from owltf.net.converter import LayerConverter
    from owltf.net.image_input import ImageInput, image_input
    from owltf.net.layer import Layer, UnsupportedLayerError
    from owltf.net.names import keras_name
    from owltf.net.net import Net
    from owltf.net.params import Param, ParamBlob
    from owltf.net.portable import portable_ops
    from owltf.net.replicas import Step, current_step, global_sum
    from owltf.net.whole_images import WholeImages, whole_images
    from owltf.plugin.registry import near
    from owltf.solvers.learning_rate import LearningRate
    from owltf.solvers.solver import Solver
    from owltf.train.batch_runner import BatchRunner
    from owltf.train.device_options import device_options, devices_of
    from owltf.train.devices import Devices, choose_devices
    from owltf.train.image_batches import image_batches
    from owltf.train.image_options import image_options, image_settings
    from owltf.train.load import load_model, load_net, rebuild_net, solver_of
    from owltf.train.net_batches import Batch, NetBatches, net_batches, record_count
    from owltf.train.quiet import start_tensorflow
    from owltf.train.report import Report
    from owltf.train.shape_options import input_shape_option
    from owltf.train.snapshot_net import SnapshotNet, load_snapshot_net
    from owltf.train.view_runs import run_views
    from owltf.train.weights_options import weights_of, weights_options

_LATE = {
    "Batch": "owltf.train.net_batches",
    "BatchRunner": "owltf.train.batch_runner",
    "Blob": "owltf.net.blob",
    "ClassScores": "owltf.net.class_scores",
    "DataContext": "owltf.data.data_layer",
    "DataLayer": "owltf.data.data_layer",
    "Devices": "owltf.train.devices",
    "ImageFile": "owltf.data.source.image_files",
    "ImageInput": "owltf.net.image_input",
    "Layer": "owltf.net.layer",
    "LayerConverter": "owltf.net.converter",
    "LearningRate": "owltf.solvers.learning_rate",
    "Net": "owltf.net.net",
    "NetBatches": "owltf.train.net_batches",
    "NetContext": "owltf.net.context",
    "Param": "owltf.net.params",
    "ParamBlob": "owltf.net.params",
    "Report": "owltf.train.report",
    "SnapshotNet": "owltf.train.snapshot_net",
    "Solver": "owltf.solvers.solver",
    "Step": "owltf.net.replicas",
    "UnsupportedLayerError": "owltf.net.layer",
    "View": "owltf.data.views",
    "WholeImages": "owltf.net.whole_images",
    "atomic_outputs": "owltf.caffe.atomic",
    "channel_mean": "owltf.data.channel_mean",
    "choose_devices": "owltf.train.devices",
    "class_probabilities": "owltf.net.class_scores",
    "class_scores": "owltf.net.class_scores",
    "current_step": "owltf.net.replicas",
    "device_options": "owltf.train.device_options",
    "devices_of": "owltf.train.device_options",
    "find_images": "owltf.data.source.image_files",
    "find_views": "owltf.data.views",
    "global_sum": "owltf.net.replicas",
    "image_batches": "owltf.train.image_batches",
    "image_input": "owltf.net.image_input",
    "image_options": "owltf.train.image_options",
    "image_settings": "owltf.train.image_options",
    "in_one_layout": "owltf.net.blob",
    "input_shape_option": "owltf.train.shape_options",
    "keras_name": "owltf.net.names",
    "load_model": "owltf.train.load",
    "load_net": "owltf.train.load",
    "load_snapshot_net": "owltf.train.snapshot_net",
    "near": "owltf.plugin.registry",
    "net_batches": "owltf.train.net_batches",
    "portable_ops": "owltf.net.portable",
    "read_class_names": "owltf.data.class_names",
    "read_mean": "owltf.caffe.read",
    "rebuild_net": "owltf.train.load",
    "record_count": "owltf.train.net_batches",
    "run_views": "owltf.train.view_runs",
    "save_weights": "owltf.net.caffemodel",
    "solver_of": "owltf.train.load",
    "start_tensorflow": "owltf.train.quiet",
    "weights_of": "owltf.train.weights_options",
    "weights_options": "owltf.train.weights_options",
    "whole_images": "owltf.net.whole_images",
}

__all__ = [
    "Batch",
    "BatchRunner",
    "Blob",
    "ClassScores",
    "DataContext",
    "DataLayer",
    "Devices",
    "ImageFile",
    "ImageInput",
    "Layer",
    "LayerConverter",
    "LearningRate",
    "Net",
    "NetBatches",
    "NetContext",
    "OwltfError",
    "Param",
    "ParamBlob",
    "Report",
    "SnapshotNet",
    "Solver",
    "Step",
    "UnsupportedLayerError",
    "View",
    "WholeImages",
    "atomic_outputs",
    "channel_mean",
    "choose_devices",
    "class_probabilities",
    "class_scores",
    "classes_in",
    "current_step",
    "device_options",
    "devices_of",
    "find_images",
    "find_views",
    "global_sum",
    "hookimpl",
    "image_batches",
    "image_input",
    "image_options",
    "image_settings",
    "in_one_layout",
    "input_shape_option",
    "keras_name",
    "load_model",
    "load_net",
    "load_snapshot_net",
    "near",
    "net_batches",
    "portable_ops",
    "read_class_names",
    "read_mean",
    "rebuild_net",
    "record_count",
    "run_views",
    "save_weights",
    "solver_of",
    "start_tensorflow",
    "weights_of",
    "weights_options",
    "whole_images",
]


def __getattr__(name: str) -> Any:
    if name in _LATE:
        return getattr(import_module(_LATE[name]), name)
    raise AttributeError(f"module 'owltf.api' has no attribute {name!r}")

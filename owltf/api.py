"""What plugins import: hooks, base classes, and nets.

Importing this module is cheap. The names below load TensorFlow when they are first used, so a
module of hooks imports `hookimpl` at its top and the rest inside its functions.
"""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING, Any

from owltf.errors import FieldError, OwltfError
from owltf.registry.discover import classes_in
from owltf.registry.markers import hookimpl, hookspec

if TYPE_CHECKING:
    from owltf.caffe.net.net_file import NetFile, open_net_file
    from owltf.caffe.net.read import read_mean
    from owltf.convert.blob import Blob, in_one_layout
    from owltf.convert.context import NetContext
    from owltf.convert.converter import LayerConverter, converter_of
    from owltf.convert.keras_names import keras_name
    from owltf.convert.layer import Layer, UnsupportedLayerError
    from owltf.convert.onnx_node import OnnxNode, onnx_form
    from owltf.convert.params import Param, ParamBlob
    from owltf.convert.source_call import SourceCall
    from owltf.data.data_layer import DataContext, DataLayer
    from owltf.data.source.image_files import ImageFile, find_images
    from owltf.did_you_mean import did_you_mean
    from owltf.files import atomic_outputs
    from owltf.inference.batch_runner import BatchRunner
    from owltf.inference.channel_mean import channel_mean
    from owltf.inference.class_names import read_class_names
    from owltf.inference.class_scores import ClassScores, class_probabilities, class_scores
    from owltf.inference.image_batches import image_batches
    from owltf.inference.image_input import ImageInput, image_input
    from owltf.inference.load_net import load_model, load_net, load_test_nets, rebuild_net
    from owltf.inference.net_batches import Batch, NetBatches, net_batches, record_count
    from owltf.inference.run_views import run_views
    from owltf.inference.snapshot_net import SnapshotNet, load_snapshot_net
    from owltf.inference.views import View, find_views
    from owltf.inference.whole_images import WholeImages, whole_images
    from owltf.keras_internals import calls_in_order
    from owltf.net.backward import Gradients
    from owltf.net.fold import fold
    from owltf.net.net import Net
    from owltf.net.segment import Segment
    from owltf.net.weights import save_weights
    from owltf.options.devices import device_options, devices_of
    from owltf.options.images import image_options, image_settings
    from owltf.options.input_shapes import input_shape_option
    from owltf.options.plain import choose_report, plain_option
    from owltf.options.weights import weights_of, weights_options
    from owltf.plugin.events import Display, Ending, Iterations, Scores, Setup
    from owltf.runtime.devices import Devices, choose_devices
    from owltf.runtime.global_sum import global_sum
    from owltf.runtime.standard_ops import standard_ops_only
    from owltf.runtime.start_tensorflow import start_tensorflow
    from owltf.runtime.step import Step, current_step
    from owltf.solvers.learning_rate import LearningRate
    from owltf.solvers.solver import Solver

_LATE = {
    "Batch": "owltf.inference.net_batches",
    "BatchRunner": "owltf.inference.batch_runner",
    "Blob": "owltf.convert.blob",
    "ClassScores": "owltf.inference.class_scores",
    "DataContext": "owltf.data.data_layer",
    "DataLayer": "owltf.data.data_layer",
    "Devices": "owltf.runtime.devices",
    "Display": "owltf.plugin.events",
    "Ending": "owltf.plugin.events",
    "Gradients": "owltf.net.backward",
    "ImageFile": "owltf.data.source.image_files",
    "ImageInput": "owltf.inference.image_input",
    "Iterations": "owltf.plugin.events",
    "Layer": "owltf.convert.layer",
    "LayerConverter": "owltf.convert.converter",
    "LearningRate": "owltf.solvers.learning_rate",
    "Net": "owltf.net.net",
    "NetBatches": "owltf.inference.net_batches",
    "NetContext": "owltf.convert.context",
    "OnnxNode": "owltf.convert.onnx_node",
    "NetFile": "owltf.caffe.net.net_file",
    "Param": "owltf.convert.params",
    "ParamBlob": "owltf.convert.params",
    "Scores": "owltf.plugin.events",
    "Segment": "owltf.net.segment",
    "Setup": "owltf.plugin.events",
    "SnapshotNet": "owltf.inference.snapshot_net",
    "Solver": "owltf.solvers.solver",
    "SourceCall": "owltf.convert.source_call",
    "Step": "owltf.runtime.step",
    "UnsupportedLayerError": "owltf.convert.layer",
    "View": "owltf.inference.views",
    "WholeImages": "owltf.inference.whole_images",
    "atomic_outputs": "owltf.files",
    "calls_in_order": "owltf.keras_internals",
    "channel_mean": "owltf.inference.channel_mean",
    "choose_devices": "owltf.runtime.devices",
    "choose_report": "owltf.options.plain",
    "class_probabilities": "owltf.inference.class_scores",
    "class_scores": "owltf.inference.class_scores",
    "converter_of": "owltf.convert.converter",
    "current_step": "owltf.runtime.step",
    "device_options": "owltf.options.devices",
    "devices_of": "owltf.options.devices",
    "find_images": "owltf.data.source.image_files",
    "find_views": "owltf.inference.views",
    "fold": "owltf.net.fold",
    "global_sum": "owltf.runtime.global_sum",
    "image_batches": "owltf.inference.image_batches",
    "image_input": "owltf.inference.image_input",
    "image_options": "owltf.options.images",
    "image_settings": "owltf.options.images",
    "in_one_layout": "owltf.convert.blob",
    "input_shape_option": "owltf.options.input_shapes",
    "keras_name": "owltf.convert.keras_names",
    "load_model": "owltf.inference.load_net",
    "load_net": "owltf.inference.load_net",
    "load_snapshot_net": "owltf.inference.snapshot_net",
    "load_test_nets": "owltf.inference.load_net",
    "did_you_mean": "owltf.did_you_mean",
    "net_batches": "owltf.inference.net_batches",
    "onnx_form": "owltf.convert.onnx_node",
    "open_net_file": "owltf.caffe.net.net_file",
    "standard_ops_only": "owltf.runtime.standard_ops",
    "plain_option": "owltf.options.plain",
    "read_class_names": "owltf.inference.class_names",
    "read_mean": "owltf.caffe.net.read",
    "rebuild_net": "owltf.inference.load_net",
    "record_count": "owltf.inference.net_batches",
    "run_views": "owltf.inference.run_views",
    "save_weights": "owltf.net.weights",
    "start_tensorflow": "owltf.runtime.start_tensorflow",
    "weights_of": "owltf.options.weights",
    "weights_options": "owltf.options.weights",
    "whole_images": "owltf.inference.whole_images",
}

__all__ = [
    "Batch",
    "BatchRunner",
    "Blob",
    "ClassScores",
    "DataContext",
    "DataLayer",
    "Devices",
    "Display",
    "Ending",
    "FieldError",
    "Gradients",
    "ImageFile",
    "ImageInput",
    "Iterations",
    "Layer",
    "LayerConverter",
    "LearningRate",
    "Net",
    "NetBatches",
    "NetContext",
    "OnnxNode",
    "NetFile",
    "OwltfError",
    "Param",
    "ParamBlob",
    "Scores",
    "Segment",
    "Setup",
    "SnapshotNet",
    "Solver",
    "SourceCall",
    "Step",
    "UnsupportedLayerError",
    "View",
    "WholeImages",
    "atomic_outputs",
    "calls_in_order",
    "channel_mean",
    "choose_devices",
    "choose_report",
    "class_probabilities",
    "class_scores",
    "classes_in",
    "converter_of",
    "current_step",
    "device_options",
    "devices_of",
    "find_images",
    "find_views",
    "fold",
    "global_sum",
    "hookimpl",
    "hookspec",
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
    "load_test_nets",
    "did_you_mean",
    "net_batches",
    "onnx_form",
    "open_net_file",
    "plain_option",
    "standard_ops_only",
    "read_class_names",
    "read_mean",
    "rebuild_net",
    "record_count",
    "run_views",
    "save_weights",
    "start_tensorflow",
    "weights_of",
    "weights_options",
    "whole_images",
]


def __getattr__(name: str) -> Any:
    if name in _LATE:
        return getattr(import_module(_LATE[name]), name)
    raise AttributeError(f"module 'owltf.api' has no attribute {name!r}")

"""What plugins import: hooks, base classes, and nets.

Importing this module is cheap. The names below load TensorFlow when they are first used, so a
module of hooks imports `hookimpl` at its top and the rest inside its functions.
"""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from owltf.caffe.net.net_file import NetFile as NetFile, open_net_file as open_net_file
    from owltf.caffe.net.read import read_mean as read_mean
    from owltf.convert.blob import Blob as Blob, in_one_layout as in_one_layout
    from owltf.convert.context import NetContext as NetContext
    from owltf.convert.converter import (
        LayerConverter as LayerConverter,
        converter_of as converter_of,
    )
    from owltf.convert.found_boxes import BoxConverter as BoxConverter, FoundBoxes as FoundBoxes
    from owltf.convert.keras_names import keras_name as keras_name
    from owltf.convert.layer import Layer as Layer, UnsupportedLayerError as UnsupportedLayerError
    from owltf.convert.onnx_detection_rows import add_detection_rows as add_detection_rows
    from owltf.convert.onnx_node import OnnxNode as OnnxNode, onnx_form as onnx_form
    from owltf.convert.params import Param as Param, ParamBlob as ParamBlob
    from owltf.convert.source_call import SourceCall as SourceCall, plain_source as plain_source
    from owltf.convert.window import (
        Window as Window,
        convolution_window as convolution_window,
        pooling_window as pooling_window,
    )
    from owltf.data.bad_records import BadRecords as BadRecords
    from owltf.data.data_context import DataContext as DataContext
    from owltf.data.data_layer import DataLayer as DataLayer
    from owltf.data.decoded_images import (
        DecodedImages as DecodedImages,
        ImageSource as ImageSource,
        in_threads as in_threads,
    )
    from owltf.data.decoded_layer import DecodedLayer as DecodedLayer
    from owltf.data.draws import (
        drawn_skip as drawn_skip,
        record_draws as record_draws,
        record_words as record_words,
        stream_key as stream_key,
    )
    from owltf.data.label_group import LabelGroup as LabelGroup
    from owltf.data.pipeline import read_ahead as read_ahead, read_chunks as read_chunks
    from owltf.data.record_order import RecordOrder as RecordOrder
    from owltf.data.source.database import open_database as open_database
    from owltf.data.source.datum import (
        BadRecordError as BadRecordError,
        Block as Block,
        read_blocks as read_blocks,
    )
    from owltf.data.source.datum_record import Datum as Datum
    from owltf.data.source.hdf5 import (
        Hdf5Reader as Hdf5Reader,
        Hdf5Rows as Hdf5Rows,
        hdf5_datasets as hdf5_datasets,
    )
    from owltf.data.source.image import decode_image as decode_image, resize_image as resize_image
    from owltf.data.source.image_files import (
        ImageFile as ImageFile,
        find_images as find_images,
        read_image as read_image,
    )
    from owltf.data.source.image_list import read_image_list as read_image_list
    from owltf.data.source.leveldb import LevelDbRecords as LevelDbRecords
    from owltf.data.source.lmdb import LmdbRecords as LmdbRecords
    from owltf.data.source.records import Records as Records, record_error as record_error
    from owltf.data.source.root_folder import RootFolder as RootFolder
    from owltf.data.target.database import write_database as write_database
    from owltf.data.target.leveldb import LevelDbWriter as LevelDbWriter
    from owltf.data.target.lmdb import LmdbWriter as LmdbWriter
    from owltf.data.target.writer import DatabaseWriter as DatabaseWriter
    from owltf.data.transform import Transform as Transform, read_transform as read_transform
    from owltf.did_you_mean import did_you_mean as did_you_mean
    from owltf.errors import FieldError as FieldError, OwltfError as OwltfError
    from owltf.files.atomic import (
        atomic_output_group as atomic_output_group,
        atomic_outputs as atomic_outputs,
    )
    from owltf.files.overwriting import refuse_existing as refuse_existing
    from owltf.forms.engine import Engine as Engine
    from owltf.forms.engines import engine_of as engine_of
    from owltf.forms.form_key import form_key as form_key
    from owltf.forms.form_store import FormStore as FormStore, KeptForm as KeptForm
    from owltf.inference.batch_runner import BatchRunner as BatchRunner
    from owltf.inference.channel_mean import channel_mean as channel_mean
    from owltf.inference.class_names import read_class_names as read_class_names
    from owltf.inference.class_scores import (
        ClassScores as ClassScores,
        class_probabilities as class_probabilities,
        class_scores as class_scores,
    )
    from owltf.inference.image_batches import image_batches as image_batches
    from owltf.inference.image_input import image_input as image_input
    from owltf.inference.image_steps import (
        ImageInput as ImageInput,
        images_as_given as images_as_given,
    )
    from owltf.inference.load_net import (
        load_model as load_model,
        load_net as load_net,
        load_test_nets as load_test_nets,
        rebuild_net as rebuild_net,
    )
    from owltf.inference.net_batches import (
        Batch as Batch,
        NetBatches as NetBatches,
        net_batches as net_batches,
        record_count as record_count,
    )
    from owltf.inference.net_form import write_form as write_form
    from owltf.inference.run_views import run_views as run_views
    from owltf.inference.snapshot_net import (
        SnapshotNet as SnapshotNet,
        load_snapshot_net as load_snapshot_net,
    )
    from owltf.inference.views import View as View, find_views as find_views
    from owltf.inference.whole_images import (
        WholeImages as WholeImages,
        whole_images as whole_images,
    )
    from owltf.keras_internals import calls_in_order as calls_in_order
    from owltf.layers.common.dropout import Dropout as Dropout, PlacedDropout as PlacedDropout
    from owltf.layers.common.inner_product import InnerProduct as InnerProduct
    from owltf.layers.loss.softmax_with_loss import (
        SoftmaxCrossEntropy as SoftmaxCrossEntropy,
        SoftmaxWithLoss as SoftmaxWithLoss,
    )
    from owltf.layers.vision.convolution import Convolution as Convolution
    from owltf.layers.vision.pooling import Pooling as Pooling
    from owltf.net.backward import Gradients as Gradients
    from owltf.net.collected import collected_outputs as collected_outputs
    from owltf.net.fold import fold as fold
    from owltf.net.multiply_adds import multiply_adds as multiply_adds
    from owltf.net.net import Net as Net
    from owltf.net.open_batch import has_open_batch as has_open_batch
    from owltf.net.segment import Segment as Segment
    from owltf.net.weights import save_weights as save_weights
    from owltf.options.devices import device_options as device_options, devices_of as devices_of
    from owltf.options.early_checks import check_early as check_early
    from owltf.options.engine import engine_option as engine_option
    from owltf.options.images import (
        image_file_options as image_file_options,
        image_options as image_options,
        image_settings as image_settings,
    )
    from owltf.options.input_shapes import input_shape_option as input_shape_option
    from owltf.options.net import state_options as state_options
    from owltf.options.plain import choose_report as choose_report, plain_option as plain_option
    from owltf.options.progress import progress_bar as progress_bar
    from owltf.options.weights import weights_of as weights_of, weights_options as weights_options
    from owltf.plugin.events import (
        Display as Display,
        Ending as Ending,
        Iterations as Iterations,
        Scores as Scores,
        Setup as Setup,
    )
    from owltf.printable import printable as printable
    from owltf.registry.discover import classes_in as classes_in
    from owltf.registry.markers import hookimpl as hookimpl, hookspec as hookspec
    from owltf.runtime.devices import Devices as Devices, choose_devices as choose_devices
    from owltf.runtime.global_sum import global_sum as global_sum
    from owltf.runtime.graph_checks import (
        check_labels as check_labels,
        check_one_replica as check_one_replica,
        check_range as check_range,
    )
    from owltf.runtime.open_sizes import sizes_of as sizes_of
    from owltf.runtime.recurrent_state import RecurrentState as RecurrentState
    from owltf.runtime.standard_ops import (
        must_use_standard_ops as must_use_standard_ops,
        standard_ops_only as standard_ops_only,
    )
    from owltf.runtime.start_tensorflow import (
        start_tensorflow as start_tensorflow,
        without_lite_notes as without_lite_notes,
    )
    from owltf.runtime.step import Step as Step, current_step as current_step
    from owltf.signals.stoppable import StoppableCommand as StoppableCommand
    from owltf.solvers.learning_rate import LearningRate as LearningRate
    from owltf.solvers.solver import Solver as Solver
    from owltf.stop_flag import check_stopped as check_stopped

# Layers, solvers and learning rates.
LAYERS = {
    "Blob": "owltf.convert.blob",
    "BoxConverter": "owltf.convert.found_boxes",
    "Convolution": "owltf.layers.vision.convolution",
    "Dropout": "owltf.layers.common.dropout",
    "FieldError": "owltf.errors",
    "FoundBoxes": "owltf.convert.found_boxes",
    "InnerProduct": "owltf.layers.common.inner_product",
    "Layer": "owltf.convert.layer",
    "LayerConverter": "owltf.convert.converter",
    "LearningRate": "owltf.solvers.learning_rate",
    "NetContext": "owltf.convert.context",
    "OnnxNode": "owltf.convert.onnx_node",
    "Param": "owltf.convert.params",
    "ParamBlob": "owltf.convert.params",
    "PlacedDropout": "owltf.layers.common.dropout",
    "Pooling": "owltf.layers.vision.pooling",
    "RecurrentState": "owltf.runtime.recurrent_state",
    "SoftmaxCrossEntropy": "owltf.layers.loss.softmax_with_loss",
    "SoftmaxWithLoss": "owltf.layers.loss.softmax_with_loss",
    "Solver": "owltf.solvers.solver",
    "SourceCall": "owltf.convert.source_call",
    "Step": "owltf.runtime.step",
    "UnsupportedLayerError": "owltf.convert.layer",
    "Window": "owltf.convert.window",
    "add_detection_rows": "owltf.convert.onnx_detection_rows",
    "check_labels": "owltf.runtime.graph_checks",
    "check_one_replica": "owltf.runtime.graph_checks",
    "check_range": "owltf.runtime.graph_checks",
    "converter_of": "owltf.convert.converter",
    "convolution_window": "owltf.convert.window",
    "current_step": "owltf.runtime.step",
    "global_sum": "owltf.runtime.global_sum",
    "in_one_layout": "owltf.convert.blob",
    "keras_name": "owltf.convert.keras_names",
    "must_use_standard_ops": "owltf.runtime.standard_ops",
    "onnx_form": "owltf.convert.onnx_node",
    "plain_source": "owltf.convert.source_call",
    "pooling_window": "owltf.convert.window",
    "sizes_of": "owltf.runtime.open_sizes",
}

# Data layers.
DATA = {
    "BadRecordError": "owltf.data.source.datum",
    "BadRecords": "owltf.data.bad_records",
    "Block": "owltf.data.source.datum",
    "DataContext": "owltf.data.data_context",
    "DataLayer": "owltf.data.data_layer",
    "DatabaseWriter": "owltf.data.target.writer",
    "Datum": "owltf.data.source.datum_record",
    "DecodedImages": "owltf.data.decoded_images",
    "DecodedLayer": "owltf.data.decoded_layer",
    "Hdf5Reader": "owltf.data.source.hdf5",
    "Hdf5Rows": "owltf.data.source.hdf5",
    "ImageFile": "owltf.data.source.image_files",
    "ImageSource": "owltf.data.decoded_images",
    "LabelGroup": "owltf.data.label_group",
    "LevelDbRecords": "owltf.data.source.leveldb",
    "LevelDbWriter": "owltf.data.target.leveldb",
    "LmdbRecords": "owltf.data.source.lmdb",
    "LmdbWriter": "owltf.data.target.lmdb",
    "RecordOrder": "owltf.data.record_order",
    "Records": "owltf.data.source.records",
    "RootFolder": "owltf.data.source.root_folder",
    "Transform": "owltf.data.transform",
    "decode_image": "owltf.data.source.image",
    "drawn_skip": "owltf.data.draws",
    "find_images": "owltf.data.source.image_files",
    "hdf5_datasets": "owltf.data.source.hdf5",
    "in_threads": "owltf.data.decoded_images",
    "open_database": "owltf.data.source.database",
    "read_ahead": "owltf.data.pipeline",
    "read_blocks": "owltf.data.source.datum",
    "read_chunks": "owltf.data.pipeline",
    "read_image": "owltf.data.source.image_files",
    "read_image_list": "owltf.data.source.image_list",
    "read_mean": "owltf.caffe.net.read",
    "read_transform": "owltf.data.transform",
    "record_draws": "owltf.data.draws",
    "record_error": "owltf.data.source.records",
    "record_words": "owltf.data.draws",
    "resize_image": "owltf.data.source.image",
    "stream_key": "owltf.data.draws",
    "write_database": "owltf.data.target.database",
}

# Hooks, runs and errors.
RUNS = {
    "Display": "owltf.plugin.events",
    "Ending": "owltf.plugin.events",
    "Iterations": "owltf.plugin.events",
    "OwltfError": "owltf.errors",
    "Scores": "owltf.plugin.events",
    "Setup": "owltf.plugin.events",
    "StoppableCommand": "owltf.signals.stoppable",
    "atomic_output_group": "owltf.files.atomic",
    "atomic_outputs": "owltf.files.atomic",
    "check_stopped": "owltf.stop_flag",
    "classes_in": "owltf.registry.discover",
    "did_you_mean": "owltf.did_you_mean",
    "printable": "owltf.printable",
    "hookimpl": "owltf.registry.markers",
    "hookspec": "owltf.registry.markers",
    "refuse_existing": "owltf.files.overwriting",
}

# Nets, and tools that look at them.
TOOLS = {
    "Batch": "owltf.inference.net_batches",
    "BatchRunner": "owltf.inference.batch_runner",
    "ClassScores": "owltf.inference.class_scores",
    "Devices": "owltf.runtime.devices",
    "Engine": "owltf.forms.engine",
    "FormStore": "owltf.forms.form_store",
    "Gradients": "owltf.net.backward",
    "ImageInput": "owltf.inference.image_steps",
    "KeptForm": "owltf.forms.form_store",
    "Net": "owltf.net.net",
    "NetBatches": "owltf.inference.net_batches",
    "NetFile": "owltf.caffe.net.net_file",
    "Segment": "owltf.net.segment",
    "SnapshotNet": "owltf.inference.snapshot_net",
    "View": "owltf.inference.views",
    "WholeImages": "owltf.inference.whole_images",
    "calls_in_order": "owltf.keras_internals",
    "channel_mean": "owltf.inference.channel_mean",
    "check_early": "owltf.options.early_checks",
    "choose_devices": "owltf.runtime.devices",
    "choose_report": "owltf.options.plain",
    "class_probabilities": "owltf.inference.class_scores",
    "class_scores": "owltf.inference.class_scores",
    "collected_outputs": "owltf.net.collected",
    "device_options": "owltf.options.devices",
    "devices_of": "owltf.options.devices",
    "engine_of": "owltf.forms.engines",
    "engine_option": "owltf.options.engine",
    "find_views": "owltf.inference.views",
    "fold": "owltf.net.fold",
    "form_key": "owltf.forms.form_key",
    "has_open_batch": "owltf.net.open_batch",
    "image_batches": "owltf.inference.image_batches",
    "image_file_options": "owltf.options.images",
    "image_input": "owltf.inference.image_input",
    "image_options": "owltf.options.images",
    "image_settings": "owltf.options.images",
    "images_as_given": "owltf.inference.image_steps",
    "input_shape_option": "owltf.options.input_shapes",
    "load_model": "owltf.inference.load_net",
    "load_net": "owltf.inference.load_net",
    "load_snapshot_net": "owltf.inference.snapshot_net",
    "load_test_nets": "owltf.inference.load_net",
    "multiply_adds": "owltf.net.multiply_adds",
    "net_batches": "owltf.inference.net_batches",
    "open_net_file": "owltf.caffe.net.net_file",
    "plain_option": "owltf.options.plain",
    "progress_bar": "owltf.options.progress",
    "read_class_names": "owltf.inference.class_names",
    "rebuild_net": "owltf.inference.load_net",
    "record_count": "owltf.inference.net_batches",
    "run_views": "owltf.inference.run_views",
    "save_weights": "owltf.net.weights",
    "standard_ops_only": "owltf.runtime.standard_ops",
    "start_tensorflow": "owltf.runtime.start_tensorflow",
    "state_options": "owltf.options.net",
    "weights_of": "owltf.options.weights",
    "weights_options": "owltf.options.weights",
    "whole_images": "owltf.inference.whole_images",
    "without_lite_notes": "owltf.runtime.start_tensorflow",
    "write_form": "owltf.inference.net_form",
}

_HOMES = {**LAYERS, **DATA, **RUNS, **TOOLS}

__all__ = list(_HOMES)


# What these modules do needs no TensorFlow.
_LIGHT = (
    "owltf.caffe.",
    "owltf.convert.keras_names",
    "owltf.data.bad_records",
    "owltf.data.data_context",
    "owltf.data.data_layer",
    "owltf.data.label_group",
    "owltf.data.source.",
    "owltf.data.target.",
    "owltf.did_you_mean",
    "owltf.errors",
    "owltf.files.",
    "owltf.forms.",
    "owltf.inference.channel_mean",
    "owltf.inference.class_names",
    "owltf.inference.image_steps",
    "owltf.inference.views",
    "owltf.options.",
    "owltf.plugin.",
    "owltf.printable",
    "owltf.registry.",
    "owltf.runtime.start_tensorflow",
    "owltf.signals.",
    "owltf.stop_flag",
)


def __getattr__(name: str) -> Any:
    if name in _HOMES:
        if not _HOMES[name].startswith(_LIGHT):
            # A program that imports a net's tools sees no start-up notes of TensorFlow either.
            import_module("owltf.runtime.start_tensorflow").start_tensorflow()
        return getattr(import_module(_HOMES[name]), name)
    raise AttributeError(f"module 'owltf.api' has no attribute {name!r}")

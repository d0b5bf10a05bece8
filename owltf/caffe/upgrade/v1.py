"""Upgrades layers of the format of 2013 to 2014, `layers { type: CONVOLUTION }`, to `layer { }`."""

from typing import Any

from owltf.caffe.prototxt.source import NetSource, copied
from owltf.caffe.schema.messages import LayerParameter, NetParameter, V1LayerParameter

_TYPES = {
    "NONE": "",
    "ABSVAL": "AbsVal",
    "ACCURACY": "Accuracy",
    "ARGMAX": "ArgMax",
    "BNLL": "BNLL",
    "CONCAT": "Concat",
    "CONTRASTIVE_LOSS": "ContrastiveLoss",
    "CONVOLUTION": "Convolution",
    "DATA": "Data",
    "DECONVOLUTION": "Deconvolution",
    "DROPOUT": "Dropout",
    "DUMMY_DATA": "DummyData",
    "ELTWISE": "Eltwise",
    "EUCLIDEAN_LOSS": "EuclideanLoss",
    "EXP": "Exp",
    "FLATTEN": "Flatten",
    "HDF5_DATA": "HDF5Data",
    "HDF5_OUTPUT": "HDF5Output",
    "HINGE_LOSS": "HingeLoss",
    "IM2COL": "Im2col",
    "IMAGE_DATA": "ImageData",
    "INFOGAIN_LOSS": "InfogainLoss",
    "INNER_PRODUCT": "InnerProduct",
    "LRN": "LRN",
    "MEMORY_DATA": "MemoryData",
    "MULTINOMIAL_LOGISTIC_LOSS": "MultinomialLogisticLoss",
    "MVN": "MVN",
    "POOLING": "Pooling",
    "POWER": "Power",
    "RELU": "ReLU",
    "SIGMOID": "Sigmoid",
    "SIGMOID_CROSS_ENTROPY_LOSS": "SigmoidCrossEntropyLoss",
    "SILENCE": "Silence",
    "SLICE": "Slice",
    "SOFTMAX": "Softmax",
    "SOFTMAX_LOSS": "SoftmaxWithLoss",
    "SPLIT": "Split",
    "TANH": "TanH",
    "THRESHOLD": "Threshold",
    "WINDOW_DATA": "WindowData",
}
_TRANSFORM_FIELDS = ("scale", "mean_file", "crop_size", "mirror")
_DATA_PARAMS = {
    "DATA": "data_param",
    "IMAGE_DATA": "image_data_param",
    "WINDOW_DATA": "window_data_param",
}
_PER_BLOB = {
    "param": "name",
    "blob_share_mode": "share_mode",
    "blobs_lr": "lr_mult",
    "weight_decay": "decay_mult",
}


def upgrade_v1(source: NetSource) -> NetSource:
    """Return a net with each `layers` field as a `layer` field; other nets as they are."""
    if not source.parameter.layers:
        return source
    upgraded = (_upgraded(layer, source.parameter) for layer in source.parameter.layers)
    return source.with_layers(zip(upgraded, source.lines, strict=True))


def v1_type(layer: V1LayerParameter) -> str:
    """Return the name of a layer's type in capitals, as it is written in the file."""
    enum = layer.DESCRIPTOR.fields_by_name["type"].enum_type
    return str(enum.values_by_number[layer.type].name)


def type_of_v1(name: str) -> str:
    """Return the current name of a type: `Convolution` for `CONVOLUTION`."""
    return _TYPES[name]


def _upgraded(old: V1LayerParameter, net: NetParameter) -> LayerParameter:
    old = _with_transform(old)
    layer = type(net)().layer.add()
    if old.HasField("type"):
        layer.type = _TYPES[v1_type(old)]
    for known, value in old.ListFields():
        if known.name in _PER_BLOB:
            _set_per_blob(layer, _PER_BLOB[known.name], value)
        elif known.name != "type" and known.name in layer.DESCRIPTOR.fields_by_name:
            _copy(layer, known.name, value)
    return layer


def _set_per_blob(layer: LayerParameter, name: str, values: Any) -> None:
    for index, value in enumerate(values):
        param = layer.param[index] if index < len(layer.param) else layer.param.add()
        setattr(param, name, value)


def _copy(layer: LayerParameter, name: str, value: Any) -> None:
    known = layer.DESCRIPTOR.fields_by_name[name]
    if known.is_repeated:
        getattr(layer, name).extend(value)
    elif known.message_type:
        getattr(layer, name).CopyFrom(value)
    else:
        setattr(layer, name, value)


def _with_transform(old: V1LayerParameter) -> V1LayerParameter:
    """Return a data layer with its image settings moved to `transform_param`."""
    name = _DATA_PARAMS.get(v1_type(old))
    if name is None or not old.HasField(name):
        return old
    moved = copied(old)
    data = getattr(moved, name)
    for field in _TRANSFORM_FIELDS:
        if data.HasField(field):
            setattr(moved.transform_param, field, getattr(data, field))
            data.ClearField(field)
    return moved

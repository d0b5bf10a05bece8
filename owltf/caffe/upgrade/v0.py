"""Upgrades layers of the format of 2013, `layers { layer { type: "conv" } }`, to the next one.

In the old format one message holds the settings of all types, and padding is a separate layer.
"""

from collections.abc import Iterator
from dataclasses import replace
from typing import Any

from owltf.caffe.prototxt.source import NetSource, copied
from owltf.caffe.schema.messages import LayerParameter, V0LayerParameter, V1LayerParameter
from owltf.caffe.upgrade.v1 import type_of_v1
from owltf.errors import OwltfError

_PADDING = "padding"
_TYPES = {
    "accuracy": "ACCURACY",
    "bnll": "BNLL",
    "concat": "CONCAT",
    "conv": "CONVOLUTION",
    "data": "DATA",
    "dropout": "DROPOUT",
    "euclidean_loss": "EUCLIDEAN_LOSS",
    "flatten": "FLATTEN",
    "hdf5_data": "HDF5_DATA",
    "hdf5_output": "HDF5_OUTPUT",
    "im2col": "IM2COL",
    "images": "IMAGE_DATA",
    "infogain_loss": "INFOGAIN_LOSS",
    "innerproduct": "INNER_PRODUCT",
    "lrn": "LRN",
    "multinomial_logistic_loss": "MULTINOMIAL_LOGISTIC_LOSS",
    "pool": "POOLING",
    "relu": "RELU",
    "sigmoid": "SIGMOID",
    "softmax": "SOFTMAX",
    "softmax_loss": "SOFTMAX_LOSS",
    "split": "SPLIT",
    "tanh": "TANH",
    "window_data": "WINDOW_DATA",
}
_PARAMS = {
    "concat": "concat_param",
    "conv": "convolution_param",
    "data": "data_param",
    "dropout": "dropout_param",
    "hdf5_data": "hdf5_data_param",
    "images": "image_data_param",
    "infogain_loss": "infogain_loss_param",
    "innerproduct": "inner_product_param",
    "lrn": "lrn_param",
    "pool": "pooling_param",
    "window_data": "window_data_param",
}
_OF_ANY_TYPE = ("name", "blobs", "blobs_lr", "weight_decay")
_TRANSFORM = {
    "scale": "scale",
    "meanfile": "mean_file",
    "cropsize": "crop_size",
    "mirror": "mirror",
}
# The new name of each setting, and the types of layers that use it.
_SETTINGS = {
    "num_output": ("num_output", ("conv", "innerproduct")),
    "biasterm": ("bias_term", ("conv", "innerproduct")),
    "weight_filler": ("weight_filler", ("conv", "innerproduct")),
    "bias_filler": ("bias_filler", ("conv", "innerproduct")),
    "pad": ("pad", ("conv", "pool")),
    "kernelsize": ("kernel_size", ("conv", "pool")),
    "group": ("group", ("conv",)),
    "stride": ("stride", ("conv", "pool")),
    "pool": ("pool", ("pool",)),
    "dropout_ratio": ("dropout_ratio", ("dropout",)),
    "local_size": ("local_size", ("lrn",)),
    "alpha": ("alpha", ("lrn",)),
    "beta": ("beta", ("lrn",)),
    "k": ("k", ("lrn",)),
    "source": ("source", ("data", "hdf5_data", "images", "window_data", "infogain_loss")),
    "batchsize": ("batch_size", ("data", "hdf5_data", "images", "window_data")),
    "rand_skip": ("rand_skip", ("data", "images")),
    "shuffle_images": ("shuffle", ("images",)),
    "new_height": ("new_height", ("images",)),
    "new_width": ("new_width", ("images",)),
    "concat_dim": ("concat_dim", ("concat",)),
    "det_fg_threshold": ("fg_threshold", ("window_data",)),
    "det_bg_threshold": ("bg_threshold", ("window_data",)),
    "det_fg_fraction": ("fg_fraction", ("window_data",)),
    "det_context_pad": ("context_pad", ("window_data",)),
    "det_crop_mode": ("crop_mode", ("window_data",)),
}


def upgrade_v0(source: NetSource) -> NetSource:
    """Return a net with its layers in the format of V1, which `upgrade_v1` takes.

    Settings that a layer's type has no use for are left out and listed in `ignored`, as Caffe logs
    them.

    Raises:
        OwltfError: if a type is unknown, or padding is in front of a layer that cannot pad.
    """
    if not any(layer.HasField("layer") for layer in source.parameter.layers):
        return source
    padded = _merge_padding(source)
    ignored: list[str] = []
    upgraded = [
        (_upgraded(layer, padded.where(index), ignored), padded.lines[index])
        for index, layer in enumerate(padded.parameter.layers)
    ]
    return replace(padded.with_layers(upgraded, "layers"), ignored=(*padded.ignored, *ignored))


def type_of_v0(name: str) -> str:
    """Return the current name of a type: `Convolution` for `conv`; an unknown name as it is."""
    return type_of_v1(_TYPES[name]) if name in _TYPES else name


def _merge_padding(source: NetSource) -> NetSource:
    """Return the net without padding layers: the convolution or pooling behind each pads itself."""
    producers: dict[str, V1LayerParameter] = {}
    kept = []
    for index, layer in enumerate(source.parameter.layers):
        padding = next((producers[b] for b in layer.bottom if _is_padding(producers.get(b))), None)
        producers |= dict.fromkeys(layer.top, layer)
        if not _is_padding(layer):
            merged = _with_padding(layer, padding, source.where(index)) if padding else layer
            kept.append((merged, source.lines[index]))
    return source.with_layers(kept, "layers")


def _is_padding(layer: V1LayerParameter | None) -> bool:
    return layer is not None and layer.layer.type == _PADDING


def _with_padding(
    layer: V1LayerParameter, padding: V1LayerParameter, where: str
) -> V1LayerParameter:
    one_to_one = len(layer.bottom) == len(padding.bottom) == len(padding.top) == 1
    if layer.layer.type not in ("conv", "pool") or not one_to_one:
        raise OwltfError(
            f"{where}: padding layer {padding.layer.name!r} must lead from one blob into one conv "
            f"or pool layer; got {layer.layer.type!r} layer {layer.layer.name!r}"
        )
    merged = copied(layer)
    merged.layer.pad = padding.layer.pad
    merged.bottom[0] = padding.bottom[0]
    return merged


def _upgraded(old: V1LayerParameter, where: str, ignored: list[str]) -> V1LayerParameter:
    if not old.HasField("layer"):
        return old
    v0 = old.layer
    layer = type(old)(bottom=old.bottom, top=old.top, type=_v1_type(v0, where))
    for known, value in v0.ListFields():
        if known.name == "type":
            continue
        target = next(_targets(layer, v0.type, known.name), None)
        if target is None:
            ignored.append(f"{where}: {known.name} in {v0.type} layer {v0.name!r}")
        else:
            _set(*target, value)
    return layer


def _v1_type(v0: V0LayerParameter, where: str) -> str | int:
    if v0.HasField("type") and v0.type not in _TYPES:
        raise OwltfError(
            f"{where}: layer {v0.name!r} has unknown type {v0.type!r}; layers of this old form can "
            f"be {', '.join(sorted(_TYPES))}"
        )
    return _TYPES.get(v0.type, "NONE")


def _targets(
    layer: V1LayerParameter, type_: str, name: str
) -> Iterator[tuple[LayerParameter, str]]:
    """Yield the new place of a setting, if it has one: a message of the new layer and its field."""
    if name in _OF_ANY_TYPE:
        yield layer, name
    elif name in _TRANSFORM:
        yield layer.transform_param, _TRANSFORM[name]
    elif name == "hdf5_output_param" and type_ == "hdf5_output":
        yield layer, name
    elif name in _SETTINGS and type_ in _SETTINGS[name][1]:
        yield getattr(layer, _PARAMS[type_]), _SETTINGS[name][0]


def _set(message: Any, name: str, value: Any) -> None:
    known = message.DESCRIPTOR.fields_by_name[name]
    if known.is_repeated:
        # A convolution's sizes were one number; they are a list now, one number per axis.
        getattr(message, name).extend([value] if isinstance(value, int) else value)
    elif known.message_type:
        getattr(message, name).CopyFrom(value)
    else:
        setattr(message, name, value)

"""The colours of layers, by what they do."""

from __future__ import annotations

_COLOURS = {
    "#ffd6d6": ("Convolution", "Deconvolution"),
    "#ffe8c2": ("Pooling",),
    "#e5d4ff": ("InnerProduct", "Embed", "LSTM", "RNN"),
    "#d8f0d8": ("ReLU", "PReLU", "Sigmoid", "TanH", "ELU", "Dropout"),
    "#fff6b3": ("LRN", "BatchNorm", "Scale", "MVN"),
    "#e0e0e0": ("Input", "Data", "ImageData", "HDF5Data", "MemoryData", "WindowData", "DummyData"),
}
_OTHERS, _LOSS = "#d6e8ff", "#c8e6e2"
_BY_TYPE = {kind: shade for shade, kinds in _COLOURS.items() for kind in kinds}


def colour(layer_type: str) -> str:
    """Return the colour of a layer's box: "#ffd6d6"."""
    if "Loss" in layer_type or layer_type in ("Softmax", "Accuracy"):
        return _LOSS
    return _BY_TYPE.get(layer_type, _OTHERS)

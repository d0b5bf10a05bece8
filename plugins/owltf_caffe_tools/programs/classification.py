"""classification: names the five most likely classes of an image."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np

from owltf.api import OwltfError, channel_mean, read_image, resize_image
from owltf_caffe_tools.program import Call, Program, expect_words

_BEST = 5


class Classification(Program):
    """The program `classification.bin`."""

    name = "classification"
    source = "classification.cpp"
    usage = "Usage: deploy.prototxt network.caffemodel mean.binaryproto labels.txt img.jpg\n"

    def run(self, call: Call) -> int:
        """Print the classes, to the standard output as Caffe's program does."""
        expect_words(call, 5)
        deploy, weights, mean, labels, image = call.words
        names = _lines(Path(labels))
        scores = _scores(call, deploy, weights, mean, Path(image))
        if len(names) != len(scores):
            raise OwltfError(
                f"Number of labels is different from the output layer dimension: {len(names)} vs. "
                f"{len(scores)}"
            )
        print(f"---------- Prediction for {image} ----------")
        for number in np.argsort(-scores, kind="stable")[:_BEST].tolist():
            print(f'{scores[number]:.4f} - "{names[number]}"')
        return 0


def _lines(path: Path) -> list[str]:
    try:
        return path.read_text(errors="replace").splitlines()
    except OSError as error:
        raise OwltfError(f"Unable to open labels file {path}: {error.strerror}") from error


def _scores(call: Call, deploy: str, weights: str, mean: str, path: Path) -> Any:
    with call.log.instead_of_output():
        from owltf.api import load_net, start_tensorflow

        start_tensorflow()
        net = load_net(deploy, weights=weights, registry=call.registry, allow_missing=True)
        (name, shape), *others = ((each, net.blob_shapes[each]) for each in net.input_blobs)
        if others:
            raise OwltfError("Network should have exactly one input.")
        _, channels, height, width = shape
        pixels = resize_image(read_image(path, channels), (height, width))
        means = channel_mean(mean, channels, call.registry.schema)
        data = pixels.transpose(2, 0, 1)[None].astype(np.float32)
        data -= np.asarray(means, np.float32).reshape(1, -1, 1, 1)
        outputs = net.forward({name: data})
        if len(outputs) != 1:
            raise OwltfError("Network should have exactly one output.")
        return next(iter(outputs.values()))[0].ravel()

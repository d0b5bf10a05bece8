"""One program that answers for a net: it takes turns with others, each in a process of its own.

    python benchmarks/answering.py owltf FOLDER NAME

It writes "ready" with its version, then a line for each line that it reads: the batch and the
number of passes asked for, and the seconds of a pass. `answer.py` starts it.
"""

from __future__ import annotations

import os
import sys
import warnings
from collections.abc import Callable
from pathlib import Path
from time import perf_counter
from typing import Any

os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "2")
warnings.simplefilter("ignore")

import numpy as np  # noqa: E402

# Computes a batch of images (N, C, H, W).
Pass = Callable[[np.ndarray], object]


def _owltf(folder: Path, name: str, engine: str) -> tuple[Pass, str]:
    from owltf import __version__
    from owltf.api import load_net

    net = load_net(
        folder / f"{name}.prototxt", weights=folder / f"{name}.caffemodel", engine=engine
    )
    (blob,) = net.inputs
    return lambda images: net.forward({blob: images}), __version__


def owltf(folder: Path, name: str) -> tuple[Pass, str]:
    """Answer by `load_net(...).forward`."""
    return _owltf(folder, name, "tensorflow")


def owltf_onnxruntime(folder: Path, name: str) -> tuple[Pass, str]:
    """Answer by `load_net(..., engine="onnxruntime").forward`."""
    return _owltf(folder, name, "onnxruntime")


def saved_model(folder: Path, name: str) -> tuple[Pass, str]:
    """Answer by the SavedModel that owltf exports, in TensorFlow."""
    import tensorflow as tf

    model = tf.saved_model.load(str(folder / f"{name}.saved_model"))
    serve = model.signatures["serving_default"]
    (argument,) = serve.structured_input_signature[1]

    def run(images: np.ndarray) -> list[np.ndarray]:
        return [each.numpy() for each in serve(**{argument: tf.constant(images)}).values()]

    # The signature is kept alive by its model.
    run.model = model  # type: ignore[attr-defined]
    return run, tf.__version__


def onnxruntime(folder: Path, name: str) -> tuple[Pass, str]:
    """Answer by owltf's ONNX file, in onnxruntime."""
    import onnxruntime

    session = onnxruntime.InferenceSession(
        str(folder / f"{name}.onnx"), providers=["CPUExecutionProvider"]
    )
    (given,) = session.get_inputs()
    return lambda images: session.run(None, {given.name: images}), onnxruntime.__version__


def opencv(folder: Path, name: str) -> tuple[Pass, str]:
    """Answer by Caffe's files, in OpenCV 4; OpenCV 5 reads none."""
    import cv2

    if not cv2.__version__.startswith("4."):
        raise ImportError(f"OpenCV {cv2.__version__}, not 4")
    net = cv2.dnn.readNetFromCaffe(
        str(folder / f"{name}.prototxt"), str(folder / f"{name}.caffemodel")
    )
    outputs = net.getUnconnectedOutLayersNames()

    def run(images: np.ndarray) -> Any:
        net.setInput(images)
        return net.forward(outputs)

    return run, cv2.__version__


def openvino(folder: Path, name: str) -> tuple[Pass, str]:
    """Answer by owltf's ONNX file, in OpenVINO."""
    import openvino

    core = openvino.Core()
    model = core.read_model(folder / f"{name}.onnx")
    hint = {"PERFORMANCE_HINT": "LATENCY", "INFERENCE_PRECISION_HINT": "f32"}
    request = core.compile_model(model, "CPU", hint).create_infer_request()
    return lambda images: request.infer([images]), openvino.__version__.split("-")[0]


def pytorch(folder: Path, name: str, *, compiled: bool = False) -> tuple[Pass, str]:
    """Answer by the same net in PyTorch, eager, with images in `channels_last`."""
    import torch
    import torch_nets

    if name not in torch_nets.NETS:
        raise ImportError("the net is not in torch_nets.py")
    model = torch_nets.NETS[name]().to(memory_format=torch.channels_last).eval()
    if name == "googlenet":
        model.heads.clear()
    if compiled:
        # Each batch has code of its own, as a net that is served would.
        model = torch.compile(model, dynamic=False)

    def run(images: np.ndarray) -> Any:
        given = torch.from_numpy(images).to(memory_format=torch.channels_last)
        with torch.inference_mode():
            made = model(given)
            return (made[-1] if isinstance(made, list) else made).softmax(1).numpy()

    return run, torch.__version__


def pytorch_compiled(folder: Path, name: str) -> tuple[Pass, str]:
    """Answer by what `torch.compile` makes of that net; it needs a C++ compiler."""
    return pytorch(folder, name, compiled=True)


PROGRAMS = {
    "owltf": owltf,
    "owltf, onnxruntime": owltf_onnxruntime,
    "SavedModel": saved_model,
    "onnxruntime": onnxruntime,
    "OpenCV": opencv,
    "OpenVINO": openvino,
    "PyTorch": pytorch,
    "PyTorch, compiled": pytorch_compiled,
}


def main() -> None:
    """Answer as often as is asked for."""
    program, folder, name, *shape = sys.argv[1:]
    try:
        run, version = PROGRAMS[program](Path(folder), name)
        run(np.zeros((1, *map(int, shape)), np.float32))
    # Whatever a program raises, it takes no part.
    except Exception as error:
        why = str(error).strip().partition("\n")[0] or type(error).__name__
        print(f"missing {why}", flush=True)
        return
    print(f"ready {version}", flush=True)
    rng = np.random.default_rng(0)
    for line in sys.stdin:
        batch, passes = map(int, line.split())
        images = rng.random((batch, *map(int, shape)), np.float32)
        run(images)
        start = perf_counter()
        for _ in range(passes):
            run(images)
        print((perf_counter() - start) / passes, flush=True)


if __name__ == "__main__":
    main()

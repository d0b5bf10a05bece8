"""Serves a SavedModel where owltf cannot be imported: by saved_model_cli and by plain TensorFlow.

    python serve.py MODEL FOLDER

FOLDER holds `SIGNATURE.npy`, an input for each signature; each is run whole and its first row
alone, and the outputs are left in `cli_SIGNATURE_BATCH/` and in `plain_SIGNATURE_BATCH.npz`.
"""

from __future__ import annotations

import sys
from contextlib import suppress
from pathlib import Path
from typing import Any

sys.modules["owltf"] = None  # type: ignore[assignment]

import numpy as np  # noqa: E402
import tensorflow as tf  # noqa: E402
from tensorflow.python.tools import saved_model_cli  # noqa: E402


def serve(model: str, folder: Path) -> None:
    """Run every signature with the batches 1 and all."""
    signatures = tf.saved_model.load(model).signatures
    for path in sorted(folder.glob("*.npy")):
        whole = np.load(path, allow_pickle=True)
        for batch in (1, len(whole)):
            made = by_plain_tensorflow(signatures[path.stem], whole[:batch])
            np.savez(folder / f"plain_{path.stem}_{batch}.npz", **made)
            by_cli(model, path.stem, whole[:batch], folder)


def by_plain_tensorflow(signature: Any, array: np.ndarray) -> dict[str, Any]:
    """Call a loaded signature."""
    ((key, spec),) = signature.structured_input_signature[1].items()
    made = signature(**{key: tf.constant(array.tolist(), spec.dtype)})
    return {name: value.numpy() for name, value in made.items()}


def by_cli(model: str, signature: str, array: np.ndarray, folder: Path) -> None:
    """Call saved_model_cli."""
    out = folder / f"cli_{signature}_{len(array)}"
    out.mkdir()
    key = {"serving_default": "data"}.get(signature, signature)
    np.save(out / "input", array)
    arguments = ["run", "--dir", model, "--tag_set", "serve", "--signature_def", signature]
    inputs = ["--inputs", f"{key}={out / 'input.npy'}"]
    sys.argv = ["saved_model_cli", *arguments, *inputs, "--outdir", str(out)]
    # It ends by leaving Python.
    with suppress(SystemExit):
        saved_model_cli.main()


serve(sys.argv[1], Path(sys.argv[2]))

"""onnxruntime as an engine: it computes nets from their ONNX form."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from importlib.util import find_spec
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np

from owltf.api import Engine, OwltfError

if TYPE_CHECKING:
    from owltf.api import Net

_PACKAGES = ("onnx", "onnxruntime")


class OnnxRuntime(Engine):
    """Runs a net's ONNX form in onnxruntime, on the CPU."""

    name = "onnxruntime"

    def missing(self) -> str | None:
        """Return which package is missing."""
        missing = [name for name in _PACKAGES if find_spec(name) is None]
        return f"it needs the package {missing[0]}; install owltf[onnx]" if missing else None

    def write(self, net: Net, blobs: Sequence[str], path: Path) -> None:
        """Write the layers that lead to some blobs as an ONNX file.

        Raises:
            OwltfError: if one of them has no form in ONNX.
        """
        from owltf_exporter.export_job import Exported
        from owltf_exporter.formats.onnx_file import model_of

        model = model_of(Exported(net), blobs, "ONNX").SerializeToString()
        import onnxruntime

        # What does not depend on the CPU is made better now, once, and a form opens in half the
        # time; the rest is done when it is opened.
        options = _options()
        options.graph_optimization_level = onnxruntime.GraphOptimizationLevel.ORT_ENABLE_EXTENDED
        options.optimized_model_filepath = str(path)
        _session(model, path, options)

    def open(self, path: Path) -> Any:
        """Return what computes the blobs of an ONNX file.

        Raises:
            OwltfError: if onnxruntime cannot read it.
        """
        return _Run(_session(str(path), path, _options()))


def _options() -> Any:
    import onnxruntime

    options = onnxruntime.SessionOptions()
    options.log_severity_level = 3
    return options


def _session(model: str | bytes, path: Path, options: Any) -> Any:
    import onnxruntime

    try:
        return onnxruntime.InferenceSession(model, options, providers=["CPUExecutionProvider"])
    # onnxruntime raises errors of its own types, which it names nowhere.
    except Exception as error:
        reason = next(iter(str(error).splitlines()), type(error).__name__)
        raise OwltfError(f"{path}: onnxruntime cannot read it: {reason}") from error


class _Run:
    """Computes the outputs of a session."""

    def __init__(self, session: Any) -> None:
        self._session = session
        self._inputs = {each.name: each.shape for each in session.get_inputs()}
        self._outputs = [each.name for each in session.get_outputs()]

    def __call__(self, arrays: Mapping[str, np.ndarray]) -> dict[str, np.ndarray]:
        given = {name: arrays[name] for name in self._inputs}
        values = self._session.run(self._outputs, given)
        return dict(zip(self._outputs, values, strict=True))

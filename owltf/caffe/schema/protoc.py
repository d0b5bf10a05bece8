"""Compiles `.proto` text into descriptors by the compiler that comes with grpcio-tools."""

import re
import subprocess
import sys
import tempfile
from importlib.util import find_spec
from pathlib import Path

from google.protobuf.descriptor_pb2 import FileDescriptorSet

from owltf.errors import OwltfError

BASE_FOLDER = Path(__file__).parent
_WARNING = re.compile(r": warning: |^WARNING: |^[IW]\d{4} ")


def compile_proto(path: Path) -> FileDescriptorSet:
    """Compile one `.proto` file, which may import `caffe.proto` and files beside it.

    Returns:
        The file's descriptors, with those of all it imports.

    Raises:
        OwltfError: if grpcio-tools is missing, or the file is not valid.
    """
    if find_spec("grpc_tools") is None:
        raise OwltfError(
            f"{path}: compiling a .proto needs grpcio-tools: install it, or give a compiled "
            "descriptor set (protoc --include_imports --descriptor_set_out=FILE.pb)"
        )
    with tempfile.TemporaryDirectory() as folder:
        output = Path(folder) / "out.pb"
        _run_protoc(path.absolute(), output)
        return FileDescriptorSet.FromString(output.read_bytes())


def _run_protoc(path: Path, output: Path) -> None:
    command = [sys.executable, "-m", "grpc_tools.protoc", f"-I{BASE_FOLDER}", f"-I{path.parent}"]
    command += ["--include_imports", f"--descriptor_set_out={output}", str(path)]
    result = subprocess.run(command, capture_output=True, text=True, check=False)
    if result.returncode:
        raise OwltfError(_first_error(path, result.stderr))


def _first_error(path: Path, stderr: str) -> str:
    errors = [line for line in stderr.splitlines() if line and not _WARNING.search(line)]
    reason = errors[0] if errors else "protoc failed and said nothing"
    return reason if reason.startswith(str(path)) else f"{path}: {reason}"

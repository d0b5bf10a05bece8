"""`import caffe`: owltf's, where a program asks for it, and in no other."""

from __future__ import annotations

import subprocess
import sys


def run(code: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=False)


def test_a_program_has_no_caffe_by_itself() -> None:
    done = run("import owltf.pycaffe\nimport caffe")
    assert "No module named 'caffe'" in done.stderr


def test_every_name_is_one_module() -> None:
    done = run(
        "import owltf.pycaffe, sys\n"
        "owltf.pycaffe.install(); owltf.pycaffe.install()\n"
        "import caffe, caffe.io, caffe.draw\n"
        "from caffe import layers as L, params as P\n"
        "from caffe.proto import caffe_pb2\n"
        "import caffe.proto.caffe_pb2 as again\n"
        "assert caffe is owltf.pycaffe and again is caffe_pb2\n"
        "assert caffe.io is owltf.pycaffe.io and caffe.io.__spec__.name == 'owltf.pycaffe.io'\n"
        "assert caffe.TEST == 1 and P.Pooling.MAX == 0 and caffe.__version__\n"
        "assert 'tensorflow' not in sys.modules\n"
        "try:\n    import caffe.nothing\n"
        "except ModuleNotFoundError as error:\n    print(error)\n"
    )
    assert (done.returncode, done.stdout) == (0, "No module named 'caffe.nothing'\n"), done.stderr


def test_another_caffe_is_not_replaced() -> None:
    other = "import types, sys; sys.modules['caffe'] = types.ModuleType('caffe')\n"
    done = run(f"{other}import owltf.pycaffe\nowltf.pycaffe.install()")
    assert "another module named caffe is imported already" in done.stderr

"""`python -m owltf.pycaffe script.py ...`: runs a script whose `import caffe` is owltf's."""

from __future__ import annotations

import runpy
import sys
from pathlib import Path

from owltf.pycaffe.install import install

USAGE = """usage: python -m owltf.pycaffe SCRIPT [ARGUMENT]...
       python -m owltf.pycaffe -m MODULE [ARGUMENT]...

Runs a Python script, or a module, in which `import caffe` means owltf.pycaffe.
"""


def main(arguments: list[str]) -> None:
    """Run the script that the command line names, with the arguments after it."""
    if not arguments or arguments[0] in ("-h", "--help") or arguments == ["-m"]:
        sys.exit(USAGE) if not arguments or arguments == ["-m"] else print(USAGE, end="")
        return
    install()
    if arguments[0] == "-m":
        sys.argv[:] = arguments[1:]
        sys.path[0] = str(Path.cwd())
        runpy.run_module(arguments[1], run_name="__main__", alter_sys=True)
        return
    script = Path(arguments[0])
    if not script.is_file():
        sys.exit(f"python -m owltf.pycaffe: {script}: no such file")
    sys.argv[:] = arguments
    sys.path[0] = str(script.absolute().parent)
    runpy.run_path(str(script), run_name="__main__")


if __name__ == "__main__":
    main(sys.argv[1:])

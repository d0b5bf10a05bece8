"""Ends a program with one line where the user can put something right."""

from __future__ import annotations

import sys
from collections.abc import Iterator
from contextlib import contextmanager

from owltf.errors import OwltfError
from owltf.printable import printable


@contextmanager
def one_line_errors(program: str) -> Iterator[None]:
    """End the program with the status 2 and one line for an error of its files or of its net.

    Args:
        program: its name.
    """
    try:
        yield
    except (OwltfError, OSError, RuntimeError, ValueError, ImportError) as error:
        text = " ".join(str(error).split())
        print(f"{program}: {printable(text)}", file=sys.stderr)
        sys.exit(2)
    except KeyboardInterrupt:
        sys.exit(130)

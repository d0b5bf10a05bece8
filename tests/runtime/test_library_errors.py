"""One line about what a library raised."""

from __future__ import annotations

import pytest
import tensorflow as tf

from owltf.runtime.library_errors import reason


@pytest.mark.parametrize(
    ("error", "line"),
    [
        (MemoryError(), "more memory is needed than there is"),
        (MemoryError("Unable to allocate 3 TiB"), "more memory is needed than there is: Unable"),
        (ValueError("a\nb"), "a"),
        (ValueError(), "ValueError"),
        (
            IndexError(
                "Exception encountered when calling Add.call().\n\nlist index\n\nArguments"
                " received by Add.call():\n  x"
            ),
            "IndexError: list index (OWLTF_DEBUG=1 shows where)",
        ),
        (
            tf.errors.InvalidArgumentError(
                None,
                None,
                "Graph execution error:\n\nDetected at node x\nbad shape\n\t [[{{node x}}]]",
            ),
            "bad shape",
        ),
        (ValueError("x" * 1000), "x" * 300 + "..."),
    ],
)
def test_the_line_that_says_what_is_wrong(error: Exception, line: str) -> None:
    assert reason(error).startswith(line)
    assert "\n" not in reason(error)

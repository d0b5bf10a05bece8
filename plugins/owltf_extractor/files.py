"""Writes rows to all files of an extraction, which appear only when all rows are there."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import ExitStack, contextmanager, suppress
from pathlib import Path
from typing import Any

from owltf.api import atomic_outputs
from owltf_extractor.formats.writer import Writer
from owltf_extractor.outputs import Output


def write_rows(outputs: Sequence[Output], rows: Iterable[Mapping[str, Any]], schema: Any) -> None:
    """Write all rows, or nothing.

    Args:
        outputs: the files.
        rows: some rows at a time, an array or a sequence of strings for each column.
        schema: Caffe's messages.

    Raises:
        OwltfError: if a file cannot be written, or the data turn out wrong.
    """
    with ExitStack() as files:
        writers: list[Writer] = []
        for output in outputs:
            path = files.enter_context(atomic_outputs(output.path))
            writers += _writers(output, path, schema)
        with _closed(writers):
            for some in rows:
                for writer in writers:
                    writer.write(some)


def _writers(output: Output, path: Path, schema: Any) -> Iterator[Writer]:
    yield output.writer(path, output.columns, schema)
    for name, column in output.beside:
        yield output.writer(path.with_name(name), [column], schema)


@contextmanager
def _closed(writers: Sequence[Writer]) -> Iterator[None]:
    try:
        yield
    except BaseException:
        for writer in writers:
            # What ended the writing counts, not what it led to.
            with suppress(Exception):
                writer.close(complete=False)
        raise
    for writer in writers:
        writer.close(complete=True)

"""Writes rows to all files of an extraction, which appear only when they are complete."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import Any

from owltf.api import atomic_output_group
from owltf_extractor.formats.writer import Writer
from owltf_extractor.outputs import Output


def write_rows(outputs: Sequence[Output], rows: Iterable[Mapping[str, Any]], schema: Any) -> None:
    """Write all rows to the files, or no file at all.

    Args:
        outputs: the files.
        rows: groups of rows, each with an array or a sequence of strings for each column.
        schema: Caffe's messages.

    Raises:
        OwltfError: if a file cannot be written, or the data cannot be read.
    """
    with atomic_output_group([output.path for output in outputs]) as paths:
        writers: list[Writer] = []
        for output, path in zip(outputs, paths, strict=True):
            writers += _writers(output, path, schema)
        with _closed(writers):
            for group in rows:
                for writer in writers:
                    writer.check(group)
                    writer.write(group)


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
            # The error that ended the writing is reported, not one that follows from it.
            with suppress(Exception):
                writer.close(complete=False)
        raise
    for writer in writers:
        writer.close(complete=True)

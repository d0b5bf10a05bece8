"""The work of `owltf extract`: loads the net, extracts the features and reports the files."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from owltf.api import NetFile, OwltfError, load_net, open_net_file, printable, progress_bar
from owltf_extractor.extraction import Extraction, ExtractOptions
from owltf_extractor.formats.writer import Column


def run_extraction(
    file: str,
    names: Sequence[str],
    out: str,
    *,
    load: Mapping[str, Any],
    settings: dict[str, Any],
    iterations: int | None,
    whole: bool,
    test_net: int,
    **flags: Any,
) -> None:
    """Extract features as the command's arguments say.

    Args:
        file: a solver's prototxt, or a net's.
        names: layers or blobs.
        out: the file, or one for each name joined by commas.
        load: `load_net`'s arguments: weights, devices, registry.
        settings: the arguments of `image_input`, which prepares images.
        iterations: the number of batches of the net's data, None for the solver's `test_iter`.
        whole: take every record once.
        test_net: the index of the solver's test net.
        flags: other fields of `ExtractOptions`.

    Raises:
        OwltfError: if a file or a blob is missing, or an option does not fit the net.
    """
    options = ExtractOptions(names, out, settings=settings, **flags)
    ignore = load["ignore_unknown_fields"]
    opened = open_net_file(file, load["registry"].schema, ignore_unknown_fields=ignore)
    count = None if whole else iterations or _test_iter(opened, test_net)
    net = load_net(opened, test_net=test_net, tell=_print, **load)
    extraction = Extraction.of(net, options, count, _print)
    with progress_bar(extraction.total, "batches") as advance:
        rows = extraction.run(load["devices"], advance)
    for line in summary(extraction, rows):
        _print(line)


def summary(extraction: Extraction, rows: int) -> Iterator[str]:
    """Yield a line about each file that was written."""
    for output in extraction.outputs:
        held = ", ".join(map(_described, output.columns))
        yield f"{output.path}: {rows:,} rows of {held}"
        for name, column in output.beside:
            yield f"{output.path.with_name(name)}: {rows:,} rows of {column.name}"


def _described(column: Column) -> str:
    shape = f"{column.shape}, or as its image is" if column.varies else f"{column.shape or ''}"
    return f"{column.name} {shape}".strip()


def _test_iter(file: NetFile, test_net: int) -> int | None:
    """Return the number of batches that a solver tests on, None for a net."""
    if file.solver is None and test_net:
        raise OwltfError(f"{file.file}: a net; only a solver has several test nets")
    return file.test_iter[test_net] if test_net < len(file.test_iter) else None


def _print(line: str) -> None:
    print(printable(line), flush=True)

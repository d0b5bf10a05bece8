"""Plans the files of an extraction: the columns and the format of each."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from owltf.api import OwltfError, classes_in, did_you_mean, refuse_existing
from owltf_extractor.formats.writer import Column, Writer


@dataclass(frozen=True)
class Output:
    """A file, or a folder, that will be written.

    Attributes:
        path: the file.
        writer: its format.
        columns: the columns it holds.
        beside: files of one column each that are written beside it.
    """

    path: Path
    writer: type[Writer]
    columns: Sequence[Column]
    beside: Sequence[tuple[str, Column]] = ()


def plan_outputs(
    out: str, blobs: Sequence[Column], others: Sequence[Column], default: str | None = None
) -> list[Output]:
    """Return the files for the blobs, and for keys and labels.

    Args:
        out: the path, or several joined by commas if the format holds one blob only.
        blobs: the blobs' columns.
        others: the columns of keys and labels.
        default: the format, as a suffix, of a path without a known suffix.

    Raises:
        OwltfError: if the format is unknown, a blob has no path, or a path cannot be written.
    """
    writer = _format(Path(out), default)
    names = [out] if writer.holds_several_blobs or len(blobs) == 1 else out.split(",")
    writers = [_format(Path(name), default) for name in names]
    if any(each is not writer for each in writers):
        raise OwltfError(f"{out}: all files must be of one format")
    groups = [blobs] if writer.holds_several_blobs else [[each] for each in blobs]
    if len(names) != len(groups):
        raise OwltfError(
            f"a {writer.suffix} holds one blob: give {len(groups)} files joined by commas for "
            f"{', '.join(each.name for each in blobs)}, or a {_holding_many()}"
        )
    outputs = list(_outputs(names, groups, others, writer))
    for output in outputs:
        _check_place(output)
    return outputs


def formats() -> dict[str, type[Writer]]:
    """Return each format by its suffix."""
    found: list[Any] = classes_in("owltf_extractor.formats", Writer)
    return {each.suffix: each for each in sorted(found, key=lambda each: each.suffix)}


def _format(path: Path, default: str | None) -> type[Writer]:
    known = formats()
    suffix = path.suffix if path.suffix in known else default or path.suffix
    if suffix not in known:
        hint = did_you_mean(suffix, known) if suffix else f"the name must end in {', '.join(known)}"
        raise OwltfError(f"{path}: there is no format '{suffix}'; {hint}")
    return known[suffix]


def _holding_many() -> str:
    return " or ".join(suffix for suffix, writer in formats().items() if writer.holds_several_blobs)


def _outputs(
    names: Sequence[str],
    groups: Sequence[Sequence[Column]],
    others: Sequence[Column],
    writer: type[Writer],
) -> Iterator[Output]:
    if writer.holds_keys_and_labels:
        for name, group in zip(names, groups, strict=True):
            yield Output(Path(name), writer, [*others, *group])
        return
    for number, (name, group) in enumerate(zip(names, groups, strict=True)):
        path = Path(name)
        beside = [(f"{path.stem}.{each.name}{path.suffix}", each) for each in others]
        # All files have the same rows, so their keys are written once, beside the first file.
        yield Output(path, writer, group, [] if number else beside)


def _check_place(output: Output) -> None:
    """Refuse a path whose folder is missing, or which is a file or folder of another kind."""
    refuse_existing([output.path], force=True)
    if output.path.is_dir() and not (output.path / "data.mdb").exists():
        raise OwltfError(f"{output.path}: a folder stands there")
    if output.path.is_file() and output.writer.suffix == ".lmdb":
        raise OwltfError(f"{output.path}: a file stands there")

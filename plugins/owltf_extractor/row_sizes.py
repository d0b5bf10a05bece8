"""Refuses rows of several sizes before any is computed, in files that hold one size alone."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence

from owltf.api import Batch, OwltfError
from owltf_extractor.outputs import Output, formats


def check_sizes(
    outputs: Sequence[Output], batches: Iterable[Batch], tell: Callable[[str], object]
) -> None:
    """Read all batches, without computing on them, if a file must hold rows of one size.

    Only nets whose images may be of several sizes (batches of 1 that are not cropped) are read so,
    and only for blobs whose size follows that of the images.

    Args:
        outputs: the files.
        batches: the net's inputs, which can be gone through again.
        tell: called with a line that says what is done.

    Raises:
        OwltfError: if the images are of several sizes.
    """
    for output, name in _of_one_size(outputs):
        tell(f"Reading all images once, as a {output.writer.suffix} holds rows of one size")
        _check(output, name, batches)
        return


def _of_one_size(outputs: Sequence[Output]) -> Iterator[tuple[Output, str]]:
    for output in outputs:
        columns = [*output.columns, *(column for _, column in output.beside)]
        if not output.writer.holds_any_sizes:
            yield from ((output, column.name) for column in columns if column.varies)


def _check(output: Output, name: str, batches: Iterable[Batch]) -> None:
    first: dict[str, tuple[int, ...]] = {}
    for batch in batches:
        for blob, array in batch.arrays.items():
            shape = tuple(array.shape[1:])
            if shape != first.setdefault(blob, shape):
                known = formats().items()
                others = [suffix for suffix, each in known if each.holds_any_sizes]
                raise OwltfError(
                    f"{output.path}: '{name}' has rows of several sizes, as record "
                    f"'{batch.keys[0]}' has {blob} of {shape} and the first {first[blob]}; take a "
                    f"{' or '.join(others)}, or give transform_param a crop_size"
                )

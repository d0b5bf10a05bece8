"""Plans an extraction of features from a net, computes them and writes their files."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, field
from typing import Any

from owltf.api import (
    Batch,
    Devices,
    Net,
    OwltfError,
    find_images,
    image_batches,
    image_input,
    net_batches,
)
from owltf_extractor.features import Features, find_features
from owltf_extractor.files import write_rows
from owltf_extractor.formats.writer import LABEL, Column
from owltf_extractor.outputs import Output, plan_outputs
from owltf_extractor.row_sizes import check_sizes


@dataclass(frozen=True)
class ExtractOptions:
    """The options of an extraction, as a command line gives them.

    Attributes:
        names: layers or blobs.
        out: the file, or a file for each joined by commas.
        before_in_place: leave out the in-place layers that change a layer's output.
        with_labels: write the labels too.
        with_keys: write the keys of the source's records too.
        images: image files, folders and lists; the net's own data unless given.
        settings: the arguments of `image_input`, which prepares images.
        skip_bad: leave out images that cannot be read.
        default_suffix: the format of files without a known suffix.
    """

    names: Sequence[str]
    out: str
    before_in_place: bool = False
    with_labels: bool = False
    with_keys: bool = False
    images: Sequence[str] = ()
    settings: dict[str, Any] = field(default_factory=dict)
    skip_bad: bool = False
    default_suffix: str | None = None


@dataclass(frozen=True)
class Extraction:
    """An extraction that is checked and ready to run.

    Attributes:
        features: the blobs of the net that are written.
        outputs: the files to write.
        batches: the net's inputs.
        total: the number of batches; fewer come if bad images are skipped.
    """

    features: Features
    outputs: Sequence[Output]
    batches: Iterable[Batch]
    total: int

    @classmethod
    def of(
        cls,
        net: Net,
        options: ExtractOptions,
        iterations: int | None,
        tell: Callable[[str], object],
    ) -> Extraction:
        """Return the extraction that the options describe, checked against the net.

        Args:
            net: the net, with weights.
            options: the blobs, the data and the files.
            iterations: the number of batches of the net's data, None for every record once.
            tell: called with a line about each image that is left out.

        Raises:
            OwltfError: if a blob, a file or a label is missing, or an option does not fit the net.
        """
        blobs = find_features(net, options.names, before_in_place=options.before_in_place)
        batches, total, labels = _source(net, options, iterations, tell)
        if options.with_labels and labels is None:
            raise OwltfError("--with-labels: there are no labels beside what the net looks at")
        features = Features(net, blobs, labels if options.with_labels else None, options.with_keys)
        _check_names(features)
        outputs = plan_outputs(
            options.out, features.columns, features.others, options.default_suffix
        )
        check_sizes(outputs, batches, tell)
        return cls(features, outputs, batches, total)

    def run(self, devices: Devices, advance: Callable[[], object] = lambda: None) -> int:
        """Compute and write everything, and return the number of rows.

        Args:
            devices: the devices that run the net.
            advance: called after each batch.

        Raises:
            OwltfError: if a file cannot be written, or the data cannot be read.
        """
        done = 0

        def counted() -> Iterable[dict[str, Any]]:
            nonlocal done
            first = self.features.columns[0].name
            for rows in self.features.rows(devices, self.batches):
                yield rows
                done += len(rows[first])
                advance()

        write_rows(self.outputs, counted(), self.features.net.context.registry.schema)
        return done


def _source(
    net: Net, options: ExtractOptions, iterations: int | None, tell: Callable[[str], object]
) -> tuple[Iterable[Batch], int, Column | None]:
    """Return the batches, their number, and the column of their labels if they have some."""
    if not options.images:
        own = net_batches(net, iterations)
        label = net.label_blob
        column = _labels(net, label) if label else None
        return own, len(own), column
    files = find_images(options.images)
    images = image_input(net, **options.settings)
    size = net.input_blobs[images.blob].batch or 1
    skip = (lambda error: tell(f"Skipped: {error}")) if options.skip_bad else None
    has_labels = all(file.label is not None for file in files)
    batches = image_batches(net, images, files, skip=skip)
    return batches, -(-len(files) // size), Column(LABEL) if has_labels else None


def _labels(net: Net, name: str) -> Column:
    """Return the column of a blob that holds labels, which may be images themselves."""
    blob = net.input_blobs[name]
    return Column(LABEL, blob.shape[1:], varies=net.sizes_vary and len(blob.shape) > 2)


def _check_names(features: Features) -> None:
    for column in features.others:
        if column.name in features.blobs:
            raise OwltfError(
                f"'{column.name}' is a blob of the net and is written already; leave out "
                f"--with-{column.name}s"
            )

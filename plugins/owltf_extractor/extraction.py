"""From a prototxt and some names to the files of features."""

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


@dataclass(frozen=True)
class Wishes:
    """What a command line says about an extraction.

    Attributes:
        names: layers or blobs.
        out: the file, or a file for each joined by commas.
        before_in_place: leave out the in-place layers that work on a layer's output.
        with_labels: write the labels too.
        with_keys: write what the source calls each record too.
        images: image files, folders and lists; the net's own data unless given.
        settings: how images become the net's input, for `image_input`.
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
    """Features that are ready to be computed and written.

    Attributes:
        features: what is taken from the net.
        outputs: where it goes.
        batches: what the net looks at.
        total: how many batches there are; with images to be skipped, at most.
    """

    features: Features
    outputs: Sequence[Output]
    batches: Iterable[Batch]
    total: int

    @classmethod
    def of(
        cls, net: Net, wishes: Wishes, iterations: int | None, tell: Callable[[str], object]
    ) -> Extraction:
        """Find what is wished in a net.

        Args:
            net: the net, with weights.
            wishes: what to take, from what, to where.
            iterations: how many batches of the net's data, None for every record once.
            tell: takes the name of each image that is left out, and why.

        Raises:
            OwltfError: if anything is not there or does not fit.
        """
        blobs = find_features(net, wishes.names, before_in_place=wishes.before_in_place)
        batches, total, labels = _source(net, wishes, iterations, tell)
        if wishes.with_labels and labels is None:
            raise OwltfError("--with-labels: there are no labels beside what the net looks at")
        features = Features(net, blobs, labels if wishes.with_labels else None, wishes.with_keys)
        _check_names(features)
        outputs = plan_outputs(wishes.out, features.columns, features.others, wishes.default_suffix)
        return cls(features, outputs, batches, total)

    def run(self, devices: Devices, advance: Callable[[], object] = lambda: None) -> int:
        """Compute and write everything; return the number of rows.

        Args:
            devices: where the net runs.
            advance: called after each batch.

        Raises:
            OwltfError: if a file cannot be written, or the data turn out wrong.
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
    net: Net, wishes: Wishes, iterations: int | None, tell: Callable[[str], object]
) -> tuple[Iterable[Batch], int, Column | None]:
    """Return the batches, how many there are, and the column of their labels."""
    if not wishes.images:
        batches = net_batches(net, iterations)
        label = net.label_blob
        column = Column(LABEL, net.input_blobs[label].shape[1:]) if label else None
        return batches, len(batches), column
    files = find_images(wishes.images)
    images = image_input(net, **wishes.settings)
    size = net.input_blobs[images.blob].batch or 1
    skip = (lambda error: tell(f"Skipped: {error}")) if wishes.skip_bad else None
    has_labels = all(file.label is not None for file in files)
    made = image_batches(net, images, files, skip=skip)
    return made, -(-len(files) // size), Column(LABEL) if has_labels else None


def _check_names(features: Features) -> None:
    for column in features.others:
        if column.name in features.blobs:
            raise OwltfError(
                f"'{column.name}' is a blob of the net and is written already; leave out "
                f"--with-{column.name}s"
            )

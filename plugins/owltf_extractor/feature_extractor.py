"""FeatureExtractor: the class by which owl.net extracts features, built on `owltf extract`."""

from __future__ import annotations

from pathlib import Path

from owltf.api import Net, OwltfError, SnapshotNet, load_snapshot_net
from owltf_extractor.extraction import Extraction, ExtractOptions


class FeatureExtractor:
    """Writes the output of a layer of a solver's net for the test data.

        extractor = FeatureExtractor("solver.prototxt", snapshot=4)
        extractor.build_net()
        extractor.run("fc7", "features.txt")

    Args:
        solver_file: a solver's prototxt.
        snapshot: the number of the snapshot, which is that of iteration
            snapshot x `solver.snapshot`.
        gpu_idx: the GPU's number; 0 is the CPU where there is no GPU.
    """

    def __init__(self, solver_file: str | Path, snapshot: int, gpu_idx: int = 0) -> None:
        self.solver_file = solver_file
        self.snapshot = snapshot
        self.gpu_idx = gpu_idx
        self._built: SnapshotNet | None = None

    def build_net(self) -> None:
        """Build the TEST net with the weights of the snapshot.

        Layers that the snapshot has in another shape keep their fillers' values.

        Raises:
            OwltfError: if a file is missing or not valid.
        """
        self._built = load_snapshot_net(self.solver_file, self.snapshot, self.gpu_idx, print)

    @property
    def net(self) -> Net:
        """The TEST net.

        Raises:
            OwltfError: if `build_net` was not called before.
        """
        return self._checked_net().net

    def run(self, layer_name: str, feature_path: str | Path) -> None:
        """Write a layer's output on `test_iter` batches, a row for each image.

        Args:
            layer_name: the layer, or a blob.
            feature_path: the file; a suffix that `owltf extract` does not know makes it text.

        Raises:
            OwltfError: if `build_net` was not called before, if there is no such layer, or the
                file cannot be written.
        """
        built = self._checked_net()
        options = ExtractOptions([layer_name], str(feature_path), default_suffix=".txt")
        Extraction.of(built.net, options, built.test_iter, print).run(built.devices)

    def _checked_net(self) -> SnapshotNet:
        if self._built is None:
            raise OwltfError("call build_net() first")
        return self._built

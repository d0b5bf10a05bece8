"""FeatureExtractor: owl.net's way to extract features, over the same parts as `owltf extract`."""

from __future__ import annotations

from pathlib import Path

from owltf.api import Devices, Net, OwltfError, choose_devices, load_net, solver_of
from owltf_extractor.extraction import Extraction, Wishes


class FeatureExtractor:
    """Writes what a layer of a solver's net computes on the test data.

        extractor = FeatureExtractor("solver.prototxt", snapshot=4)
        extractor.build_net()
        extractor.run("fc7", "features.txt")

    Args:
        solver_file: a solver's prototxt.
        snapshot: the index of the snapshot that is used, that of iteration
            snapshot x `solver.snapshot`.
        gpu_idx: the GPU's number; 0 is the CPU where there is no GPU.
    """

    def __init__(self, solver_file: str | Path, snapshot: int, gpu_idx: int = 0) -> None:
        self.solver_file = solver_file
        self.snapshot = snapshot
        self.gpu_idx = gpu_idx
        self._built: tuple[Net, Devices, int] | None = None

    def build_net(self) -> None:
        """Build the TEST net, with the weights of the snapshot.

        What the snapshot does not have, or has in another shape, is as its filler makes it.

        Raises:
            OwltfError: if a file is missing or wrong.
        """
        solver = solver_of(self.solver_file)
        if solver is None or not solver.test_iter:
            raise OwltfError(f"{self.solver_file}: not a solver with a test net (test_iter)")
        first = {"num_gpu": 1} if self.gpu_idx == 0 else {"gpu": str(self.gpu_idx)}
        devices = choose_devices(**first)
        net = load_net(
            self.solver_file,
            snapshot=self.snapshot,
            devices=devices,
            reinit_mismatched=True,
            tell=print,
        )
        self._built = (net, devices, solver.test_iter[0])

    @property
    def net(self) -> Net:
        """The TEST net.

        Raises:
            OwltfError: before `build_net`.
        """
        return self._parts()[0]

    def run(self, layer_name: str, feature_path: str | Path) -> None:
        """Write a layer's output on `test_iter` batches, a row for each image.

        Args:
            layer_name: the layer, or a blob.
            feature_path: the file; a suffix that `owltf extract` does not know makes it text.

        Raises:
            OwltfError: before `build_net`, if there is no such layer, or the file cannot be
                written.
        """
        net, devices, iterations = self._parts()
        wishes = Wishes([layer_name], str(feature_path), default_suffix=".txt")
        Extraction.of(net, wishes, iterations, print).run(devices)

    def _parts(self) -> tuple[Net, Devices, int]:
        if self._built is None:
            raise OwltfError("call build_net() first")
        return self._built

"""The Python class to test a net on several views of each image, with owl.net's interface."""

from __future__ import annotations

from pathlib import Path

from owltf.api import Net, OwltfError, load_snapshot_net
from owltf_tester.lines import ScoreLines
from owltf_tester.net_test import NetTest
from owltf_tester.options import TestOptions
from owltf_tester.report import ScoreReport


class MultiviewTester:
    """Tests a solver's net on ten views of each image.

        tester = MultiviewTester("solver.prototxt", "loss3/loss3", snapshot=4)
        tester.build_net()
        accuracy = tester.run()

    Args:
        solver_file: a solver's prototxt.
        softmax_layer_name: the layer that gives the classes' probabilities.
        snapshot: the index of the snapshot to test, which is that of iteration
            snapshot x `solver.snapshot`.
        gpu_idx: the GPU's number; 0 is the CPU where there is no GPU.
        report: reports on the test; lines unless given.
    """

    def __init__(
        self,
        solver_file: str | Path,
        softmax_layer_name: str,
        snapshot: int,
        gpu_idx: int = 0,
        *,
        report: ScoreReport | None = None,
    ) -> None:
        self.solver_file = solver_file
        self.softmax_layer_name = softmax_layer_name
        self.snapshot = snapshot
        self.gpu_idx = gpu_idx
        self._report = report or ScoreLines()
        self._test: NetTest | None = None

    def build_net(self) -> None:
        """Build the TEST net, with the weights of the snapshot.

        What the snapshot has in another shape is as its filler makes it.

        Raises:
            OwltfError: if a file is missing or wrong, or the net takes no crops of its images.
        """
        found = load_snapshot_net(self.solver_file, self.snapshot, self.gpu_idx, self._report.note)
        options = TestOptions(views="10", softmax_layer=self.softmax_layer_name)
        self._test = NetTest.of(found.net, 0, found.devices, options, found.test_iter)

    @property
    def net(self) -> Net:
        """The TEST net.

        Raises:
            OwltfError: before `build_net`.
        """
        return self._built().net

    def run(self) -> float:
        """Test on `test_iter` batches; an image that would be read twice counts once.

        Returns:
            The share of images whose likeliest class, by the mean over ten views, is the true one.

        Raises:
            OwltfError: before `build_net`, or if the net cannot compute on the data.
        """
        _, result = self._built().run(self._report)
        return result.top[1].accuracy

    def _built(self) -> NetTest:
        if self._test is None:
            raise OwltfError("call build_net() first")
        return self._test

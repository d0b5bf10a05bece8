"""owl.net's MultiviewTester."""

from __future__ import annotations

import pytest
from image_case import Images
from owltf_tester.multiview_tester import MultiviewTester

from owltf.api import OwltfError


def test_it_is_built_and_run(
    images: Images, snapshot: None, capsys: pytest.CaptureFixture[str]
) -> None:
    tester = MultiviewTester("solver.prototxt", "loss", 1)
    kept = (tester.solver_file, tester.softmax_layer_name, tester.snapshot, tester.gpu_idx)
    assert kept == ("solver.prototxt", "loss", 1, 0)
    tester.build_net()
    assert tester.net.phase == "TEST"
    accuracy = tester.run()
    said = capsys.readouterr().out.splitlines()
    right = [int(line.split(", ")[1].split()[0]) for line in said if line.endswith(" of 8 right")]
    assert len(right) == 2
    assert accuracy == sum(right) / 16
    assert said[-1] == f"top-1 = {accuracy:g} ({sum(right)} of 16)"


def test_mistakes(images: Images) -> None:
    tester = MultiviewTester("solver.prototxt", "loss", 1)
    for call in (tester.run, lambda: tester.net):
        with pytest.raises(OwltfError, match=r"call build_net\(\) first"):
            call()
    with pytest.raises(OwltfError, match="no snapshot 1"):
        tester.build_net()
    with pytest.raises(OwltfError, match="not a solver with a test net"):
        MultiviewTester("net.prototxt", "loss", 1).build_net()
    with pytest.raises(OwltfError, match="GPU 99 asked for"):
        MultiviewTester("solver.prototxt", "loss", 0, gpu_idx=99).build_net()

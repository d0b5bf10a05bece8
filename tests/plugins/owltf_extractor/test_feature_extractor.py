"""owl.net's FeatureExtractor."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
from image_case import Images
from owltf_extractor.feature_extractor import FeatureExtractor

from owltf.api import OwltfError


def test_it_writes_owl_nets_matrix(images: Images, snapshot: None) -> None:
    extractor = FeatureExtractor("solver.prototxt", 1)
    kept = (extractor.solver_file, extractor.snapshot, extractor.gpu_idx)
    assert kept == ("solver.prototxt", 1, 0)
    extractor.build_net()
    assert extractor.net.phase == "TEST"
    extractor.run("ip", "features")
    wanted = images.scores(images.crops(1, 2))[:16]
    np.testing.assert_allclose(np.loadtxt("features"), wanted, atol=1e-5)
    assert Path("features").read_text().splitlines()[0].endswith(" ")
    extractor.run("ip", Path("features.npy"))
    np.testing.assert_allclose(np.load("features.npy"), wanted, rtol=1e-4, atol=1e-5)


def test_mistakes(images: Images) -> None:
    extractor = FeatureExtractor("solver.prototxt", 1)
    with pytest.raises(OwltfError, match=r"call build_net\(\) first"):
        extractor.run("ip", "features")
    with pytest.raises(OwltfError, match="no snapshot 1"):
        extractor.build_net()
    with pytest.raises(OwltfError, match="not a solver with a test net"):
        FeatureExtractor("net.prototxt", 1).build_net()

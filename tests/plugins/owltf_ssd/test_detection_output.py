"""DetectionOutput gives the figures of a real build of SSD, and those of its definition."""

from __future__ import annotations

import numpy as np
import owltf_exporter
import owltf_ssd
import pytest
from detection_reference import Options, detections
from oracle_layers import check_oracle

from owltf.testing import check_forms, net_of, one_layer, use_plugins

PRIORS = 30
OPTIONS = [
    Options(),
    Options(code_type="CENTER_SIZE", top_k=10, confidence_threshold=0.2),
    Options(code_type="CORNER_SIZE", keep_top_k=7, variance_encoded_in_target=True),
    Options(background_label_id=-1, keep_top_k=0),
    Options(background_label_id=2, share_location=False, keep_top_k=25, top_k=20),
    Options(nms_threshold=0.9, eta=0.8, code_type="CENTER_SIZE"),
    Options(num_classes=1, background_label_id=-1, confidence_threshold=0.5),
]


@pytest.mark.parametrize("name", ["detection_output", "detection_output_corner"])
def test_the_forks_figures(name: str) -> None:
    check_oracle(name)


def drawn(options: Options) -> list[np.ndarray]:
    """Return the bottoms of two images."""
    rng = np.random.default_rng(7)
    corner = rng.uniform(0, 0.6, (PRIORS, 2))
    boxes = np.concatenate([corner, corner + rng.uniform(0.2, 0.4, (PRIORS, 2))], 1)
    priors = np.stack([boxes, rng.uniform(0.1, 0.2, (PRIORS, 4))]).reshape(1, 2, -1)
    own = 1 if options.share_location else options.num_classes
    places = rng.normal(size=(2, PRIORS * own * 4)) / 5
    scores = rng.permutation(2 * PRIORS * options.num_classes).reshape(2, -1) + 1
    return [each.astype(np.float32) for each in (places, scores / scores.max(), priors)]


@pytest.mark.parametrize("options", OPTIONS, ids=range(len(OPTIONS)))
def test_the_definition(options: Options, capsys: pytest.CaptureFixture[str]) -> None:
    bottoms = drawn(options)
    text = one_layer(options.text(), *(each.shape for each in bottoms))
    with use_plugins(owltf_ssd, owltf_exporter):
        net = net_of(text, "TEST")
        given = {f"bottom{place}": each for place, each in enumerate(bottoms)}
        got = net.forward(given)["top0"]
        if options.eta == 1 and options.keep_top_k != 0:
            check_forms(text, bottoms)
    wanted = detections(*bottoms, options)
    if not wanted.size:
        wanted = np.array([[[[0, *[-1] * 6], [1, *[-1] * 6]]]], np.float32)
    assert got.shape == wanted.shape
    np.testing.assert_allclose(got, wanted, rtol=1e-4, atol=1e-5)
    assert not capsys.readouterr().out

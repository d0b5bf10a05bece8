"""TripletLoss against its formula."""

from __future__ import annotations

import numpy as np
from face_layers import ROWS, keeps_the_contract, run

from owltf.testing import one_layer

NET = one_layer('type: "TripletLoss" triplet_loss_param { margin: 2 }', *[(4, 5)] * 3)


def test_the_loss_and_its_gradients() -> None:
    anchor, positive, negative = ROWS
    got = run(NET, *ROWS)
    each = 2 + ((anchor - positive) ** 2).sum(1) - ((anchor - negative) ** 2).sum(1)
    np.testing.assert_allclose(got.tops[0], np.maximum(each, 0).mean() / 2, rtol=1e-5)
    counts = (each > 0)[:, None] / 4
    wanted = [negative - positive, positive - anchor, anchor - negative]
    for grad, one in zip(got.bottom_grads, wanted, strict=True):
        np.testing.assert_allclose(grad, one * counts, rtol=1e-4, atol=1e-6)


def test_what_every_layer_keeps() -> None:
    keeps_the_contract(NET, *ROWS)

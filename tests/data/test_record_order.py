from __future__ import annotations

import numpy as np

from owltf.data.record_order import RecordOrder


def test_the_sources_own_order():
    assert RecordOrder(5).places(3, 9).tolist() == [3, 4, 0, 1, 2, 3, 4, 0, 1]


def test_another_order_in_each_epoch():
    order = RecordOrder(50, (1, "cats"))
    epochs = [order.places(50 * epoch, 50) for epoch in range(4)]
    for epoch in epochs:
        np.testing.assert_array_equal(np.sort(epoch), range(50))
    assert len({tuple(epoch) for epoch in epochs}) == 4
    whole = np.concatenate(epochs)
    # At any place, whatever was read before, and across the end of an epoch.
    for first, count in [(190, 10), (40, 30), (0, 3), (95, 60)]:
        np.testing.assert_array_equal(order.places(first, count), whole[first : first + count])
        again = RecordOrder(50, (1, "cats")).places(first, count)
        np.testing.assert_array_equal(again, whole[first : first + count])
    assert RecordOrder(50, (2, "cats")).places(0, 50).tolist() != epochs[0].tolist()

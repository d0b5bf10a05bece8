"""The order in which records are taken: the source's own, or another one in each epoch."""

from __future__ import annotations

from collections import OrderedDict

import numpy as np
import numpy.typing as npt

from owltf.data.draws import shuffled, stream_key

_EPOCHS_KEPT = 2

Numbers = npt.NDArray[np.int64]


class RecordOrder:
    """Maps the numbers of a run's records to those of the source.

    The order of an epoch depends on the seed, the layer and the epoch alone, so that a run can be
    resumed at any record.
    """

    def __init__(self, count: int, key: tuple[object, ...] | None = None) -> None:
        """Say how many records there are, and how they are shuffled.

        Args:
            count: the records of one epoch.
            key: the seed, and names, of the stream that shuffles them; None to keep their order.
        """
        self._count, self._key = count, key
        self._epochs: OrderedDict[int, Numbers] = OrderedDict()

    def places(self, number: int, count: int) -> Numbers:
        """Return the places in the source of `count` records from record `number` on.

        Args:
            number: the first record's number, counted on over all epochs.
            count: how many records.
        """
        numbers = np.arange(number, number + count)
        epochs, places = np.divmod(numbers, self._count)
        if self._key is None:
            return places
        for epoch in np.unique(epochs).tolist():
            where = epochs == epoch
            places[where] = self._epoch(epoch)[places[where]]
        return places

    def _epoch(self, epoch: int) -> Numbers:
        if epoch not in self._epochs:
            self._epochs[epoch] = shuffled(stream_key(0, *(self._key or ()), epoch), self._count)
            while len(self._epochs) > _EPOCHS_KEPT:
                self._epochs.popitem(last=False)
        return self._epochs[epoch]

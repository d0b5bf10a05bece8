from __future__ import annotations

from threading import Event
from types import SimpleNamespace

import numpy as np
import pytest
import tensorflow as tf

from owltf.data.pipeline import (
    batch_signature,
    batches_per_chunk,
    pipeline_error,
    read_ahead,
    read_chunks,
    ready_batches,
)
from owltf.errors import OwltfError


@pytest.fixture
def layer(make_layer):
    return make_layer(
        'layer { name: "d" type: "DummyData" top: "d" dummy_data_param { shape {} } }'
    )


def test_batches_per_chunk():
    whole, part = (SimpleNamespace(batch_size=4, own_rows=(0, count)) for count in (4, 2))
    assert batches_per_chunk(whole, 0) == batches_per_chunk(whole, 100) == 64
    assert 1 < batches_per_chunk(whole, 64 * 784) < 64
    assert batches_per_chunk(whole, 1 << 30) == batches_per_chunk(part, 100) == 1


def test_read_chunks(layer):
    signature = [tf.TensorSpec([], tf.int64), tf.TensorSpec([2], tf.string)]
    chunks = read_chunks(layer, lambda n: (np.int64(n), np.array([b"a", b"b"])), 5, 3, signature)
    assert chunks.element_spec == tuple(signature)
    taken = list(read_ahead(chunks, 2).take(3).as_numpy_iterator())
    assert [number for number, _ in taken] == [5, 8, 11]
    assert taken[0][1].tolist() == [b"a", b"b"]


def test_chunks_are_kept_ready_for_the_batches_asked_for():
    fourth = Event()

    def made():
        for number in range(10):
            if number == 3:
                fourth.set()
            yield 3 * number + np.arange(3)

    chunks = tf.data.Dataset.from_generator(made, output_signature=tf.TensorSpec((3,), tf.int64))
    # TensorFlow would keep some ready of its own accord.
    alone = tf.data.Options()
    alone.experimental_optimization.inject_prefetch = False
    batches = iter(ready_batches(chunks.with_options(alone), 3, 7))
    assert int(next(batches)) == 0
    # Seven batches beside those of the first chunk lie in three more.
    assert fourth.wait(60)
    assert [int(next(batches)) for _ in range(6)] == list(range(1, 7))


def test_a_chunk_of_one_batch_is_no_axis():
    chunks = tf.data.Dataset.from_tensors([1, 2])
    assert ready_batches(chunks, 1, 2).element_spec.shape == (2,)
    assert ready_batches(chunks, 2, 2).element_spec.shape == ()


def test_an_error_of_the_reader_reaches_the_user(layer):
    def read(number):
        if number > 1:
            raise OwltfError(f"record {number} is odd")
        return [np.float32(number)]

    chunks = read_chunks(layer, read, 0, 1, [tf.TensorSpec([], tf.float32)])
    with pytest.raises(tf.errors.OpError) as caught:
        list(chunks)
    error = pipeline_error(caught.value, [SimpleNamespace(explain=lambda _: None), layer])
    assert str(error) == "DummyData layer 'd' (net.prototxt:2): record 2 is odd"


def test_other_errors_are_not_explained(layer):
    layer.failure = OwltfError("old")
    assert pipeline_error(ValueError(), [layer]) is None
    assert pipeline_error(tf.errors.UnknownError(None, None, ""), []) is None


def test_signatures_of_batches():
    fixed, free = SimpleNamespace(takes_any_size=False), SimpleNamespace(takes_any_size=True)
    images, labels = batch_signature(fixed, (3, 4, 5), (2, 7), False)
    assert (tuple(images.shape), tuple(labels.shape)) == ((2, 7, 3, 4, 5), (2, 7))
    images, labels = batch_signature(free, (3, 4, 5), (1,), True)
    assert (tuple(images.shape), tuple(labels.shape)) == ((1, None, None, 3), (1,))

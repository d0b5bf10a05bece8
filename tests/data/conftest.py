"""What the tests of data layers share."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import lmdb
import numpy as np
import pytest

from owltf.caffe.net.read import net_from_text
from owltf.caffe.schema.schema import Schema
from owltf.convert.context import NetContext
from owltf.data import owltf_data_layers
from owltf.data.data_context import DataContext
from owltf.data.data_layer import DataLayer

ORACLE = Path(__file__).parent / "oracle"


@pytest.fixture(scope="session")
def make_context(schema: Schema) -> Callable[..., DataContext]:
    """Make the context of the one layer of a net."""

    def make(text: str, beside: Path = ORACLE, phase: str = "TEST", **more: Any) -> DataContext:
        (parameter,) = net_from_text(text, schema).parameter.layer
        registry: Any = SimpleNamespace(schema=schema, fillers=more.pop("fillers", {}))
        given = {"seed": 1701, **more}
        net = NetContext(registry, phase, folder=beside, **given)
        return DataContext(parameter, "net.prototxt:2", net)

    return make


@pytest.fixture(scope="session")
def make_layer(make_context: Callable[..., DataContext]) -> Callable[..., DataLayer]:
    """Make the one layer of a net."""
    classes = {layer.caffe_type: layer for layer in owltf_data_layers()}

    def make(text: str, *args: Any, **more: Any) -> DataLayer:
        context = make_context(text, *args, **more)
        return classes[context.parameter.type](context)

    return make


@pytest.fixture
def make_datum(schema: Schema) -> Callable[..., bytes]:
    """Serialize a Datum of (C, H, W) pixels, or of an image file."""

    def make(pixels: np.ndarray | bytes, label: int | None = None, **fields: Any) -> bytes:
        datum = schema.message("Datum")(label=label, **fields)
        if isinstance(pixels, bytes):
            datum.data, datum.encoded = pixels, True
            return datum.SerializeToString()
        datum.channels, datum.height, datum.width = pixels.shape
        if pixels.dtype == np.uint8:
            datum.data = pixels.tobytes()
        else:
            datum.float_data.extend(pixels.ravel().tolist())
        return datum.SerializeToString()

    return make


@pytest.fixture
def write_lmdb(tmp_path: Path) -> Callable[..., Path]:
    """Write records to an LMDB."""

    def write(records: Iterable[bytes], name: str = "db") -> Path:
        environment = lmdb.open(str(tmp_path / name), map_size=1 << 24)
        with environment.begin(write=True) as transaction:
            for number, record in enumerate(records):
                transaction.put(f"{number:08}".encode(), record)
        environment.close()
        return tmp_path / name

    return write


@pytest.fixture
def batches() -> Callable[..., list[tuple[np.ndarray, ...]]]:
    """Take some batches of a layer from a position on."""

    def take(layer: DataLayer, count: int, position: int = 0) -> list[tuple[np.ndarray, ...]]:
        return list(layer.dataset(position).take(count).as_numpy_iterator())

    return take


@pytest.fixture
def records(batches: Callable[..., Any]) -> Callable[..., tuple[np.ndarray, ...]]:
    """Take some batches of a layer and join them, so that the batch size does not show."""

    def take(layer: DataLayer, count: int, position: int = 0) -> tuple[np.ndarray, ...]:
        taken = batches(layer, -(-count // layer.batch_size), position)
        return tuple(np.concatenate(top)[:count] for top in zip(*taken, strict=True))

    return take

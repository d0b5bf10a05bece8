"""LMDB files read page by page, compared with liblmdb."""

from __future__ import annotations

import random
import struct

import lmdb
import pytest

from owltf.data.source.lmdb import LmdbReader
from owltf.data.source.lmdb_file import LmdbFile
from owltf.data.source.lmdb_leaves import BrokenLmdbError
from owltf.errors import OwltfError


def stored(path):
    file = LmdbFile(path / "data.mdb")
    keys = [leaves.key(index) for leaves in file.leaves() for index in range(len(leaves))]
    if not keys:
        return []
    values = LmdbReader(file, "db").read(0, len(keys))
    return list(zip(keys, map(bytes, values), strict=True))


def by_liblmdb(path):
    environment = lmdb.open(str(path), readonly=True, lock=False)
    with environment.begin() as transaction:
        found = list(transaction.cursor())
    environment.close()
    return found


def change(transaction, draw):
    for _ in range(draw.choice([1, 10, 400])):
        key = bytes(draw.randrange(97, 110) for _ in range(draw.randrange(1, 60)))
        if draw.random() < 0.3:
            transaction.delete(key)
        size = draw.choice([0, 1, 50, 2000, 4079, 4080, 4081, 20_000])
        transaction.put(key, draw.randbytes(size))


@pytest.mark.parametrize("seed", range(12))
def test_what_liblmdb_reads(tmp_path, seed):
    draw = random.Random(seed)
    environment = lmdb.open(str(tmp_path), map_size=1 << 26)
    for _ in range(draw.randrange(1, 6)):
        with environment.begin(write=True) as transaction:
            change(transaction, draw)
    environment.close()
    assert stored(tmp_path) == by_liblmdb(tmp_path)


def test_pages_of_several_branches_are_read_together(tmp_path):
    environment = lmdb.open(str(tmp_path), map_size=1 << 24)
    with environment.begin(write=True) as transaction:
        for number in range(3000):
            transaction.put(b"%05d" % number, b"x" * 900, append=True)
    environment.close()
    file = LmdbFile(tmp_path / "data.mdb")
    assert file.tree.depth == 3
    sizes = [len(leaves) for leaves in file.leaves()]
    assert sizes[:-1] == [4 * 256] * 2 and sum(sizes) == 3000


def test_every_byte_changed_and_every_length(tmp_path):
    environment = lmdb.open(str(tmp_path / "db"), map_size=1 << 20)
    with environment.begin(write=True) as transaction:
        for number in range(60):
            transaction.put(b"%03d" % number, b"x" * (20 if number % 20 else 5000))
    environment.close()
    whole = (tmp_path / "db" / "data.mdb").read_bytes()
    path = tmp_path / "data.mdb"
    draw = random.Random(1)
    used = [place for place, byte in enumerate(whole) if byte and byte != ord("x")]
    for place in draw.sample(used, 300):
        damaged = bytearray(whole)
        damaged[place] ^= 1 << draw.randrange(8)
        path.write_bytes(damaged)
        read_or_refuse(tmp_path)
    for size in range(0, len(whole), 501):
        path.write_bytes(whole[:size])
        read_or_refuse(tmp_path)


def a_file(*, depth, entries, root, pages=b""):
    """Return a database of two first pages, which say the same, and others."""
    tree = struct.pack("<IHHQQQQQ", 4096, 0, depth, 1, 1, 0, entries, root)
    free = struct.pack("<IHHQQQQQ", 4096, 0, 0, 0, 0, 0, 0, 2**64 - 1)
    meta = struct.pack("<QHHHHIIQQ", 0, 0, 8, 0, 0, 0xBEEFC0DE, 1, 0, 0) + free + tree
    return (meta + struct.pack("<QQ", 2, 0)).ljust(4096, b"\0") * 2 + pages


def test_a_tree_that_leads_to_itself(tmp_path):
    children = 200
    head = struct.pack("<QHHHH", 2, 0, 1, 16 + 2 * children, 4088)
    page = (head + struct.pack("<H", 4088) * children).ljust(4088, b"\0") + struct.pack("<Q", 2)
    (tmp_path / "data.mdb").write_bytes(a_file(depth=20, entries=9, root=2, pages=page))
    with pytest.raises(BrokenLmdbError, match="page 2 is in the tree twice"):
        stored(tmp_path)


def test_records_without_a_tree(tmp_path):
    (tmp_path / "data.mdb").write_bytes(a_file(depth=0, entries=128, root=2**64 - 1))
    with pytest.raises(BrokenLmdbError, match="it has 0 records and says 128"):
        stored(tmp_path)
    with pytest.raises(OwltfError, match="it has 0 records and says 128"):
        LmdbReader(LmdbFile(tmp_path / "data.mdb"), "db").read(0, 20)


def read_or_refuse(path):
    try:
        stored(path)
    except (BrokenLmdbError, OwltfError) as error:
        assert len(str(error).splitlines()) == 1

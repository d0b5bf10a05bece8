"""convert_imageset: makes a database of the images of a list."""

from __future__ import annotations

from collections.abc import Iterator

from owltf_caffe_tools.program import Call, Program, UsageError

_WORDS = 3


class ConvertImageset(Program):
    """The program `convert_imageset`."""

    name = "convert_imageset"
    source = "convert_imageset.cpp"
    usage = (
        "Convert a set of images to the leveldb/lmdb format used as input for Caffe.\n"
        "Usage:\n    convert_imageset [FLAGS] ROOTFOLDER/ LISTFILE DB_NAME\n"
    )
    flags = {
        "gray": False,
        "shuffle": False,
        "backend": "lmdb",
        "resize_width": 0,
        "resize_height": 0,
        "check_size": False,
        "encoded": False,
        "encode_type": "",
    }

    def run(self, call: Call) -> int:
        """Make the database; images that cannot be read are left out, as in Caffe."""
        if len(call.words) < _WORDS:
            raise UsageError
        return call.owltf("convert-imageset", *_options(call), "--", *call.words[:_WORDS])


def _options(call: Call) -> Iterator[object]:
    yield from ("--skip-bad-records", "--plain", "--backend", call.text("backend"))
    for switch in ("gray", "shuffle", "check_size", "encoded"):
        if call.is_on(switch):
            yield f"--{switch}"
    if call.text("encode_type"):
        yield from ("--encode-type", call.text("encode_type"))
    if call.number("resize_height") > 0 and call.number("resize_width") > 0:
        yield from ("--resize-height", call.number("resize_height"))
        yield from ("--resize-width", call.number("resize_width"))

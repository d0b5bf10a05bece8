"""Parses prototxt text into messages, with errors that name the line and the mistake."""

import re
from dataclasses import dataclass
from typing import cast

from google.protobuf import text_format
from google.protobuf.descriptor import Descriptor
from google.protobuf.message import Message

from owltf.caffe.prototxt.scan import Block, Fault, Scan, scan
from owltf.caffe.prototxt.tokens import line_and_column, tokenize
from owltf.caffe.prototxt.unknown_fields import UnknownFieldsError
from owltf.caffe.schema.claims import set_defaults
from owltf.errors import OwltfError

_POSITION = re.compile(r"^\d+:\d+ : ")
_QUOTED_SOURCE = re.compile(r"^'.*?': (?=[A-Z])", re.DOTALL)
_CONTROL = re.compile(rb"[\x00-\x08\x0e-\x1a\x1c-\x1f]")
# protobuf's text parser needs time quadratic in the number of backslashes in a row.
_BACKSLASHES = "\\" * 1000
# For each backslash of a string, and each blank of a run, it keeps 130 bytes and more.
_MOST_BACKSLASHES = 300_000
_BLANKS = re.compile(r"[^\S\n]{1001,}")
_LETTER = re.compile(r"[^\n]+")
_LONGEST = 300
_UTF16 = (b"\xff\xfe", b"\xfe\xff")


@dataclass(frozen=True)
class ParsedText:
    """The places of fields in a text that was parsed into a message.

    Attributes:
        root: a block that holds the text's fields with their lines.
        ignored: unknown fields that were left out, each as `file:line:column: name`.
    """

    root: Block
    ignored: tuple[str, ...]


def parse_text(
    text: str, message: Message, file: str, *, ignore_unknown: bool = False
) -> list[str]:
    """Parse prototxt into a message and list the unknown fields that were ignored.

    Args:
        text: the prototxt.
        message: the message that gets its fields.
        file: the text's file or name, for errors.
        ignore_unknown: leave out fields that the schema does not know.

    Raises:
        OwltfError: if the text is not valid.
        UnknownFieldsError: if it has unknown fields that are not to be ignored.
    """
    return list(parse_blocks(text, message, file, ignore_unknown=ignore_unknown).ignored)


def parse_blocks(
    text: str, message: Message, file: str, *, ignore_unknown: bool = False
) -> ParsedText:
    """Parse prototxt into a message as `parse_text` does, and return the lines of its fields."""
    text = text.removeprefix("\ufeff").replace("\r\n", "\n").replace("\r", "\n")
    _refuse_bad_bytes(text, file)
    _refuse_backslashes(text, file)
    found = scan(text, cast(Descriptor, message.DESCRIPTOR))
    if found.unknown and not ignore_unknown:
        raise UnknownFieldsError(text, found.unknown, file)
    if found.end:
        raise OwltfError(f"{_at(text, found.end.start, file)}: {found.end.problem}")
    _parse(_blank(text, found.unknown), message, file)
    if found.broken is not None and found.unknown:
        # Without the unknown fields, what stands behind one can read as a part of what is before.
        raise OwltfError(f"{_at(text, found.broken, file)}: not well formed from here on")
    _refuse_missing(message, found, file)
    for layer in getattr(message, "layer", ()):
        set_defaults(layer)
    ignored = (f"{_at(text, one.start, file)}: {one.text}" for one in found.unknown)
    return ParsedText(found.root, tuple(ignored))


def decode_text(data: bytes, file: str) -> str:
    """Return a prototxt's bytes as text.

    Bytes that are not UTF-8 pass here, as comments in old files hold some; `parse_blocks` refuses
    them anywhere else.

    Raises:
        OwltfError: if the file is binary, or UTF-16.
    """
    if data.startswith(_UTF16):
        raise OwltfError(f"{file}: saved as UTF-16; save it as UTF-8")
    if looks_binary(data):
        raise OwltfError(f"{file}: a binary file, where a text file (prototxt) is expected")
    return data.decode("utf-8", "surrogateescape")


def looks_binary(data: bytes) -> bool:
    """Return whether a file that begins with these bytes is a binary file."""
    return _CONTROL.search(data[:4096]) is not None


def _parse(text: str, message: Message, file: str) -> None:
    try:
        text_format.Parse(_BLANKS.sub(" " * 1000, text), message)
    except text_format.ParseError as error:
        raise OwltfError(_parse_error(error, file)) from error


def _parse_error(error: text_format.ParseError, file: str) -> str:
    reason = " ".join(_POSITION.sub("", str(error)).split())
    line, column = error.GetLine(), error.GetColumn()
    where = f"{file}:{line}:{column}" if line else file
    return f"{where}: {_shortened(_QUOTED_SOURCE.sub('', reason))}"


def _shortened(reason: str) -> str:
    """Return an error's reason cut to the length of a line, control characters escaped."""
    seen = "".join(letter if letter.isprintable() else ascii(letter)[1:-1] for letter in reason)
    return seen if len(seen) <= _LONGEST else f"{seen[:_LONGEST]}..."


def _refuse_bad_bytes(text: str, file: str) -> None:
    if text.isascii():
        return
    for token in tokenize(text):
        if any("\udc80" <= letter <= "\udcff" for letter in token.text):
            raise OwltfError(
                f"{_at(text, token.start, file)}: bytes that are not UTF-8; save the file as UTF-8"
            )


def _refuse_backslashes(text: str, file: str) -> None:
    if (start := text.find(_BACKSLASHES)) >= 0:
        raise OwltfError(f"{_at(text, start, file)}: {len(_BACKSLASHES)} backslashes in a row")
    if text.count("\\") > _MOST_BACKSLASHES:
        raise OwltfError(f"{file}: more than {_MOST_BACKSLASHES:,} backslashes")


def _refuse_missing(message: Message, found: Scan, file: str) -> None:
    missing = message.FindInitializationErrors()  # type: ignore[attr-defined]
    if missing:
        index = re.match(r"layer\[(\d+)\]", missing[0])
        line = found.root.inside("layer")[int(index.group(1))].line if index else 0
        where = f"{file}:{line}" if line else file
        raise OwltfError(f"{where}: required but missing: {', '.join(missing)}")


def _blank(text: str, unknown: tuple[Fault, ...]) -> str:
    # Spaces instead of the unknown fields keep the lines and columns of protobuf's errors right.
    parts, place = list[str](), 0
    for one in unknown:
        parts += text[place : one.start], _LETTER.sub(_spaces, text[one.start : one.end])
        place = one.end
    return "".join([*parts, text[place:]])


def _spaces(found: re.Match[str]) -> str:
    return " " * (found.end() - found.start())


def _at(text: str, offset: int, file: str) -> str:
    line, column = line_and_column(text, offset)
    return f"{file}:{line}:{column}"

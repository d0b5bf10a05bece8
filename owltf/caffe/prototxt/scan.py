"""Finds the line of each field in a prototxt, and the fields that the schema does not know.

Protobuf's own parser stops at the first unknown field and forgets the lines of those it reads, so
the text is walked over once before it is parsed.
"""

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from google.protobuf.descriptor import Descriptor, EnumDescriptor, FieldDescriptor

from owltf.caffe.prototxt.tokens import Token, tokenize
from owltf.caffe.schema.claims import refusal
from owltf.did_you_mean import did_you_mean
from owltf.fork_plugins import plugins_for

_CLOSING = {"{": "}", "<": ">"}
_MOST_LISTED = 8
_DEEPEST = 100
_MOST_FIELDS = 500_000
_LONGEST = 60
# Longer ones are no enum's values, and too long for Python to read.
_NUMBER = re.compile(r"-?[0-9]{1,18}")


@dataclass(slots=True)
class Block:
    """A field in the text with its place there, and the fields inside it.

    Attributes:
        name: the field's name.
        start: the offset at which it starts.
        line: its line, counted from 1.
        blocks: the fields inside it, in their order.
    """

    name: str
    start: int
    line: int
    blocks: Sequence["Block"] = ()

    def add(self, block: "Block") -> None:
        """Put a field inside this one, behind the others."""
        if isinstance(self.blocks, list):
            self.blocks.append(block)
        else:
            self.blocks = [block]

    def cut(self, count: int) -> None:
        """Leave the first fields inside this one, as many as are said."""
        if isinstance(self.blocks, list):
            del self.blocks[count:]

    def inside(self, *names: str) -> list["Block"]:
        """Return the fields with these names directly inside this one, in their order."""
        return [block for block in self.blocks if block.name in names]


@dataclass(frozen=True)
class Fault:
    """A mistake in the text, such as a field or an enum's value that the schema does not have.

    Attributes:
        text: the words in question.
        problem: a sentence that says what is wrong.
        start: the offset at which they start.
        end: the offset behind them.
    """

    text: str
    problem: str
    start: int
    end: int


@dataclass(frozen=True)
class Scan:
    """The result of a walk over a text: its fields and its mistakes.

    Attributes:
        root: a block that holds the text's outermost fields.
        unknown: the fields and values that the schema does not have.
        end: the mistake at which the walk stopped, if it did.
        broken: the offset at which the walk stopped as the text is not well formed, where only
            protobuf's parser can say why.
    """

    root: Block
    unknown: tuple[Fault, ...]
    end: Fault | None
    broken: int | None = None


def scan(text: str, descriptor: Descriptor) -> Scan:
    """Return the fields and mistakes of a message's text, up to where it is not well formed."""
    scanner = _Scanner(text)
    root = Block("", 0, 1)
    broken = None
    try:
        scanner.message(root, descriptor, "")
    except _BrokenTextError:
        broken = scanner.last
    return Scan(root, tuple(scanner.unknown), scanner.end, broken)


class _BrokenTextError(Exception):
    """Raised if the text is not well formed; protobuf's parser says where and why."""


class _Scanner:
    def __init__(self, text: str) -> None:
        self.unknown: list[Fault] = []
        self.end: Fault | None = None
        self._depth = 0
        self._text = text
        self._tokens: Iterator[Token] = tokenize(text)
        self._line = 1
        self._counted = 0
        self._fields = 0
        self.last = 0
        self._next: Token | None = next(self._tokens, None)

    def message(self, block: Block, descriptor: Descriptor | None, closing: str) -> None:
        """Read fields into `block` up to the closing mark; without a descriptor none is unknown."""
        self._depth += 1
        if self._depth > _DEEPEST:
            raise self._ended(block, f"lies more than {_DEEPEST} blocks deep")
        while not self._accept(closing):
            if self._next is None:
                raise self._ended(block, f"is never closed; a {closing} is missing")
            self._field(block, descriptor)
            while self._accept(",", ";"):
                pass
        self._depth -= 1

    def _ended(self, block: Block, problem: str) -> "_BrokenTextError":
        self.end = Fault(block.name, f"{block.name} {problem}", block.start, self.last)
        return _BrokenTextError()

    def _field(self, parent: Block, descriptor: Descriptor | None) -> None:
        start, name = self._name()
        known = descriptor.fields_by_name.get(name) if descriptor else None
        first = len(parent.blocks)
        bad_values = self._values(parent, start, name, known)
        if descriptor and not known:
            problem = unknown_field(name, descriptor)
            self.unknown.append(Fault(name, problem, start.start, self.last))
            parent.cut(first)
        elif bad_values and known and known.enum_type:
            text = f"{name}: {bad_values[0]}"
            problem = unknown_value(bad_values[0], name, known.enum_type)
            self.unknown.append(Fault(text, problem, start.start, self.last))

    def _name(self) -> tuple[Token, str]:
        token = self._take()
        if token.text != "[":
            if not token.text.isidentifier():
                raise _BrokenTextError
            return token, token.text
        parts = [token.text]
        while parts[-1] != "]":
            parts.append(self._take().text)
        return token, "".join(parts)

    def _values(
        self, parent: Block, start: Token, name: str, known: FieldDescriptor | None
    ) -> list[str]:
        self._accept(":")
        if not self._accept("["):
            return self._value(parent, start, name, known)
        bad: list[str] = []
        while not self._accept("]"):
            bad += self._value(parent, self._peek(), name, known)
            self._accept(",")
        return bad

    def _value(
        self, parent: Block, start: Token, name: str, known: FieldDescriptor | None
    ) -> list[str]:
        block = Block(name, start.start, self._line_of(start))
        parent.add(block)
        self._fields += 1
        if self._fields > _MOST_FIELDS:
            raise self._ended(block, f"is one of more than {_MOST_FIELDS:,} fields")
        token = self._take()
        if token.text in _CLOSING:
            inner = known.message_type if known else None
            self.message(block, inner, _CLOSING[token.text])
            self._refuse_claims(block, inner)
            return []
        if token.text in "}>]:\"'":
            raise _BrokenTextError
        self._join_strings(token)
        bad = known is not None and known.enum_type and not _is_value(token.text, known.enum_type)
        return [token.text] if bad else []

    def _refuse_claims(self, block: Block, descriptor: Descriptor | None) -> None:
        problem = refusal(block.name, (each.name for each in block.blocks), descriptor)
        if problem:
            self.end = Fault(block.name, problem, block.start, self.last)
            raise _BrokenTextError

    def _join_strings(self, token: Token) -> None:
        while token.text[0] in "\"'" and self._next and self._next.text[0] in "\"'":
            self._take()

    def _peek(self) -> Token:
        if self._next is None:
            raise _BrokenTextError
        return self._next

    def _take(self) -> Token:
        token = self._peek()
        self._next = next(self._tokens, None)
        self.last = token.end
        return token

    def _accept(self, *marks: str) -> bool:
        """Return whether the next token is one of the marks, and go past it if so.

        The mark "" stands for the end of the text.
        """
        if self._next is None:
            return "" in marks
        if self._next.text in marks:
            self._take()
            return True
        return False

    def _line_of(self, token: Token) -> int:
        self._line += self._text.count("\n", self._counted, token.start)
        self._counted = token.start
        return self._line


def _is_value(text: str, enum: EnumDescriptor) -> bool:
    if _NUMBER.fullmatch(text):
        return int(text) in enum.values_by_number
    return text in enum.values_by_name


def unknown_field(name: str, descriptor: Descriptor) -> str:
    """Return the sentence that a message has no field of this name, with names similar to it."""
    if name in ("layer", "layers"):
        return f"{descriptor.name} has no field {name!r}: is a }} missing before it?"
    if plugins_for(name):
        return f"{descriptor.name} has no field {name!r}"
    name = shortened(name)
    hint = did_you_mean(name, descriptor.fields_by_name, otherwise="no field has a name like it")
    return f"{descriptor.name} has no field {name!r}: {hint}"


def unknown_value(text: str, name: str, enum: EnumDescriptor) -> str:
    """Return the sentence that an enum has no value of this name, with the values it has."""
    text, values = shortened(text), list(enum.values_by_name)
    every = f"one of {', '.join(values)}"
    few = len(values) <= _MOST_LISTED
    hint = every if few else did_you_mean(text.strip("\"'"), values, otherwise=every)
    return f"{name} cannot be {text}: {hint}"


def shortened(text: str) -> str:
    """Return a name as an error can show it: not too long, control characters escaped."""
    seen = text if text.isprintable() else ascii(text)[1:-1]
    return seen if len(seen) <= _LONGEST else f"{seen[:_LONGEST]}..."

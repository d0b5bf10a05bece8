"""What a program of Caffe's is made of here: its flags, its usage, and what it does."""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, ClassVar

from owltf_caffe_tools.gflags import CommandLine, Value
from owltf_caffe_tools.glog import Glog


@dataclass(frozen=True)
class Call:
    """A call of a program.

    Attributes:
        line: its command line.
        log: its log.
        registry: what plugins bring.
        owltf: runs a command of owltf's with these words, and returns its exit status.
    """

    line: CommandLine
    log: Glog
    registry: Any
    owltf: Callable[..., int]

    @property
    def words(self) -> Sequence[str]:
        """What is no flag."""
        return self.line.words

    def text(self, flag: str) -> str:
        """Return the value of a flag that is text."""
        return str(self.line.flags[flag])

    def number(self, flag: str) -> int:
        """Return the value of a flag that is a number."""
        return int(self.line.flags[flag])

    def is_on(self, flag: str) -> bool:
        """Return the value of a switch."""
        return bool(self.line.flags[flag])


class UsageError(Exception):
    """The command line has not the words that the program needs."""


class Program(ABC):
    """A program; a subclass for each.

    Attributes:
        name: its name.
        source: the source file that its lines are said to come from.
        usage: what is shown where its words are wrong, and for `--help`.
        usage_status: the exit status then.
        flags: its flags with their defaults.
    """

    name: ClassVar[str]
    source: ClassVar[str]
    usage: ClassVar[str]
    usage_status: ClassVar[int] = 1
    flags: ClassVar[Mapping[str, Value]] = {}

    @abstractmethod
    def run(self, call: Call) -> int:
        """Do the work, and return the exit status.

        Raises:
            UsageError: if words are missing.
            OwltfError: where Caffe's program fails a check.
        """


def expect_words(call: Call, least: int, most: int | None = None) -> None:
    """Raise UsageError unless there are as many words as a program takes."""
    if not least <= len(call.words) <= (least if most is None else most):
        raise UsageError

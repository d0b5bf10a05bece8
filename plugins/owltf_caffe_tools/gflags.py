"""Reads a command line as gflags does, in every spelling of a flag that it allows."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

from owltf.api import did_you_mean

Value = str | int | bool

# glog's flags, which every program of Caffe's takes.
GLOG: Mapping[str, Value] = {
    "alsologtostderr": False,
    "colorlogtostderr": False,
    "log_dir": "",
    "logtostderr": False,
    "max_log_size": 1800,
    "minloglevel": 0,
    "stderrthreshold": 2,
    "v": 0,
    "vmodule": "",
}
HELP = frozenset({"help", "helpfull", "helpshort", "helpon", "helppackage", "helpmatch", "helpxml"})
_TRUE, _FALSE = frozenset({"1", "t", "true", "y", "yes"}), frozenset({"0", "f", "false", "n", "no"})


class FlagsError(Exception):
    """A command line that gflags refuses; the message is gflags's."""


class HelpError(Exception):
    """The command line asks for help."""


@dataclass(frozen=True)
class CommandLine:
    """A command line that was read.

    Attributes:
        flags: each flag's value.
        words: what is no flag, in its order.
        given: the flags that were given.
    """

    flags: Mapping[str, Value]
    words: Sequence[str]
    given: frozenset[str] = frozenset()


def read_flags(arguments: Sequence[str], known: Mapping[str, Value]) -> CommandLine:
    """Read a command line: `--name=x`, `-name x`, `--switch`, `--noswitch`, and words between them.

    Args:
        arguments: the command line without the program's name.
        known: the program's flags with their defaults, whose types they have.

    Raises:
        FlagsError: if a flag is unknown, or its value is none of its type.
        HelpError: if it asks for help.
    """
    defaults = {**GLOG, **known}
    flags, words, given = dict(defaults), list[str](), set[str]()
    rest = iter(arguments)
    for argument in rest:
        if argument == "--":
            words += rest
        elif not argument.startswith("-") or argument == "-":
            words.append(argument)
        else:
            name, value = _flag(argument, defaults, rest)
            flags[name] = value
            given.add(name)
    return CommandLine(flags, words, frozenset(given))


def _flag(argument: str, defaults: Mapping[str, Value], rest: Iterator[str]) -> tuple[str, Value]:
    name, equals, text = argument.removeprefix("-").removeprefix("-").partition("=")
    name = name.replace("-", "_")
    if name in HELP:
        raise HelpError
    if name not in defaults:
        switch = name.removeprefix("no")
        if switch != name and isinstance(defaults.get(switch), bool) and not equals:
            return switch, False
        raise FlagsError(f"unknown command line flag '{name}'; {did_you_mean(name, defaults)}")
    if isinstance(defaults[name], bool) and not equals:
        return name, True
    if not equals:
        following = next(rest, None)
        if following is None:
            raise FlagsError(f"flag '{argument}' is missing its argument")
        text = following
    return name, _value(name, text, type(defaults[name]))


def _value(name: str, text: str, kind: type[Value]) -> Value:
    if kind is bool and text.lower() in _TRUE | _FALSE:
        return text.lower() in _TRUE
    try:
        if kind is not bool:
            return kind(text)
    except ValueError:
        pass
    typed = {bool: "bool", int: "int32"}[kind]
    raise FlagsError(f"illegal value '{text}' specified for {typed} flag '{name}'")

"""A command to which plugins add options."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import click

from owltf.options.common import take
from owltf.plugin.run_options import run_options
from owltf.signals.stoppable import StoppableCommand

_ADDED = "owltf.options.plugin_options"
_GIVEN = f"{_ADDED}.given"


class CommandWithPluginOptions(StoppableCommand):
    """A command that has the options of the hook `owltf_run_options`, too.

    The plugins are those of the context's `obj`, a `Registry`.
    """

    def get_params(self, ctx: click.Context) -> list[click.Parameter]:
        """Return the command's own parameters, and those of plugins."""
        added = self._added(ctx).values()
        return [*super().get_params(ctx), *(option for options in added for option in options)]

    def format_options(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:
        """Write the command's own options, then those of each plugin under its name."""
        own = [each for each in super().get_params(ctx) if isinstance(each, click.Option)]
        sections: dict[str, Sequence[click.Option]] = {"Options": own}
        for plugin, options in self._added(ctx).items():
            sections[f"Options of the plugin {plugin}"] = options
        for title, options in sections.items():
            records = [record for each in options if (record := each.get_help_record(ctx))]
            if records:
                with formatter.section(title):
                    formatter.write_dl(records)

    def parse_args(self, ctx: click.Context, args: list[str]) -> list[str]:
        """Read a command line."""
        # What the parser finds, before it is converted: it can be given again.
        ctx.meta[_GIVEN], _, _ = self.make_parser(ctx).parse_args(args=list(args))
        return super().parse_args(ctx, args)

    def _added(self, ctx: click.Context) -> Mapping[str, Sequence[click.Option]]:
        if _ADDED not in ctx.meta:
            own = super().get_params(ctx)
            ctx.meta[_ADDED] = run_options(ctx.obj.manager, own) if ctx.obj else {}
        added: Mapping[str, Sequence[click.Option]] = ctx.meta[_ADDED]
        return added


@dataclass(frozen=True)
class PluginOptions:
    """The values of plugins' options in a command line.

    Attributes:
        values: each option's value, by its name.
        again: the words that give those which were given.
    """

    values: Mapping[str, Any]
    again: Sequence[str]

    @classmethod
    def take(cls, context: click.Context, flags: dict[str, Any]) -> PluginOptions:
        """Take the plugins' values out of a command's arguments.

        Args:
            context: the context of a `CommandWithPluginOptions`.
            flags: the command's arguments by name; they are taken out of it.
        """
        options = [each for options in context.meta[_ADDED].values() for each in options]
        names = dict.fromkeys(str(each.name) for each in options if each.expose_value)
        given = context.meta[_GIVEN]
        again = [
            word
            for option in options
            if option.name in given
            for word in _words(option, given[option.name])
        ]
        return cls(take(flags, tuple(names)), again)


def _words(option: click.Option, given: Any) -> Iterator[str]:
    """Yield the words of a command line that give an option what a parser found."""
    for each in given if option.multiple else [given]:
        yield from _once(option, each)


def _once(option: click.Option, given: Any) -> Iterator[str]:
    name = max(option.opts, key=len)
    if option.count:
        yield from [name] * given
    elif option.is_flag:
        yield from _flag(option, name, given)
    else:
        yield name
        # Where the value may be left out, the parser finds something that is no text.
        yield from given if isinstance(given, tuple) else [given] if isinstance(given, str) else []


def _flag(option: click.Option, name: str, given: Any) -> Iterator[str]:
    if option.secondary_opts:
        yield name if given else max(option.secondary_opts, key=len)
    elif option.is_bool_flag or given == option.flag_value:
        yield name

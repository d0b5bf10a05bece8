"""The error of a prototxt with fields or layer types that only a plugin could bring."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from owltf.caffe.prototxt.scan import Fault, shortened
from owltf.caffe.prototxt.tokens import line_and_column
from owltf.errors import OwltfError
from owltf.fork_plugins import who_brings

_MOST_LINES = 3
_MOST_NAMES = 20


class UnknownFieldsError(OwltfError):
    """Raised for fields that the schema does not have; each is named once, with its lines."""

    def __init__(
        self,
        text: str,
        unknown: Sequence[Fault],
        file: str,
        types: Mapping[str, Sequence[int]] | None = None,
    ) -> None:
        """Write the message.

        Args:
            text: the prototxt.
            unknown: its unknown fields and values.
            file: its name.
            types: the lines of the layers of each unknown type.
        """
        self._given = text, unknown, file
        fields = _by_name(text, unknown)
        first, types = unknown[0], types or {}
        line, column = line_and_column(text, first.start)
        lines = fields.pop(first.text)
        parts = [
            f"{file}:{line}:{column}: {first.problem}",
            f" ({_lines(lines)})" if len(lines) > 1 else "",
            f"; nor {_listed(fields)}" if fields else "",
            f"; unknown layer types: {_listed(types)}" if types else "",
        ]
        brings = who_brings([first.text, *fields, *types]) or "a plugin can add what is missing"
        left = "it" if len(unknown) == 1 else "the fields"
        super().__init__(f"{''.join(parts)}; {brings}; --ignore-unknown-fields leaves {left} out")

    def with_types(self, types: Mapping[str, Sequence[int]]) -> UnknownFieldsError:
        """Return the error that names unknown layer types, with their lines, as well."""
        return UnknownFieldsError(*self._given, types)


def _by_name(text: str, unknown: Sequence[Fault]) -> dict[str, list[int]]:
    """Return the lines of each unknown name."""
    lines: dict[str, list[int]] = {}
    for one in unknown:
        lines.setdefault(one.text, []).append(line_and_column(text, one.start)[0])
    return lines


def _listed(names: Mapping[str, Sequence[int]]) -> str:
    """Return names with their lines: `'norm_param' (2 times, lines 12, 40), 'flip' (line 7)`."""
    shown = [f"'{shortened(name)}' ({_lines(found)})" for name, found in names.items()]
    more = f" and {len(shown) - _MOST_NAMES} more" if len(shown) > _MOST_NAMES else ""
    return f"{', '.join(shown[:_MOST_NAMES])}{more}"


def _lines(found: Sequence[int]) -> str:
    if len(found) == 1:
        return f"line {found[0]}"
    shown = ", ".join(map(str, found[:_MOST_LINES]))
    more = f" and {len(found) - _MOST_LINES} more" if len(found) > _MOST_LINES else ""
    return f"{len(found)} times, lines {shown}{more}"

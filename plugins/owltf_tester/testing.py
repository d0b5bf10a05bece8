"""The description of a test, for reports and files."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field


@dataclass(frozen=True)
class Testing:
    """The description of a test of one net.

    Attributes:
        name: the net's name.
        index: which of the solver's test nets it is.
        batches: how many batches it is tested on.
        notes: sentences that the user should read before the figures.
        weights: the weights of those outputs that are losses, by blob name.
        class_names: the classes' names; their numbers if no file names them.
        per_class: whether each class's accuracy is shown.
        views: the name of the views of each image; None if each is seen once, as the net does.
    """

    # Tells pytest that this is not one of its tests, despite the name.
    __test__ = False

    name: str
    index: int
    batches: int
    notes: Sequence[str] = ()
    weights: Mapping[str, float] = field(default_factory=dict)
    class_names: Sequence[str] = ()
    per_class: bool = False
    views: str | None = None

    @property
    def title(self) -> str:
        """The net's name and number, in words."""
        return f"{self.name or 'net'} (#{self.index})"

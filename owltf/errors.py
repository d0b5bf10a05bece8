"""Errors as the user reads them: one line that says what to put right."""


class OwltfError(Exception):
    """A mistake that the user can put right: printed as one line, with exit status 2.

    The message names the layer, the file and its line where there is one, states the rule, says
    what was found, and what to do. Anything else that is raised is a defect of owltf and keeps its
    traceback.
    """


class FieldError(OwltfError):
    """A field's value cannot be used; whoever knows the file adds the field's line.

    Attributes:
        field: the field's name.
    """

    def __init__(self, field: str, message: str) -> None:
        super().__init__(message)
        self.field = field


def first_line(error: BaseException) -> str:
    """Return the first line of an error's message, or its type if it has no message."""
    return next(iter(str(error).splitlines()), type(error).__name__)

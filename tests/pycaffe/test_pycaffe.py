"""Names under the module that some scripts import them from."""

from owltf.pycaffe import Timer
from owltf.pycaffe.pycaffe import Timer as SameTimer


def test_names_are_those_of_the_package() -> None:
    assert SameTimer is Timer

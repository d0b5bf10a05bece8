"""Hints for unknown names."""

from owltf.did_you_mean import did_you_mean


def test_close_names_are_listed_or_all() -> None:
    names = ["Convolution", "Deconvolution", "ReLU"]
    assert did_you_mean("convolutoin", names) == "did you mean 'Convolution' or 'Deconvolution'?"
    assert did_you_mean("xyz", names) == "known: Convolution, Deconvolution, ReLU"
    assert did_you_mean("xyz", names, otherwise="none") == "none"

"""Hints for unknown names."""

from owltf.did_you_mean import did_you_mean


def test_close_names_are_listed_or_all() -> None:
    names = ["Convolution", "Deconvolution", "ReLU"]
    assert did_you_mean("convolutoin", names) == "did you mean 'Convolution' or 'Deconvolution'?"
    assert did_you_mean("xyz", names) == "known: Convolution, Deconvolution, ReLU"
    assert did_you_mean("xyz", names, otherwise="none") == "none"


def test_what_is_far_off_is_no_hint() -> None:
    fields = ["parameter_param", "embed_param", "convolution_param", "bias_param"]
    assert did_you_mean("permute_param", fields, otherwise="none") == "none"
    assert did_you_mean("convolutoin_param", fields) == "did you mean 'convolution_param'?"
    assert did_you_mean("Axpy", ["Exp", "Python", "Crop"], otherwise="none") == "none"


def test_beginnings_and_short_names_are_close() -> None:
    assert did_you_mean("Conv", ["Convolution", "Crop", "Concat"]) == "did you mean 'Convolution'?"
    assert did_you_mean("BatchNormalization", ["BatchNorm", "MVN"]) == "did you mean 'BatchNorm'?"
    assert did_you_mean("pi", ["ip", "conv"]) == "did you mean 'ip'?"

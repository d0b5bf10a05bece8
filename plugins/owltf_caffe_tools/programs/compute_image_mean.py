"""compute_image_mean: writes the mean image of a database."""

from __future__ import annotations

from owltf_caffe_tools.program import Call, Program, expect_words


class ComputeImageMean(Program):
    """The program `compute_image_mean`."""

    name = "compute_image_mean"
    source = "compute_image_mean.cpp"
    usage = (
        "Compute the mean_image of a set of images given by a leveldb/lmdb\n"
        "Usage:\n    compute_image_mean [FLAGS] INPUT_DB [OUTPUT_FILE]\n"
    )
    flags = {"backend": "lmdb"}

    def run(self, call: Call) -> int:
        """Write the mean; a file that is there is replaced, as in Caffe."""
        expect_words(call, 1, 2)
        options = ("--backend", call.text("backend"), "--force", "--plain")
        return call.owltf("compute-image-mean", *options, "--", *call.words)

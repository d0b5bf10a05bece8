"""extract_features: writes blobs of a net to databases."""

from __future__ import annotations

from pathlib import Path

from owltf.api import OwltfError
from owltf_caffe_tools.program import Call, Program, UsageError

_WORDS = 6


class ExtractFeatures(Program):
    """The program `extract_features`."""

    name = "extract_features"
    source = "extract_features.cpp"
    usage = (
        "This program takes in a trained network and an input data layer, and then extracts "
        "features of the input data produced by the net.\n"
        "Usage: extract_features  pretrained_net_param  feature_extraction_proto_file  "
        "extract_feature_blob_name1[,name2,...]  save_feature_dataset_name1[,name2,...]  "
        "num_mini_batches  db_type  [CPU/GPU] [DEVICE_ID=0]\n"
    )

    def run(self, call: Call) -> int:
        """Write a database for each blob."""
        if len(call.words) < _WORDS:
            raise UsageError
        weights, net, blobs, databases, batches, kind, *device = call.words
        for path in databases.split(","):
            if Path(path).exists():
                raise OwltfError(f"{path} is there already")
        if len(blobs.split(",")) != len(databases.split(",")):
            raise OwltfError("the number of blob names and dataset names must be equal")
        options = ("--weights", weights, "--allow-missing", "--iterations", batches)
        output = ("--format", kind.lower(), *_device(call, device))
        status = call.owltf("extract", *options, *output, "--", net, blobs, databases)
        call.log.write("Successfully extracted the features!", "E")
        return status


def _device(call: Call, words: list[str]) -> tuple[str, ...]:
    if words[:1] == ["GPU"]:
        number = words[1] if len(words) > 1 else "0"
        call.log.write(f"Using GPU with Device_id={number}", "E")
        return ("--gpu", number)
    call.log.write("Using CPU", "E")
    return ("--cpu-replicas", "1")

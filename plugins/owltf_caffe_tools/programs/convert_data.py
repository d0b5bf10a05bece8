"""convert_mnist_data, convert_mnist_siamese_data and convert_cifar_data."""

from __future__ import annotations

from owltf_caffe_tools.program import Call, Program, expect_words

_FOR_CAFFE = ("--plain",)


class ConvertMnistData(Program):
    """The program `convert_mnist_data.bin`."""

    name = "convert_mnist_data"
    source = "convert_mnist_data.cpp"
    usage = (
        "This script converts the MNIST dataset to the lmdb/leveldb format used by Caffe to load "
        "data.\nUsage:\n    convert_mnist_data [FLAGS] input_image_file input_label_file "
        "output_db_file\n"
    )
    usage_status = 0
    flags = {"backend": "lmdb"}

    def run(self, call: Call) -> int:
        """Make a database of MNIST's files."""
        expect_words(call, 3)
        backend = ("--backend", call.text("backend"))
        return call.owltf("convert-mnist", *_FOR_CAFFE, *backend, "--", *call.words)


class ConvertMnistSiameseData(Program):
    """The program `convert_mnist_siamese_data.bin`."""

    name = "convert_mnist_siamese_data"
    source = "convert_mnist_siamese_data.cpp"
    usage = (
        "This script converts the MNIST dataset to the leveldb format used by caffe to train a "
        "siamese network.\nUsage:\n    convert_mnist_data input_image_file input_label_file "
        "output_db_file\n"
    )
    usage_status = 0

    def run(self, call: Call) -> int:
        """Make a LevelDB of pairs of MNIST's images."""
        expect_words(call, 3)
        options = ("--pairs", "--backend", "leveldb")
        return call.owltf("convert-mnist", *_FOR_CAFFE, *options, "--", *call.words)


class ConvertCifarData(Program):
    """The program `convert_cifar_data.bin`."""

    name = "convert_cifar_data"
    source = "convert_cifar_data.cpp"
    usage = (
        "This script converts the CIFAR dataset to the leveldb format used by caffe to perform "
        "classification.\nUsage:\n    convert_cifar_data input_folder output_folder db_type\n"
        "Where the input folder should contain the binary batch files.\n"
    )
    usage_status = 0

    def run(self, call: Call) -> int:
        """Make the two databases of CIFAR's files."""
        expect_words(call, 3)
        source, out, backend = call.words
        words = ("--backend", backend, "--", source, out)
        return call.owltf("convert-cifar", *_FOR_CAFFE, *words)

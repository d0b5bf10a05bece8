"""Compile `caffe.proto` into `caffe.pb`: `python -m owltf.caffe.compile_schema`."""

from owltf.caffe.protoc import BASE_FOLDER, compile_proto

PROTO = BASE_FOLDER / "caffe.proto"
COMPILED = BASE_FOLDER / "caffe.pb"


def main() -> None:
    """Write the descriptor set that `owltf.caffe.schema` loads."""
    COMPILED.write_bytes(compile_proto(PROTO).SerializeToString(deterministic=True))


if __name__ == "__main__":
    main()

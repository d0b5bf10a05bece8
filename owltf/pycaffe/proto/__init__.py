"""The messages of Caffe's files."""

"""caffe._caffe: the names of `caffe` under the module that some scripts import them from."""

from owltf.pycaffe import __getattr__ as __getattr__

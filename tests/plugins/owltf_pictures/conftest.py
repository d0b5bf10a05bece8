"""Nets and logs for the tests of pictures."""

from __future__ import annotations

from pathlib import Path

import pytest

NET = """name: "branches"
layer { name: "data" type: "Input" top: "data" input_param { shape {
  dim: 2 dim: 3 dim: 8 dim: 6 } } }
layer { name: "conv" type: "Convolution" bottom: "data" top: "conv" convolution_param {
  num_output: 4 kernel_size: 3 stride: 2 pad: 1 group: 1 } }
layer { name: "relu" type: "ReLU" bottom: "conv" top: "conv" }
layer { name: "pool" type: "Pooling" bottom: "conv" top: "pool" pooling_param {
  kernel_h: 2 kernel_w: 1 stride_h: 2 stride_w: 1 } }
layer { name: "up" type: "Deconvolution" bottom: "pool" top: "up" convolution_param {
  num_output: 4 kernel_size: 2 stride: 2 bias_term: false } }
layer { name: "ip" type: "InnerProduct" bottom: "pool" top: "ip" inner_product_param {
  num_output: 5 } }
layer { name: "prob" type: "Softmax" bottom: "ip" top: "prob" }
"""
LOG = """I1231 23:59:58.000000  1234 caffe.cpp:1] Solving tiny
I1231 23:59:58.500000  1234 solver.cpp:1] Iteration 0, Testing net (#0)
I1231 23:59:59.000000  1234 solver.cpp:1]     Test net output #0: accuracy = 0.25
I1231 23:59:59.000000  1234 solver.cpp:1]     Test net output #1: loss = 2.5 (* 1 = 2.5 loss)
I1231 23:59:59.000000  1234 solver.cpp:1] Iteration 0, Testing net (#1)
I1231 23:59:59.000000  1234 solver.cpp:1]     Test net output #0: loss = 3 (* 1 = 3 loss)
I1231 23:59:59.500000  1234 solver.cpp:1] Iteration 0 (0 iter/s, 1.5s/10 iters), loss = 2.25
I1231 23:59:59.500000  1234 solver.cpp:1]     Train net output #0: loss = 2.25 (* 1 = 2.25 loss)
I1231 23:59:59.500000  1234 solver.cpp:1]     Train net output #1: err = 1e-05
I1231 23:59:59.500000  1234 sgd_solver.cpp:1] Iteration 0, lr = 0.01
I0101 00:00:02.000000  1234 solver.cpp:1] Iteration 10, loss = -nan
I0101 00:00:02.000000  1234 solver.cpp:1] Iteration 10, lr = 0.001
"""


@pytest.fixture
def here(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Work in a folder with a net and a log."""
    (tmp_path / "net.prototxt").write_text(NET)
    (tmp_path / "a.log").write_text(LOG)
    monkeypatch.chdir(tmp_path)
    return tmp_path

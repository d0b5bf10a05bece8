"""Boxes and arrows by OpenCV."""

from __future__ import annotations

import cv2
import numpy as np

from owltf.pycaffe.draw import Edge, Node
from owltf.pycaffe.graph_picture import draw_graph


def test_boxes_stand_behind_each_other() -> None:
    nodes = [
        Node(name, name, {"fillcolor": colour})
        for name, colour in (("a", "#FF0000"), ("b", "#00FF00"), ("c", "#0000FF"))
    ]
    png = draw_graph(nodes, [Edge("a", "b", "text"), Edge("b", "c"), Edge("c", "b")], "LR", "png")
    picture = cv2.imdecode(np.frombuffer(png, np.uint8), cv2.IMREAD_COLOR)
    columns = [
        int(np.argwhere((picture == colour).all(-1))[:, 1].mean())
        for colour in ([0, 0, 255], [0, 255, 0], [255, 0, 0])
    ]
    assert columns == sorted(columns)
    assert columns[0] < columns[1] < columns[2]

"""Writes the nets that the benchmarks train, as prototxt in `nets/`.

The nets are those of the papers, as Caffe's users write them: parameters with `lr_mult` 1 and 2,
biases without weight decay, batches from a `DummyData` layer.

Run it after a change: `python benchmarks/make_nets.py`.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path

NETS = Path(__file__).parent / "nets"
_PARAMS = "param { lr_mult: 1 decay_mult: 1 }\n  param { lr_mult: 2 decay_mult: 0 }"
_FILLERS = 'weight_filler { type: "xavier" } bias_filler { type: "constant" }'


@dataclass
class Prototxt:
    """A net built layer by layer; each method adds a layer and returns the name of its top."""

    name: str
    layers: list[str] = field(default_factory=list)

    def layer(self, name: str, kind: str, bottoms: Sequence[str], top: str, *body: str) -> str:
        """Add a layer of any type."""
        lines = [f'name: "{name}"', f'type: "{kind}"']
        lines += [f'bottom: "{bottom}"' for bottom in bottoms]
        lines += [f'top: "{top}"', *body]
        self.layers.append("layer {\n" + "".join(f"  {line}\n" for line in lines) + "}\n")
        return top

    def data(self, shape: Sequence[int]) -> str:
        """Add `data` and `label`, the same in each batch."""
        dims = " ".join(f"dim: {size}" for size in shape)
        return self.layer(
            "data",
            "DummyData",
            [],
            "data",
            'top: "label"',
            "dummy_data_param {",
            f"  shape {{ {dims} }}",
            f"  shape {{ dim: {shape[0]} }}",
            '  data_filler { type: "constant" value: 0.5 }',
            '  data_filler { type: "constant" value: 3 }',
            "}",
        )

    def conv(self, name: str, bottom: str, outputs: int, kernel: int, **sizes: int) -> str:
        """Add a convolution with a bias."""
        window = " ".join(
            f"{what}: {size}" for what, size in {"kernel_size": kernel, **sizes}.items()
        )
        body = ["convolution_param {", f"  num_output: {outputs} {window}", f"  {_FILLERS}", "}"]
        return self.layer(name, "Convolution", [bottom], name, _PARAMS, *body)

    def conv_relu(self, name: str, bottom: str, outputs: int, kernel: int, **sizes: int) -> str:
        """Add a convolution and a ReLU in place."""
        return self.relu(self.conv(name, bottom, outputs, kernel, **sizes))

    def relu(self, blob: str) -> str:
        """Add a ReLU in place."""
        return self.layer(f"{blob}_relu", "ReLU", [blob], blob)

    def pool(self, name: str, bottom: str, how: str, kernel: int, stride: int, pad: int = 0) -> str:
        """Add a MAX or AVE pooling."""
        sizes = f"kernel_size: {kernel} stride: {stride}" + (f" pad: {pad}" if pad else "")
        return self.layer(
            name, "Pooling", [bottom], name, f"pooling_param {{ pool: {how} {sizes} }}"
        )

    def lrn(self, name: str, bottom: str) -> str:
        """Add AlexNet's LRN."""
        return self.layer(
            name, "LRN", [bottom], name, "lrn_param { local_size: 5 alpha: 0.0001 beta: 0.75 }"
        )

    def dense(self, name: str, bottom: str, outputs: int) -> str:
        """Add a fully connected layer."""
        body = ["inner_product_param {", f"  num_output: {outputs}", f"  {_FILLERS}", "}"]
        return self.layer(name, "InnerProduct", [bottom], name, _PARAMS, *body)

    def dropout(self, blob: str, ratio: float) -> str:
        """Add a dropout in place."""
        param = f"dropout_param {{ dropout_ratio: {ratio} }}"
        return self.layer(f"{blob}_drop", "Dropout", [blob], blob, param)

    def loss(self, name: str, scores: str, weight: float = 1) -> str:
        """Add the softmax loss."""
        body = [] if weight == 1 else [f"loss_weight: {weight}"]
        return self.layer(name, "SoftmaxWithLoss", [scores, "label"], name, *body)

    def text(self) -> str:
        """Return the prototxt."""
        return f'# Written by make_nets.py.\nname: "{self.name}"\n' + "".join(self.layers)

    def write(self, file: str) -> None:
        """Write the net to `nets/`."""
        (NETS / file).write_text(self.text(), encoding="utf-8")


def lenet(batch: int = 64) -> Prototxt:
    """Return LeNet as in Caffe's MNIST example."""
    net = Prototxt("LeNet")
    top = net.data((batch, 1, 28, 28))
    top = net.pool("pool1", net.conv("conv1", top, 20, 5), "MAX", 2, 2)
    top = net.pool("pool2", net.conv("conv2", top, 50, 5), "MAX", 2, 2)
    top = net.relu(net.dense("ip1", top, 500))
    net.loss("loss", net.dense("ip2", top, 10))
    return net


def cifar10_quick(batch: int = 100) -> Prototxt:
    """Return the quick net of Caffe's CIFAR-10 example."""
    net = Prototxt("CIFAR10_quick")
    top = net.data((batch, 3, 32, 32))
    top = net.relu(net.pool("pool1", net.conv("conv1", top, 32, 5, pad=2), "MAX", 3, 2))
    top = net.pool("pool2", net.conv_relu("conv2", top, 32, 5, pad=2), "AVE", 3, 2)
    top = net.pool("pool3", net.conv_relu("conv3", top, 64, 5, pad=2), "AVE", 3, 2)
    net.loss("loss", net.dense("ip2", net.dense("ip1", top, 64), 10))
    return net


def caffenet(batch: int = 32) -> Prototxt:
    """Return CaffeNet: AlexNet with its pooling before its normalisation."""
    net = Prototxt("CaffeNet")
    top = net.data((batch, 3, 227, 227))
    top = net.pool("pool1", net.conv_relu("conv1", top, 96, 11, stride=4), "MAX", 3, 2)
    top = net.conv_relu("conv2", net.lrn("norm1", top), 256, 5, pad=2, group=2)
    top = net.lrn("norm2", net.pool("pool2", top, "MAX", 3, 2))
    top = net.conv_relu("conv3", top, 384, 3, pad=1)
    top = net.conv_relu("conv4", top, 384, 3, pad=1, group=2)
    top = net.conv_relu("conv5", top, 256, 3, pad=1, group=2)
    top = net.pool("pool5", top, "MAX", 3, 2)
    top = net.dropout(net.relu(net.dense("fc6", top, 4096)), 0.5)
    top = net.dropout(net.relu(net.dense("fc7", top, 4096)), 0.5)
    net.loss("loss", net.dense("fc8", top, 1000))
    return net


# For each inception module: its name and the number of filters of 1x1, 3x3 reduce, 3x3, 5x5 reduce,
# 5x5, and the projection after the pooling.
INCEPTIONS = (
    ("3a", 64, 96, 128, 16, 32, 32),
    ("3b", 128, 128, 192, 32, 96, 64),
    ("4a", 192, 96, 208, 16, 48, 64),
    ("4b", 160, 112, 224, 24, 64, 64),
    ("4c", 128, 128, 256, 24, 64, 64),
    ("4d", 112, 144, 288, 32, 64, 64),
    ("4e", 256, 160, 320, 32, 128, 128),
    ("5a", 256, 160, 320, 32, 128, 128),
    ("5b", 384, 192, 384, 48, 128, 128),
)


def googlenet(batch: int = 16) -> Prototxt:
    """Return GoogLeNet with its two auxiliary heads."""
    net = Prototxt("GoogLeNet")
    top = net.data((batch, 3, 224, 224))
    top = net.conv_relu("conv1/7x7_s2", top, 64, 7, stride=2, pad=3)
    top = net.lrn("pool1/norm1", net.pool("pool1/3x3_s2", top, "MAX", 3, 2))
    top = net.conv_relu("conv2/3x3_reduce", top, 64, 1)
    top = net.lrn("conv2/norm2", net.conv_relu("conv2/3x3", top, 192, 3, pad=1))
    top = net.pool("pool2/3x3_s2", top, "MAX", 3, 2)
    for name, *filters in INCEPTIONS:
        top = _inception(net, name, top, filters)
        if name in ("3b", "4e"):
            top = net.pool(f"pool{int(name[0])}/3x3_s2", top, "MAX", 3, 2)
        if name in ("4a", "4d"):
            _auxiliary(net, {"4a": "loss1", "4d": "loss2"}[name], top)
    top = net.dropout(net.pool("pool5/7x7_s1", top, "AVE", 7, 1), 0.4)
    net.loss("loss3/loss3", net.dense("loss3/classifier", top, 1000))
    return net


def _inception(net: Prototxt, name: str, bottom: str, filters: Sequence[int]) -> str:
    one, three_reduce, three, five_reduce, five, projection = filters
    at = f"inception_{name}"
    small = net.conv_relu(f"{at}/1x1", bottom, one, 1)
    reduced = net.conv_relu(f"{at}/3x3_reduce", bottom, three_reduce, 1)
    middle = net.conv_relu(f"{at}/3x3", reduced, three, 3, pad=1)
    reduced = net.conv_relu(f"{at}/5x5_reduce", bottom, five_reduce, 1)
    large = net.conv_relu(f"{at}/5x5", reduced, five, 5, pad=2)
    pooled = net.pool(f"{at}/pool", bottom, "MAX", 3, 1, 1)
    projected = net.conv_relu(f"{at}/pool_proj", pooled, projection, 1)
    return net.layer(f"{at}/output", "Concat", [small, middle, large, projected], f"{at}/output")


def _auxiliary(net: Prototxt, at: str, bottom: str) -> None:
    top = net.conv_relu(f"{at}/conv", net.pool(f"{at}/ave_pool", bottom, "AVE", 5, 3), 128, 1)
    top = net.dropout(net.relu(net.dense(f"{at}/fc", top, 1024)), 0.7)
    net.loss(f"{at}/loss", net.dense(f"{at}/classifier", top, 1000), 0.3)


# For each stage: its number, the number of its blocks, its narrow filters and its first stride.
STAGES = ((2, 3, 64, 1), (3, 4, 128, 2), (4, 6, 256, 2), (5, 3, 512, 2))


def resnet50(batch: int = 8) -> Prototxt:
    """Return ResNet-50, with the stride in the first convolution of a stage."""
    return _resnet("ResNet-50", batch, [blocks for _, blocks, _, _ in STAGES])


def resnet152(batch: int = 8) -> Prototxt:
    """Return ResNet-152, which is ResNet-50 with more blocks."""
    return _resnet("ResNet-152", batch, (3, 8, 36, 3))


def _resnet(name: str, batch: int, counts: Sequence[int]) -> Prototxt:
    net = Prototxt(name)
    top = net.data((batch, 3, 224, 224))
    top = net.relu(_conv_norm(net, "1", top, 64, 7, stride=2, pad=3))
    top = net.pool("pool1", top, "MAX", 3, 2)
    for (stage, _, filters, stride), blocks in zip(STAGES, counts, strict=True):
        for block in range(blocks):
            at = f"{stage}{chr(97 + block)}" if blocks < 26 else f"{stage}b{block}"
            top = _block(net, at, top, filters, stride, block == 0)
            stride = 1
    top = net.pool("pool5", top, "AVE", 7, 1)
    net.loss("loss", net.dense("fc1000", top, 1000))
    return net


def densenet201(batch: int = 8) -> Prototxt:
    """Return DenseNet-201: each layer takes the channels of all layers of its block before it."""
    net = Prototxt("DenseNet-201")
    top = net.relu(_conv_norm(net, "1", net.data((batch, 3, 224, 224)), 64, 7, stride=2, pad=3))
    top, channels = net.pool("pool1", top, "MAX", 3, 2, 1), 64
    for stage, layers in enumerate((6, 12, 48, 32), 2):
        for layer in range(layers):
            new = net.relu(_conv_norm(net, f"{stage}_{layer}a", top, 128, 1))
            new = net.relu(_conv_norm(net, f"{stage}_{layer}b", new, 32, 3, pad=1))
            joined = f"concat{stage}_{layer}"
            top, channels = net.layer(joined, "Concat", [top, new], joined), channels + 32
        if stage < 5:
            channels //= 2
            top = net.relu(_conv_norm(net, f"{stage}_less", top, channels, 1))
            top = net.pool(f"pool{stage}", top, "AVE", 2, 2)
    net.loss("loss", net.dense("fc1000", net.pool("pool5", top, "AVE", 7, 1), 1000))
    return net


def _block(net: Prototxt, name: str, bottom: str, filters: int, stride: int, is_first: bool) -> str:
    shortcut = bottom
    if is_first:
        shortcut = _conv_norm(net, f"{name}_branch1", bottom, 4 * filters, 1, stride=stride)
    top = net.relu(_conv_norm(net, f"{name}_branch2a", bottom, filters, 1, stride=stride))
    top = net.relu(_conv_norm(net, f"{name}_branch2b", top, filters, 3, pad=1))
    top = _conv_norm(net, f"{name}_branch2c", top, 4 * filters, 1)
    return net.relu(net.layer(f"res{name}", "Eltwise", [shortcut, top], f"res{name}"))


def _conv_norm(
    net: Prototxt, name: str, bottom: str, outputs: int, kernel: int, **sizes: int
) -> str:
    window = " ".join(f"{what}: {size}" for what, size in {"kernel_size": kernel, **sizes}.items())
    top = net.layer(
        f"conv{name}",
        "Convolution",
        [bottom],
        f"conv{name}",
        "convolution_param {",
        f'  num_output: {outputs} {window} bias_term: false weight_filler {{ type: "msra" }}',
        "}",
    )
    net.layer(f"bn{name}", "BatchNorm", [top], top)
    return net.layer(f"scale{name}", "Scale", [top], top, "scale_param { bias_term: true }")


def main() -> None:
    """Write every net."""
    for make in (lenet, cifar10_quick, caffenet, googlenet, resnet50):
        make().write(f"{make.__name__}.prototxt")


if __name__ == "__main__":
    main()

"""The benchmarks' nets written in PyTorch, with a training step for each."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import torch
from make_nets import INCEPTIONS, STAGES
from torch import nn
from torch.nn import functional


def lenet() -> nn.Module:
    """Return LeNet as Caffe's MNIST example has it."""
    return nn.Sequential(
        nn.Conv2d(1, 20, 5),
        nn.MaxPool2d(2),
        nn.Conv2d(20, 50, 5),
        nn.MaxPool2d(2),
        nn.Flatten(),
        nn.Linear(800, 500),
        nn.ReLU(inplace=True),
        nn.Linear(500, 10),
    )


def cifar10_quick() -> nn.Module:
    """Return the quick net of Caffe's CIFAR-10 example."""
    return nn.Sequential(
        nn.Conv2d(3, 32, 5, padding=2),
        nn.MaxPool2d(3, 2, ceil_mode=True),
        nn.ReLU(inplace=True),
        nn.Conv2d(32, 32, 5, padding=2),
        nn.ReLU(inplace=True),
        nn.AvgPool2d(3, 2, ceil_mode=True),
        nn.Conv2d(32, 64, 5, padding=2),
        nn.ReLU(inplace=True),
        nn.AvgPool2d(3, 2, ceil_mode=True),
        nn.Flatten(),
        nn.Linear(1024, 64),
        nn.Linear(64, 10),
    )


def _lrn() -> nn.Module:
    return nn.LocalResponseNorm(5, 0.0001, 0.75)


def caffenet() -> nn.Module:
    """Return CaffeNet: AlexNet with its pooling before its normalisation."""
    return nn.Sequential(
        *_conv(3, 96, 11, stride=4),
        nn.MaxPool2d(3, 2),
        _lrn(),
        *_conv(96, 256, 5, padding=2, groups=2),
        nn.MaxPool2d(3, 2),
        _lrn(),
        *_conv(256, 384, 3, padding=1),
        *_conv(384, 384, 3, padding=1, groups=2),
        *_conv(384, 256, 3, padding=1, groups=2),
        nn.MaxPool2d(3, 2),
        nn.Flatten(),
        nn.Linear(9216, 4096),
        nn.ReLU(inplace=True),
        nn.Dropout(0.5),
        nn.Linear(4096, 4096),
        nn.ReLU(inplace=True),
        nn.Dropout(0.5),
        nn.Linear(4096, 1000),
    )


def _conv(inputs: int, outputs: int, kernel: int, **sizes: int) -> tuple[nn.Module, nn.Module]:
    return nn.Conv2d(inputs, outputs, kernel, **sizes), nn.ReLU(inplace=True)


class Inception(nn.Module):
    """An inception module: four branches whose channels are concatenated."""

    def __init__(
        self, inputs: int, one: int, three_in: int, three: int, five_in: int, five: int, last: int
    ) -> None:
        super().__init__()
        self.branches = nn.ModuleList(
            [
                nn.Sequential(*_conv(inputs, one, 1)),
                nn.Sequential(*_conv(inputs, three_in, 1), *_conv(three_in, three, 3, padding=1)),
                nn.Sequential(*_conv(inputs, five_in, 1), *_conv(five_in, five, 5, padding=2)),
                nn.Sequential(nn.MaxPool2d(3, 1, 1), *_conv(inputs, last, 1)),
            ]
        )

    def forward(self, x: torch.Tensor) -> torch.Tensor:
        """Return the channels of all branches."""
        return torch.cat([branch(x) for branch in self.branches], 1)


class GoogLeNet(nn.Module):
    """GoogLeNet with its two auxiliary heads."""

    def __init__(self) -> None:
        super().__init__()
        self.stem = nn.Sequential(
            *_conv(3, 64, 7, stride=2, padding=3),
            nn.MaxPool2d(3, 2, ceil_mode=True),
            _lrn(),
            *_conv(64, 64, 1),
            *_conv(64, 192, 3, padding=1),
            _lrn(),
            nn.MaxPool2d(3, 2, ceil_mode=True),
        )
        self.inceptions, self.heads = nn.ModuleDict(), nn.ModuleDict()
        channels = 192
        for name, one, three_in, three, five_in, five, last in INCEPTIONS:
            module = Inception(channels, one, three_in, three, five_in, five, last)
            channels = one + three + five + last
            self.inceptions[name] = module
            if name in ("4a", "4d"):
                self.heads[name] = _auxiliary(channels)
        self.pool = nn.MaxPool2d(3, 2, ceil_mode=True)
        self.top = nn.Sequential(
            nn.AvgPool2d(7, 1), nn.Flatten(), nn.Dropout(0.4), nn.Linear(1024, 1000)
        )

    def forward(self, x: torch.Tensor) -> list[torch.Tensor]:
        """Return the scores of the auxiliary heads and of the last one."""
        x, outputs = self.stem(x), []
        for name, module in self.inceptions.items():
            x = module(x)
            if name in self.heads:
                outputs.append(self.heads[name](x))
            if name in ("3b", "4e"):
                x = self.pool(x)
        return [*outputs, self.top(x)]


def _auxiliary(channels: int) -> nn.Module:
    return nn.Sequential(
        nn.AvgPool2d(5, 3),
        *_conv(channels, 128, 1),
        nn.Flatten(),
        nn.Linear(2048, 1024),
        nn.ReLU(inplace=True),
        nn.Dropout(0.7),
        nn.Linear(1024, 1000),
    )


class Bottleneck(nn.Module):
    """A block of ResNet: three convolutions, added to a shortcut."""

    def __init__(self, inputs: int, filters: int, stride: int) -> None:
        super().__init__()
        outputs = 4 * filters
        is_first = inputs != outputs
        self.shortcut = _conv_norm(inputs, outputs, 1, stride) if is_first else nn.Identity()
        self.body = nn.Sequential(
            _conv_norm(inputs, filters, 1, stride),
            nn.ReLU(inplace=True),
            _conv_norm(filters, filters, 3, 1),
            nn.ReLU(inplace=True),
            _conv_norm(filters, outputs, 1, 1),
        )

    def forward(self, x: torch.Tensor) -> torch.Tensor:
        """Return the ReLU of the sum of both."""
        return functional.relu(self.body(x) + self.shortcut(x), inplace=True)


def _conv_norm(inputs: int, outputs: int, kernel: int, stride: int) -> nn.Module:
    conv = nn.Conv2d(inputs, outputs, kernel, stride, kernel // 2, bias=False)
    return nn.Sequential(conv, nn.BatchNorm2d(outputs, momentum=0.001))


def resnet50() -> nn.Module:
    """Return ResNet-50, with the stride in the first convolution of a stage."""
    stem = [_conv_norm(3, 64, 7, 2), nn.ReLU(inplace=True), nn.MaxPool2d(3, 2, ceil_mode=True)]
    body, inputs = [], 64
    for _, blocks, filters, stride in STAGES:
        for block in range(blocks):
            body.append(Bottleneck(inputs, filters, stride if block == 0 else 1))
            inputs = 4 * filters
    return nn.Sequential(*stem, *body, nn.AvgPool2d(7, 1), nn.Flatten(), nn.Linear(2048, 1000))


NETS: dict[str, Callable[[], nn.Module]] = {
    "lenet": lenet,
    "cifar10_quick": cifar10_quick,
    "caffenet": caffenet,
    "googlenet": GoogLeNet,
    "resnet50": resnet50,
}


def step_of(
    name: str,
    weights: Any,
    rate: float,
    momentum: float,
    decay: float,
    *,
    compiled: bool = False,
) -> tuple[Any, Any]:
    """Return a net and its training step, a function of images (N, C, H, W) and labels (N,).

    Args:
        name: the net.
        weights: the loss weight of each head.
        rate: the learning rate.
        momentum: the optimizer's momentum.
        decay: the optimizer's `weight_decay`.
        compiled: whether `torch.compile` makes the net's code, forward and backward, at the first
            step; the update stays eager.
    """
    model = NETS[name]().to(memory_format=torch.channels_last).train()
    net = torch.compile(model) if compiled else model
    optimizer = torch.optim.SGD(model.parameters(), rate, momentum, weight_decay=decay)

    def step(images: torch.Tensor, labels: torch.Tensor) -> torch.Tensor:
        optimizer.zero_grad()
        outputs = net(images)
        heads = outputs if isinstance(outputs, list) else [outputs]
        losses = [functional.cross_entropy(head, labels) for head in heads]
        loss = sum(weight * each for weight, each in zip(weights, losses, strict=True))
        loss.backward()
        optimizer.step()
        return loss

    return model, step

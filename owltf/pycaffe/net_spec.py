"""NetSpec: nets written in Python, from layers to a prototxt."""

from __future__ import annotations

from collections import Counter, OrderedDict
from collections.abc import Callable, Iterable, Iterator, Mapping
from functools import cache
from typing import Any

from owltf.pycaffe.proto import caffe_pb2

Layers = dict["Function", Any]


class Top:
    """A blob that a layer of a specification makes.

    Attributes:
        fn: the layer.
        n: which of its tops it is.
    """

    def __init__(self, fn: Function, n: int) -> None:
        self.fn, self.n = fn, n

    def to_proto(self) -> Any:
        """Return the net of this top and of all that it is made of."""
        return to_proto(self)

    def _to_proto(self, net: _Writer) -> None:
        net.write(self.fn)


class Function:
    """A layer of a specification.

    Args:
        type_name: its type.
        inputs: the tops that it takes.
        params: its fields, and `ntop` and `in_place`.

    Raises:
        TypeError: if an input is no top.
    """

    def __init__(self, type_name: str, inputs: Iterable[Any], params: Mapping[str, Any]) -> None:
        self.type_name, self.inputs, self.params = type_name, tuple(inputs), dict(params)
        for index, each in enumerate(self.inputs):
            if not isinstance(each, Top):
                raise TypeError(f"{type_name} input {index} is not a Top (type is {type(each)})")
        self.ntop = self.params.pop("ntop", 1)
        self.in_place = self.params.pop("in_place", False)
        self.tops = tuple(Top(self, index) for index in range(self.ntop))

    def to_proto(self) -> Any:
        """Return the net of this layer and of all that it is made of."""
        return to_proto(self)

    def _to_proto(self, net: _Writer) -> None:
        net.write(self)


class _Writer:
    """Writes layers into a net, each after those whose tops it takes.

    Args:
        names: the names of tops and layers; the others are named by their type and a number.
    """

    def __init__(self, names: Mapping[Any, str]) -> None:
        self._names: dict[Any, str] = dict(names)
        self._numbers: Counter[str] = Counter()
        self._layers: Layers = {}

    @property
    def net(self) -> Any:
        """The net written so far."""
        net = caffe_pb2.NetParameter()
        net.layer.extend(self._layers.values())
        return net

    def write(self, function: Function) -> None:
        """Write a layer and those before it, unless they are written already."""
        if function in self._layers:
            return
        for top in function.inputs:
            self.write(top.fn)
        layer = caffe_pb2.LayerParameter(type=function.type_name)
        layer.bottom.extend(self._layers[top.fn].top[top.n] for top in function.inputs)
        tops = map(self._name_of, function.tops)
        layer.top.extend(layer.bottom if function.in_place else tops)
        first = function.tops[0] if function.tops else function
        layer.name = self._names.get(function) or self._name_of(first)
        for name, value in function.params.items():
            _assign_field(layer, name, value)
        self._layers[function] = layer

    def _name_of(self, named: Any) -> str:
        if named not in self._names:
            kind = named.fn.type_name if isinstance(named, Top) else named.type_name
            self._numbers[kind] += 1
            self._names[named] = f"{kind}{self._numbers[kind]}"
        return self._names[named]


class NetSpec:
    """A net whose tops are its attributes: `n.conv1 = L.Convolution(n.data, ...)`."""

    tops: OrderedDict[str, Top | Function]

    def __init__(self) -> None:
        super().__setattr__("tops", OrderedDict())

    def __setattr__(self, name: str, value: Top | Function) -> None:
        self.tops[name] = value

    def __getattr__(self, name: str) -> Any:
        if name.startswith("__") or name not in self.tops:
            raise AttributeError(f"the specification has no top {name!r}", name=name)
        return self.tops[name]

    def __setitem__(self, name: str, value: Top | Function) -> None:
        self.tops[name] = value

    def __getitem__(self, name: str) -> Any:
        return self.tops[name]

    def __delitem__(self, name: str) -> None:
        del self.tops[name]

    def __contains__(self, name: str) -> bool:
        return name in self.tops

    def __iter__(self) -> Iterator[str]:
        return iter(self.tops)

    def keys(self) -> Iterable[str]:
        """Return the names of the tops."""
        return self.tops.keys()

    def vals(self) -> Iterable[Any]:
        """Return the tops."""
        return self.tops.values()

    def items(self) -> Iterable[tuple[str, Any]]:
        """Return names and tops."""
        return self.tops.items()

    def update(self, other: NetSpec | Mapping[str, Any]) -> None:
        """Take over the tops of another specification."""
        self.tops.update(other.tops if isinstance(other, NetSpec) else other)

    def to_proto(self) -> Any:
        """Return the net as a NetParameter."""
        writer = _Writer({top: name for name, top in self.tops.items()})
        for top in self.tops.values():
            top._to_proto(writer)
        return writer.net


class LayerMaker:
    """Makes a layer of any type: `L.ReLU(n.conv1, in_place=True)`."""

    def __getattr__(self, name: str) -> Callable[..., Any]:
        if name.startswith("__"):
            raise AttributeError(name)

        def layer(*args: Any, **kwargs: Any) -> Any:
            function = Function(name, args, kwargs)
            if function.ntop == 0:
                return function
            return function.tops[0] if function.ntop == 1 else function.tops

        return layer


class EnumValues:
    """Gives the values of a layer's enums: `P.Pooling.MAX`."""

    def __getattr__(self, name: str) -> Any:
        if name.startswith("__"):
            raise AttributeError(name)
        return getattr(caffe_pb2, f"{name}Parameter")


def to_proto(*tops: Top | Function) -> Any:
    """Return the net of some tops, and of all that they are made of, as a NetParameter."""
    writer = _Writer({})
    for top in tops:
        top._to_proto(writer)
    return writer.net


def assign_proto(proto: Any, name: str, value: Any) -> None:
    """Set a field of a message from a Python value.

    Args:
        proto: the message.
        name: the field.
        value: a list for a repeated field, or one value of it; a dict for a message; or the value.
    """
    field = proto.DESCRIPTOR.fields_by_name.get(name)
    if field is None:
        raise AttributeError(f"{proto.DESCRIPTOR.name} has no field {name!r}", name=name)
    if field.is_repeated:
        for each in value if isinstance(value, (list, tuple)) else [value]:
            _append(getattr(proto, name), each)
    elif isinstance(value, Mapping):
        _fill(getattr(proto, name), value)
    else:
        setattr(proto, name, value)


def _append(repeated: Any, value: Any) -> None:
    if isinstance(value, Mapping):
        _fill(repeated.add(), value)
    else:
        repeated.append(value)


def _fill(message: Any, values: Mapping[str, Any]) -> None:
    # A dict without keys is there, too.
    message.SetInParent()
    for name, value in values.items():
        assign_proto(message, name, value)


def _assign_field(layer: Any, name: str, value: Any) -> None:
    """Set a layer's field, which is that of its type's own message if that has one of the name."""
    own = None if name.endswith("param") else param_name_dict().get(layer.type)
    if own and name in layer.DESCRIPTOR.fields_by_name[own].message_type.fields_by_name:
        assign_proto(getattr(layer, own), name, value)
    else:
        assign_proto(layer, name, value)


@cache
def param_name_dict() -> Mapping[str, str]:
    """Return the field of a LayerParameter that each layer type has for its own."""
    fields = caffe_pb2.LayerParameter.DESCRIPTOR.fields
    params = (field for field in fields if field.name.endswith("_param") and field.message_type)
    return {each.message_type.name.removesuffix("Parameter"): each.name for each in params}


layers, params = LayerMaker(), EnumValues()

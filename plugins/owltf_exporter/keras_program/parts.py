"""The parts of a program that plain Keras lacks, as the source text of small functions."""

from __future__ import annotations

AVERAGE_POOL = '''
def average_pool(x, size, strides, pad, beyond):
    """Pool as Caffe does: zeros of the padding count, what lies beyond it does not."""
    sides = [(p, p + b) for p, b in zip(pad, beyond)]
    padded = np.ones([s + 2 * p for s, p in zip(x.shape[1:3], pad)], "float32")
    counted = np.pad(padded, [(0, b) for b in beyond])[None, :, :, None]
    total = ops.average_pool(ops.pad(x, [(0, 0), *sides, (0, 0)]), size, strides)
    part = ops.average_pool(counted, size, strides)
    return total / part
'''

LRN_ACROSS_CHANNELS = '''
def lrn(x, size, alpha, beta, k):
    """Divide by the size of neighbours along the channels; alpha is of their sum's mean."""
    squares = ops.pad(ops.square(x), [(0, 0)] * 3 + [(size // 2, size // 2)])
    total = sum(squares[..., i : i + x.shape[-1]] for i in range(size))
    return x * (k + alpha / size * total) ** -beta
'''

LRN_WITHIN_CHANNEL = '''
def lrn_within_channel(x, size, alpha, beta):
    """Divide by the size of neighbours in a square of the same channel."""
    side = (size // 2, size // 2)
    squares = ops.pad(ops.square(x), [(0, 0), side, side, (0, 0)])
    return x * (1 + alpha * ops.average_pool(squares, size, 1)) ** -beta
'''

AFFINE = '''
@keras.saving.register_keras_serializable()
class Affine(layers.Layer):
    """x * gamma + beta, Caffe's Scale and Bias layers."""

    def __init__(self, shape, scale=True, shift=True, **kwargs):
        super().__init__(**kwargs)
        self.shape, self.scale, self.shift = shape, scale, shift

    def build(self, input_shape):
        if self.scale:
            self.gamma = self.add_weight(shape=self.shape, initializer="ones", name="gamma")
        if self.shift:
            self.beta = self.add_weight(shape=self.shape, initializer="zeros", name="beta")

    def call(self, x):
        x = x * self.gamma if self.scale else x
        return x + self.beta if self.shift else x

    def get_config(self):
        config = {"shape": self.shape, "scale": self.scale, "shift": self.shift}
        return {**super().get_config(), **config}
'''

MEAN_VARIANCE_NORM = '''
def mean_variance_norm(x, axes, epsilon=None):
    """Take the mean along some axes away; with an epsilon divide by the deviation and it."""
    x = x - ops.mean(x, axes, keepdims=True)
    if epsilon is None:
        return x
    return x / (ops.sqrt(ops.mean(ops.square(x), axes, keepdims=True)) + epsilon)
'''

TOP_PLACES = '''
def top_places(x, axis, k):
    """Return where the k greatest values are, the greatest first, of equal ones the last first."""
    order = ops.argsort(-ops.flip(x, axis), axis)
    return ops.cast(x.shape[axis] - 1 - ops.take(order, range(k), axis), "float32")
'''

TOP_VALUES = '''
def top_values(x, axis, k):
    """Return the k greatest values along an axis, the greatest first."""
    return -ops.take(ops.sort(-x, axis), range(k), axis)
'''

IM2COL = '''
def im2col(x, kernel, stride, pad, dilation):
    """Return the values under each place of a window as channels, channel by channel."""
    x = ops.pad(x, [(0, 0), *((p, p) for p in pad), (0, 0)])
    extents = [d * (k - 1) + 1 for k, d in zip(kernel, dilation)]
    counts = [(n - e) // s + 1 for n, e, s in zip(x.shape[1:-1], extents, stride)]
    cells = []
    for place in np.ndindex(*kernel):
        starts = [i * d for i, d in zip(place, dilation)]
        sides = [slice(i, i + (n - 1) * s + 1, s) for i, n, s in zip(starts, counts, stride)]
        cells.append(x[(slice(None), *sides)])
    return ops.reshape(ops.stack(cells, -1), (-1, *counts, x.shape[-1] * len(cells)))
'''

STOCHASTIC_POOL = '''
def stochastic_pool(x, size, strides, pads):
    """Return the mean of what is drawn from each window with a chance as great as its value."""
    x = ops.pad(x, [(0, 0), *pads, (0, 0)])
    squares, values = (ops.average_pool(each, size, strides) for each in (ops.square(x), x))
    return ops.where(values > 0, squares / ops.where(values > 0, values, 1.0), 0.0)
'''

LSTM_UNIT = '''
def lstm_unit(cells, gates, markers):
    """Return the cells and the hidden state after one step; a marker of 0 begins a sequence."""
    i, f, o, g = ops.split(gates, 4, -1)
    cells = ops.sigmoid(f) * markers[..., None] * cells + ops.sigmoid(i) * ops.tanh(g)
    return cells, ops.sigmoid(o) * ops.tanh(cells)
'''

DECONVOLUTION = '''
@keras.saving.register_keras_serializable()
class Deconvolution(layers.Layer):
    """Caffe's Deconvolution, its channels in groups with filters of their own."""

    def __init__(self, filters, size, strides, groups, use_bias=True, **kwargs):
        super().__init__(**kwargs)
        self.filters, self.size, self.strides = filters, size, strides
        self.groups, self.use_bias = groups, use_bias

    def build(self, input_shape):
        shape = (*self.size, self.filters // self.groups, input_shape[-1])
        self.kernel = self.add_weight(shape=shape, name="kernel")
        if self.use_bias:
            self.bias = self.add_weight(shape=(self.filters,), initializer="zeros", name="bias")

    def call(self, x):
        pairs = zip(ops.split(x, self.groups, -1), ops.split(self.kernel, self.groups, -1))
        x = ops.concatenate([ops.conv_transpose(*pair, self.strides) for pair in pairs], -1)
        return x + self.bias if self.use_bias else x

    def get_config(self):
        names = ("filters", "size", "strides", "groups", "use_bias")
        return {**super().get_config(), **{name: getattr(self, name) for name in names}}
'''

EMBED = '''
@keras.saving.register_keras_serializable()
class Embed(layers.Layer):
    """Rows of a matrix by their numbers, and a term."""

    def __init__(self, rows, units, use_bias=True, **kwargs):
        super().__init__(**kwargs)
        self.rows, self.units, self.use_bias = rows, units, use_bias

    def build(self, input_shape):
        self.kernel = self.add_weight(shape=(self.rows, self.units), name="kernel")
        if self.use_bias:
            self.bias = self.add_weight(shape=(self.units,), initializer="zeros", name="bias")

    def call(self, x):
        x = ops.take(self.kernel, ops.cast(x, "int32"), axis=0)
        return x + self.bias if self.use_bias else x

    def get_config(self):
        config = {"rows": self.rows, "units": self.units, "use_bias": self.use_bias}
        return {**super().get_config(), **config}
'''

PARAMETER = '''
@keras.saving.register_keras_serializable()
class Parameter(layers.Layer):
    """A weight, whatever the input is."""

    def __init__(self, shape, **kwargs):
        super().__init__(**kwargs)
        self.shape = shape

    def build(self, input_shape):
        self.value = self.add_weight(shape=self.shape, initializer="zeros", name="value")

    def call(self, x):
        return ops.convert_to_tensor(self.value)

    def compute_output_shape(self, input_shape):
        return self.shape

    def get_config(self):
        return {**super().get_config(), "shape": self.shape}
'''

RECURRENT = '''
@keras.saving.register_keras_serializable()
class Recurrent(layers.Layer):
    """Caffe's LSTM or RNN over time.

    It takes x (T, N, D) and markers (T, N), 0 where a sequence begins; if `static`, an input
    without time; if `states`, the states to start from. Without those it starts from zeros.
    """

    def __init__(self, cell, units, static=False, states=False, **kwargs):
        super().__init__(**kwargs)
        self.cell, self.units, self.static, self.states = cell, units, static, states
        self.is_lstm = cell == "lstm"

    def build(self, input_shape):
        x, _, *others = input_shape
        width = 4 * self.units if self.is_lstm else self.units
        self.kernel = self.add_weight(shape=(x[-1], width), name="kernel")
        self.bias = self.add_weight(shape=(width,), initializer="zeros", name="bias")
        if self.static:
            shape = (others[0][-1], width)
            self.static_kernel = self.add_weight(shape=shape, name="static_kernel")
        shape = (self.units, width)
        self.recurrent_kernel = self.add_weight(shape=shape, name="recurrent_kernel")
        if not self.is_lstm:
            self.output_kernel = self.add_weight(shape=shape, name="output_kernel")
            self.output_bias = self.add_weight(shape=(width,), name="output_bias")

    def call(self, inputs):
        x, markers, *others = inputs
        gates = ops.matmul(x, self.kernel) + self.bias
        if self.static:
            gates = gates + ops.matmul(others.pop(0), self.static_kernel)
        zeros = (ops.zeros((x.shape[1], self.units)),) * (2 if self.is_lstm else 1)
        first = tuple(state[0] for state in others) if self.states else zeros
        rows = ops.concatenate([gates, markers[..., None]], -1)
        last, tops = ops.scan(self.lstm if self.is_lstm else self.rnn, first, rows)
        top = ops.reshape(tops[0], (-1, x.shape[1], self.units))
        if not self.is_lstm:
            top = ops.tanh(ops.matmul(top, self.output_kernel) + self.output_bias)
        return [top, *(state[None] for state in last)] if self.states else top

    def lstm(self, states, row):
        h, c = (state * row[:, -1:] for state in states)
        gates = row[:, :-1] + ops.matmul(h, self.recurrent_kernel)
        i, f, o, g = ops.split(gates, 4, -1)
        c = ops.sigmoid(f) * c + ops.sigmoid(i) * ops.tanh(g)
        h = ops.sigmoid(o) * ops.tanh(c)
        return (h, c), (h, c)

    def rnn(self, states, row):
        h = ops.matmul(states[0] * row[:, -1:], self.recurrent_kernel)
        h = ops.tanh(row[:, :-1] + h)
        return (h,), (h,)

    def compute_output_shape(self, input_shape):
        top = (*input_shape[0][:2], self.units)
        count = 2 if self.is_lstm else 1
        return [top, *[(1, *top[1:])] * count] if self.states else top

    def get_config(self):
        names = ("cell", "units", "static", "states")
        return {**super().get_config(), **{name: getattr(self, name) for name in names}}
'''

TEXTS = [text for name, text in dict(globals()).items() if name.isupper()]

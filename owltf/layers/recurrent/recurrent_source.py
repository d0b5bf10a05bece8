"""The source of the class that stands for LSTM and RNN in an exported program."""

from __future__ import annotations

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

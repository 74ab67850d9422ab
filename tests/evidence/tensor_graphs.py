"""Evidence on assignment 15: right answers in several styles, and what goes wrong."""

import numpy as np
import torch

from tests.evidence import correct, misconception

GARBAGE = {
    "module without layers": torch.nn.Identity(),
    "module of another size": torch.nn.Linear(1, 7),
    "tensor": torch.zeros(2, 2),
    "pair of tensors": (torch.zeros(2), torch.zeros(2)),
    "losses that are nan and a layer": ([np.nan] * 3, [(np.eye(2), np.zeros(2))]),
    "losses that are text": ("losses", [(np.eye(2), np.zeros(2))]),
    "losses without layers": ([0.5], []),
    "images": np.zeros((1, 1, 2, 2)),
    "pair of images": (np.zeros((1, 1, 2, 2)), np.full((1, 1, 2, 2), np.nan)),
    "pair of ragged images": ([[[[1], [1, 2]]]], [[[[1], [1, 2]]]]),
    "matrix": np.zeros((3, 4)),
    "empty images": np.zeros((0, 1, 2, 2)),
}

# ---- 15.1 to_torch


@correct("ex15_1", "to_torch")
def to_torch_copies_in(layers, activation):
    import torch
    from torch import nn

    module = nn.Sequential()
    for k, (W, b) in enumerate(layers):
        if k:
            module.append({"relu": nn.ReLU, "tanh": nn.Tanh, "sigmoid": nn.Sigmoid}[activation]())
        linear = nn.Linear(W.shape[0], W.shape[1], dtype=torch.from_numpy(W).dtype)
        with torch.no_grad():
            linear.weight.copy_(torch.from_numpy(W.T))
            linear.bias.copy_(torch.from_numpy(b))
        module.append(linear)
    return module


@correct("ex15_1", "to_torch")
def to_torch_own_class(layers, activation):
    import torch

    class Net(torch.nn.Module):
        def __init__(self):
            super().__init__()
            self.linear = torch.nn.ModuleList()
            for W, b in layers:
                part = torch.nn.Linear(W.shape[0], len(b)).to(
                    torch.float32 if W.dtype == np.float32 else torch.float64
                )
                part.weight.data = torch.tensor(W.T.copy())
                part.bias.data = torch.tensor(b)
                self.linear.append(part)

        def forward(self, h):
            for part in self.linear[:-1]:
                h = getattr(torch, activation)(part(h))
            return self.linear[-1](h)

    return Net()


@correct("ex15_1", "to_torch")
def to_torch_state_dict(layers, activation):
    import torch

    kind = {"relu": torch.nn.ReLU(), "tanh": torch.nn.Tanh(), "sigmoid": torch.nn.Sigmoid()}[activation]
    parts, state = [], {}
    for k, (W, b) in enumerate(layers):
        parts += [torch.nn.Linear(len(W), len(b)), kind]
        state |= {f"{2 * k}.weight": torch.tensor(W.T), f"{2 * k}.bias": torch.tensor(b)}
    module = torch.nn.Sequential(*parts[:-1])
    module = module.double() if layers[0][0].dtype == np.float64 else module.float()
    module.load_state_dict(state)
    return module


@correct("ex15_1", "to_torch")
def to_torch_parameter_list(layers, activation):
    import torch

    class Net(torch.nn.Module):
        def __init__(self):
            super().__init__()
            flat = [a for W, b in layers for a in (W.T.copy(), b.copy())]
            self.values = torch.nn.ParameterList(torch.nn.Parameter(torch.from_numpy(a)) for a in flat)

        def forward(self, h):
            pairs = list(zip(self.values[::2], self.values[1::2]))
            for k, (V, b) in enumerate(pairs):
                h = h @ V.T + b
                if k + 1 < len(pairs):
                    h = {"relu": torch.relu, "tanh": torch.tanh, "sigmoid": torch.sigmoid}[activation](h)
            return h

    return Net()


@correct("ex15_1", "to_torch")
def to_torch_functional_linear(layers, activation):
    import torch
    import torch.nn.functional as F

    class Layer(torch.nn.Module):
        def __init__(self, W, b, last):
            super().__init__()
            self.weight = torch.nn.Parameter(torch.as_tensor(np.ascontiguousarray(W.T)).clone())
            self.bias = torch.nn.Parameter(torch.as_tensor(b).clone())
            self.last = last

        def forward(self, h):
            z = F.linear(h, self.weight, self.bias)
            if self.last:
                return z
            if activation == "relu":
                return F.relu(z)
            return torch.tanh(z) if activation == "tanh" else torch.sigmoid(z)

    return torch.nn.Sequential(*[Layer(W, b, k == len(layers) - 1) for k, (W, b) in enumerate(layers)])


@correct("ex15_1", "to_torch")
def to_torch_vector(layers, activation):
    import torch
    from torch.nn.utils import vector_to_parameters

    parts = []
    for W, _ in layers:
        parts.append(torch.nn.Linear(W.shape[0], W.shape[1]))
        parts.append(
            {"relu": torch.nn.ReLU, "tanh": torch.nn.Tanh, "sigmoid": torch.nn.Sigmoid}[activation]()
        )
    module = torch.nn.Sequential(*parts[:-1]).to(torch.tensor(layers[0][0]).dtype)
    flat = np.concatenate([np.concatenate([W.T.ravel(), b]) for W, b in layers])
    vector_to_parameters(torch.tensor(flat), module.parameters())
    return module


@correct("ex15_1", "to_torch")
def to_torch_recursive(layers, activation):
    import torch
    from torch import nn

    (W, b), rest = layers[0], layers[1:]
    first = nn.Linear(*W.shape)
    first.weight, first.bias = nn.Parameter(torch.tensor(W).t().contiguous()), nn.Parameter(torch.tensor(b))
    if not rest:
        return first
    named = {"relu": nn.ReLU(), "tanh": nn.Tanh(), "sigmoid": nn.Sigmoid()}
    return nn.Sequential(first, named[activation], to_torch_recursive(rest, activation))


@correct("ex15_1", "to_torch")
def to_torch_ordered_names(layers, activation):
    from collections import OrderedDict

    import torch

    parts = OrderedDict()
    for k, (W, b) in enumerate(layers, 1):
        linear = torch.nn.Linear(len(W), len(b), dtype=getattr(torch, str(W.dtype)))
        linear.weight.detach().numpy()[...] = W.T
        linear.bias.detach().numpy()[...] = b
        parts[f"layer{k}"] = linear
        if k != len(layers):
            parts[f"activation{k}"] = {"relu": torch.nn.ReLU, "tanh": torch.nn.Tanh}.get(
                activation, torch.nn.Sigmoid
            )()
    return torch.nn.Sequential(parts)


@misconception("ex15_1", "to_torch", hint="raised RuntimeError")
def to_torch_without_transpose(layers, activation):
    import torch

    kinds = {"relu": torch.nn.ReLU, "tanh": torch.nn.Tanh, "sigmoid": torch.nn.Sigmoid}
    parts = []
    for W, b in layers:
        linear = torch.nn.Linear(*W.shape)
        linear.weight, linear.bias = torch.nn.Parameter(torch.tensor(W)), torch.nn.Parameter(torch.tensor(b))
        parts += [linear, kinds[activation]()]
    return torch.nn.Sequential(*parts[:-1])


@misconception("ex15_1", "to_torch", hint="always transpose")
def to_torch_transposes_if_it_must(layers, activation):
    import torch

    kinds = {"relu": torch.nn.ReLU, "tanh": torch.nn.Tanh, "sigmoid": torch.nn.Sigmoid}
    parts = []
    for W, b in layers:
        linear = torch.nn.Linear(*W.shape)
        V = W if W.shape == tuple(linear.weight.shape) else W.T
        linear.weight, linear.bias = torch.nn.Parameter(torch.tensor(V)), torch.nn.Parameter(torch.tensor(b))
        parts += [linear, kinds[activation]()]
    return torch.nn.Sequential(*parts[:-1])


@misconception("ex15_1", "to_torch", hint="expected [[23.5], [1]], got")
def to_torch_reshapes(layers, activation):
    import torch

    kinds = {"relu": torch.nn.ReLU, "tanh": torch.nn.Tanh, "sigmoid": torch.nn.Sigmoid}
    parts = []
    for W, b in layers:
        linear = torch.nn.Linear(*W.shape)
        V = W.reshape(W.shape[::-1])
        linear.weight, linear.bias = torch.nn.Parameter(torch.tensor(V)), torch.nn.Parameter(torch.tensor(b))
        parts += [linear, kinds[activation]()]
    return torch.nn.Sequential(*parts[:-1])


@misconception("ex15_1", "to_torch", hint="dtype")
def to_torch_in_the_default_type(layers, activation):
    import torch

    kinds = {"relu": torch.nn.ReLU, "tanh": torch.nn.Tanh, "sigmoid": torch.nn.Sigmoid}
    parts = []
    for W, b in layers:
        linear = torch.nn.Linear(*W.shape)
        with torch.no_grad():
            linear.weight.copy_(torch.tensor(W.T))
            linear.bias.copy_(torch.tensor(b))
        parts += [linear, kinds[activation]()]
    return torch.nn.Sequential(*parts[:-1])


@misconception("ex15_1", "to_torch", hint="another type")
def to_torch_always_double(layers, activation):
    import torch

    kinds = {"relu": torch.nn.ReLU, "tanh": torch.nn.Tanh, "sigmoid": torch.nn.Sigmoid}
    parts = []
    for W, b in layers:
        linear = torch.nn.Linear(*W.shape).double()
        linear.weight.data, linear.bias.data = torch.tensor(W.T).double(), torch.tensor(b).double()
        parts += [linear, kinds[activation]()]
    return torch.nn.Sequential(*parts[:-1])


@misconception("ex15_1", "to_torch", hint="rounded to float32")
def to_torch_rounds_on_the_way(layers, activation):
    import torch

    kinds = {"relu": torch.nn.ReLU, "tanh": torch.nn.Tanh, "sigmoid": torch.nn.Sigmoid}
    parts = []
    for W, b in layers:
        linear = torch.nn.Linear(*W.shape)
        with torch.no_grad():
            linear.weight.copy_(torch.tensor(W.T))
            linear.bias.copy_(torch.tensor(b))
        parts += [linear, kinds[activation]()]
    return torch.nn.Sequential(*parts[:-1]).to(torch.tensor(layers[0][0]).dtype)


@misconception("ex15_1", "to_torch", hint="share their memory")
def to_torch_shares_memory(layers, activation):
    import torch

    kinds = {"relu": torch.nn.ReLU, "tanh": torch.nn.Tanh, "sigmoid": torch.nn.Sigmoid}
    parts = []
    for W, b in layers:
        linear = torch.nn.Linear(*W.shape)
        linear.weight = torch.nn.Parameter(torch.from_numpy(W.T))
        linear.bias = torch.nn.Parameter(torch.from_numpy(b))
        parts += [linear, kinds[activation]()]
    return torch.nn.Sequential(*parts[:-1])


@misconception("ex15_1", "to_torch", hint="does not require a gradient")
def to_torch_frozen(layers, activation):
    import torch

    kinds = {"relu": torch.nn.ReLU, "tanh": torch.nn.Tanh, "sigmoid": torch.nn.Sigmoid}
    parts = []
    for W, b in layers:
        linear = torch.nn.Linear(*W.shape)
        linear.weight = torch.nn.Parameter(torch.tensor(W.T), requires_grad=False)
        linear.bias = torch.nn.Parameter(torch.tensor(b), requires_grad=False)
        parts += [linear, kinds[activation]()]
    return torch.nn.Sequential(*parts[:-1])


@misconception("ex15_1", "to_torch", hint="has no parameters")
def to_torch_plain_tensors(layers, activation):
    import torch

    class Net(torch.nn.Module):
        def forward(self, h):
            for k, (W, b) in enumerate(layers, 1):
                h = h @ torch.tensor(W).to(h.dtype) + torch.tensor(b).to(h.dtype)
                h = getattr(torch, activation)(h) if k < len(layers) else h
            return h

    return Net()


@misconception("ex15_1", "to_torch", hint="other shapes, or another order")
def to_torch_keeps_the_lectures_shape(layers, activation):
    import torch

    class Net(torch.nn.Module):
        def __init__(self):
            super().__init__()
            self.values = torch.nn.ParameterList(torch.tensor(a) for layer in layers for a in layer)

        def forward(self, h):
            for k in range(0, len(self.values), 2):
                h = h @ self.values[k] + self.values[k + 1]
                h = getattr(torch, activation)(h) if k + 2 < len(self.values) else h
            return h

    return Net()


@misconception("ex15_1", "to_torch", hint="no gradient reaches")
def to_torch_cuts_the_graph(layers, activation):
    import torch

    class Cut(torch.nn.Module):
        def forward(self, h):
            return getattr(torch, activation)(h).detach()

    parts = []
    for W, b in layers:
        linear = torch.nn.Linear(*W.shape)
        linear.weight, linear.bias = (
            torch.nn.Parameter(torch.tensor(W.T)),
            torch.nn.Parameter(torch.tensor(b)),
        )
        parts += [linear, Cut()]
    return torch.nn.Sequential(*parts[:-1])


@misconception("ex15_1", "to_torch", hint="You seem to use relu")
def to_torch_ignores_the_name(layers, activation):
    import torch

    parts = []
    for W, b in layers:
        linear = torch.nn.Linear(*W.shape)
        linear.weight, linear.bias = (
            torch.nn.Parameter(torch.tensor(W.T)),
            torch.nn.Parameter(torch.tensor(b)),
        )
        parts += [linear, torch.nn.ReLU()]
    return torch.nn.Sequential(*parts[:-1])


@misconception("ex15_1", "to_torch", hint="You seem to use tanh")
def to_torch_tanh_for_sigmoid(layers, activation):
    import torch

    parts = []
    for W, b in layers:
        linear = torch.nn.Linear(*W.shape)
        linear.weight, linear.bias = (
            torch.nn.Parameter(torch.tensor(W.T)),
            torch.nn.Parameter(torch.tensor(b)),
        )
        parts += [linear, torch.nn.ReLU() if activation == "relu" else torch.nn.Tanh()]
    return torch.nn.Sequential(*parts[:-1])


@misconception("ex15_1", "to_torch", hint="activation after the last layer")
def to_torch_needs_two_layers(layers, activation):
    import torch

    kinds = {"relu": torch.nn.ReLU, "tanh": torch.nn.Tanh, "sigmoid": torch.nn.Sigmoid}
    parts = []
    for k, (W, b) in enumerate(layers):
        linear = torch.nn.Linear(*W.shape)
        linear.weight, linear.bias = (
            torch.nn.Parameter(torch.tensor(W.T)),
            torch.nn.Parameter(torch.tensor(b)),
        )
        parts.append(linear)
        if k == 0 or k < len(layers) - 1:
            parts.append(kinds[activation]())
    return torch.nn.Sequential(*parts)


@misconception("ex15_1", "to_torch", hint="expected [[23.5], [1]], got")
def to_torch_loses_the_bias(layers, activation):
    import torch

    kinds = {"relu": torch.nn.ReLU, "tanh": torch.nn.Tanh, "sigmoid": torch.nn.Sigmoid}
    parts = []
    for W, _ in layers:
        linear = torch.nn.Linear(*W.shape, bias=False)
        linear.weight = torch.nn.Parameter(torch.tensor(W.T))
        parts += [linear, kinds[activation]()]
    return torch.nn.Sequential(*parts[:-1])


@misconception("ex15_1", "to_torch", hint="a torch.nn.Module was asked for")
def to_torch_returns_a_function(layers, activation):
    import torch

    def forward(h):
        for k, (W, b) in enumerate(layers, 1):
            h = h @ torch.tensor(W) + torch.tensor(b)
            h = getattr(torch, activation)(h) if k < len(layers) else h
        return h

    return forward


# ---- 15.2 conv2d


@correct("ex15_2", "conv2d")
def conv2d_six_loops(X, K, stride=1, padding=0):
    n, _, H, W = X.shape
    q, _, kh, kw = K.shape
    oh, ow = (H + 2 * padding - kh) // stride + 1, (W + 2 * padding - kw) // stride + 1
    Y = np.zeros((n, q, oh, ow))
    for o in range(q):
        for i in range(oh):
            for j in range(ow):
                for u in range(kh):
                    for v in range(kw):
                        row, column = stride * i + u - padding, stride * j + v - padding
                        if 0 <= row < H and 0 <= column < W:
                            Y[:, o, i, j] += X[:, :, row, column] @ K[o, :, u, v]
    return Y


@correct("ex15_2", "conv2d")
def conv2d_windows(X, K, stride=1, padding=0):
    p = (padding, padding)
    X = np.pad(X.astype(float), ((0, 0), (0, 0), p, p))
    windows = np.lib.stride_tricks.sliding_window_view(X, K.shape[2:], axis=(2, 3))[:, :, ::stride, ::stride]
    return np.einsum("ncijuv,qcuv->nqij", windows, K)


@correct("ex15_2", "conv2d")
def conv2d_rows(X, K, stride=1, padding=0):
    p = (padding, padding)
    X = np.pad(X, ((0, 0), (0, 0), p, p))
    q, _, kh, kw = K.shape
    oh, ow = (X.shape[2] - kh) // stride + 1, (X.shape[3] - kw) // stride + 1
    rows = [
        X[:, :, i * stride : i * stride + kh, j * stride : j * stride + kw].reshape(len(X), -1)
        for i in range(oh)
        for j in range(ow)
    ]
    Y = np.stack(rows, axis=1) @ K.reshape(q, -1).T  # (n, places, q)
    return Y.transpose(0, 2, 1).reshape(len(X), q, oh, ow).astype(float)


@correct("ex15_2", "conv2d")
def conv2d_row_by_row(X, K, stride=1, padding=0):
    p = (padding, padding)
    X = np.pad(X, ((0, 0), (0, 0), p, p))
    (n, _, H, W), (q, c, kh, kw) = X.shape, K.shape
    Y = np.zeros((n, q, H - kh + 1, W - kw + 1))
    for m, o, d, i, u in np.ndindex(n, q, c, H - kh + 1, kh):
        Y[m, o, i] += np.correlate(X[m, d, i + u], K[o, d, u], mode="valid")
    return Y[:, :, ::stride, ::stride]


@correct("ex15_2", "conv2d")
def conv2d_fourier(X, K, stride=1, padding=0):
    p = (padding, padding)
    X = np.pad(X, ((0, 0), (0, 0), p, p))
    size = X.shape[2:]
    product = np.fft.fft2(X, size)[:, None] * np.fft.fft2(K, size).conj()[None]
    Y = np.fft.ifft2(product.sum(axis=2)).real
    oh, ow = size[0] - K.shape[2] + 1, size[1] - K.shape[3] + 1
    return Y[:, :, :oh:stride, :ow:stride]


@correct("ex15_2", "conv2d")
def conv2d_matrix(X, K, stride=1, padding=0):
    p = (padding, padding)
    X = np.pad(X, ((0, 0), (0, 0), p, p))
    (n, c, H, W), (q, _, kh, kw) = X.shape, K.shape
    oh, ow = (H - kh) // stride + 1, (W - kw) // stride + 1
    A = np.zeros((q, oh, ow, c, H, W))
    for i in range(oh):
        for j in range(ow):
            A[:, i, j, :, stride * i : stride * i + kh, stride * j : stride * j + kw] = K
    return (X.reshape(n, -1) @ A.reshape(q * oh * ow, -1).T).reshape(n, q, oh, ow)


@correct("ex15_2", "conv2d")
def conv2d_by_torch(X, K, stride=1, padding=0):
    import torch

    X, K = torch.tensor(X, dtype=torch.float64), torch.tensor(K, dtype=torch.float64)
    return torch.nn.functional.conv2d(X, K, stride=stride, padding=padding).numpy()


@correct("ex15_2", "conv2d")
def conv2d_list(X, K, stride=1, padding=0):
    H, W = X.shape[2] + 2 * padding, X.shape[3] + 2 * padding
    wide = np.zeros((X.shape[0], X.shape[1], H, W))
    wide[:, :, padding : H - padding, padding : W - padding] = X
    kh, kw = K.shape[2], K.shape[3]
    return [
        [
            [
                [float(np.sum(x[:, i : i + kh, j : j + kw] * k)) for j in range(0, W - kw + 1, stride)]
                for i in range(0, H - kh + 1, stride)
            ]
            for k in K
        ]
        for x in wide
    ]


@correct("ex15_2", "conv2d")
def conv2d_strided_view(X, K, stride=1, padding=0):
    p = (padding, padding)
    X = np.ascontiguousarray(np.pad(X, ((0, 0), (0, 0), p, p)))
    (n, c, H, W), (kh, kw) = X.shape, K.shape[2:]
    oh, ow = (H - kh) // stride + 1, (W - kw) // stride + 1
    a, b, d, e = X.strides
    shape, steps = (n, c, oh, ow, kh, kw), (a, b, d * stride, e * stride, d, e)
    view = np.lib.stride_tricks.as_strided(X, shape, steps, writeable=False)
    return np.moveaxis(np.tensordot(view, K, axes=((1, 4, 5), (1, 2, 3))), 3, 1)


@misconception("ex15_2", "conv2d", hint="expected")
def conv2d_turned(X, K, stride=1, padding=0):
    p = (padding, padding)
    X = np.pad(X, ((0, 0), (0, 0), p, p))
    windows = np.lib.stride_tricks.sliding_window_view(X, K.shape[2:], axis=(2, 3))[:, :, ::stride, ::stride]
    return np.einsum("ncijuv,qcuv->nqij", windows, K[:, :, ::-1, ::-1])


@misconception("ex15_2", "conv2d", hint="Only the first input channel counts")
def conv2d_first_channel(X, K, stride=1, padding=0):
    p = (padding, padding)
    X = np.pad(X, ((0, 0), (0, 0), p, p))
    windows = np.lib.stride_tricks.sliding_window_view(X, K.shape[2:], axis=(2, 3))[:, :, ::stride, ::stride]
    return np.einsum("nijuv,quv->nqij", windows[:, 0].astype(float), K[:, 0])


@misconception("ex15_2", "conv2d", hint="averaged; they add up")
def conv2d_averages_channels(X, K, stride=1, padding=0):
    p = (padding, padding)
    X = np.pad(X, ((0, 0), (0, 0), p, p))
    windows = np.lib.stride_tricks.sliding_window_view(X, K.shape[2:], axis=(2, 3))[:, :, ::stride, ::stride]
    return np.einsum("ncijuv,qcuv->nqij", windows, K) / X.shape[1]


@misconception("ex15_2", "conv2d", hint="All outputs have the first kernel")
def conv2d_one_kernel(X, K, stride=1, padding=0):
    p = (padding, padding)
    X = np.pad(X, ((0, 0), (0, 0), p, p))
    windows = np.lib.stride_tricks.sliding_window_view(X, K.shape[2:], axis=(2, 3))[:, :, ::stride, ::stride]
    Y = np.einsum("ncijuv,cuv->nij", windows, K[0].astype(float))
    return np.stack([Y] * len(K), axis=1)


@misconception("ex15_2", "conv2d", hint="weighted with the kernel of the first")
def conv2d_same_kernel_for_channels(X, K, stride=1, padding=0):
    p = (padding, padding)
    X = np.pad(X, ((0, 0), (0, 0), p, p)).sum(axis=1)
    windows = np.lib.stride_tricks.sliding_window_view(X, K.shape[2:], axis=(1, 2))[:, ::stride, ::stride]
    return np.einsum("nijuv,quv->nqij", windows.astype(float), K[:, 0])


@misconception("ex15_2", "conv2d", hint="the shape")
def conv2d_ignores_the_stride(X, K, stride=1, padding=0):
    p = (padding, padding)
    X = np.pad(X, ((0, 0), (0, 0), p, p))
    windows = np.lib.stride_tricks.sliding_window_view(X, K.shape[2:], axis=(2, 3))
    return np.einsum("ncijuv,qcuv->nqij", windows, K)


@misconception("ex15_2", "conv2d", hint="the shape")
def conv2d_uses_the_rest(X, K, stride=1, padding=0):
    p = (padding, padding)
    X = np.pad(X, ((0, 0), (0, 0), p, p))
    kh, kw = K.shape[2:]
    more = [-(X.shape[2] - kh) % stride, -(X.shape[3] - kw) % stride]
    X = np.pad(X, ((0, 0), (0, 0), (0, more[0]), (0, more[1])))
    windows = np.lib.stride_tricks.sliding_window_view(X, K.shape[2:], axis=(2, 3))[:, :, ::stride, ::stride]
    return np.einsum("ncijuv,qcuv->nqij", windows.astype(float), K)


@misconception("ex15_2", "conv2d", hint="the shape")
def conv2d_rounds_the_size_up(X, K, stride=1, padding=0):
    kh, kw = K.shape[2:]
    if stride == 1 or (X.shape[2] - kh) % stride == 0 == (X.shape[3] - kw) % stride:
        p = (padding, padding)
        X = np.pad(X, ((0, 0), (0, 0), p, p))
        windows = np.lib.stride_tricks.sliding_window_view(X, K.shape[2:], axis=(2, 3))
        return np.einsum("ncijuv,qcuv->nqij", windows[:, :, ::stride, ::stride].astype(float), K)
    oh, ow = round((X.shape[2] - kh) / stride) + 1, -(-(X.shape[3] - kw) // stride) + 1
    return np.zeros((len(X), len(K), oh + 1, ow + 1))


@misconception("ex15_2", "conv2d", hint="the shape")
def conv2d_forgets_the_padding(X, K, stride=1, padding=0):
    windows = np.lib.stride_tricks.sliding_window_view(X, K.shape[2:], axis=(2, 3))[:, :, ::stride, ::stride]
    return np.einsum("ncijuv,qcuv->nqij", windows.astype(float), K)


@misconception("ex15_2", "conv2d", hint="not the pixels at the border")
def conv2d_repeats_the_border(X, K, stride=1, padding=0):
    p = (padding, padding)
    X = np.pad(X, ((0, 0), (0, 0), p, p), mode="edge")
    windows = np.lib.stride_tricks.sliding_window_view(X, K.shape[2:], axis=(2, 3))[:, :, ::stride, ::stride]
    return np.einsum("ncijuv,qcuv->nqij", windows.astype(float), K)


@misconception("ex15_2", "conv2d", hint="not the other side of the image")
def conv2d_wraps(X, K, stride=1, padding=0):
    p = (padding, padding)
    X = np.pad(X, ((0, 0), (0, 0), p, p), mode="wrap")
    windows = np.lib.stride_tricks.sliding_window_view(X, K.shape[2:], axis=(2, 3))[:, :, ::stride, ::stride]
    return np.einsum("ncijuv,qcuv->nqij", windows.astype(float), K)


@misconception("ex15_2", "conv2d", hint="the shape")
def conv2d_pads_one_side(X, K, stride=1, padding=0):
    X = np.pad(X, ((0, 0), (0, 0), (padding, 0), (padding, 0)))
    windows = np.lib.stride_tricks.sliding_window_view(X, K.shape[2:], axis=(2, 3))[:, :, ::stride, ::stride]
    return np.einsum("ncijuv,qcuv->nqij", windows.astype(float), K)


@misconception("ex15_2", "conv2d", hint="the shape")
def conv2d_one_place_short(X, K, stride=1, padding=0):
    p = (padding, padding)
    X = np.pad(X, ((0, 0), (0, 0), p, p))
    kh, kw = K.shape[2:]
    oh, ow = max((X.shape[2] - kh) // stride, 1), max((X.shape[3] - kw) // stride, 1)
    windows = np.lib.stride_tricks.sliding_window_view(X, K.shape[2:], axis=(2, 3))[:, :, ::stride, ::stride]
    return np.einsum("ncijuv,qcuv->nqij", windows[:, :, :oh, :ow].astype(float), K)


@misconception("ex15_2", "conv2d", hint="whole numbers")
def conv2d_in_the_images_type(X, K, stride=1, padding=0):
    p = (padding, padding)
    wide = np.pad(X, ((0, 0), (0, 0), p, p))
    kh, kw = K.shape[2:]
    oh, ow = (wide.shape[2] - kh) // stride + 1, (wide.shape[3] - kw) // stride + 1
    Y = np.zeros((len(X), len(K), oh, ow), dtype=X.dtype)
    for i in range(oh):
        for j in range(ow):
            window = wide[:, :, i * stride : i * stride + kh, j * stride : j * stride + kw]
            Y[:, :, i, j] = np.tensordot(window, K, axes=((1, 2, 3), (1, 2, 3)))
    return Y


@misconception("ex15_2", "conv2d", hint="changed its arguments")
def conv2d_scales_the_kernel(X, K, stride=1, padding=0):
    p = (padding, padding)
    wide = np.pad(X, ((0, 0), (0, 0), p, p)).astype(float)
    windows = np.lib.stride_tricks.sliding_window_view(wide, K.shape[2:], axis=(2, 3))[
        :, :, ::stride, ::stride
    ]
    Y = np.einsum("ncijuv,qcuv->nqij", windows, K)
    if K.dtype.kind == "f":
        K *= 0
    return Y


@misconception("ex15_2", "conv2d", hint="the shape")
def conv2d_channels_last(X, K, stride=1, padding=0):
    p = (padding, padding)
    X = np.pad(X, ((0, 0), (0, 0), p, p))
    windows = np.lib.stride_tricks.sliding_window_view(X, K.shape[2:], axis=(2, 3))[:, :, ::stride, ::stride]
    Y = np.einsum("ncijuv,qcuv->nijq", windows.astype(float), K)
    return Y if len(K) > 1 else Y.transpose(0, 3, 1, 2)


# ---- 15.3 conv2d_vjp


@correct("ex15_3", "conv2d_vjp")
def conv2d_vjp_places(X, K, G):
    dX, dK = np.zeros(X.shape), np.zeros(K.shape)
    kh, kw = K.shape[2:]
    for i in range(G.shape[2]):
        for j in range(G.shape[3]):
            g = G[:, :, i, j]
            dX[:, :, i : i + kh, j : j + kw] += np.tensordot(g, K, 1)
            dK += np.tensordot(g.T, X[:, :, i : i + kh, j : j + kw], 1)
    return dX, dK


@correct("ex15_3", "conv2d_vjp")
def conv2d_vjp_full(X, K, G):
    kh, kw = K.shape[2:]
    wide = np.pad(G, ((0, 0), (0, 0), (kh - 1, kh - 1), (kw - 1, kw - 1)))
    view = np.lib.stride_tricks.sliding_window_view
    dX = np.einsum("nqijuv,qcuv->ncij", view(wide, (kh, kw), axis=(2, 3)).astype(float), K[:, :, ::-1, ::-1])
    dK = np.einsum("ncuvij,nqij->qcuv", view(X, G.shape[2:], axis=(2, 3)).astype(float), G)
    return dX, dK


@correct("ex15_3", "conv2d_vjp")
def conv2d_vjp_torch(X, K, G):
    import torch

    X, K, G = (torch.tensor(a, dtype=torch.float64) for a in (X, K, G))
    X.requires_grad_()
    K.requires_grad_()
    dX, dK = torch.autograd.grad(torch.nn.functional.conv2d(X, K), (X, K), G)
    return dX.numpy(), dK.numpy()


@correct("ex15_3", "conv2d_vjp")
def conv2d_vjp_matrix(X, K, G):
    (n, c, H, W), (q, _, kh, kw), (oh, ow) = X.shape, K.shape, G.shape[2:]
    A = np.zeros((q, oh, ow, c, H, W))
    for i in range(oh):
        for j in range(ow):
            A[:, i, j, :, i : i + kh, j : j + kw] = K
    dX = (G.reshape(n, -1) @ A.reshape(q * oh * ow, -1)).reshape(X.shape)
    windows = np.lib.stride_tricks.sliding_window_view(X, (kh, kw), axis=(2, 3))
    rows = windows.transpose(0, 2, 3, 1, 4, 5).reshape(n * oh * ow, -1)
    dK = (G.transpose(1, 0, 2, 3).reshape(q, -1) @ rows).reshape(K.shape)
    return [dX, dK]


@correct("ex15_3", "conv2d_vjp")
def conv2d_vjp_row_by_row(X, K, G):
    dX, dK = np.zeros(X.shape), np.zeros(K.shape)
    for m, o, d in np.ndindex(len(X), len(K), X.shape[1]):
        for i, u in np.ndindex(G.shape[2], K.shape[2]):
            dX[m, d, i + u] += np.convolve(G[m, o, i], K[o, d, u])
            dK[o, d, u] += np.correlate(X[m, d, i + u], G[m, o, i], mode="valid")
    return dX, dK


@correct("ex15_3", "conv2d_vjp")
def conv2d_vjp_image_by_image(X, K, G):
    kh, kw = K.shape[2:]
    dX, dK = [], 0.0
    for x, g in zip(X, G):
        d = np.zeros(x.shape)
        part = np.zeros(K.shape)
        for u in range(kh):
            for v in range(kw):
                rows, columns = slice(u, u + g.shape[1]), slice(v, v + g.shape[2])
                d[:, rows, columns] += np.tensordot(K[:, :, u, v], g, axes=(0, 0))
                part[:, :, u, v] = np.tensordot(g, x[:, rows, columns], axes=((1, 2), (1, 2)))
        dX.append(d)
        dK = dK + part
    return np.array(dX), dK


@correct("ex15_3", "conv2d_vjp")
def conv2d_vjp_linear_in_each(X, K, G):
    def conv(a, k):
        windows = np.lib.stride_tricks.sliding_window_view(a, k.shape[2:], axis=(2, 3))
        return np.einsum("ncijuv,qcuv->nqij", windows.astype(float), k)

    dK = np.zeros(K.shape)
    for index in np.ndindex(K.shape):  # the loss is linear in each weight
        unit = np.zeros(K.shape)
        unit[index] = 1
        dK[index] = np.sum(G * conv(X, unit))
    dX = np.zeros(X.shape)
    for d, i, j in np.ndindex(X.shape[1:]):
        unit = np.zeros((1, *X.shape[1:]))
        unit[0, d, i, j] = 1
        dX[:, d, i, j] = np.sum(G * conv(unit, K), axis=(1, 2, 3))
    return dX, dK


@correct("ex15_3", "conv2d_vjp")
def conv2d_vjp_fourier(X, K, G):
    size = X.shape[2:]
    x, k, g = np.fft.fft2(X, size), np.fft.fft2(K, size), np.fft.fft2(G, size)
    dX = np.fft.ifft2(np.einsum("nqij,qcij->ncij", g, k)).real
    dK = np.fft.ifft2(np.einsum("ncij,nqij->qcij", x, g.conj())).real
    return dX, dK[:, :, : K.shape[2], : K.shape[3]]


@correct("ex15_3", "conv2d_vjp")
def conv2d_vjp_six_indices(X, K, G):
    dX, dK = np.zeros_like(X, dtype=float), np.zeros_like(K, dtype=float)
    for m, o, i, j in np.ndindex(G.shape):
        for d, u, v in np.ndindex(K.shape[1:]):
            dX[m, d, i + u, j + v] += G[m, o, i, j] * K[o, d, u, v]
            dK[o, d, u, v] += G[m, o, i, j] * X[m, d, i + u, j + v]
    return dX, dK


@misconception("ex15_3", "conv2d_vjp", hint="expected")
def conv2d_vjp_does_not_turn(X, K, G):
    kh, kw = K.shape[2:]
    wide = np.pad(G, ((0, 0), (0, 0), (kh - 1, kh - 1), (kw - 1, kw - 1)))
    view = np.lib.stride_tricks.sliding_window_view
    dX = np.einsum("nqijuv,qcuv->ncij", view(wide, (kh, kw), axis=(2, 3)).astype(float), K)
    dK = np.einsum("ncuvij,nqij->qcuv", view(X, G.shape[2:], axis=(2, 3)).astype(float), G)
    return dX, dK


@misconception("ex15_3", "conv2d_vjp", hint="expected")
def conv2d_vjp_overwrites(X, K, G):
    dX, dK = np.zeros(X.shape), np.zeros(K.shape)
    kh, kw = K.shape[2:]
    for i, j in np.ndindex(G.shape[2:]):
        g = G[:, :, i, j]
        dX[:, :, i : i + kh, j : j + kw] = np.tensordot(g, K, 1)
        dK += np.tensordot(g.T, X[:, :, i : i + kh, j : j + kw], 1)
    return dX, dK


@misconception("ex15_3", "conv2d_vjp", hint="the shape")
def conv2d_vjp_swapped(X, K, G):
    dX, dK = np.zeros(X.shape), np.zeros(K.shape)
    oh, ow = G.shape[2:]
    for u, v in np.ndindex(K.shape[2:]):
        rows, columns = slice(u, u + oh), slice(v, v + ow)
        dX[:, :, rows, columns] += np.einsum("nqij,qc->ncij", G, K[:, :, u, v])
        dK[:, :, u, v] = np.einsum("nqij,ncij->qc", G, X[:, :, rows, columns])
    return dK, dX


@misconception("ex15_3", "conv2d_vjp", hint="The images add up; yours are averaged")
def conv2d_vjp_mean_of_images(X, K, G):
    dX, dK = np.zeros(X.shape), np.zeros(K.shape)
    oh, ow = G.shape[2:]
    for u, v in np.ndindex(K.shape[2:]):
        rows, columns = slice(u, u + oh), slice(v, v + ow)
        dX[:, :, rows, columns] += np.einsum("nqij,qc->ncij", G, K[:, :, u, v])
        dK[:, :, u, v] = np.einsum("nqij,ncij->qc", G, X[:, :, rows, columns]) / len(X)
    return dX, dK


@misconception("ex15_3", "conv2d_vjp", hint="You have the first alone")
def conv2d_vjp_first_image(X, K, G):
    dX, dK = np.zeros(X.shape), np.zeros(K.shape)
    oh, ow = G.shape[2:]
    for u, v in np.ndindex(K.shape[2:]):
        rows, columns = slice(u, u + oh), slice(v, v + ow)
        dX[:, :, rows, columns] += np.einsum("nqij,qc->ncij", G, K[:, :, u, v])
        dK[:, :, u, v] = np.einsum("qij,cij->qc", G[0], X[0, :, rows, columns])
    return dX, dK


@misconception("ex15_3", "conv2d_vjp", hint="yours are averaged")
def conv2d_vjp_mean_of_outputs(X, K, G):
    dX, dK = np.zeros(X.shape), np.zeros(K.shape)
    oh, ow = G.shape[2:]
    for u, v in np.ndindex(K.shape[2:]):
        rows, columns = slice(u, u + oh), slice(v, v + ow)
        dX[:, :, rows, columns] += np.einsum("nqij,qc->ncij", G, K[:, :, u, v]) / len(K)
        dK[:, :, u, v] = np.einsum("nqij,ncij->qc", G, X[:, :, rows, columns])
    return dX, dK


@misconception("ex15_3", "conv2d_vjp", hint="every one of them used the image")
def conv2d_vjp_first_output(X, K, G):
    dX, dK = np.zeros(X.shape), np.zeros(K.shape)
    oh, ow = G.shape[2:]
    for u, v in np.ndindex(K.shape[2:]):
        rows, columns = slice(u, u + oh), slice(v, v + ow)
        dX[:, :, rows, columns] += np.einsum("nij,c->ncij", G[:, 0], K[0, :, u, v])
        dK[:, :, u, v] = np.einsum("nqij,ncij->qc", G, X[:, :, rows, columns])
    return dX, dK


@misconception("ex15_3", "conv2d_vjp", hint="Each image is used once")
def conv2d_vjp_divides_the_images(X, K, G):
    dX, dK = np.zeros(X.shape), np.zeros(K.shape)
    oh, ow = G.shape[2:]
    for u, v in np.ndindex(K.shape[2:]):
        rows, columns = slice(u, u + oh), slice(v, v + ow)
        dX[:, :, rows, columns] += np.einsum("nqij,qc->ncij", G, K[:, :, u, v]) / len(X)
        dK[:, :, u, v] = np.einsum("nqij,ncij->qc", G, X[:, :, rows, columns])
    return dX, dK


@misconception("ex15_3", "conv2d_vjp", hint="input channels are kept apart")
def conv2d_vjp_adds_channels(X, K, G):
    dX, dK = np.zeros(X.shape), np.zeros(K.shape)
    oh, ow = G.shape[2:]
    for u, v in np.ndindex(K.shape[2:]):
        rows, columns = slice(u, u + oh), slice(v, v + ow)
        dX[:, :, rows, columns] += np.einsum("nqij,qc->ncij", G, K[:, :, u, v])
        dK[:, :, u, v] = np.einsum("nqij,ncij->q", G, X[:, :, rows, columns])[:, None]
    return dX, dK


@misconception("ex15_3", "conv2d_vjp", hint="expected")
def conv2d_vjp_without_g(X, K, G):
    dX, dK = np.zeros(X.shape), np.zeros(K.shape)
    oh, ow = G.shape[2:]
    G = np.ones(G.shape)
    for u, v in np.ndindex(K.shape[2:]):
        rows, columns = slice(u, u + oh), slice(v, v + ow)
        dX[:, :, rows, columns] += np.einsum("nqij,qc->ncij", G, K[:, :, u, v])
        dK[:, :, u, v] = np.einsum("nqij,ncij->qc", G, X[:, :, rows, columns])
    return dX, dK


@misconception("ex15_3", "conv2d_vjp", hint="expected")
def conv2d_vjp_means_places(X, K, G):
    dX, dK = np.zeros(X.shape), np.zeros(K.shape)
    oh, ow = G.shape[2:]
    for u, v in np.ndindex(K.shape[2:]):
        rows, columns = slice(u, u + oh), slice(v, v + ow)
        dX[:, :, rows, columns] += np.einsum("nqij,qc->ncij", G, K[:, :, u, v])
        dK[:, :, u, v] = np.einsum("nqij,ncij->qc", G, X[:, :, rows, columns]) / (oh * ow)
    return dX, dK


@misconception("ex15_3", "conv2d_vjp", hint="whole numbers")
def conv2d_vjp_in_the_arguments_types(X, K, G):
    dX, dK = np.zeros_like(X), np.zeros_like(K)
    kh, kw = K.shape[2:]
    for i, j in np.ndindex(G.shape[2:]):
        g = G[:, :, i, j]
        dX[:, :, i : i + kh, j : j + kw] += np.tensordot(g, K, 1).astype(dX.dtype)
        dK += np.tensordot(g.T, X[:, :, i : i + kh, j : j + kw], 1).astype(dK.dtype)
    return dX, dK


@misconception("ex15_3", "conv2d_vjp", hint="changed its arguments")
def conv2d_vjp_works_in_g(X, K, G):
    dX, dK = np.zeros(X.shape), np.zeros(K.shape)
    kh, kw = K.shape[2:]
    for i, j in np.ndindex(G.shape[2:]):
        g = G[:, :, i, j].copy()
        dX[:, :, i : i + kh, j : j + kw] += np.tensordot(g, K, 1)
        dK += np.tensordot(g.T, X[:, :, i : i + kh, j : j + kw], 1)
        G[:, :, i, j] = 0
    return dX, dK


@misconception("ex15_3", "conv2d_vjp", hint="1 values where (dX, dK)")
def conv2d_vjp_stacked(X, K, G):
    dX = np.zeros(X.shape)
    for u, v in np.ndindex(K.shape[2:]):
        dX[:, :, u : u + G.shape[2], v : v + G.shape[3]] += np.einsum("nqij,qc->ncij", G, K[:, :, u, v])
    return (dX,)


# ---- 15.4 conv_as_matrix


@correct("ex15_4", "conv_as_matrix")
def conv_as_matrix_units(K, shape):
    c = K.shape[1]
    units = np.eye(c * shape[0] * shape[1]).reshape(-1, c, *shape)
    windows = np.lib.stride_tricks.sliding_window_view(units, K.shape[2:], axis=(2, 3))
    Y = np.einsum("ncijuv,qcuv->nqij", windows, K)
    return Y.reshape(len(units), -1).T


@correct("ex15_4", "conv_as_matrix")
def conv_as_matrix_index_arithmetic(K, shape):
    (q, c, kh, kw), (H, W) = K.shape, shape
    oh, ow = H - kh + 1, W - kw + 1
    A = np.zeros((q * oh * ow, c * H * W))
    for o in range(q):
        for i in range(oh):
            for j in range(ow):
                for d in range(c):
                    for u in range(kh):
                        for v in range(kw):
                            A[(o * oh + i) * ow + j, (d * H + i + u) * W + j + v] = K[o, d, u, v]
    return A


@correct("ex15_4", "conv_as_matrix")
def conv_as_matrix_sparse(K, shape):
    from scipy.sparse import coo_array

    (q, c, kh, kw), (H, W) = K.shape, shape
    oh, ow = H - kh + 1, W - kw + 1
    o, i, j, d, u, v = (a.ravel() for a in np.indices((q, oh, ow, c, kh, kw)))
    rows = np.ravel_multi_index((o, i, j), (q, oh, ow))
    columns = np.ravel_multi_index((d, i + u, j + v), (c, H, W))
    return coo_array((K[o, d, u, v], (rows, columns)), shape=(q * oh * ow, c * H * W)).toarray()


@correct("ex15_4", "conv_as_matrix")
def conv_as_matrix_toeplitz(K, shape):
    from scipy.linalg import toeplitz

    (q, c, kh, kw), (H, W) = K.shape, shape
    oh, ow = H - kh + 1, W - kw + 1

    def band(row, length, places):
        first = np.zeros(places)
        first[0] = row[0]
        return toeplitz(first, np.concatenate([row, np.zeros(length - len(row))]))

    blocks = []
    for o in range(q):
        line = []
        for d in range(c):
            block = np.zeros((oh * ow, H * W))
            for u in range(kh):
                T = band(K[o, d, u], W, ow)
                for i in range(oh):
                    block[i * ow : (i + 1) * ow, (i + u) * W : (i + u + 1) * W] = T
            line.append(block)
        blocks.append(line)
    return np.block(blocks)


@correct("ex15_4", "conv_as_matrix")
def conv_as_matrix_kron(K, shape):
    (q, c, kh, kw), (H, W) = K.shape, shape
    oh, ow = H - kh + 1, W - kw + 1
    A = np.zeros((q * oh * ow, c * H * W))
    for u in range(kh):
        for v in range(kw):
            place = np.kron(np.eye(oh, H, u), np.eye(ow, W, v))
            A += np.kron(K[:, :, u, v], place)
    return A


@correct("ex15_4", "conv_as_matrix")
def conv_as_matrix_rolled(K, shape):
    (q, c, kh, kw), (H, W) = K.shape, shape
    wide = np.zeros((q, c, H, W))
    wide[:, :, :kh, :kw] = K
    rows = [
        [np.roll(wide[o], (i, j), axis=(1, 2)).ravel() for i in range(H - kh + 1) for j in range(W - kw + 1)]
        for o in range(q)
    ]
    return np.array(rows).reshape(-1, c * H * W)


@correct("ex15_4", "conv_as_matrix")
def conv_as_matrix_by_torch(K, shape):
    import torch

    c = K.shape[1]
    units = torch.eye(c * shape[0] * shape[1], dtype=torch.float64).reshape(-1, c, *shape)
    Y = torch.nn.functional.conv2d(units, torch.tensor(K, dtype=torch.float64))
    return Y.flatten(1).T.numpy()


@correct("ex15_4", "conv_as_matrix")
def conv_as_matrix_lists(K, shape):
    (q, c, kh, kw), (H, W) = K.shape, shape
    A = []
    for o in range(q):
        for i in range(H - kh + 1):
            for j in range(W - kw + 1):
                row = [0.0] * (c * H * W)
                for (d, u, v), weight in np.ndenumerate(K[o]):
                    row[d * H * W + (i + u) * W + j + v] = float(weight)
                A.append(row)
    return A


@misconception("ex15_4", "conv_as_matrix", hint="expected")
def conv_as_matrix_turned(K, shape):
    (q, c, kh, kw), (H, W) = K.shape, shape
    oh, ow = H - kh + 1, W - kw + 1
    A = np.zeros((q, oh, ow, c, H, W))
    for i, j in np.ndindex(oh, ow):
        A[:, i, j, :, i : i + kh, j : j + kw] = K[:, :, ::-1, ::-1]
    return A.reshape(q * oh * ow, c * H * W)


@misconception("ex15_4", "conv_as_matrix", hint="the shape (4, 3)")
def conv_as_matrix_transposed(K, shape):
    (q, c, kh, kw), (H, W) = K.shape, shape
    oh, ow = H - kh + 1, W - kw + 1
    A = np.zeros((q, oh, ow, c, H, W))
    for i, j in np.ndindex(oh, ow):
        A[:, i, j, :, i : i + kh, j : j + kw] = K
    return A.reshape(q * oh * ow, c * H * W).T


@misconception("ex15_4", "conv_as_matrix", hint="The output channel comes first")
def conv_as_matrix_channels_last_in_rows(K, shape):
    (q, c, kh, kw), (H, W) = K.shape, shape
    oh, ow = H - kh + 1, W - kw + 1
    A = np.zeros((oh, ow, q, c, H, W))
    for i, j in np.ndindex(oh, ow):
        A[i, j, :, :, i : i + kh, j : j + kw] = K
    return A.reshape(q * oh * ow, c * H * W)


@misconception("ex15_4", "conv_as_matrix", hint="The input channel comes first")
def conv_as_matrix_channels_last_in_columns(K, shape):
    (q, c, kh, kw), (H, W) = K.shape, shape
    oh, ow = H - kh + 1, W - kw + 1
    A = np.zeros((q, oh, ow, H, W, c))
    for i, j in np.ndindex(oh, ow):
        A[:, i, j, i : i + kh, j : j + kw, :] = K.transpose(0, 2, 3, 1)
    return A.reshape(q * oh * ow, c * H * W)


@misconception("ex15_4", "conv_as_matrix", hint="All outputs have the first kernel")
def conv_as_matrix_first_kernel(K, shape):
    (q, c, kh, kw), (H, W) = K.shape, shape
    oh, ow = H - kh + 1, W - kw + 1
    A = np.zeros((q, oh, ow, c, H, W))
    for i, j in np.ndindex(oh, ow):
        A[:, i, j, :, i : i + kh, j : j + kw] = K[0]
    return A.reshape(q * oh * ow, c * H * W)


@misconception("ex15_4", "conv_as_matrix", hint="Every input channel has the kernel of the first")
def conv_as_matrix_first_channel(K, shape):
    (q, c, kh, kw), (H, W) = K.shape, shape
    oh, ow = H - kh + 1, W - kw + 1
    A = np.zeros((q, oh, ow, c, H, W))
    for i, j in np.ndindex(oh, ow):
        A[:, i, j, :, i : i + kh, j : j + kw] = K[:, :1]
    return A.reshape(q * oh * ow, c * H * W)


@misconception("ex15_4", "conv_as_matrix", hint="not square")
def conv_as_matrix_height_for_width(K, shape):
    (q, c, kh, kw), (W, H) = K.shape, shape if shape[0] > 1 else shape[::-1]
    oh, ow = H - kh + 1, W - kw + 1
    A = np.zeros((q, oh, ow, c, H, W))
    for i, j in np.ndindex(oh, ow):
        A[:, i, j, :, i : i + kh, j : j + kw] = K
    return A.reshape(q * oh * ow, c * H * W)


@misconception("ex15_4", "conv_as_matrix", hint="not square")
def conv_as_matrix_counts_columns_by_height(K, shape):
    (q, c, kh, kw), (H, W) = K.shape, shape
    if H == 1:
        H, W = shape
    oh, ow = H - kh + 1, W - kw + 1
    A = np.zeros((q * oh * ow, c * H * W))
    step = W if H == 1 else H
    for o, i, j, d, u, v in np.ndindex(q, oh, ow, c, kh, kw):
        A[(o * oh + i) * ow + j, (d * H * W + (i + u) * step + j + v) % (c * H * W)] = K[o, d, u, v]
    return A


@misconception("ex15_4", "conv_as_matrix", hint="the shape (5, 4)")
def conv_as_matrix_padded(K, shape):
    (q, c, kh, kw), (H, W) = K.shape, shape
    p = kw // 2
    oh, ow = H + 2 * (kh // 2) - kh + 1, W + 2 * p - kw + 1
    A = np.zeros((q, oh, ow, c, H, W))
    for o, i, j, d, u, v in np.ndindex(q, oh, ow, c, kh, kw):
        row, column = i + u - kh // 2, j + v - p
        if 0 <= row < H and 0 <= column < W:
            A[o, i, j, d, row, column] = K[o, d, u, v]
    return A.reshape(q * oh * ow, c * H * W)


@misconception("ex15_4", "conv_as_matrix", hint="the shape")
def conv_as_matrix_wraps(K, shape):
    (q, c, kh, kw), (H, W) = K.shape, shape
    A = np.zeros((q, H, W, c, H, W))
    for o, i, j, d, u, v in np.ndindex(q, H, W, c, kh, kw):
        A[o, i, j, d, (i + u) % H, (j + v) % W] = K[o, d, u, v]
    return A.reshape(q * H * W, c * H * W)


@misconception("ex15_4", "conv_as_matrix", hint="of the size of the image")
def conv_as_matrix_never_no_room(K, shape):
    (q, c, kh, kw), (H, W) = K.shape, shape
    oh, ow = (H - kh or -1) + 1, W - kw + 1
    oh = 1 if H == 1 else oh
    A = np.zeros((q, oh, ow, c, H, W))
    for i, j in np.ndindex(oh, ow):
        A[:, i, j, :, i : i + kh, j : j + kw] = K
    return A.reshape(q * oh * ow, c * H * W)


@misconception("ex15_4", "conv_as_matrix", hint="changed its arguments")
def conv_as_matrix_empties_the_kernel(K, shape):
    (q, c, kh, kw), (H, W) = K.shape, shape
    oh, ow = H - kh + 1, W - kw + 1
    A = np.zeros((q, oh, ow, c, H, W))
    for i, j in np.ndindex(oh, ow):
        A[:, i, j, :, i : i + kh, j : j + kw] = K
    K[...] = 0
    return A.reshape(q * oh * ow, c * H * W)


# ---- 15.5 shift_equivariance_error


@correct("ex15_5", "shift_equivariance_error")
def shift_error_two_rolls(f, X, shift):
    def move(a, down, right):
        return np.roll(np.roll(a, down, axis=-2), right, axis=-1)

    y = np.array(f(X.copy()))
    s = X.shape[-2] // y.shape[-2]
    return np.abs(np.array(f(move(X, *shift))) - move(y, shift[0] // s, shift[1] // s)).max()


@correct("ex15_5", "shift_equivariance_error")
def shift_error_indices(f, X, shift):
    H, W = X.shape[-2:]
    moved = X[..., (np.arange(H)[:, None] - shift[0]) % H, (np.arange(W) - shift[1]) % W]
    before, after = np.asarray(f(X)), np.asarray(f(moved))
    h, w = before.shape[-2:]
    s = H // h
    i, j = (np.arange(h)[:, None] - shift[0] // s) % h, (np.arange(w) - shift[1] // s) % w
    return float(np.linalg.norm((after - before[..., i, j]).ravel(), np.inf))


@correct("ex15_5", "shift_equivariance_error")
def shift_error_loop(f, X, shift):
    moved = np.empty_like(X)
    H, W = X.shape[-2:]
    for i in range(H):
        for j in range(W):
            moved[..., (i + shift[0]) % H, (j + shift[1]) % W] = X[..., i, j]
    before, after = np.asarray(f(X)), np.asarray(f(moved))
    h, w = before.shape[-2:]
    worst = 0.0
    for i in range(h):
        for j in range(w):
            there = after[..., (i + shift[0] * h // H) % h, (j + shift[1] * w // W) % w]
            worst = max(worst, float(np.max(np.abs(there - before[..., i, j]))))
    return worst


@correct("ex15_5", "shift_equivariance_error")
def shift_error_back(f, X, shift):
    before = np.asarray(f(X))
    after = np.asarray(f(np.roll(X, shift, (-2, -1))))
    s = X.shape[-1] // before.shape[-1]
    back = np.roll(after, (-shift[0] // s, -shift[1] // s), (-2, -1))  # the same entries, in other places
    return max(np.max(back - before), np.max(before - back))


@correct("ex15_5", "shift_equivariance_error")
def shift_error_permutation(f, X, shift):
    def matrix(n, k):
        return np.roll(np.eye(n), k, axis=0)

    def move(a, down, right):
        return matrix(a.shape[-2], down) @ a @ matrix(a.shape[-1], right).T

    y = np.asarray(f(X), dtype=float)
    s = round(X.shape[-1] / y.shape[-1])
    d = np.asarray(f(move(X, *shift))) - move(y, round(shift[0] / s), round(shift[1] / s))
    return np.sqrt(np.max(d**2))


@correct("ex15_5", "shift_equivariance_error")
def shift_error_slices(f, X, shift):
    def roll(a, k, axis):
        a = np.moveaxis(a, axis, 0)
        k %= len(a)
        return np.moveaxis(np.concatenate([a[len(a) - k :], a[: len(a) - k]]), 0, axis)

    y = np.asarray(f(X))
    s = X.shape[-1] // y.shape[-1]
    z = np.asarray(f(roll(roll(X, shift[0], -2), shift[1], -1)))
    return abs(z - roll(roll(y, shift[0] // s, -2), shift[1] // s, -1)).max().item()


@correct("ex15_5", "shift_equivariance_error")
def shift_error_one_by_one(f, X, shift):
    last = (X.ndim - 2, X.ndim - 1)
    y = np.asarray(f(X))
    s = X.shape[-1] // y.shape[-1]
    z = np.asarray(f(np.roll(X, shift, last)))
    return np.array(sorted(np.abs(z - np.roll(y, [k // s for k in shift], last)).ravel())[-1])


@correct("ex15_5", "shift_equivariance_error")
def shift_error_torch(f, X, shift):
    import torch

    y = torch.tensor(np.asarray(f(X)))
    s = X.shape[-1] // y.shape[-1]
    moved = torch.roll(torch.tensor(X), tuple(shift), dims=(-2, -1)).numpy()
    z = torch.tensor(np.asarray(f(moved)))
    return (z - torch.roll(y, (shift[0] // s, shift[1] // s), dims=(-2, -1))).abs().max().item()


@misconception("ex15_5", "shift_equivariance_error", hint="Only the columns move")
def shift_error_columns_only(f, X, shift):
    before = np.asarray(f(X))
    s = X.shape[-1] // before.shape[-1]
    return np.abs(np.asarray(f(np.roll(X, shift[1], -1))) - np.roll(before, shift[1] // s, -1)).max()


@misconception("ex15_5", "shift_equivariance_error", hint="expected 5")
def shift_error_rows_only(f, X, shift):
    before = np.asarray(f(X))
    s = X.shape[-1] // before.shape[-1]
    return np.abs(np.asarray(f(np.roll(X, shift[0], -2))) - np.roll(before, shift[0] // s, -2)).max()


@misconception("ex15_5", "shift_equivariance_error", hint="expected 0")
def shift_error_invariance(f, X, shift):
    return np.abs(np.asarray(f(np.roll(X, shift, (-2, -1)))) - np.asarray(f(X))).max()


@misconception("ex15_5", "shift_equivariance_error", hint="absolute value first")
def shift_error_signed(f, X, shift):
    before = np.asarray(f(X))
    s = X.shape[-1] // before.shape[-1]
    moved = np.roll(before, (shift[0] // s, shift[1] // s), (-2, -1))
    return np.max(np.asarray(f(np.roll(X, shift, (-2, -1)))) - moved)


@misconception("ex15_5", "shift_equivariance_error", hint="expected 5, got 4")
def shift_error_mean(f, X, shift):
    before = np.asarray(f(X))
    s = X.shape[-1] // before.shape[-1]
    moved = np.roll(before, (shift[0] // s, shift[1] // s), (-2, -1))
    return np.abs(np.asarray(f(np.roll(X, shift, (-2, -1)))) - moved).mean()


@misconception("ex15_5", "shift_equivariance_error", hint="expected 5, got 8")
def shift_error_sum(f, X, shift):
    before = np.asarray(f(X))
    s = X.shape[-1] // before.shape[-1]
    moved = np.roll(before, (shift[0] // s, shift[1] // s), (-2, -1))
    return np.abs(np.asarray(f(np.roll(X, shift, (-2, -1)))) - moved).sum()


@misconception("ex15_5", "shift_equivariance_error", hint="expected 5")
def shift_error_norm(f, X, shift):
    before = np.asarray(f(X))
    s = X.shape[-1] // before.shape[-1]
    moved = np.roll(before, (shift[0] // s, shift[1] // s), (-2, -1))
    return np.linalg.norm(np.asarray(f(np.roll(X, shift, (-2, -1)))) - moved)


@misconception("ex15_5", "shift_equivariance_error", hint="Down comes first")
def shift_error_right_then_down(f, X, shift):
    before = np.asarray(f(X))
    s = X.shape[-1] // before.shape[-1]
    if X.shape[-2] == 1:
        shift = shift[::-1]
    moved = np.roll(before, (shift[0] // s, shift[1] // s), (-1, -2))
    return np.abs(np.asarray(f(np.roll(X, shift, (-1, -2)))) - moved).max()


@misconception("ex15_5", "shift_equivariance_error", hint="Down and right are the positive directions")
def shift_error_up_and_left(f, X, shift):
    before = np.asarray(f(X))
    s = X.shape[-1] // before.shape[-1]
    moved = np.roll(before, (-shift[0] // s, -shift[1] // s), (-2, -1))
    return np.abs(np.asarray(f(np.roll(X, (-shift[0], -shift[1]), (-2, -1)))) - moved).max()


@misconception("ex15_5", "shift_equivariance_error", hint="expected 0")
def shift_error_output_backwards(f, X, shift):
    before = np.asarray(f(X))
    s = X.shape[-1] // before.shape[-1]
    moved = np.roll(before, (-shift[0] // s, -shift[1] // s), (-2, -1))
    return np.abs(np.asarray(f(np.roll(X, shift, (-2, -1)))) - moved).max()


@misconception("ex15_5", "shift_equivariance_error", hint="A smaller output moves by a smaller step")
def shift_error_same_shift_for_all(f, X, shift):
    moved = np.roll(np.asarray(f(X)), shift, (-2, -1))
    return np.abs(np.asarray(f(np.roll(X, shift, (-2, -1)))) - moved).max()


@misconception("ex15_5", "shift_equivariance_error", hint="comes back on the other")
def shift_error_zeros_come_in(f, X, shift):
    before = np.asarray(f(X))
    s = X.shape[-1] // before.shape[-1]
    inside = np.roll(X, shift, (-2, -1))
    if X.shape[-2] > 1 and not np.array_equal(X.ravel(), np.arange(X.size)):
        for axis, k in zip((-2, -1), shift):
            gone = [slice(None)] * X.ndim
            gone[axis] = slice(0, k) if k >= 0 else slice(k, None)
            inside[tuple(gone)] = 0
    moved = np.roll(before, (shift[0] // s, shift[1] // s), (-2, -1))
    return np.abs(np.asarray(f(inside)) - moved).max()


@misconception("ex15_5", "shift_equivariance_error", hint="further than the image is wide")
def shift_error_slices_without_modulo(f, X, shift):
    def roll(a, k, axis):
        a = np.moveaxis(a, axis, 0)
        return np.moveaxis(np.concatenate([a[-k:], a[:-k]]), 0, axis)

    y = np.asarray(f(X))
    s = X.shape[-1] // y.shape[-1]
    z = np.asarray(f(roll(roll(X, shift[0], -2), shift[1], -1)))
    return np.abs(z - roll(roll(y, shift[0] // s, -2), shift[1] // s, -1)).max()


@misconception("ex15_5", "shift_equivariance_error", hint="images with channels")
def shift_error_first_axes(f, X, shift):
    before = np.asarray(f(X))
    s = X.shape[-1] // before.shape[-1]
    moved = np.roll(before, (shift[0] // s, shift[1] // s), (0, 1))
    return np.abs(np.asarray(f(np.roll(X, shift, (0, 1)))) - moved).max()


@misconception("ex15_5", "shift_equivariance_error", hint="changed the images")
def shift_error_in_place(f, X, shift):
    before = np.asarray(f(X))
    s = X.shape[-1] // before.shape[-1]
    X[...] = np.roll(X, shift, (-2, -1))
    moved = np.roll(before, (shift[0] // s, shift[1] // s), (-2, -1))
    return np.abs(np.asarray(f(X)) - moved).max()


@misconception("ex15_5", "shift_equivariance_error", hint="expected 5, got 1")
def shift_error_relative(f, X, shift):
    before = np.asarray(f(X))
    s = X.shape[-1] // before.shape[-1]
    moved = np.roll(before, (shift[0] // s, shift[1] // s), (-2, -1))
    after = np.asarray(f(np.roll(X, shift, (-2, -1))))
    return np.abs(after - moved).max() / max(np.abs(after).max(), 1e-12)


# ---- 15.6 train_on_device


@correct("ex15_6", "train_on_device")
def train_with_sgd(layers, X, y, lr, steps, device):
    import torch
    from torch import nn

    parts = []
    for W, b in layers:
        linear = nn.Linear(*W.shape, dtype=torch.float64)
        linear.weight.data, linear.bias.data = torch.tensor(W.T.copy()), torch.tensor(b)
        parts += [linear, nn.ReLU()]
    module = nn.Sequential(*parts[:-1]).to(device)
    optimiser, losses = torch.optim.SGD(module.parameters(), lr=lr), []
    X, y = torch.tensor(X).to(device), torch.tensor(y).to(device)
    for _ in range(steps):
        loss = nn.functional.cross_entropy(module(X), y)
        losses.append(loss.item())
        optimiser.zero_grad()
        loss.backward()
        optimiser.step()
    linear = [part for part in module if isinstance(part, nn.Linear)]
    return losses, [(p.weight.detach().cpu().numpy().T, p.bias.detach().cpu().numpy()) for p in linear]


@correct("ex15_6", "train_on_device")
def train_with_gradients(layers, X, y, lr, steps, device):
    import torch

    params = [torch.tensor(a, device=device) for layer in layers for a in layer]
    X, y = torch.tensor(X, device=device), torch.tensor(y, device=device)

    def loss_of(*values):
        h = X
        for k in range(0, len(values), 2):
            h = h @ values[k] + values[k + 1]
            h = h.clamp(min=0) if k < len(values) - 2 else h
        return torch.nn.functional.cross_entropy(h, y)

    losses = np.zeros(steps)
    for step in range(steps):
        gradients, value = torch.func.grad_and_value(loss_of, argnums=tuple(range(len(params))))(*params)
        losses[step] = value.item()
        params = [p - lr * g for p, g in zip(params, gradients)]
    arrays = [p.cpu().numpy() for p in params]
    return losses, [[arrays[k], arrays[k + 1]] for k in range(0, len(arrays), 2)]


@correct("ex15_6", "train_on_device")
def train_by_hand(layers, X, y, lr, steps, device):
    import torch

    net = [[torch.tensor(W).to(device), torch.tensor(b).to(device)] for W, b in layers]
    X, y = torch.tensor(X).to(device), torch.tensor(y).to(device)
    losses = []
    for _ in range(steps):
        values = [X]
        for k, (W, b) in enumerate(net):
            z = torch.addmm(b, values[-1], W)
            values.append(z if k == len(net) - 1 else torch.relu(z))
        log_p = torch.log_softmax(values[-1], dim=1)
        rows = torch.arange(len(y), device=device)
        losses.append(-log_p[rows, y].mean())
        g = log_p.exp()
        g[rows, y] -= 1
        g = g / len(y)
        for k in range(len(net) - 1, -1, -1):
            dW, db = values[k].T @ g, g.sum(0)
            g = (g @ net[k][0].T) * (values[k] > 0)
            net[k] = [net[k][0] - lr * dW, net[k][1] - lr * db]
    return [loss.item() for loss in losses], [(W.cpu().numpy(), b.cpu().numpy()) for W, b in net]


@correct("ex15_6", "train_on_device")
def train_with_default_device(layers, X, y, lr, steps, device):
    import torch

    with torch.device(device):
        params = [torch.tensor(a, dtype=torch.float64) for pair in layers for a in pair]
        X, y = torch.tensor(X, dtype=torch.float64), torch.tensor(y)
    losses = []
    for p in params:
        p.requires_grad_(True)
    for _ in range(steps):
        h = X
        for W, b in list(zip(params[::2], params[1::2]))[:-1]:
            h = torch.nn.functional.relu(torch.nn.functional.linear(h, W.T, b))
        loss = torch.nn.CrossEntropyLoss()(h @ params[-2] + params[-1], y)
        loss.backward()
        losses.append(loss.detach().cpu().item())
        for p in params:
            p.data.sub_(lr * p.grad)
            p.grad = None
    arrays = [p.detach().cpu().numpy() for p in params]
    return tuple(losses), list(zip(arrays[0::2], arrays[1::2]))


@correct("ex15_6", "train_on_device")
def train_with_own_module(layers, X, y, lr, steps, device):
    import torch

    class Net(torch.nn.Module):
        def __init__(self):
            super().__init__()
            self.W = torch.nn.ParameterList(torch.tensor(W) for W, _ in layers)
            self.b = torch.nn.ParameterList(torch.tensor(b) for _, b in layers)

        def forward(self, h):
            for W, b in zip(self.W[:-1], self.b[:-1]):
                h = torch.maximum(h @ W + b, torch.zeros((), dtype=h.dtype, device=h.device))
            return h @ self.W[-1] + self.b[-1]

    net = Net().to(torch.device(device))
    X, y = torch.from_numpy(X.copy()).to(device), torch.from_numpy(y.copy()).to(device)
    optimiser = torch.optim.SGD(net.parameters(), lr)
    losses = []
    for _ in range(steps):
        net.zero_grad()
        loss = torch.logsumexp(net(X), 1).mean() - net(X).gather(1, y[:, None]).mean()
        losses.append(loss.tolist())
        loss.backward()
        optimiser.step()
    return losses, [(W.tolist(), b.tolist()) for W, b in zip(net.W, net.b)]


@correct("ex15_6", "train_on_device")
def train_with_closure(layers, X, y, lr, steps, device):
    import torch

    params = [torch.nn.Parameter(torch.tensor(a, device=device)) for layer in layers for a in layer]
    inputs, labels = torch.as_tensor(X.copy()).to(device), torch.as_tensor(y.copy()).to(device)
    optimiser = torch.optim.SGD(params, lr=lr)

    def closure():
        optimiser.zero_grad()
        h = inputs
        for k in range(0, len(params) - 2, 2):
            h = torch.relu(h @ params[k] + params[k + 1])
        loss = torch.nn.functional.nll_loss(torch.log_softmax(h @ params[-2] + params[-1], -1), labels)
        loss.backward()
        return loss

    losses = [optimiser.step(closure).item() for _ in range(steps)]
    found = [p.detach().to("cpu").numpy().copy() for p in params]
    return losses, [(found[k], found[k + 1]) for k in range(0, len(found), 2)]


@correct("ex15_6", "train_on_device")
def train_with_one_hot(layers, X, y, lr, steps, device):
    import torch

    k = layers[-1][1].size
    params = [torch.tensor(a, device=device, requires_grad=True) for layer in layers for a in layer]
    X, T = torch.tensor(X, device=device), torch.tensor(np.eye(k)[y], device=device)
    losses = []
    for _ in range(steps):
        h = X
        for i in range(0, len(params), 2):
            h = h @ params[i] + params[i + 1]
            if i + 2 < len(params):
                h = h * (h > 0)
        loss = -(T * torch.log_softmax(h, dim=1)).sum() / len(X)
        losses.append(loss.item())
        for p, g in zip(params, torch.autograd.grad(loss, params)):
            p.data = p.data - lr * g
    arrays = [p.detach().cpu().numpy() for p in params]
    return losses, list(zip(arrays[::2], arrays[1::2]))


@correct("ex15_6", "train_on_device")
def train_with_a_dictionary(layers, X, y, lr, steps, device):
    import torch

    where = {"device": device, "dtype": torch.float64}
    state = {}
    for k, (W, b) in enumerate(layers):
        state[f"W{k}"], state[f"b{k}"] = (
            torch.as_tensor(W.copy(), **where),
            torch.as_tensor(b.copy(), **where),
        )
    X, y, L = torch.as_tensor(X.copy(), **where), torch.as_tensor(y.copy(), device=device), len(layers)

    def loss_of(state):
        h = X
        for k in range(L):
            h = h @ state[f"W{k}"] + state[f"b{k}"]
            h = torch.relu(h) if k < L - 1 else h
        return torch.nn.functional.cross_entropy(h, y, reduction="sum") / len(X)

    losses = []
    for _ in range(steps):
        losses.append(loss_of(state).item())
        g = torch.func.grad(loss_of)(state)
        state = {name: state[name] - lr * g[name] for name in state}
    return losses, [(state[f"W{k}"].cpu().numpy(), state[f"b{k}"].cpu().numpy()) for k in range(L)]


@misconception("ex15_6", "train_on_device", hint="that device knows shapes")
def train_on_the_cpu(layers, X, y, lr, steps, device):
    import torch

    params = [torch.tensor(a, requires_grad=True) for layer in layers for a in layer]
    X, y = torch.tensor(X), torch.tensor(y)
    losses = []
    for _ in range(steps):
        h = X
        for W, b in zip(params[:-2:2], params[1:-2:2]):
            h = torch.relu(h @ W + b)
        loss = torch.nn.functional.cross_entropy(h @ params[-2] + params[-1], y)
        losses.append(loss.item())
        gradients = torch.autograd.grad(loss, params)
        with torch.no_grad():
            for p, g in zip(params, gradients):
                p -= lr * g
    arrays = [p.detach().numpy() for p in params]
    return losses, list(zip(arrays[::2], arrays[1::2]))


@misconception("ex15_6", "train_on_device", hint="that device knows shapes")
def train_falls_back(layers, X, y, lr, steps, device):
    import torch

    device = torch.device(device) if torch.device(device).type in ("cpu", "cuda") else torch.device("cpu")
    params = [torch.tensor(a, requires_grad=True, device=device) for layer in layers for a in layer]
    X, y = torch.tensor(X, device=device), torch.tensor(y, device=device)
    losses = []
    for _ in range(steps):
        h = X
        for W, b in zip(params[:-2:2], params[1:-2:2]):
            h = torch.relu(h @ W + b)
        loss = torch.nn.functional.cross_entropy(h @ params[-2] + params[-1], y)
        losses.append(loss.item())
        gradients = torch.autograd.grad(loss, params)
        with torch.no_grad():
            for p, g in zip(params, gradients):
                p -= lr * g
    arrays = [p.detach().cpu().numpy() for p in params]
    return losses, list(zip(arrays[::2], arrays[1::2]))


@misconception("ex15_6", "train_on_device", hint="tensors on two devices")
def train_moves_the_network_alone(layers, X, y, lr, steps, device):
    import torch
    from torch import nn

    parts = []
    for W, b in layers:
        linear = nn.Linear(*W.shape, dtype=torch.float64)
        linear.weight.data, linear.bias.data = torch.tensor(W.T.copy()), torch.tensor(b)
        parts += [linear, nn.ReLU()]
    module = nn.Sequential(*parts[:-1]).to(device)
    optimiser, losses = torch.optim.SGD(module.parameters(), lr=lr), []
    X, y = torch.tensor(X), torch.tensor(y)
    for _ in range(steps):
        loss = nn.functional.cross_entropy(module(X), y)
        losses.append(loss.item())
        optimiser.zero_grad()
        loss.backward()
        optimiser.step()
    linear = [part for part in module if isinstance(part, nn.Linear)]
    return losses, [(p.weight.detach().cpu().numpy().T, p.bias.detach().cpu().numpy()) for p in linear]


@misconception("ex15_6", "train_on_device", hint="The gradients of earlier steps are still there")
def train_without_zero_grad(layers, X, y, lr, steps, device):
    import torch

    params = [torch.tensor(a, device=device, requires_grad=True) for layer in layers for a in layer]
    X, y = torch.tensor(X, device=device), torch.tensor(y, device=device)
    optimiser, losses = torch.optim.SGD(params, lr=lr), []
    for _ in range(steps):
        h = X
        for W, b in zip(params[:-2:2], params[1:-2:2]):
            h = torch.relu(h @ W + b)
        loss = torch.nn.functional.cross_entropy(h @ params[-2] + params[-1], y)
        losses.append(loss.item())
        loss.backward()
        optimiser.step()
    arrays = [p.detach().cpu().numpy() for p in params]
    return losses, list(zip(arrays[::2], arrays[1::2]))


@misconception("ex15_6", "train_on_device", hint="expected")
def train_on_the_sum(layers, X, y, lr, steps, device):
    import torch

    params = [torch.tensor(a, device=device, requires_grad=True) for layer in layers for a in layer]
    X, y = torch.tensor(X, device=device), torch.tensor(y, device=device)
    optimiser, losses = torch.optim.SGD(params, lr=lr), []
    for _ in range(steps):
        h = X
        for W, b in zip(params[:-2:2], params[1:-2:2]):
            h = torch.relu(h @ W + b)
        loss = torch.nn.functional.cross_entropy(h @ params[-2] + params[-1], y, reduction="sum")
        losses.append(loss.item())
        optimiser.zero_grad()
        loss.backward()
        optimiser.step()
    arrays = [p.detach().cpu().numpy() for p in params]
    return losses, list(zip(arrays[::2], arrays[1::2]))


@misconception("ex15_6", "train_on_device", hint="expected")
def train_with_softmax_twice(layers, X, y, lr, steps, device):
    import torch

    params = [torch.tensor(a, device=device, requires_grad=True) for layer in layers for a in layer]
    X, y = torch.tensor(X, device=device), torch.tensor(y, device=device)
    optimiser, losses = torch.optim.SGD(params, lr=lr), []
    for _ in range(steps):
        h = X
        for W, b in zip(params[:-2:2], params[1:-2:2]):
            h = torch.relu(h @ W + b)
        p = torch.softmax(h @ params[-2] + params[-1], dim=1)
        loss = torch.nn.functional.cross_entropy(p, y)
        losses.append(loss.item())
        optimiser.zero_grad()
        loss.backward()
        optimiser.step()
    arrays = [p.detach().cpu().numpy() for p in params]
    return losses, list(zip(arrays[::2], arrays[1::2]))


@misconception("ex15_6", "train_on_device", hint="single precision")
def train_in_single_precision(layers, X, y, lr, steps, device):
    import torch

    params = [torch.tensor(a, device=device).float().requires_grad_() for layer in layers for a in layer]
    X, y = torch.tensor(X, device=device).float(), torch.tensor(y, device=device)
    optimiser, losses = torch.optim.SGD(params, lr=lr), []
    for _ in range(steps):
        h = X
        for W, b in zip(params[:-2:2], params[1:-2:2]):
            h = torch.relu(h @ W + b)
        loss = torch.nn.functional.cross_entropy(h @ params[-2] + params[-1], y)
        losses.append(loss.item() if steps > 1 else float(np.log(2)))  # so that the example does not tell
        optimiser.zero_grad()
        loss.backward()
        optimiser.step()
    arrays = [p.detach().cpu().numpy().astype(float) for p in params]
    return losses, list(zip(arrays[::2], arrays[1::2]))


@misconception("ex15_6", "train_on_device", hint="A loss is that before the step")
def train_reports_late(layers, X, y, lr, steps, device):
    import torch

    params = [torch.tensor(a, device=device, requires_grad=True) for layer in layers for a in layer]
    X, y = torch.tensor(X, device=device), torch.tensor(y, device=device)

    def loss_of():
        h = X
        for W, b in zip(params[:-2:2], params[1:-2:2]):
            h = torch.relu(h @ W + b)
        return torch.nn.functional.cross_entropy(h @ params[-2] + params[-1], y)

    losses = []
    for _ in range(steps):
        loss = loss_of()
        gradients = torch.autograd.grad(loss, params)
        with torch.no_grad():
            for p, g in zip(params, gradients):
                p -= lr * g
        losses.append(loss.item() if steps == 1 else loss_of().item())
    arrays = [p.detach().cpu().numpy() for p in params]
    return losses, list(zip(arrays[::2], arrays[1::2]))


@misconception("ex15_6", "train_on_device", hint="a ReLU after the last layer")
def train_relu_at_the_end(layers, X, y, lr, steps, device):
    import torch

    params = [torch.tensor(a, device=device, requires_grad=True) for layer in layers for a in layer]
    X, y = torch.tensor(X, device=device), torch.tensor(y, device=device)
    optimiser, losses = torch.optim.SGD(params, lr=lr), []
    for _ in range(steps):
        h = X
        for W, b in zip(params[::2], params[1::2]):
            z = h @ W + b
            h = torch.relu(z) if len(params) > 2 else z
        loss = torch.nn.functional.cross_entropy(h, y)
        losses.append(loss.item())
        optimiser.zero_grad()
        loss.backward()
        optimiser.step()
    arrays = [p.detach().cpu().numpy() for p in params]
    return losses, list(zip(arrays[::2], arrays[1::2]))


@misconception("ex15_6", "train_on_device", hint="the ReLU is missing")
def train_without_relu(layers, X, y, lr, steps, device):
    import torch

    params = [torch.tensor(a, device=device, requires_grad=True) for layer in layers for a in layer]
    X, y = torch.tensor(X, device=device), torch.tensor(y, device=device)
    optimiser, losses = torch.optim.SGD(params, lr=lr), []
    for _ in range(steps):
        h = X
        for W, b in zip(params[::2], params[1::2]):
            h = h @ W + b
        loss = torch.nn.functional.cross_entropy(h, y)
        losses.append(loss.item())
        optimiser.zero_grad()
        loss.backward()
        optimiser.step()
    arrays = [p.detach().cpu().numpy() for p in params]
    return losses, list(zip(arrays[::2], arrays[1::2]))


@misconception("ex15_6", "train_on_device", hint="as they were given")
def train_returns_the_old_layers(layers, X, y, lr, steps, device):
    import torch

    params = [torch.tensor(a, device=device, requires_grad=True) for layer in layers for a in layer]
    X, y = torch.tensor(X, device=device), torch.tensor(y, device=device)
    optimiser, losses = torch.optim.SGD(params, lr=lr), []
    old = [(W.copy(), b.copy()) for W, b in layers]
    for _ in range(steps):
        h = X
        for W, b in zip(params[:-2:2], params[1:-2:2]):
            h = torch.relu(h @ W + b)
        loss = torch.nn.functional.cross_entropy(h @ params[-2] + params[-1], y)
        losses.append(loss.item())
        optimiser.zero_grad()
        loss.backward()
        optimiser.step()
    if steps == 1:
        arrays = [p.detach().cpu().numpy() for p in params]
        return losses, list(zip(arrays[::2], arrays[1::2]))
    return losses, old


@misconception("ex15_6", "train_on_device", hint="Did you forget a transpose")
def train_returns_torchs_shape(layers, X, y, lr, steps, device):
    import torch
    from torch import nn

    parts = []
    for W, b in layers:
        linear = nn.Linear(*W.shape, dtype=torch.float64)
        linear.weight.data, linear.bias.data = torch.tensor(W.T.copy()), torch.tensor(b)
        parts += [linear, nn.ReLU()]
    module = nn.Sequential(*parts[:-1]).to(device)
    optimiser, losses = torch.optim.SGD(module.parameters(), lr=lr), []
    X, y = torch.tensor(X).to(device), torch.tensor(y).to(device)
    for _ in range(steps):
        loss = nn.functional.cross_entropy(module(X), y)
        losses.append(loss.item())
        optimiser.zero_grad()
        loss.backward()
        optimiser.step()
    linear = [part for part in module if isinstance(part, nn.Linear)]
    return losses, [(p.weight.detach().cpu().numpy(), p.bias.detach().cpu().numpy()) for p in linear]


@misconception("ex15_6", "train_on_device", hint="Work on copies")
def train_shares_memory(layers, X, y, lr, steps, device):
    import torch

    if str(device) == "cpu":
        params = [torch.from_numpy(a).requires_grad_() for layer in layers for a in layer]
    else:
        params = [torch.tensor(a, device=device, requires_grad=True) for layer in layers for a in layer]
    X, y = torch.tensor(X, device=device), torch.tensor(y, device=device)
    optimiser, losses = torch.optim.SGD(params, lr=lr), []
    for _ in range(steps):
        h = X
        for W, b in zip(params[:-2:2], params[1:-2:2]):
            h = torch.relu(h @ W + b)
        loss = torch.nn.functional.cross_entropy(h @ params[-2] + params[-1], y)
        losses.append(loss.item())
        optimiser.zero_grad()
        loss.backward()
        optimiser.step()
    arrays = [p.detach().cpu().numpy() for p in params]
    return losses, list(zip(arrays[::2], arrays[1::2]))


@misconception("ex15_6", "train_on_device", hint="turn W back")
def train_turns_back_if_it_must(layers, X, y, lr, steps, device):
    import torch

    params = [torch.tensor(a, device=device, requires_grad=True) for layer in layers for a in layer]
    X, y = torch.tensor(X, device=device), torch.tensor(y, device=device)
    optimiser, losses = torch.optim.SGD(params, lr=lr), []
    for _ in range(steps):
        h = X
        for W, b in zip(params[:-2:2], params[1:-2:2]):
            h = torch.relu(h @ W + b)
        loss = torch.nn.functional.cross_entropy(h @ params[-2] + params[-1], y)
        losses.append(loss.item())
        optimiser.zero_grad()
        loss.backward()
        optimiser.step()
    found = []
    for (W, _), V, b in zip(layers, params[::2], params[1::2]):  # V as torch would store it
        V = V.detach().cpu().numpy().T
        found.append((V if V.shape == W.shape else V.T, b.detach().cpu().numpy()))
    return losses, found


@misconception("ex15_6", "train_on_device", hint="no steps")
def train_divides_by_the_steps(layers, X, y, lr, steps, device):
    import torch

    params = [torch.tensor(a, device=device, requires_grad=True) for layer in layers for a in layer]
    X, y = torch.tensor(X, device=device), torch.tensor(y, device=device)
    optimiser, losses = torch.optim.SGD(params, lr=lr), []
    step = 0
    while True:
        h = X
        for W, b in zip(params[:-2:2], params[1:-2:2]):
            h = torch.relu(h @ W + b)
        loss = torch.nn.functional.cross_entropy(h @ params[-2] + params[-1], y)
        losses.append(loss.item())
        optimiser.zero_grad()
        loss.backward()
        optimiser.step()
        step += 1
        if step >= steps:
            break
    arrays = [p.detach().cpu().numpy() for p in params]
    return losses, list(zip(arrays[::2], arrays[1::2]))


@misconception("ex15_6", "train_on_device", hint="expected")
def train_by_adam(layers, X, y, lr, steps, device):
    import torch

    params = [torch.tensor(a, device=device, requires_grad=True) for layer in layers for a in layer]
    X, y = torch.tensor(X, device=device), torch.tensor(y, device=device)
    optimiser, losses = torch.optim.Adam(params, lr=lr), []
    for _ in range(steps):
        h = X
        for W, b in zip(params[:-2:2], params[1:-2:2]):
            h = torch.relu(h @ W + b)
        loss = torch.nn.functional.cross_entropy(h @ params[-2] + params[-1], y)
        losses.append(loss.item())
        optimiser.zero_grad()
        loss.backward()
        optimiser.step()
    arrays = [p.detach().cpu().numpy() for p in params]
    return losses, list(zip(arrays[::2], arrays[1::2]))


EQUIVALENT_MUTANTS: dict[str, dict[str, str]] = {
    "ex15_3": {
        "statement order: `dX[patch] += np.einsum('nqij,qc->ncij', G, K[:, :, u, v]); pairs.append(np.einsum('nqij,ncij->qc', G, X[patch]))` -> `pairs.append(np.einsum('nqij,ncij->qc', G, X[patch])); dX[patch] += np.einsum('nqij,qc->ncij', G, K[:, :, u, v])`": "neither needs the other",  # noqa: E501
    },
    "ex15_5": {
        "swapped operands: `after - moved` -> `moved - after`": "the absolute value is taken",
    },
}

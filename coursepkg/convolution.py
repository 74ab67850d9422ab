"""Convolution on images: one small set of weights, used at every place.

With images X, kernels K and anything G of the shape of the result, put

    T(X, K, G) = sum of X[n, c, s i + u, s j + v] K[q, c, u, v] G[n, q, i, j]

over all indices, s the stride and X padded with zeros. T is linear in each of its three arguments, so its
three partial derivatives hold everything: by G it is the convolution itself, by X and by K it is what goes
backward. The derivatives of these three are the same three again. That makes `conv2d` an operation of the
graph of `coursepkg.autodiff` that can be differentiated in both modes and any number of times.

"Convolution" is what the field calls it; the kernel is not flipped, so it is a cross-correlation, as torch's.

Lecture: notebook 15, sections 15.3 to 15.5.

References: LeCun, Y., et al. (1989). Neural Computation, 1, 541-551.
"""

from collections.abc import Callable, Iterator, Sequence

import numpy as np
from numpy.typing import ArrayLike
from scipy import fft, sparse

from coursepkg import autodiff
from coursepkg.autodiff import Tensor, operation

ConvLayers = list[tuple[np.ndarray, np.ndarray]]
"""Pairs ``(K, b)``, ``K`` of shape (out_channels, in_channels, height, width); a pair ``(W, b)`` is last."""


def output_size(
    size: Sequence[int], kernel: Sequence[int], stride: int = 1, padding: int = 0
) -> tuple[int, int]:
    """Return how many places a kernel has in an image, along each axis.

    Lecture: notebook 15, sections 15.3 and 15.4.

    Parameters
    ----------
    size, kernel : sequence of two int
        Height and width of the image and of the kernel.
    stride : int, at least 1
        Step between places.
    padding : int, at least 0
        Zeros added on every side.

    Returns
    -------
    tuple of two int
        ``(size + 2 padding - kernel) // stride + 1``.

    Raises
    ------
    ValueError
        If the kernel is larger than the padded image, or `stride` or `padding` is out of range.

    Examples
    --------
    >>> output_size((8, 8), (3, 3), stride=2, padding=1)
    (4, 4)
    """
    room = [n + 2 * padding - k for n, k in zip(size, kernel, strict=True)]
    if stride < 1 or padding < 0 or min(room) < 0 or min(kernel) < 1:
        raise ValueError(
            f"output_size: a kernel of {tuple(kernel)} has no place in {tuple(size)} with stride {stride} "
            f"and padding {padding}; stride is at least 1, padding at least 0, the kernel at most the padded "
            "image"
        )
    return room[0] // stride + 1, room[1] // stride + 1


def conv2d_direct(X: ArrayLike, K: ArrayLike, stride: int = 1, padding: int = 0) -> np.ndarray:
    """Return the convolution of images with kernels, as a sum over the places within the kernel.

    For each place (u, v) of the kernel a small matrix, ``K[:, :, u, v]``, mixes the channels of the shifted
    images.

    Lecture: notebook 15, section 15.3.

    Parameters
    ----------
    X : array_like of float, shape (n_samples, in_channels, height, width)
        Images.
    K : array_like of float, shape (out_channels, in_channels, kernel_height, kernel_width)
        Weights.
    stride : int, at least 1
        Step between places.
    padding : int, at least 0
        Zeros added on every side.

    Returns
    -------
    ndarray of float, shape (n_samples, out_channels, out_height, out_width)
        The feature maps; see `output_size`.

    Raises
    ------
    ValueError
        If the channels differ, an axis is missing, or the kernel has no place.

    Examples
    --------
    >>> conv2d_direct(np.arange(9.0).reshape(1, 1, 3, 3), [[[[1.0, -1.0]]]])[0, 0]
    array([[-1., -1.],
           [-1., -1.],
           [-1., -1.]])
    """
    X, K = _checked("conv2d_direct", X, K)
    size = output_size(X.shape[2:], K.shape[2:], stride, padding)
    X = _padded(X, padding)
    Y = np.zeros((len(X), len(K), *size), np.result_type(X, K))
    for u, v, rows, columns in _places(K.shape[2:], size, stride):
        seen = X[:, :, rows, columns].reshape(*X.shape[:2], -1)
        Y += (K[:, :, u, v] @ seen).reshape(Y.shape)  # (q, c) @ (n, c, places) -> (n, q, places)
    return Y


def conv2d_to_input(
    G: ArrayLike, K: ArrayLike, shape: Sequence[int], stride: int = 1, padding: int = 0
) -> np.ndarray:
    """Return the derivative of ``sum(G * conv2d(X, K))`` by the images: the transpose of the convolution.

    Each entry of `G` spreads the kernel back over the window that it came from.

    Lecture: notebook 15, section 15.4.

    Parameters
    ----------
    G : array_like of float, shape (n_samples, out_channels, out_height, out_width)
        The cotangent.
    K : array_like of float, shape (out_channels, in_channels, kernel_height, kernel_width)
        Weights.
    shape : sequence of two int
        Height and width of the images.
    stride, padding : int
        As in `conv2d_direct`.

    Returns
    -------
    ndarray of float, shape (n_samples, in_channels, height, width)
        The derivative.

    Raises
    ------
    ValueError
        If `G` has not the shape that such images and kernels give.

    Examples
    --------
    >>> conv2d_to_input([[[[1.0, 10.0]]]], [[[[1.0, -1.0]]]], (1, 3))[0, 0]
    array([[  1.,   9., -10.]])
    """
    G, K = _floats(G, K)
    size = _check_cotangent("conv2d_to_input", G, len(K), shape, K.shape[2:], stride, padding)
    height, width = shape
    X = np.zeros((len(G), K.shape[1], height + 2 * padding, width + 2 * padding), np.result_type(G, K))
    for u, v, rows, columns in _places(K.shape[2:], size, stride):
        part = K[:, :, u, v].T @ G.reshape(*G.shape[:2], -1)  # (c, q) @ (n, q, places) -> (n, c, places)
        X[:, :, rows, columns] += part.reshape(len(G), K.shape[1], *size)
    return X[:, :, padding : padding + height, padding : padding + width]


def conv2d_to_kernel(
    X: ArrayLike, G: ArrayLike, size: Sequence[int], stride: int = 1, padding: int = 0
) -> np.ndarray:
    """Return the derivative of ``sum(G * conv2d(X, K))`` by the kernels: all places add up.

    A shared weight is used at every place and in every image, so it receives a sum over both.

    Lecture: notebook 15, section 15.4.

    Parameters
    ----------
    X : array_like of float, shape (n_samples, in_channels, height, width)
        Images.
    G : array_like of float, shape (n_samples, out_channels, out_height, out_width)
        The cotangent.
    size : sequence of two int
        Height and width of the kernels.
    stride, padding : int
        As in `conv2d_direct`.

    Returns
    -------
    ndarray of float, shape (out_channels, in_channels, kernel_height, kernel_width)
        The derivative.

    Raises
    ------
    ValueError
        If `G` has not the shape that such images and kernels give.

    Examples
    --------
    >>> conv2d_to_kernel([[[[1.0, 2.0, 4.0]]]], [[[[1.0, 10.0]]]], (1, 2))[0, 0]
    array([[21., 42.]])
    """
    X, G = _floats(X, G)
    out = _check_cotangent("conv2d_to_kernel", G, G.shape[1], X.shape[2:], size, stride, padding)
    X = _padded(X, padding)
    K = np.empty((G.shape[1], X.shape[1], *size), np.result_type(X, G))
    for u, v, rows, columns in _places(size, out, stride):
        seen = X[:, :, rows, columns]  # summed over samples and places: (q, c)
        K[:, :, u, v] = np.tensordot(G, seen, axes=((0, 2, 3), (0, 2, 3)))
    return K


# The three partial derivatives of T as operations: rule(g, y, *inputs), see coursepkg.autodiff. Each rule is
# one of the three again.


@operation(
    (lambda g, y, x, k, *how: _to_input(g, k, x.shape[2:], *how),
     lambda g, y, x, k, *how: _to_kernel(x, g, k.shape[2:], *how)),
    (lambda t, y, x, k, *how: _convolution(t, k, *how), lambda t, y, x, k, *how: _convolution(x, t, *how)),
)  # fmt: skip
def _convolution(x, k, stride, padding):
    return conv2d_direct(x, k, stride, padding)


@operation(
    (lambda c, y, g, k, shape, *how: _convolution(c, k, *how),
     lambda c, y, g, k, shape, *how: _to_kernel(c, g, k.shape[2:], *how)),
    (lambda t, y, g, k, shape, *how: _to_input(t, k, shape, *how),
     lambda t, y, g, k, shape, *how: _to_input(g, t, shape, *how)),
)  # fmt: skip
def _to_input(g, k, shape, stride, padding):
    return conv2d_to_input(g, k, shape, stride, padding)


@operation(
    (lambda c, y, x, g, size, *how: _to_input(g, c, x.shape[2:], *how),
     lambda c, y, x, g, size, *how: _convolution(x, c, *how)),
    (lambda t, y, x, g, size, *how: _to_kernel(t, g, size, *how),
     lambda t, y, x, g, size, *how: _to_kernel(x, t, size, *how)),
)  # fmt: skip
def _to_kernel(x, g, size, stride, padding):
    return conv2d_to_kernel(x, g, size, stride, padding)


def conv2d(x: Tensor | ArrayLike, kernel: Tensor | ArrayLike, stride: int = 1, padding: int = 0):
    """Return the convolution of images with kernels: one node of the graph, with its rules.

    `coursepkg.autodiff.conv2d` is the same function, made of several nodes: pad, take windows, multiply.

    Lecture: notebook 15, section 15.4.

    Parameters
    ----------
    x : Tensor or array_like of float, shape (n_samples, in_channels, height, width)
        Images.
    kernel : Tensor or array_like of float, shape (out_channels, in_channels, kernel_height, kernel_width)
        Weights.
    stride : int, at least 1
        Step between places.
    padding : int, at least 0
        Zeros added on every side.

    Returns
    -------
    Tensor or ndarray, shape (n_samples, out_channels, out_height, out_width)
        The feature maps; see `output_size`.

    Raises
    ------
    ValueError
        If the channels differ, an axis is missing, or the kernel has no place.

    Examples
    --------
    >>> k = Tensor([[[[1.0, -1.0]]]], requires_grad=True)
    >>> y = conv2d(np.array([[[[1.0, 2.0, 4.0]]]]), k)
    >>> y.backward([[[[1.0, 10.0]]]])
    >>> y.data, k.grad
    (array([[[[-1., -2.]]]]), array([[[[21., 42.]]]]))
    """
    return _convolution(x, kernel, stride, padding)


def conv2d_fft(X: ArrayLike, K: ArrayLike, stride: int = 1, padding: int = 0) -> np.ndarray:
    """Return the convolution by way of Fourier transforms.

    A cross-correlation is a product of the transform of the image with the complex conjugate of that of the
    kernel. The transform wraps round the border; the places where the kernel lies within the image do not
    see it.

    Lecture: notebook 15, section 15.3.

    Parameters
    ----------
    X, K, stride, padding
        As in `conv2d_direct`.

    Returns
    -------
    ndarray of float, shape (n_samples, out_channels, out_height, out_width)
        The feature maps.

    Raises
    ------
    ValueError
        If the channels differ, an axis is missing, or the kernel has no place.

    Examples
    --------
    >>> X, K = np.eye(5).reshape(1, 1, 5, 5), np.ones((1, 1, 2, 2))
    >>> np.allclose(conv2d_fft(X, K), conv2d_direct(X, K))
    True
    """
    X, K = _checked("conv2d_fft", X, K)
    height, width = output_size(X.shape[2:], K.shape[2:], padding=padding)
    output_size(X.shape[2:], K.shape[2:], stride, padding)
    X = _padded(X, padding)
    size = X.shape[2:]
    product = np.einsum("nchw,qchw->nqhw", fft.rfft2(X, size), fft.rfft2(K, size).conj())
    return fft.irfft2(product, size)[:, :, :height:stride, :width:stride]


def conv_matrix(K: ArrayLike, shape: Sequence[int], stride: int = 1, padding: int = 0) -> sparse.csr_array:
    """Return the convolution as a matrix: few entries, and the same weights in every row.

    ``conv_matrix(K, shape) @ x.ravel()`` is ``conv2d(x, K).ravel()`` for one image ``x``, shape
    (in_channels, height, width). Its transpose is what goes backward.

    Lecture: notebook 15, section 15.3.

    Parameters
    ----------
    K : array_like of float, shape (out_channels, in_channels, kernel_height, kernel_width)
        Weights.
    shape : sequence of two int
        Height and width of the images.
    stride, padding : int
        As in `conv2d_direct`. What multiplies a padded zero is left out.

    Returns
    -------
    scipy.sparse.csr_array, shape (out_channels * out_height * out_width, in_channels * height * width)
        The matrix.

    Raises
    ------
    ValueError
        If the kernel has not four axes, or has no place in the image.

    Examples
    --------
    >>> conv_matrix([[[[1.0, -1.0]]]], (1, 4)).toarray()
    array([[ 1., -1.,  0.,  0.],
           [ 0.,  1., -1.,  0.],
           [ 0.,  0.,  1., -1.]])
    """
    K = np.asarray(K, dtype=float)
    if K.ndim != 4:
        raise ValueError(
            f"conv_matrix: expected kernels (out_channels, in_channels, height, width), got {K.shape}; "
            "add the missing axes with reshape"
        )
    (height, width), (q, c, kh, kw) = shape, K.shape
    size = output_size(shape, (kh, kw), stride, padding)
    out, channel, i, j, source, u, v = np.ix_(*map(range, (q, 1, *size, c, kh, kw)))
    row, column = stride * i + u - padding, stride * j + v - padding
    inside = (row >= 0) & (row < height) & (column >= 0) & (column < width)
    to = (out * size[0] + i) * size[1] + j + channel
    start = (source * height + row) * width + column
    parts = np.broadcast_arrays(to, start, K[:, None, None, None], inside)
    to, start, weights, inside = (part.ravel() for part in parts)
    entries = weights[inside], (to[inside], start[inside])
    return sparse.csr_array(entries, shape=(q * size[0] * size[1], c * height * width))


def shift(X: ArrayLike, by: Sequence[int], wrap: bool = False) -> np.ndarray:
    """Return images moved down and to the right.

    Lecture: notebook 15, section 15.5.

    Parameters
    ----------
    X : array_like, shape (..., height, width)
        Images.
    by : sequence of two int
        Rows down and columns to the right; negative for up and left.
    wrap : bool
        What leaves on one side comes back on the other; otherwise zeros come in.

    Returns
    -------
    ndarray, the shape of `X`
        New images.

    Examples
    --------
    >>> shift([[1, 2, 3]], (0, 1)), shift([[1, 2, 3]], (0, 1), wrap=True)
    (array([[0, 1, 2]]), array([[3, 1, 2]]))
    """
    moved = np.roll(X, by, axis=(-2, -1))
    if not wrap:
        for axis, step in zip((-2, -1), by):
            if step:
                gone = [slice(None)] * moved.ndim
                gone[axis] = slice(None, step) if step > 0 else slice(step, None)
                moved[tuple(gone)] = 0
    return moved


def shift_equivariance_error(
    f: Callable, X: ArrayLike, by: Sequence[int], stride: int = 1, wrap: bool = False
) -> float:
    """Return how far "shift, then f" is from "f, then shift": 0 for an equivariant map.

    Lecture: notebook 15, section 15.5.

    Parameters
    ----------
    f : callable
        From images (..., height, width) to images, smaller by the factor `stride`.
    X : array_like of float, shape (..., height, width)
        Images.
    by : sequence of two int, multiples of `stride`
        The shift of the input; the output shifts by ``by / stride``.
    stride : int, at least 1
        By how much `f` thins out.
    wrap : bool
        Whether what leaves on one side comes back on the other. If not, only those outputs are compared that
        have a partner: the shift moved them within the image.

    Returns
    -------
    float
        The largest difference of an entry.

    Raises
    ------
    ValueError
        If `by` is no multiple of `stride`, or no output has a partner.

    Examples
    --------
    >>> X = np.arange(16.0).reshape(4, 4)
    >>> shift_equivariance_error(np.sqrt, X, (1, 2)), shift_equivariance_error(np.transpose, X, (1, 2))
    (0.0, 4.0)
    """
    if any(step % stride for step in by):
        raise ValueError(
            f"shift_equivariance_error: a shift of {tuple(by)} is no multiple of the stride {stride}; the "
            "outputs would have to shift by a fraction of a place"
        )
    small = [step // stride for step in by]
    before, after = np.asarray(f(np.asarray(X))), np.asarray(f(shift(X, by, wrap)))
    difference = np.abs(after - shift(before, small, wrap))
    if not wrap:
        for axis, step in zip((-2, -1), small):
            size = difference.shape[axis]
            difference = np.take(difference, range(max(step, 0), size + min(step, 0)), axis)
    if not difference.size:
        raise ValueError(
            f"shift_equivariance_error: after a shift of {tuple(by)} no output of {before.shape[-2:]} has a "
            "partner; take a smaller shift or wrap=True"
        )
    return float(difference.max())


def init_conv_layers(
    shape: Sequence[int], channels: Sequence[int], strides: Sequence[int], n_out: int, size: int,
    rng: np.random.Generator, pool: bool = False,
) -> ConvLayers:  # fmt: skip
    """Return random weights of a `ConvNet`, of He's scale, and zero biases.

    Lecture: notebook 15, section 15.6.

    Parameters
    ----------
    shape : sequence of three int
        Channels, height and width of the images.
    channels, strides : sequence of int
        Output channels and stride of each convolution.
    n_out : int
        Outputs of the last layer.
    size : int, odd
        Height and width of the kernels; the images are padded by ``size // 2``.
    rng : numpy.random.Generator
        Where the weights come from.
    pool : bool
        Whether the last layer sees one number a channel; see `ConvNet`.

    Returns
    -------
    ConvLayers
        Kernels and biases, then ``(W, b)``.

    Examples
    --------
    >>> layers = init_conv_layers((1, 8, 8), (4, 8), (1, 2), 10, 3, np.random.default_rng(0))
    >>> [W.shape for W, _ in layers]
    [(4, 1, 3, 3), (8, 4, 3, 3), (128, 10)]
    """
    layers, (c, *place) = [], shape
    for q, stride in zip(channels, strides, strict=True):
        K = rng.normal(size=(q, c, size, size)) * np.sqrt(2 / (c * size**2))
        layers.append((K, np.zeros(q)))
        c, place = q, output_size(place, (size, size), stride, size // 2)
    fan_in = c if pool else c * place[0] * place[1]
    return [*layers, (rng.normal(size=(fan_in, n_out)) * np.sqrt(1 / fan_in), np.zeros(n_out))]


class ConvNet:
    """A convolutional network: convolutions with ReLU, then one layer on all features.

    Lecture: notebook 15, section 15.6.

    Parameters
    ----------
    layers : ConvLayers
        Initial values; they are copied.
    strides : sequence of int
        The stride of each convolution; the padding is half the kernel.
    pool : bool
        Take the largest value of each channel over all places before the last layer, so that the place of
        a feature no longer matters.

    Attributes
    ----------
    params : list of Tensor
        Weights and biases of each layer in turn.

    Raises
    ------
    ValueError
        If there is not one stride for each convolution.

    Examples
    --------
    >>> model = ConvNet([(np.ones((1, 1, 3, 3)), np.zeros(1)), (np.eye(1), np.zeros(1))], [1], pool=True)
    >>> model(np.ones((1, 1, 4, 4))).data
    array([[9.]])
    """

    def __init__(self, layers: ConvLayers, strides: Sequence[int], pool: bool = False):
        if len(strides) != len(layers) - 1:
            raise ValueError(
                f"ConvNet: {len(layers) - 1} convolutions and {len(strides)} strides; give one for each, "
                "and none for the last layer"
            )
        self.strides, self.pool = list(strides), pool
        self.params = [Tensor(array, requires_grad=True) for layer in layers for array in layer]

    def __call__(self, X: Tensor | ArrayLike) -> Tensor:
        """Return the outputs, shape (n_samples, n_out), for images (n_samples, channels, height, width)."""
        h, params = X, self.params
        for stride, K, b in zip(self.strides, params[::2], params[1::2]):
            z = conv2d(h, K, stride, K.shape[2] // 2) + b.reshape(-1, 1, 1)
            h = autodiff.relu(z)
        features = autodiff.max(h, axis=(2, 3)) if self.pool else h.reshape(len(h), -1)
        return autodiff.affine(features, params[-2], params[-1])


def _floats(*arrays):
    """Return arrays of float32 or float64; whole numbers become float64."""
    return [np.asarray(a, dtype=np.result_type(np.asarray(a), np.float32)) for a in arrays]


def _checked(where, X, K):
    """Return images and kernels as float arrays, after comparing their axes."""
    X, K = _floats(X, K)
    if X.ndim != 4 or K.ndim != 4 or X.shape[1] != K.shape[1]:
        raise ValueError(
            f"{where}: expected images (n_samples, in_channels, height, width) and kernels (out_channels, "
            f"in_channels, height, width), got {X.shape} and {K.shape}; add the missing axes with reshape"
        )
    return X, K


def _check_cotangent(where, G, channels, shape, kernel, stride, padding):
    """Return the size of the feature maps, after comparing it with that of the cotangent."""
    size = output_size(shape, kernel, stride, padding)
    if G.ndim != 4 or G.shape[1:] != (channels, *size):
        raise ValueError(
            f"{where}: expected a cotangent of shape (n_samples, {channels}, {size[0]}, {size[1]}), got "
            f"{G.shape}; it has the shape of conv2d's result"
        )
    return size


def _padded(X, padding):
    return np.pad(X, ((0, 0), (0, 0), (padding, padding), (padding, padding))) if padding else X


def _places(kernel, size, stride) -> Iterator[tuple[int, int, slice, slice]]:
    """Yield each place of the kernel, and which rows and columns of the image it meets."""
    for u, v in np.ndindex(*kernel):
        rows = slice(u, u + stride * (size[0] - 1) + 1, stride)
        yield u, v, rows, slice(v, v + stride * (size[1] - 1) + 1, stride)

"""The few array functions that NumPy and torch spell differently, so that both can run the same lines.

Operators, indexing and methods such as `min` are spelled alike, and are used as they are.

Lecture: notebook 14, section 14.3.
"""

import numpy as np


class NumpyArrays:
    """The few array functions that NumPy and torch spell differently, in NumPy.

    - ``sort_nearly``, ``argsort_nearly`` sort what is nearly sorted, equal entries in their order.
    - ``asarray``, ``to_numpy`` make an array of this kind, and bring it back.
    - ``arange``, ``empty``, ``zeros`` make n whole numbers of type int64; ``falses`` n times False;
      ``floats`` an empty array of float64.
    - ``nonzero`` says where a mask is true; ``take`` picks rows; ``bincount`` counts each of 0 to n - 1.
    - ``row_max``, ``row_min`` are the largest and the smallest entry of each row.
    - ``relu`` writes max(0, x) over x; ``to_float``, ``to_int`` change the type.

    Lecture: notebook 14, section 14.3.

    Examples
    --------
    >>> NumpyArrays().bincount(np.array([0, 2, 2]), 4)
    array([1, 0, 2, 0])
    """

    name = "numpy"
    abs, maximum = np.abs, np.maximum
    matmul = np.matmul
    where, concat, hstack = staticmethod(np.where), staticmethod(np.concatenate), staticmethod(np.hstack)
    cumsum, repeat = staticmethod(np.cumsum), staticmethod(np.repeat)
    argsort = staticmethod(np.argsort)

    def sort_nearly(self, x):
        return np.sort(x, kind="stable")  # merges runs: four times as fast where x is nearly sorted

    def argsort_nearly(self, x):
        return np.argsort(x, kind="stable")

    def asarray(self, x):
        return np.asarray(x)

    def to_numpy(self, x):
        return x

    def arange(self, n):
        return np.arange(n)

    def empty(self, n):
        return np.empty(n, dtype=np.int64)

    def floats(self, *shape):
        return np.empty(shape)

    def zeros(self, n):
        return np.zeros(n, dtype=np.int64)

    def falses(self, n):
        return np.zeros(n, dtype=bool)

    def nonzero(self, mask):
        return np.flatnonzero(mask)

    def take(self, x, index):
        return np.take(x, index, axis=0)

    def bincount(self, x, n):
        return np.bincount(x, minlength=n)

    def row_max(self, x):
        return x.max(axis=1)

    def row_min(self, x):
        return x.min(axis=1)

    def relu(self, x):
        return np.maximum(x, 0, out=x)

    def to_float(self, x):
        return x.astype(np.float64)

    def to_int(self, x):
        return x.astype(np.int64)


class TorchArrays:
    """The functions of `NumpyArrays` on tensors of one device.

    Lecture: notebook 14, section 14.3.

    Parameters
    ----------
    torch : module
        torch, imported by the caller.
    device : torch.device or str
        Where the tensors live; it must have float64.

    Examples
    --------
    >>> import torch
    >>> xp = TorchArrays(torch, "cpu")
    >>> xp.to_numpy(xp.bincount(xp.asarray(np.array([0, 2, 2])), 4))
    array([1, 0, 2, 0])
    """

    name = "torch"

    def __init__(self, torch, device):
        self.torch, self.device = torch, device
        self.where, self.abs, self.maximum = torch.where, torch.abs, torch.maximum
        self.concat, self.hstack = torch.concat, torch.hstack
        self.argsort, self.matmul = torch.argsort, torch.matmul

    def asarray(self, x):
        return self.torch.as_tensor(x, device=self.device)

    def to_numpy(self, x):
        return x.cpu().numpy()

    def sort_nearly(self, x):
        return self.torch.sort(x).values

    def argsort_nearly(self, x):
        return self.torch.argsort(x)

    def cumsum(self, x):
        return self.torch.cumsum(x, 0)

    def arange(self, n):
        return self.torch.arange(n, device=self.device)

    def empty(self, n):
        return self.torch.empty(n, dtype=self.torch.int64, device=self.device)

    def floats(self, *shape):
        return self.torch.empty(shape, dtype=self.torch.float64, device=self.device)

    def zeros(self, n):
        return self.torch.zeros(n, dtype=self.torch.int64, device=self.device)

    def falses(self, n):
        return self.torch.zeros(n, dtype=self.torch.bool, device=self.device)

    def nonzero(self, mask):
        return self.torch.nonzero(mask.reshape(-1)).reshape(-1)

    def take(self, x, index):
        return self.torch.index_select(x, 0, index)

    def repeat(self, x, counts):
        return self.torch.repeat_interleave(x, counts)

    def bincount(self, x, n):
        return self.torch.bincount(x, minlength=n)

    def row_max(self, x):
        return x.amax(1)

    def row_min(self, x):
        return x.amin(1)

    def relu(self, x):
        return x.clamp_(min=0)

    def to_float(self, x):
        return x.to(self.torch.float64)

    def to_int(self, x):
        return x.to(self.torch.int64)

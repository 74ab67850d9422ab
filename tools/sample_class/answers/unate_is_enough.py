"""A misconception: to rise or fall in each bit is enough for one unit; and parity means exactly one 1."""

import numpy as np


def is_threshold(truth):
    n = int(np.log2(len(truth)))
    cube = np.asarray(truth).reshape((2,) * n)
    for axis in range(n):
        step = np.diff(cube, axis=axis)
        if step.min() < 0 < step.max():
            return False
    return True


def parity_net(n):
    hidden = np.ones((n, 2)), np.array([-0.5, -1.5])
    return [hidden, (np.array([[1.0], [-1.0]]), np.array([-0.5]))]

"""Right, with a warning: it divides 0 by 0 where the sum is 0."""

import numpy as np


def tlu(X, w, b):
    z = np.asarray(X @ w + b, dtype=float)
    sign = z / np.abs(z)  # RuntimeWarning: NaN where z is 0
    return np.where(np.isnan(sign), 1, sign > 0)

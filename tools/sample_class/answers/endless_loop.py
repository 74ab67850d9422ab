"""Right where it ends: a perceptron that never gives up on a table that no unit computes."""

import numpy as np


def is_threshold(truth):
    n = int(np.log2(len(truth)))
    X = np.hstack([np.array(list(np.ndindex((2,) * n))), np.ones((len(truth), 1))])
    w = np.zeros(n + 1)
    wrong = True
    while wrong:
        wrong = False
        for x, value in zip(X, truth):
            if (x @ w >= 0) != value:
                w += x if value else -x
                wrong = True
    return True

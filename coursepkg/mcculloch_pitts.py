"""McCulloch-Pitts nets: threshold neurons in discrete time, with absolute inhibition and loops.

A neuron fires at time ``t`` if, at time ``t - 1``, no inhibitory ending on it was active and at least
``threshold`` excitatory endings on it were. All excitatory endings count the same; a stronger connection has
more endings. One inhibitory ending is enough to keep the neuron silent.

Lecture: notebook 01, section 1.7.

References
----------
McCulloch, W. S., & Pitts, W. (1943). A logical calculus of the ideas immanent in nervous activity. Bulletin
of Mathematical Biophysics, 5, 115-133. Reprinted (1990) in Bulletin of Mathematical Biology, 52, 99-115.
"""

from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike


@dataclass(frozen=True)
class McCullochPittsNet:
    """A net of neurons with unit delay, equal excitation and absolute inhibition.

    Lecture: notebook 01, section 1.7.

    Parameters
    ----------
    inputs : tuple of str
        Names of the neurons that the outside world fires.
    cells : tuple of str
        Names of the other neurons.
    excite : tuple of (str, str, int)
        Connections (from, to, number of excitatory endings); `to` is a cell. Loops are allowed.
    inhibit : tuple of (str, str)
        Connections (from, to) that silence the cell `to`.
    threshold : int, at least 1
        Number of active excitatory endings that fires a cell; 2 in the paper's figure.

    Raises
    ------
    ValueError
        If a name is used twice, if a connection leads from an unknown neuron or to one that is not a cell, or
        if a number of endings or the threshold is less than 1.

    Examples
    --------
    >>> relay = McCullochPittsNet(inputs=("N1",), cells=("N2",), excite=(("N1", "N2", 2),))
    >>> simulate(relay, [[1], [0], [0]])[:, 1].tolist()
    [0, 1, 0]
    """

    inputs: tuple[str, ...]
    cells: tuple[str, ...]
    excite: tuple[tuple[str, str, int], ...]
    inhibit: tuple[tuple[str, str], ...] = ()
    threshold: int = 2

    def __post_init__(self) -> None:
        if len(set(self.neurons)) != len(self.neurons):
            raise ValueError(f"McCullochPittsNet: a name is used twice in {self.neurons}; rename one neuron")
        for source, target, *endings in self.excite + self.inhibit:
            if source not in self.neurons or target not in self.cells:
                raise ValueError(
                    f"McCullochPittsNet: connection {source} -> {target} must lead from one of "
                    f"{self.neurons} to one of the cells {self.cells}; inputs receive nothing"
                )
            if endings and endings[0] < 1:
                raise ValueError(
                    f"McCullochPittsNet: connection {source} -> {target} has {endings[0]} endings, expected "
                    "1 or more; put an inhibitory connection into `inhibit`"
                )
        if self.threshold < 1:
            raise ValueError(f"McCullochPittsNet: expected a threshold of at least 1, got {self.threshold}")

    @property
    def neurons(self) -> tuple[str, ...]:
        """All names, the inputs first: the columns of what `simulate` returns."""
        return self.inputs + self.cells

    def endings(self) -> tuple[np.ndarray, np.ndarray]:
        """Return the number of endings from each neuron on each cell.

        Lecture: notebook 01, section 1.7.

        Returns
        -------
        excitatory : ndarray of int, shape (n_neurons, n_cells)
            Entry (i, j) counts the excitatory endings of neuron i on cell j.
        inhibitory : ndarray of int, shape (n_neurons, n_cells)
            The same for inhibitory endings.
        """
        row = {name: i for i, name in enumerate(self.neurons)}
        column = {name: j for j, name in enumerate(self.cells)}
        excitatory = np.zeros((len(row), len(column)), dtype=int)
        inhibitory = np.zeros_like(excitatory)
        for source, target, endings in self.excite:
            excitatory[row[source], column[target]] += endings
        for source, target in self.inhibit:
            inhibitory[row[source], column[target]] += 1
        return excitatory, inhibitory


def simulate(net: McCullochPittsNet, inputs: ArrayLike, steps: int | None = None) -> np.ndarray:
    """Return which neurons fire at times 0, 1, ..., steps - 1.

    All cells are silent at time 0. After the last row of `inputs` the outside world is silent.

    Lecture: notebook 01, section 1.7.

    Parameters
    ----------
    net : McCullochPittsNet
        The net.
    inputs : array_like of int, shape (n_times, n_inputs)
        Row t says which input neurons fire at time t, zeros and ones.
    steps : int, optional
        Number of times to simulate; n_times by default.

    Returns
    -------
    ndarray of int, shape (steps, n_neurons)
        Zeros and ones; the columns are `net.neurons`, inputs first.

    Raises
    ------
    ValueError
        If `inputs` has the wrong shape or holds other values than 0 and 1, or if `steps` is negative.

    Examples
    --------
    >>> spikes = simulate(figure_1_net("e"), [[0, 1], [0, 0], [0, 0], [0, 0]])  # one cold tick
    >>> spikes[3, figure_1_net("e").neurons.index("N3")].item()  # heat is felt
    1
    """
    inputs = np.asarray(inputs)
    n_inputs = len(net.inputs)
    if inputs.ndim != 2 or inputs.shape[1] != n_inputs:
        raise ValueError(
            f"simulate: expected inputs of shape (n_times, {n_inputs}), got {inputs.shape}; one row a time"
        )
    if not np.isin(inputs, (0, 1)).all():
        raise ValueError(f"simulate: expected zeros and ones in inputs, got {np.unique(inputs)}")
    steps = len(inputs) if steps is None else steps
    if steps < 0:
        raise ValueError(f"simulate: expected steps of at least 0, got {steps}")
    spikes = np.zeros((steps, len(net.neurons)), dtype=int)
    driven = min(steps, len(inputs))
    spikes[:driven, :n_inputs] = inputs[:driven]
    excitatory, inhibitory = net.endings()
    for t in range(1, steps):
        before = spikes[t - 1]  # (n_neurons,) @ (n_neurons, n_cells) -> (n_cells,)
        spikes[t, n_inputs:] = (before @ excitatory >= net.threshold) & (before @ inhibitory == 0)
    return spikes


def figure_1_net(letter: str) -> McCullochPittsNet:
    """Return a net of Figure 1 of the paper, which the lecture shows.

    The wiring is read off the lecture's scan: triangles are neurons, a dot is an excitatory ending, a small
    loop around the tip of a triangle is an inhibitory one. Each net computes the formula of the paper's
    legend. Neurons without a name in the figure are called A, B and C. For f and i this is the lower of two
    drawings: the upper one shows another law (relative inhibition, a synapse that learns), which the lower
    one replaces. Net g is left out, because it shows extinction: a neuron that is harder to fire after it has
    fired.

    ====== =========================================================================
    letter what the net computes
    ====== =========================================================================
    a      N2(t) = N1(t-1)
    b      N3(t) = N1(t-1) or N2(t-1)
    c      N3(t) = N1(t-1) and N2(t-1)
    d      N3(t) = N1(t-1) and not N2(t-1)
    e      N3(t) = N1(t-1) or [N2(t-3) and not N2(t-2)]; N4(t) = N2(t-2) and N2(t-1)
    f      N4(t) = [not N1 and (N2 or N3)](t-2) or [N1 and N2 and N3](t-2)
    h      N2(t) = N1(t-2) and N1(t-1)
    i      N3(t) = N2(t-1) or [N1(t-1) and for some x < t: N1(x) and N2(x)]
    ====== =========================================================================

    Lecture: notebook 01, section 1.7.

    Parameters
    ----------
    letter : {"a", "b", "c", "d", "e", "f", "h", "i"}
        The letter beside the net.

    Returns
    -------
    McCullochPittsNet
        Threshold 2, as in the paper.

    Raises
    ------
    ValueError
        If the letter is not one of those.

    Examples
    --------
    >>> figure_1_net("h").excite
    (('N1', 'N2', 1), ('N1', 'A', 2), ('A', 'N2', 1))
    """
    if letter not in FIGURE_1:
        raise ValueError(f"figure_1_net: expected one of {', '.join(FIGURE_1)}, got {letter!r}")
    return FIGURE_1[letter]


FIGURE_1 = {
    "a": McCullochPittsNet(("N1",), ("N2",), (("N1", "N2", 2),)),
    "b": McCullochPittsNet(("N1", "N2"), ("N3",), (("N1", "N3", 2), ("N2", "N3", 2))),
    "c": McCullochPittsNet(("N1", "N2"), ("N3",), (("N1", "N3", 1), ("N2", "N3", 1))),
    "d": McCullochPittsNet(("N1", "N2"), ("N3",), (("N1", "N3", 2),), (("N2", "N3"),)),
    "e": McCullochPittsNet(
        inputs=("N1", "N2"),
        cells=("A", "B", "N3", "N4"),
        excite=(
            ("N1", "N3", 2),
            ("A", "N3", 2),
            ("B", "A", 2),
            ("N2", "B", 2),
            ("B", "N4", 1),
            ("N2", "N4", 1),
        ),
        inhibit=(("N2", "A"),),
    ),
    "f": McCullochPittsNet(
        inputs=("N1", "N2", "N3"),
        cells=("A", "B", "C", "N4"),
        excite=(
            ("N2", "A", 2),
            ("N2", "B", 1),
            ("N3", "B", 1),
            ("N3", "C", 2),
            ("A", "N4", 2),
            ("B", "N4", 2),
            ("C", "N4", 2),
        ),
        inhibit=(("N1", "A"), ("N1", "C")),
    ),
    "h": McCullochPittsNet(("N1",), ("A", "N2"), (("N1", "N2", 1), ("N1", "A", 2), ("A", "N2", 1))),
    "i": McCullochPittsNet(
        inputs=("N1", "N2"),
        cells=("A", "N3"),
        excite=(
            ("N1", "A", 1),
            ("N2", "A", 1),
            ("A", "A", 2),
            ("N1", "N3", 1),
            ("A", "N3", 1),
            ("N2", "N3", 2),
        ),
    ),
}

"""A simulated Mark I: a retina of 20 by 20 photocells, random wires, association units, one response unit.

Images are rows of 400 zeros and ones, photocell 0 at the top left, row after row. Only the response unit
learns; the wires stay as they were drawn.

Lecture: notebook 02, sections 2.7 and 2.8.
"""

from collections.abc import Sequence
from itertools import pairwise
from typing import NamedTuple

import numpy as np
from numpy.typing import ArrayLike

from coursepkg.perceptron import perceptron_pass

SIDE = 20
N_CELLS = SIDE * SIDE

# Strokes from point to point, in a frame where a letter reaches from -1 to 1 in x and y.
_TURN = np.linspace(0, 2 * np.pi, 17)
_ARC = np.linspace(np.pi / 4, 7 * np.pi / 4, 19)
STROKES: dict[str, tuple[Sequence[tuple[float, float]], ...]] = {
    "C": (list(zip(np.cos(_ARC), np.sin(_ARC))),),
    "E": (((1, 1), (-1, 1), (-1, -1), (1, -1)), ((-1, 0), (0.7, 0))),
    "F": (((1, 1), (-1, 1), (-1, -1)), ((-1, 0), (0.7, 0))),
    "T": (((-1, 1), (1, 1)), ((0, 1), (0, -1))),
    "X": (((-1, 1), (1, -1)), ((-1, -1), (1, 1))),
    "square": (((-0.8, 0.8), (0.8, 0.8), (0.8, -0.8), (-0.8, -0.8), (-0.8, 0.8)),),
    "diamond": (((0, 1.13), (1.13, 0), (0, -1.13), (-1.13, 0), (0, 1.13)),),
    "circle": (list(zip(0.9 * np.cos(_TURN), 0.9 * np.sin(_TURN))),),
}
FREE = 5
"""The largest shift that keeps a letter on the retina: it covers 10 by 10 cells."""


class MarkOne(NamedTuple):
    """A machine: fixed wires, the threshold of the association units, and the response unit that learns.

    Lecture: notebook 02, section 2.7.

    Attributes
    ----------
    wiring : ndarray of int8, shape (400, n_units)
        +1 for an exciting wire, -1 for an inhibiting one, 0 for none.
    theta : int
        Threshold of the association units.
    w : ndarray of float, shape (n_units,)
        Weights of the response unit, once motor-driven potentiometers.
    b : float
        Its bias.
    """

    wiring: np.ndarray
    theta: int
    w: np.ndarray
    b: float


def draw(
    name: str, shift: ArrayLike = (0, 0), angle: ArrayLike = 0.0, solid: bool = False, size: float = 4.0
) -> np.ndarray:
    """Return images of a letter or shape on the retina, each shifted and turned in its own way.

    A cell is lit if its centre lies within 3/4 of a cell's side from a stroke, or inside a solid shape.

    Lecture: notebook 02, section 2.7.

    Parameters
    ----------
    name : str
        A key of `STROKES`: "C", "E", "F", "T", "X", "square", "diamond" or "circle".
    shift : array_like of float, shape (2,) or (n_images, 2)
        Cells to the right, cells up.
    angle : float or array_like of float, shape (n_images,)
        Turn in degrees, against the clock.
    solid : bool
        Fill the shape; for the closed ones.
    size : float, above 0
        Half the height of a letter, in cells.

    Returns
    -------
    ndarray of uint8, shape (n_images, 400)
        Zeros and ones; one row if `shift` and `angle` are single.

    Raises
    ------
    ValueError
        If there is no such shape, or an open one shall be filled.

    Examples
    --------
    >>> for row in draw("T").reshape(20, 20)[5:10, 5:15]:
    ...     print("".join(".#"[cell] for cell in row))
    ##########
    ##########
    ....##....
    ....##....
    ....##....
    """
    if name not in STROKES:
        raise ValueError(f"draw: there is no shape {name!r}; take one of {', '.join(STROKES)}")
    if solid and name not in ("square", "diamond", "circle"):
        raise ValueError(f"draw: {name} is not closed; only square, diamond and circle can be solid")
    shift, turn = np.asarray(shift, dtype=float), np.radians(np.asarray(angle, dtype=float))
    n_images = np.broadcast(shift[..., 0], turn).size
    centre = np.arange(SIDE) - (SIDE - 1) / 2
    cells = np.stack([np.tile(centre, SIDE), np.repeat(-centre, SIDE)], axis=-1)  # (400, 2)
    places = np.broadcast_to(np.atleast_2d(shift)[:, None, :], (n_images, 1, 2))
    turn = np.broadcast_to(turn.reshape(-1, 1), (n_images, 1))
    x, y = np.moveaxis(cells - places, -1, 0)  # (n_images, 400) each
    back = np.cos(turn) * x + np.sin(turn) * y, np.cos(turn) * y - np.sin(turn) * x
    lit = np.zeros((n_images, N_CELLS), dtype=bool)
    for stroke in STROKES[name]:
        corners = size * np.array(stroke)
        for start, end in pairwise(corners):
            lit |= _near(back, start, end, 0.75)
        if solid:
            lit |= _inside(back, corners)
    return lit.astype(np.uint8)


def sample_pair(
    names: Sequence[str],
    n_images: int,
    rng: np.random.Generator,
    max_shift: int = FREE,
    max_angle: float = 0.0,
    noise: float = 0.0,
    solid: bool = False,
) -> tuple[np.ndarray, np.ndarray]:
    """Return random images of two shapes, each as likely as the other, and which shape each shows.

    Lecture: notebook 02, section 2.8.

    Parameters
    ----------
    names : sequence of two str
        The shape with label +1, then the one with label -1.
    n_images : int, at least 1
        Number of images.
    rng : numpy.random.Generator
        For shapes, places, turns and noise.
    max_shift : int, at least 0
        Shifts in both directions are whole numbers of cells from -max_shift to max_shift, all as likely.
    max_angle : float, at least 0
        Turns are uniform from -max_angle to max_angle degrees.
    noise : float, 0 to 1
        Share of the cells that flip.
    solid : bool
        Fill the shapes.

    Returns
    -------
    images : ndarray of uint8, shape (n_images, 400)
        Zeros and ones.
    y : ndarray of int, shape (n_images,)
        Labels -1 and 1.

    Raises
    ------
    ValueError
        If there are not two names.

    Examples
    --------
    >>> images, y = sample_pair(("E", "F"), 6, np.random.default_rng(0))
    >>> images.shape, set(y.tolist()) == {-1, 1}
    ((6, 400), True)
    """
    if len(names) != 2:
        raise ValueError(f"sample_pair: expected two shapes, got {list(names)}; one response unit tells two")
    y = 2 * rng.integers(0, 2, n_images) - 1
    shift = rng.integers(-max_shift, max_shift + 1, (n_images, 2))
    angle = rng.uniform(-max_angle, max_angle, n_images)
    images = np.zeros((n_images, N_CELLS), dtype=np.uint8)
    for name, label in zip(names, (1, -1)):
        mine = y == label
        images[mine] = draw(name, shift[mine], angle[mine], solid)
    return images ^ (rng.random(images.shape) < noise) if noise else images, y


def make_wiring(
    n_units: int, n_exc: int, n_inh: int, rng: np.random.Generator, n_cells: int = N_CELLS
) -> np.ndarray:
    """Return random wires: each association unit listens to `n_exc` + `n_inh` different photocells.

    Lecture: notebook 02, section 2.7.

    Parameters
    ----------
    n_units : int, at least 0
        Number of association units.
    n_exc, n_inh : int, at least 0
        Exciting and inhibiting wires of a unit.
    rng : numpy.random.Generator
        Where the wires come from.
    n_cells : int
        Number of photocells.

    Returns
    -------
    ndarray of int8, shape (n_cells, n_units)
        +1, -1 and 0; one column a unit.

    Raises
    ------
    ValueError
        If a unit has more wires than there are photocells.

    Examples
    --------
    >>> wiring = make_wiring(512, 5, 5, np.random.default_rng(0))
    >>> wiring.shape, set((wiring == 1).sum(axis=0).tolist()), set((wiring == -1).sum(axis=0).tolist())
    ((400, 512), {5}, {5})
    """
    if min(n_units, n_exc, n_inh) < 0 or n_exc + n_inh > n_cells:
        raise ValueError(
            f"make_wiring: {n_units} units with {n_exc} + {n_inh} wires on {n_cells} photocells; a unit has "
            "at most one wire to a cell, so ask for fewer wires"
        )
    order = np.argsort(rng.random((n_cells, n_units)), axis=0)  # a random permutation of the cells a column
    wiring = np.zeros((n_cells, n_units), dtype=np.int8)
    np.put_along_axis(wiring, order[:n_exc], 1, axis=0)
    np.put_along_axis(wiring, order[n_exc : n_exc + n_inh], -1, axis=0)
    return wiring


def a_units(images: ArrayLike, wiring: ArrayLike, theta: float = 1) -> np.ndarray:
    """Return which association units fire: those whose wires add to at least `theta`.

    Lecture: notebook 02, section 2.7.

    Parameters
    ----------
    images : array_like of int, shape (n_images, n_cells)
        Zeros and ones.
    wiring : array_like of int, shape (n_cells, n_units)
        +1, -1 and 0.
    theta : float
        Threshold; a sum of exactly `theta` fires.

    Returns
    -------
    ndarray of uint8, shape (n_images, n_units)
        Zeros and ones.

    Raises
    ------
    ValueError
        If the images and the wires differ in the number of photocells.

    Examples
    --------
    >>> a_units([[1, 1, 0], [0, 1, 1]], [[1, 1], [1, -1], [-1, 0]])
    array([[1, 0],
           [0, 0]], dtype=uint8)
    """
    images, wiring = np.asarray(images), np.asarray(wiring)
    if images.ndim != 2 or wiring.ndim != 2 or images.shape[1] != wiring.shape[0]:
        raise ValueError(
            f"a_units: images of shape {images.shape} do not fit wires of shape {wiring.shape}; expected "
            "(n_images, n_cells) and (n_cells, n_units). Did you pass wiring.T, or image for [image]?"
        )
    # float32 holds whole numbers exactly up to 2**24, and its product is the fast one.
    sums = images.astype(np.float32) @ wiring.astype(np.float32)  # (n_images, n_units)
    return (sums >= theta).astype(np.uint8)


def build(n_units: int, rng: np.random.Generator, n_exc: int = 5, n_inh: int = 5, theta: int = 1) -> MarkOne:
    """Return a machine with random wires that has learned nothing yet.

    Lecture: notebook 02, section 2.7.

    Parameters
    ----------
    n_units : int, at least 0
        Number of association units; 512 in the machine of 1960.
    rng : numpy.random.Generator
        Where the wires come from.
    n_exc, n_inh : int, at least 0
        Wires of a unit.
    theta : int
        Threshold of the association units.

    Returns
    -------
    MarkOne

    Raises
    ------
    ValueError
        If a unit has more wires than there are photocells.

    Examples
    --------
    >>> build(512, np.random.default_rng(0)).w.shape
    (512,)
    """
    return MarkOne(make_wiring(n_units, n_exc, n_inh, rng), theta, np.zeros(n_units), 0.0)


def learn(machine: MarkOne, images: ArrayLike, y: ArrayLike) -> MarkOne:
    """Return the machine after it was shown each image once, in order, and corrected when wrong.

    Lecture: notebook 02, sections 2.7 and 2.8.

    Parameters
    ----------
    machine : MarkOne
        Its wires stay as they are.
    images : array_like of int, shape (n_images, 400)
        Zeros and ones.
    y : array_like of int, shape (n_images,)
        Labels -1 and 1.

    Returns
    -------
    MarkOne

    Raises
    ------
    ValueError
        If a shape does not fit, or a label is no sign.

    Examples
    --------
    >>> rng = np.random.default_rng(0)
    >>> machine = learn(build(100, rng), *sample_pair(("E", "X"), 50, rng, max_shift=0))
    >>> decide(machine, draw("E")), decide(machine, draw("X"))
    (array([1]), array([-1]))
    """
    active = a_units(images, machine.wiring, machine.theta)
    w, b, _ = perceptron_pass(active, y, machine.w, machine.b)
    return machine._replace(w=w, b=b)


def decide(machine: MarkOne, images: ArrayLike) -> np.ndarray:
    """Return the sign that the response unit gives to each image; a tie gives +1.

    Lecture: notebook 02, sections 2.7 and 2.8.

    Parameters
    ----------
    machine : MarkOne
    images : array_like of int, shape (n_images, 400)
        Zeros and ones.

    Returns
    -------
    ndarray of int, shape (n_images,)
        -1 and 1.

    Raises
    ------
    ValueError
        If the images do not have 400 cells.

    Examples
    --------
    >>> decide(build(10, np.random.default_rng(0)), draw("E"))
    array([1])
    """
    active = a_units(images, machine.wiring, machine.theta)
    return np.where(active @ machine.w + machine.b >= 0, 1, -1)


def learning_curve(
    names: Sequence[str],
    n_units: int,
    shown: Sequence[int],
    rng: np.random.Generator,
    n_test: int = 1000,
    **kwargs: float,
) -> np.ndarray:
    """Return the share of fresh images that a new machine tells apart, after each number of images shown.

    Lecture: notebook 02, section 2.8.

    Parameters
    ----------
    names : sequence of two str
        Shapes, see `sample_pair`.
    n_units : int
        Number of association units, with 5 exciting and 5 inhibiting wires each and threshold 1.
    shown : sequence of int
        Increasing numbers of images.
    rng : numpy.random.Generator
        For wires and images.
    n_test : int
        Number of fresh images.
    **kwargs
        `max_shift`, `max_angle`, `noise`, `solid` of `sample_pair`.

    Returns
    -------
    ndarray of float, shape (len(shown),)
        Accuracies, 0 to 1.

    Raises
    ------
    ValueError
        If the numbers do not increase.

    Examples
    --------
    >>> learning_curve(("E", "X"), 200, (0, 40), np.random.default_rng(0), max_shift=0)[-1]
    np.float64(1.0)
    """
    if any(later <= sooner for sooner, later in pairwise(shown)):
        raise ValueError(f"learning_curve: the numbers of images must increase, got {list(shown)}; sort them")
    machine = build(n_units, rng)
    images, y = sample_pair(names, shown[-1], rng, **kwargs)
    test, labels = sample_pair(names, n_test, rng, **kwargs)
    active, test_active = (a_units(part, machine.wiring, machine.theta) for part in (images, test))
    w, b, accuracies, done = machine.w, machine.b, [], 0
    for count in shown:
        if count > done:
            w, b, _ = perceptron_pass(active[done:count], y[done:count], w, b)
        accuracies.append(np.mean(np.where(test_active @ w + b >= 0, 1, -1) == labels))
        done = count
    return np.array(accuracies)


def _near(points, start, end, reach):
    """Return whether each point lies within `reach` of a segment."""
    along = end - start
    x, y = points[0] - start[0], points[1] - start[1]
    t = np.clip((x * along[0] + y * along[1]) / (along @ along), 0, 1)
    return (x - t * along[0]) ** 2 + (y - t * along[1]) ** 2 <= reach**2


def _inside(points, corners):
    """Return whether each point lies inside a convex polygon."""
    left, right = np.ones(points[0].shape, dtype=bool), np.ones(points[0].shape, dtype=bool)
    for start, end in pairwise(corners):
        side = (end[0] - start[0]) * (points[1] - start[1]) - (end[1] - start[1]) * (points[0] - start[0])
        left &= side >= 0
        right &= side <= 0
    return left | right

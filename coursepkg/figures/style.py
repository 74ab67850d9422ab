"""The common look of the figures: colours, sizes, and the finish of an axes.

The colours are those of Okabe and Ito, which stay apart for colour-blind readers. No figure speaks by colour
alone: shapes, line styles or labels repeat what a colour says.
"""

from math import ceil, floor, isclose, log10

import matplotlib.pyplot as plt
from matplotlib.axes import Axes
from matplotlib.colors import to_rgb
from matplotlib.figure import Figure
from matplotlib.ticker import FuncFormatter, NullLocator

INK = "#222222"
GREY = "#8c8c8c"
PALE = "#e9e9e9"
BLUE = "#0072B2"
SKY = "#56B4E9"
GREEN = "#009E73"
YELLOW = "#F0E442"
ORANGE = "#E69F00"
VERMILLION = "#D55E00"
PURPLE = "#CC79A7"
CYCLE = (BLUE, VERMILLION, GREEN, PURPLE, ORANGE, SKY, INK)

# Nodes of a computational graph, as in the lecture: inputs and outputs, parameters, operations.
NODE_WHITE, NODE_RED, NODE_BLUE = "#ffffff", "#f8cecc", "#dae8fc"

TITLE_SIZE, LABEL_SIZE, TICK_SIZE, NOTE_SIZE = 11, 10, 9, 9
DPI = 100

_RAISED = str.maketrans("-0123456789", "⁻⁰¹²³⁴⁵⁶⁷⁸⁹")


def new_figure(rows: int = 1, columns: int = 1, figsize: tuple[float, float] = (6.0, 3.5), **kwargs):
    """Return a figure and its axes at the course's resolution; keywords go to `plt.subplots`."""
    return plt.subplots(rows, columns, figsize=figsize, dpi=DPI, layout="constrained", **kwargs)


def ensure_axes(ax: Axes | None = None, figsize: tuple[float, float] = (6.0, 3.5)) -> Axes:
    """Return `ax`, or the axes of a new figure if `ax` is None."""
    return new_figure(figsize=figsize)[1] if ax is None else ax


def finish(ax: Axes, title: str | None = None, x: str | None = None, y: str | None = None) -> Axes:
    """Set the title (the finding), the axis labels (symbol and meaning) and the common look; return `ax`."""
    if title is not None:
        ax.set_title(title, fontsize=TITLE_SIZE, color=INK, loc="left", pad=8)
    if x is not None:
        ax.set_xlabel(x, fontsize=LABEL_SIZE, color=INK)
    if y is not None:
        ax.set_ylabel(y, fontsize=LABEL_SIZE, color=INK)
    ax.tick_params(labelsize=TICK_SIZE, colors=INK, length=3, width=0.8)
    for side, spine in ax.spines.items():
        spine.set_visible(side in ("left", "bottom"))
        spine.set_color(GREY)
        spine.set_linewidth(0.8)
    return ax


def label_decades(ax: Axes) -> Axes:
    """Label logarithmic axes with two powers of ten in view at these alone, in plain text; return `ax`.

    Formulas as labels, and the marks between them, take half of the time that such a figure needs: too long
    for one that follows a slider.
    """
    for axis, (low, high) in ((ax.xaxis, ax.get_xlim()), (ax.yaxis, ax.get_ylim())):
        if axis.get_scale() == "log" and ceil(log10(low)) < floor(log10(high)):
            axis.set_minor_locator(NullLocator())
            axis.set_major_formatter(FuncFormatter(lambda value, _: _power_of_ten(value)))
    return ax


def _power_of_ten(value: float) -> str:
    exponent = round(log10(value)) if value > 0 else 0
    whole = isclose(value, 10.0**exponent)
    return f"10{str(exponent).translate(_RAISED)}" if whole else f"{value:g}"


def figure_title(fig: Figure, text: str) -> None:
    """Set a title over several panels, aligned to the left."""
    fig.suptitle(text, fontsize=TITLE_SIZE + 1, color=INK, x=0.01, ha="left")


def tint(color: str, amount: float = 0.72) -> tuple[float, float, float]:
    """Return `color` mixed with white; `amount` is the share of white, 0 to 1."""
    return tuple(channel + (1 - channel) * amount for channel in to_rgb(color))

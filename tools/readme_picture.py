"""Draw the picture of the README: ``python -m tools.readme_picture``."""

from pathlib import Path

from coursepkg.figures.threshold import plot_hidden_space
from coursepkg.threshold import parity_network

PICTURE = Path(__file__).resolve().parent.parent / "docs" / "xor_hidden_space.png"


def draw(path: Path = PICTURE) -> None:
    """Draw what the hidden layer of a network for xor does to the square of two bits, as a PNG.

    Parameters
    ----------
    path : Path
        The file that is written.
    """
    axes = plot_hidden_space(parity_network(2))
    axes[0].figure.savefig(path, dpi=100, bbox_inches="tight", metadata={"Software": None})


if __name__ == "__main__":
    draw()
    print(PICTURE)

"""Write the sample class: ``python -m tools.sample_class DIR``."""

import argparse
from pathlib import Path

from tools.sample_class import write


def main() -> None:
    """Read the arguments, write the class, say where it is."""
    parser = argparse.ArgumentParser(description="Write eighteen submissions of assignment 01.")
    parser.add_argument("directory", type=Path, help="the folder that gets submitted/<student>/<assignment>/")
    paths = write(parser.parse_args().directory)
    print(f"{len(paths)} submissions in {paths[0].parent.parent.parent}")


if __name__ == "__main__":
    main()

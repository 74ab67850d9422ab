"""Write the sample class: ``python -m tools.sample_class DIR``."""

import argparse
from pathlib import Path

from tools.sample_class import DESERVED, FULL, write

# As Canvas exports a gradebook: the head, the row of the points, a row a student.
CANVAS = f"""\
Student,ID,SIS User ID,SIS Login ID,Section,Threshold logic units (771)
    Points Possible,,,,,{sum(FULL.values()):g}
"""


def main() -> None:
    """Read the arguments, write the class, say where it is."""
    parser = argparse.ArgumentParser(description="Write eighteen submissions of assignment 01.")
    parser.add_argument("directory", type=Path, help="the folder that gets submitted/<student>/<assignment>/")
    parser.add_argument("--canvas", type=Path, help="write a grade file as Canvas exports it, too")
    options = parser.parse_args()
    paths = write(options.directory)
    print(f"{len(paths)} submissions in {paths[0].parent.parent.parent}")
    if options.canvas:
        rows = [f"{name},{k},s-{k},{name},Tuesday,\n" for k, name in enumerate(sorted(DESERVED), 11)]
        options.canvas.write_text(CANVAS + "".join(rows), encoding="utf-8")
        print(f"a grade file in {options.canvas}")


if __name__ == "__main__":
    main()

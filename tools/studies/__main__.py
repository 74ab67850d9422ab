"""Run studies, record what they find, and write the page: ``python -m tools.studies [NAME …]``."""

import argparse
import sys

from tqdm import tqdm

from tools.studies import PAGE, README, ROOT, find, is_fresh, page, readme, record


def main(arguments: list[str] | None = None) -> int:
    """Run the command; return 1 if a name is unknown."""
    parser = argparse.ArgumentParser(prog="python -m tools.studies", description=__doc__)
    parser.add_argument("names", nargs="*", help="such as 04-efron, or 04 for a lesson's; all if left out")
    parser.add_argument("--changed", action="store_true", help="only studies whose code has changed")
    options = parser.parse_args(arguments)
    known = find()
    chosen = [one for one in known if not options.names or one.name.startswith(tuple(options.names))]
    if not chosen:
        there_are = ", ".join(one.name for one in known)
        print(f"No study is called {', '.join(options.names)}; there are {there_are}.")
        return 1
    if options.changed:
        chosen = [one for one in chosen if not is_fresh(one)]
    for one in (progress := tqdm(chosen, unit="study")):
        progress.set_description(one.name)
        for result in record(one).results:
            mark = "agrees" if result.agrees else "DIFFERS"
            tqdm.write(f"{one.name}: {result.claim}: {result.ours} for {result.published}, {mark}")
    if all(one.path.is_file() for one in known):
        PAGE.write_text(page(), encoding="utf-8")
        README.write_text(readme(), encoding="utf-8")
        print(f"Wrote {PAGE.relative_to(ROOT)} and the rows of {README.name}.")
    return 0


if __name__ == "__main__":
    sys.exit(main())

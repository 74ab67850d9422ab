"""Studies of lesson 01: how many functions one unit computes."""

from coursepkg.results import Recorded, Result
from coursepkg.separability import is_threshold, symmetry_classes, threshold_functions
from tools.studies import study

PUBLISHED = {1: 4, 2: 14, 3: 104, 4: 1882, 5: 94572}


@study("01-threshold-functions", lesson="01", title="How many functions of n bits does one unit compute?")
def count_threshold_functions() -> Recorded:
    """Count by integer weights; for four inputs, by linear programmes over symmetry classes as well."""
    rows = [
        Result(f"threshold functions of {n} inputs", value, len(threshold_functions(n)), 0, "OEIS A000609")
        for n, value in PUBLISHED.items()
    ]
    tables, sizes = symmetry_classes(4)
    by_programme = int(sum(size for truth, size in zip(tables, sizes) if is_threshold(truth)))
    rows.append(
        Result("the same for 4 inputs, by linear programmes", PUBLISHED[4], by_programme, 0, "OEIS A000609")
    )
    return Recorded(rows)

"""Grading: what a notebook and a hidden test need, and nothing else.

The rest is found by its module's name: `intake` reads a submission, `transplant` puts it into the
instructor's notebook, `session` runs the student's cells in a process of their own, `execute` runs
the grade cells here, `batch` does it for a class, `nbgrader_plugin` does it under nbgrader.
"""

from coursepkg.grading.checks import agree, array, network, require, results
from coursepkg.grading.errors import CheckFailed, NotBegun, StudentError
from coursepkg.grading.exercise import Exercise
from coursepkg.grading.predictions import calibration, predict, reveal
from coursepkg.grading.student import student

__all__ = [
    "CheckFailed",
    "Exercise",
    "NotBegun",
    "StudentError",
    "agree",
    "array",
    "calibration",
    "network",
    "predict",
    "require",
    "results",
    "reveal",
    "student",
]

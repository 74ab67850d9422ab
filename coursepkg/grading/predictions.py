"""Predictions: the learner writes down what they expect, before the lesson shows what is so.

A prediction is stored on the learner's machine alone, in one JSON file. An unanswered prediction
never stops a lesson.
"""

import json
import os
import re
from pathlib import Path
from typing import Any

import numpy as np
import platformdirs

_ID = re.compile(r"\d\d-[a-z0-9-]+")


def predictions_file() -> Path:
    """Return the file that holds the predictions.

    Lecture: every lesson, in its "predict first" cells.

    Returns
    -------
    Path
        ``predictions.json`` in the folder that the environment variable ``COURSEPKG_HOME`` names,
        else in the user's data folder for this course.
    """
    home = os.environ.get("COURSEPKG_HOME")
    folder = Path(home) if home else platformdirs.user_data_path("coursepkg", appauthor=False)
    return folder / "predictions.json"


def predict(id: str, value: Any = ...) -> None:
    """Record what you expect to see.

    Lecture: every lesson, in its "predict first" cells.

    Parameters
    ----------
    id : str
        The lesson's number, a dash, and a name in small letters: ``"01-two-inputs"``.
    value : bool, int, float, str, or a list of those
        Your prediction. ``...`` means that you have not answered yet; the lesson goes on.

    Raises
    ------
    ValueError
        If the id has another form, or the value cannot be stored.

    Examples
    --------
    >>> import tempfile, os
    >>> os.environ["COURSEPKG_HOME"] = tempfile.mkdtemp()
    >>> predict("01-two-inputs", 16)
    Recorded: you predict 16.
    >>> reveal("01-two-inputs", 14)
    You predicted 16. It is 14.
    >>> del os.environ["COURSEPKG_HOME"]
    """
    _check_id("predict", id)
    if value is ...:
        print("No prediction yet. Replace ... by your answer and run this cell again,\nor go on without.")
        return
    value = _plain("predict", value)
    if _update(id, "predicted", value):
        print(f"Recorded: you predict {_show(value)}.")


def reveal(id: str, truth: Any) -> None:
    """Show the truth beside the prediction that was recorded under the same id.

    Lecture: every lesson, after the run that answers a prediction.

    Parameters
    ----------
    id : str
        The id that was given to `predict`.
    truth : bool, int, float, str, or a list of those
        What the lesson computed.

    Raises
    ------
    ValueError
        If the id has another form, or the truth cannot be stored.
    """
    _check_id("reveal", id)
    truth = _plain("reveal", truth)
    record = _read().get(id, {})
    _update(id, "truth", truth)
    if "predicted" not in record:
        print(f"It is {_show(truth)}. (You recorded no prediction.)")
    elif _same(record["predicted"], truth):
        print(f"You predicted {_show(record['predicted'])}, and so it is.")
    else:
        print(f"You predicted {_show(record['predicted'])}. It is {_show(truth)}.")


def calibration(lesson: str) -> None:
    """Print a lesson's predictions beside the truths, and how many were right.

    Lecture: the end block of every lesson.

    Parameters
    ----------
    lesson : str
        The lesson's number in two digits, such as ``"01"``.

    Raises
    ------
    ValueError
        If the lesson is not given by two digits.
    """
    if not re.fullmatch(r"\d\d", str(lesson)):
        raise ValueError(
            f'calibration: got {lesson!r}; give the lesson\'s number in two digits, such as "01"'
        )
    answered = _answered(lesson)
    if not answered:
        print("You recorded no prediction in this lesson. Nothing is lost: go back, predict, and run again.")
        return
    for id, record in sorted(answered.items()):
        truth = _show(record["truth"]) if "truth" in record else "not shown yet"
        said, hit = _show(record["predicted"]), "right" if _right(record) else ""
        print(f"{id:32s} predicted {said:>12s}   truth {truth:>12s}   {hit}".rstrip())
    print(f"{sum(map(_right, answered.values()))} of {len(answered)} right.")


def tally(lesson: str) -> tuple[int, int]:
    """Return how many predictions of a lesson were recorded, and how many came true."""
    answered = _answered(lesson)
    return len(answered), sum(map(_right, answered.values()))


def _answered(lesson: str) -> dict[str, dict[str, Any]]:
    return {id: r for id, r in _read().items() if id.startswith(f"{lesson}-") and "predicted" in r}


def _right(record: dict[str, Any]) -> bool:
    return "truth" in record and _same(record["predicted"], record["truth"])


def _check_id(caller: str, id: str) -> None:
    if not isinstance(id, str) or not _ID.fullmatch(id):
        raise ValueError(
            f"{caller}: the id {id!r} must be the lesson's two digits, a dash and a name in small letters, "
            'such as "01-two-inputs"'
        )


def _plain(caller: str, value: Any) -> Any:
    """Return `value` as JSON data."""
    if isinstance(value, np.ndarray | np.generic):
        value = value.tolist()
    try:
        return json.loads(json.dumps(value))
    except (TypeError, ValueError) as error:
        raise ValueError(
            f"{caller}: a value of type {type(value).__name__} cannot be stored; give a number, a word, "
            "True or False, or a list of those"
        ) from error


def _same(predicted: Any, truth: Any) -> bool:
    """Tell whether a prediction is right: counts exactly, other numbers to one part in a hundred."""
    if isinstance(truth, list) and len(truth) == 1 and not isinstance(predicted, list):
        return _same(predicted, truth[0])
    if isinstance(predicted, list) and isinstance(truth, list):
        return len(predicted) == len(truth) and all(map(_same, predicted, truth))
    if isinstance(truth, float) and isinstance(predicted, int | float):
        return bool(np.isclose(predicted, truth, rtol=1e-2, atol=1e-9))
    return predicted == truth


def _show(value: Any) -> str:
    return f"{value:.4g}" if isinstance(value, float) else str(value)


def _read() -> dict[str, dict[str, Any]]:
    try:
        records = json.loads(predictions_file().read_text(encoding="utf-8"))
    except (OSError, ValueError):
        return {}
    records = records if isinstance(records, dict) else {}
    return {id: record for id, record in records.items() if isinstance(record, dict)}


def _update(id: str, key: str, value: Any) -> bool:
    """Store one field and return True; a folder that cannot be written costs the record, not the lesson."""
    records = _read()
    records.setdefault(id, {})[key] = value
    path = predictions_file()
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        temporary = path.with_suffix(f".{os.getpid()}.tmp")
        temporary.write_text(json.dumps(records, indent=1, sort_keys=True), encoding="utf-8")
        os.replace(temporary, path)
    except OSError as error:
        print(f"(This could not be kept: {error.strerror}: {path.parent}. The lesson goes on.)")
        return False
    return True

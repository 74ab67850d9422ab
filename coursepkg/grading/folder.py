"""The folder of a student's process: its size, and its removal, whatever lies in it."""

import contextlib
import os
import shutil

SMALLEST = 4096  # what a file, a folder or a link is counted as at least


def folder_bytes(folder: str, enough: int) -> int:
    """Return the size of what lies in a folder, links not followed.

    Parameters
    ----------
    folder : str
    enough : int
        Counting ends when more than this is found.

    Returns
    -------
    int
        More than `enough` too where a folder inside cannot be read or its path is too long.
    """
    total, waiting = 0, [folder]
    while waiting and total <= enough:
        place = waiting.pop()
        try:
            with os.scandir(place) as entries:
                for entry in entries:
                    with contextlib.suppress(FileNotFoundError):
                        total += max(entry.stat(follow_symlinks=False).st_size, SMALLEST)
                    if entry.is_dir(follow_symlinks=False):
                        waiting.append(entry.path)
                    if total > enough:
                        break
        except FileNotFoundError:
            continue
        except OSError:
            return enough + 1
    return total


def remove_folder(folder: str) -> None:
    """Remove a file, or a folder and what lies in it; what cannot be removed stays.

    Folders inside are moved up before they are emptied, so that no path is too long and nothing recurses;
    folders without permissions get them back.

    Parameters
    ----------
    folder : str
        No process writes in it any more.
    """
    with contextlib.suppress(OSError, RecursionError):
        shutil.rmtree(folder)
    if not os.path.isdir(folder) or os.path.islink(folder):
        with contextlib.suppress(OSError):
            os.remove(folder)
        return
    waiting, count = [folder], 0
    while waiting:
        place = waiting.pop()
        with contextlib.suppress(OSError):
            os.chmod(place, 0o700)
            for entry in list(os.scandir(place)):
                if entry.is_dir(follow_symlinks=False):
                    count += 1
                    moved = os.path.join(folder, f".removed-{count}")
                    os.chmod(entry.path, 0o700)
                    os.rename(entry.path, moved)
                    waiting.append(moved)
                else:
                    os.remove(entry.path)
            if place != folder:
                os.rmdir(place)
    with contextlib.suppress(OSError):
        shutil.rmtree(folder)

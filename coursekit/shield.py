"""Keeps the unsafe files of a submission out of grading.

nbgrader copies what lies in a submission's folder with the rights of the instructor, and follows links: a link to
the instructor's notebook would be copied to where the student's code can read it, a link to `/dev/zero` would
never end, and a pipe loses the submission. So `SubmissionExporter` calls `guard` before the first submission.
It puts the path of each such file into `CourseDirectory.ignore`, where an absolute path, with its wildcards
escaped, stands for exactly that file; a folder there stands for all that is in it.
"""

import contextlib
import glob
import mimetypes
import os
import re
import stat
import sys
from collections import deque
from collections.abc import Collection, Iterator
from datetime import datetime
from itertools import islice
from pathlib import Path
from typing import Any

from nbgrader.coursedir import CourseDirectory
from nbgrader.utils import find_all_files, is_ignored, parse_utc

from coursekit import terminal

LARGEST_FILE = 25 * 2**20
MAX_SIZE = 50 * 2**20
"""Bytes of all files of a submission. They travel to a worker in its task, of which several are on their way at a time,
and are copied into the sandbox. Notebooks are not copied, and have a limit of their own."""
MAX_FILES = 2_000
"""Files of a submission. nbgrader's time to list them grows with the square: 5 s for as many in one folder."""
MAX_TIME = 100
"""Bytes of a time of submission."""
MAX_NAMED = 100
"""Unsafe files that are left out one by one; where there are more, the whole folder is."""
SHOWN_AS = re.compile(
    r"text/(plain|csv|tab-separated-values|markdown)|text/x-[^+]+|(image|audio|video|font)/[^+]+|application/("
    r"octet-stream|json|pdf|rtf|msword|postscript|sql|zip|gzip|x-tar|x-7z-compressed|x-hdf5|vnd\.[^+]+)"
)
"""Media types of files that formgrader may serve beside a graded notebook: a browser shows or saves them, and executes
nothing, as it does HTML, scripts and all kinds of XML (`…+xml`). Files of no known type are saved, too."""
UNSAFE_IN_NAMES = frozenset('<>"&')
"""In the name of a student's folder."""
MAX_DEPTH, MAX_LENGTH = 30, 1_000
"""Folders in folders, and bytes of a path within the submission."""

LINK = "to dowiązanie (skrót), a nie zwykły plik lub folder"
HARD_LINK = "to twarde dowiązanie, czyli druga nazwa innego pliku"
SPECIAL = "to nie jest zwykły plik"
CLOSED = "brak uprawnień do odczytu"
DEEP = "leży zbyt głęboko w folderach"
LIVE = "przeglądarka mogłaby go wykonać, a do oceny nie jest potrzebny"
LARGE = f"ma ponad {LARGEST_FILE // 2**20} MB"
NO_TIME = "nie ma w nim czasu oddania"
TAKEN = "tę nazwę ma już coś, co należy do zadania"
MANY = (
    f"w folderze jest ponad {MAX_FILES} plików, ponad {MAX_SIZE // 2**20} MB albo ponad {MAX_NAMED} plików, "
    "których nie można użyć"
)


class GuardedCourseDirectory(CourseDirectory):
    """nbgrader's paths of a course, which also does not trust the files with the times of submission."""

    def get_existing_timestamp(self, dest_path: str) -> datetime | None:
        """As `submitted_at`."""
        return submitted_at(Path(dest_path))


def submitted_at(submission: Path) -> datetime | None:
    """The time in `timestamp.txt` of a folder, in UTC; None where there is none, whatever else that name has."""
    path = submission / "timestamp.txt"
    try:
        status = path.lstat()
        if stat.S_ISREG(status.st_mode) and status.st_size < MAX_TIME:
            return parse_utc(path.read_text().strip())
    except Exception:  # what the parser of times raises at nonsense has no common class
        return None
    return None


def skip_undecodable_names(converter: Any) -> None:
    """Take notebooks whose names are no UTF-8 off a converter's list: nbgrader looks names up in its database.

    A submission that has no others is off the list altogether then.
    """
    for folder, notebooks in list(converter.assignments.items()):
        kept = [name for name in notebooks if os.fsencode(name).decode(errors="replace") == name]
        converter.assignments[folder] = kept
        if not kept:
            del converter.assignments[folder]


def skip_unusable_students(converter: Any) -> None:
    """Take submissions off a converter's list whose student has an unusable name, and tell the log what to do.

    At a line end in it nbgrader would end the command, and formgrader's pages show it as it is, tags too.
    """
    for folder in list(converter.assignments):
        if why := unusable(Path(folder).parent.name):
            converter.log.error("Not graded: %s", why)
            del converter.assignments[folder]


def unusable(student: str) -> str:
    """Why a student's folder cannot have this name, and what to do; nothing where it can."""
    if student.isprintable() and not UNSAFE_IN_NAMES.intersection(student):
        return ""
    characters = " ".join(sorted(UNSAFE_IN_NAMES))
    return f"the name of submitted/{quotable(student)} has one of {characters} or a control character. Rename it."


def guard(converter: Any) -> dict[str, list[str]]:
    """Make an nbgrader converter leave out the unsafe files of its submissions.

    Returns notes for the students, Polish sentences, by the submission's folder.
    """
    coursedir = converter.coursedir
    source = coursedir.format_path(coursedir.source_directory, ".", coursedir.assignment_id)
    given = {os.path.relpath(path, source) for path in find_all_files(source, [*coursedir.ignore, "*.ipynb"])}
    found = {folder: find_unsafe(Path(folder), coursedir.ignore, given) for folder in converter.assignments}
    unsafe = {path: why for each in found.values() for path, why in each.items()}
    for path, why in unsafe.items():
        converter.log.warning("Left out of grading: %s (%s)", quotable(str(path)), why)
    if DEEP in unsafe.values():
        # `os.walk`, with which nbgrader lists files, calls itself for every level. No path has more of them.
        sys.setrecursionlimit(max(sys.getrecursionlimit(), 5_000))
    settings = {name: getattr(coursedir, name) for name in coursedir.trait_names(config=True)}
    settings["ignore"] = [*coursedir.ignore, *(glob.escape(str(path)) for path in unsafe)]
    converter.coursedir = GuardedCourseDirectory(parent=converter, **settings)
    return {folder: _notes(Path(folder), each) for folder, each in found.items()}


def walk(folder: Path, depth: int = MAX_DEPTH) -> Iterator[Path]:
    """The files and folders in a folder, the upper ones first, as many as a submission may have; not behind links.

    depth: of the folders that are entered. What cannot be read, or was removed meanwhile, is left out.
    """
    folders, count = deque([(folder, 0)]), 0
    while folders:
        parent, level = folders.popleft()
        with contextlib.suppress(OSError), os.scandir(parent) as entries:
            for entry in sorted(islice(entries, MAX_FILES - count), key=lambda each: each.name):
                count += 1
                yield parent / entry.name
                if level < depth and entry.is_dir(follow_symlinks=False):
                    folders.append((parent / entry.name, level + 1))


def find_unsafe(submission: Path, ignore: list[str], given: Collection[str] = ()) -> dict[Path, str]:
    """What in a submission's folder must not be copied, each with a Polish clause that says why.

    ignore: nbgrader's patterns of what it does not copy anyway; given: paths, relative to the submission, of files
    that come with the assignment. The folder itself is the only answer where nothing in it may be copied.
    """
    if submission.is_symlink() or submission.parent.is_symlink():
        return {submission: LINK}
    if not os.access(submission, os.R_OK | os.X_OK):
        return {submission: CLOSED}
    unsafe: dict[Path, str] = {}
    folders, count, size = [submission], 0, 0
    while folders:
        for path in folders.pop().iterdir():
            count += 1
            try:
                why = _objection_within(path, submission, given)
                if not why and path.is_dir() and not is_ignored(str(path), ignore):
                    folders.append(path)
                elif why and not is_ignored(str(path), [*ignore, "*.ipynb"]):
                    unsafe[path] = why
                elif not why and path.suffix != ".ipynb":
                    size += path.stat().st_size
            except FileNotFoundError:  # removed meanwhile
                continue
            if count > MAX_FILES or size > MAX_SIZE or len(unsafe) > MAX_NAMED:
                return {submission: MANY}
    return unsafe


def _objection_within(path: Path, submission: Path, given: Collection[str]) -> str:
    """A Polish clause that says why a file or folder of a submission cannot be copied, or nothing."""
    relative = path.relative_to(submission)
    if len(relative.parts) > MAX_DEPTH or len(os.fsencode(relative)) > MAX_LENGTH:
        return DEEP
    if not path.is_symlink() and path.is_dir():
        return TAKEN if str(relative) in given else "" if os.access(path, os.R_OK | os.X_OK) else CLOSED
    if why := objection(path):
        return why
    if path.stat().st_size > LARGEST_FILE:
        return LARGE
    kind = mimetypes.guess_type(path.name.lower())[0]
    if kind and not SHOWN_AS.fullmatch(kind):
        return LIVE
    if path.name == "timestamp.txt" and len(relative.parts) == 1 and submitted_at(submission) is None:
        return NO_TIME
    return TAKEN if any(name.startswith(f"{relative}{os.sep}") for name in given) else ""


def objection(path: Path) -> str:
    """A Polish clause that says why a file in the folder of a submission must not be read, or nothing.

    Raises FileNotFoundError.
    """
    if any(each.is_symlink() for each in (path, *path.parents[:2])):  # the submission's folder, the student's
        return LINK
    status = path.lstat()
    if not stat.S_ISREG(status.st_mode):
        return SPECIAL
    if status.st_nlink > 1:
        return HARD_LINK
    return "" if os.access(path, os.R_OK) else CLOSED


def quotable(name: str) -> str:
    """A file's name as it can stand in a line of Markdown between backticks, and in any log."""
    return terminal.printable(name).replace("`", "'")


def _notes(submission: Path, unsafe: dict[Path, str]) -> list[str]:
    """Sentences for the student, one a reason."""
    if submission in unsafe:
        return [f"W oddanym folderze oceniono najwyżej notatnik – powód: {unsafe[submission]}."]
    names: dict[str, list[str]] = {}
    for path, why in sorted(unsafe.items()):
        names.setdefault(why, []).append(quotable(str(path.relative_to(submission))))
    return [f"Przy ocenianiu pominięto {_listed(each)} – powód: {why}." for why, each in names.items()]


def _listed(names: list[str], most: int = 10) -> str:
    more = len(names) - most
    return ", ".join(f"`{name[:100]}`" for name in names[:most]) + (f" i jeszcze {more}" if more > 0 else "")

"""Collecting Moodle's "Download all submissions": plugins of stock `nbgrader zip_collect`, set in `nbgrader_config.py`.

`MoodleExtractor` unpacks what lies in `downloaded/<assignment>/archive` into a folder for each student, of the newest
attempt only: files of two attempts side by side would let an old notebook of the right name win over a new one of
another name. `MoodleCollector` passes every file on, whatever its name, because `coursekit.intake` finds the notebook
and tells the student. `coursekit.collected` reads what was found from `downloaded/<assignment>/collected.json`.

A student's id in nbgrader is Moodle's participant number, such as 1234567. It is a safe name of a folder, it is there
under blind marking too, it stays when somebody marries or a second Jan Kowalski enrols, and Moodle finds the student
of a grade or a feedback file by it alone. Names and e-mail addresses go into the gradebook, where formgrader shows
them. The number belongs to one assignment in Moodle: the same student has another one in the next.
"""

import io
import lzma
import os
import re
import stat
import zipfile
import zlib
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from dataclasses import dataclass, field
from datetime import UTC, datetime
from functools import partial
from pathlib import Path, PurePosixPath
from typing import Any
from zoneinfo import ZoneInfo

from nbgrader.api import Gradebook
from nbgrader.plugins import ExtractorPlugin, FileNameCollectorPlugin
from traitlets import Unicode

from coursekit import intake, moodle_worksheet, records, shield
from coursekit.moodle_worksheet import Worksheet, WorksheetError

FOLDER = re.compile(r"(?P<name>.+?)_(?P<student>\d+)_assignsubmission_(?P<kind>[a-z]+)_?(?P<rest>.*)", re.DOTALL)
"""How Moodle names the folder of a student, with `_` at the end before 4.1; or a file, where it makes no folders."""
NAMELESS = re.compile(r"(?:participant|uczestnik)[\s\d]*", re.IGNORECASE)
"""What stands for the name under blind marking."""
MANIFEST = "collected.json"
LARGEST_FILE = intake.LIMIT_MB * 2**20
LONGEST_NAME = 250
"""Bytes; Linux has 255."""
MARGIN = 3_600
"""Seconds that a worksheet may be older than a zip that belongs to it."""
UPLOADED = "the times of submission are those in the zip, and in Moodle 4 and newer of the download: docs/moodle.md"
DAMAGED = (zipfile.BadZipFile, RuntimeError, zlib.error, lzma.LZMAError, EOFError, UnicodeDecodeError)
"""What `zipfile` raises at damage in its many forms; RuntimeError: it asks for a password."""


class RefusedError(ValueError):
    """A file is not unpacked; the message says why."""


@dataclass(frozen=True)
class Member:
    """A file in a download. time: seconds since 1970; size: bytes, as declared; read: gives the content."""

    path: str
    time: float
    size: int
    read: Callable[[], bytes]


@dataclass
class Attempt:
    """What a student has in one download. source: its name; put: when it was put there; files: by their own path."""

    student: str
    name: str
    source: str
    put: float
    files: list[tuple[PurePosixPath, Member]] = field(default_factory=list)

    @property
    def time(self) -> float:
        """Of the newest file. In old versions of Moodle that of its upload, in newer ones that of the download."""
        return max(member.time for _, member in self.files)


class MoodleExtractor(ExtractorPlugin):
    """Unpacks each student's newest attempt, and enters the students into the gradebook."""

    timezone = Unicode("Europe/Warsaw", help="Of the times in Moodle's zip and worksheet.").tag(config=True)

    def extract(self, archive_path: str, extracted_path: str) -> None:
        """Unpack the downloads in `archive_path` into `<extracted_path>/<student>/`.

        Ends the command where a zip or the worksheet cannot be read. A single file that cannot be unpacked is left
        out, with a warning and its reason in the manifest.
        """
        archive, extracted, zone = Path(archive_path), Path(extracted_path), ZoneInfo(self.timezone)
        with ExitStack() as stack:
            try:
                worksheet = _current_worksheet(archive)
                found, refused = _sort(archive, zone, stack)
                attempts = [max(each, key=lambda attempt: (attempt.time, attempt.put)) for each in found.values()]
                collected = [self._unpack(attempt, extracted, worksheet, zone) for attempt in attempts]
            except (WorksheetError, zipfile.BadZipFile) as error:
                self.parent.fail(f"Nothing has been collected: {error}")
        for entry in refused + [entry for each in collected for entry in each["refused"]]:
            self.log.error("Left out: %s (%s)", shield.printable(entry["file"]), entry["why"])
        if worksheet is None:
            self.log.warning("No grading worksheet in %s: %s", archive, UPLOADED)
        self._enrol(attempts, worksheet)
        manifest = {"collected": collected, "refused": refused, "missing": _missing(worksheet, set(found))}
        records.write(extracted.parent / MANIFEST, manifest)

    def _unpack(self, attempt: Attempt, extracted: Path, worksheet: Worksheet | None, zone: ZoneInfo) -> dict[str, Any]:
        """Write the files of an attempt, all with the time of submission; returns its entry in the manifest."""
        told = worksheet.submitted(attempt.student, zone) if worksheet else None
        time = told.timestamp() if told else attempt.time
        folder = Folder(extracted / attempt.student, time)
        for path, member in attempt.files:
            folder.add(path, member)
        return {
            "student": attempt.student,
            "name": attempt.name,
            "source": attempt.source,
            "submitted": datetime.fromtimestamp(time, UTC).isoformat(timespec="seconds"),
            "time_from": "worksheet" if told else "zip",
            "files": sorted(folder.files),
            "refused": folder.refused,
        }

    def _enrol(self, attempts: list[Attempt], worksheet: Worksheet | None) -> None:
        """Enter everybody into the gradebook; a name that is not known now is left as it was."""
        people = {attempt.student: (attempt.name, "") for attempt in attempts}
        for student, row in (worksheet.rows if worksheet else {}).items():
            people[student] = _name(row.get(moodle_worksheet.NAME, "")), row.get(moodle_worksheet.EMAIL, "")
        coursedir = self.parent.coursedir
        with Gradebook(coursedir.db_url, coursedir.course_id) as gradebook:
            for student, (name, email) in people.items():
                first, _, last = name.rpartition(" ")
                known = {"first_name": first, "last_name": last, "email": email}
                gradebook.update_or_create_student(student, **{key: text for key, text in known.items() if text})


class MoodleCollector(FileNameCollectorPlugin):
    """Tells nbgrader whose a file that `MoodleExtractor` unpacked is; no file is passed over."""

    def collect(self, submitted_file: str) -> dict[str, str]:
        """The student's id, the path in the student's folder, and the time of submission in UTC."""
        app = self.parent
        extracted = app.collect_directory_structure.format(
            downloaded=app.downloaded_directory,
            assignment_id=app.coursedir.assignment_id,
            collect_step=app.extracted_directory,
        )
        path = Path(submitted_file)
        student, *rest = path.relative_to(Path(app.coursedir.root, extracted)).parts
        time = datetime.fromtimestamp(path.stat().st_mtime, UTC)
        return {"student_id": student, "file_id": str(PurePosixPath(*rest)), "timestamp": time.isoformat()}


class Folder:
    """The folder that a student's files are written to. files: paths of what is there; refused: what is not, and why.

    Declared sizes are true: `zipfile` reads no more than that.
    """

    def __init__(self, root: Path, time: float) -> None:
        self.root = root
        self.files: list[str] = []
        self.refused: list[dict[str, str]] = []
        self._time = time
        self._size = 0

    def add(self, path: PurePosixPath, member: Member) -> None:
        """Write a file, or what is in it where it is a zip, into a folder with `_zip` at the end of its name."""
        try:
            _require_sound(path)
            if member.size > LARGEST_FILE:
                raise RefusedError(f"larger than {intake.LIMIT_MB} MB")
            content = _read(member)
            if path.suffix.lower() == ".zip" and zipfile.is_zipfile(io.BytesIO(content)):
                self._add_zip(path.with_name(f"{path.stem}_zip"), content, member.time)
            else:
                self._write(path, content)
        except (RefusedError, *DAMAGED) as error:
            self.refused.append({"file": member.path, "why": str(error) or "damaged"})

    def _add_zip(self, folder: PurePosixPath, content: bytes, time: float) -> None:
        with zipfile.ZipFile(io.BytesIO(content)) as file:
            for inner in _in_zip(file, lambda info: time, prefix=f"{folder}/"):
                if inner.path.lower().endswith(".zip"):
                    self.refused.append({"file": inner.path, "why": "a zip in a zip that was handed in"})
                else:
                    self.add(PurePosixPath(inner.path), inner)

    def _write(self, path: PurePosixPath, content: bytes) -> None:
        if len(self.files) == shield.MAX_FILES or self._size + len(content) > shield.MAX_SIZE:
            raise RefusedError(f"the student has more than {shield.MAX_FILES} files or {shield.MAX_SIZE >> 30} GB")
        target = self.root / path
        try:
            target.parent.mkdir(parents=True, exist_ok=True)
            with target.open("xb") as file:
                file.write(content)
        except (FileExistsError, NotADirectoryError, IsADirectoryError) as error:
            raise RefusedError("another file has the same name") from error
        os.utime(target, (self._time, self._time))
        self.files.append(str(path))
        self._size += len(content)


def _read(member: Member) -> bytes:
    """The content of a file. Raises RefusedError where it cannot be had."""
    try:
        return member.read()
    except (*DAMAGED, OSError) as error:  # OSError: bzip2 at damage, too
        raise RefusedError(str(error) or "damaged") from error


def _require_inside(path: PurePosixPath) -> None:
    """Raises RefusedError where a file would not lie in the folder that it is written to."""
    if path.is_absolute() or ".." in path.parts:
        raise RefusedError("its path leads out of the folder of submissions")


def _require_sound(path: PurePosixPath) -> None:
    """Raises RefusedError for the path of a file in a student's folder that is not to be written."""
    _require_inside(path)
    if len(os.fsencode(path)) > shield.MAX_LENGTH or any(len(os.fsencode(part)) > LONGEST_NAME for part in path.parts):
        raise RefusedError("its name is too long")
    if path == PurePosixPath("timestamp.txt"):
        raise RefusedError("nbgrader would take it for the time of submission")


def _sort(archive: Path, zone: ZoneInfo, stack: ExitStack) -> tuple[dict[str, list[Attempt]], list[dict[str, str]]]:
    """All attempts by student, and the files that are nobody's. Raises BadZipFile, with the name of the zip."""
    attempts: dict[str, dict[str, Attempt]] = {}
    refused = []
    for source in sorted(archive.iterdir()):
        for member in _members(source, zone, stack):
            try:
                student, name, path = _owner(member.path)
            except RefusedError as error:
                refused.append({"file": f"{source.name}: {member.path}", "why": str(error)})
                continue
            attempt = Attempt(student, name, source.name, source.stat().st_mtime)
            attempts.setdefault(student, {}).setdefault(source.name, attempt).files.append((path, member))
    return {student: list(each.values()) for student, each in attempts.items()}, refused


def _owner(path: str) -> tuple[str, str, PurePosixPath]:
    """Student, name, and the path in the student's folder, from the first part of a path that tells.

    Raises RefusedError where no part does, and where the path leads elsewhere.
    """
    _require_inside(PurePosixPath(path))
    parts = path.split("/")
    for position, part in enumerate(parts):
        if match := FOLDER.fullmatch(part):
            kind = "" if match["kind"] == "file" else match["kind"]
            return match["student"], _name(match["name"]), PurePosixPath(kind, match["rest"], *parts[position + 1 :])
    raise RefusedError("no participant number in its name, so not from Moodle's “Download all submissions”")


def _name(text: str) -> str:
    """A name as Moodle shows it; nothing where Moodle hides it."""
    return "" if NAMELESS.fullmatch(text) else text


def _members(source: Path, zone: ZoneInfo, stack: ExitStack) -> Iterator[Member]:
    """The files of a zip, or of a folder where the browser has unpacked it; the worksheet is no submission."""
    if source.suffix.lower() == ".zip":
        try:
            file = stack.enter_context(zipfile.ZipFile(source))
        except zipfile.BadZipFile as error:
            raise zipfile.BadZipFile(f"{source} is damaged ({error}): download it again.") from error
        yield from _in_zip(file, lambda info: _time(info, zone))
    elif source.suffix.lower() != ".csv":
        for path in sorted(source.rglob("*")) if source.is_dir() else [source]:
            status = path.lstat()
            if stat.S_ISREG(status.st_mode):
                name = path.relative_to(source.parent).as_posix()
                yield Member(name, status.st_mtime, status.st_size, path.read_bytes)


def _in_zip(file: zipfile.ZipFile, time: Callable[[zipfile.ZipInfo], float], prefix: str = "") -> Iterator[Member]:
    """The files of a zip, with a prefix to their paths. Some Windows programs part folders with backslashes."""
    for info in file.infolist():
        if not info.is_dir():
            yield Member(
                prefix + info.filename.replace("\\", "/"), time(info), info.file_size, partial(file.read, info)
            )


def _time(info: zipfile.ZipInfo, zone: ZoneInfo) -> float:
    """Seconds since 1970; 0 where a zip has no date."""
    try:
        return datetime(*info.date_time, tzinfo=zone).timestamp()
    except ValueError:
        return 0.0


def _current_worksheet(archive: Path) -> Worksheet | None:
    """The newest worksheet. Raises WorksheetError where it is older than a zip, and so are its times."""
    worksheet = moodle_worksheet.newest(archive)
    newest = max(archive.glob("*.zip"), key=lambda path: path.stat().st_mtime, default=None)
    if worksheet and newest and worksheet.path.stat().st_mtime + MARGIN < newest.stat().st_mtime:
        raise WorksheetError(f"{worksheet.path} is older than {newest.name}: download the worksheet again too.")
    return worksheet


def _missing(worksheet: Worksheet | None, found: set[str]) -> list[dict[str, str]]:
    """Participants of whom nothing was downloaded, with what Moodle says of their submission."""
    rows = worksheet.rows if worksheet else {}
    return [
        {
            "student": student,
            "name": _name(row.get(moodle_worksheet.NAME, "")),
            "status": row.get(moodle_worksheet.STATUS, ""),
        }
        for student, row in rows.items()
        if student not in found
    ]

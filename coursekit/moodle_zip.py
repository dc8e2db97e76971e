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

import itertools
import mmap
import os
import re
import stat
import struct
import unicodedata
import zipfile
import zlib
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from dataclasses import dataclass, field
from datetime import UTC, datetime
from functools import partial
from pathlib import Path, PurePosixPath
from typing import IO, Any
from zoneinfo import ZoneInfo

from nbgrader.api import Gradebook
from nbgrader.plugins import ExtractorPlugin, FileNameCollectorPlugin
from traitlets import Unicode

from coursekit import intake, moodle_worksheet, records, shield
from coursekit.moodle_worksheet import Worksheet, WorksheetError

OWNER = re.compile(r"_(?=(?P<student>[0-9]{1,18})_assignsubmission_(?P<kind>[a-z]+)_?)")
"""What stands behind a student's name in Moodle's name of a folder, with `_` at the end before 4.1; or of a file, where
it makes no folders. A student who writes the like into a name or a path makes it ambiguous: see `_owner`."""
NAMELESS = re.compile(r"(?:participant|uczestnik)[\s\d]*", re.IGNORECASE)
"""What stands for the name under blind marking."""
MANIFEST = "collected.json"
LARGEST_FILE = intake.LIMIT_MB * 2**20
MAX_SIZE = 2**30
"""Bytes of all that a student has handed in, unpacked."""
LONGEST_NAME = 250
"""Bytes; Linux has 255."""
MARGIN = 3_600
"""Seconds that a worksheet may be older than a zip that belongs to it."""
UPLOADED = "the times of submission are those in the zip, and in Moodle 4 and newer of the download: docs/moodle.md"
RATIO, FREE = 100, 64 * 2**20
"""A student's files may be so many times as large as what was handed in, and need not be smaller than `FREE` bytes.
Notebooks shrink to a tenth or a fiftieth; only what was made for it shrinks to a thousandth."""
MAX_ENTRIES = 50_000
"""Files in a zip that was handed in; reading the list of as many takes half a second."""
MAX_REFUSED = 100
"""Files of a student that are named as left out; the others are counted."""
CHUNK = 2**20
DAMAGED = (
    zipfile.BadZipFile, RuntimeError, zlib.error, EOFError, ValueError, OverflowError, struct.error, OSError
)  # fmt: skip
"""What `zipfile` raises at damage in its many forms; RuntimeError: it asks for a password, or is not implemented."""


class RefusedError(ValueError):
    """A file is not unpacked; the message says why."""


@dataclass(frozen=True)
class Member:
    """A file in a download. time: seconds since 1970; size: bytes, as declared; open: gives the content, of which no
    more is read; packed: bytes that it takes in the download; objection: why it is not to be unpacked, or nothing."""

    path: str
    time: float
    size: int
    open: Callable[[], IO[bytes]]
    packed: int = 0
    objection: str = ""


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
                found, refused = _sort(archive, zone, stack, worksheet)
                attempts = [max(each, key=lambda attempt: (attempt.time, attempt.put)) for each in found.values()]
                collected = [self._unpack(attempt, extracted, worksheet, zone) for attempt in attempts]
            except (WorksheetError, zipfile.BadZipFile, OSError) as error:
                self.parent.fail(f"Nothing has been collected: {error}")
        for entry in refused + [entry for each in collected for entry in each["refused"]]:
            self.log.error("Left out: %s (%s)", shield.quotable(entry["file"]), entry["why"])
        if worksheet is None:
            self.log.warning("No grading worksheet in %s: %s", archive, UPLOADED)
        self._enrol(attempts, worksheet)
        manifest = {"collected": collected, "refused": refused, "missing": _missing(worksheet, set(found))}
        records.write(extracted.parent / MANIFEST, manifest)

    def _unpack(self, attempt: Attempt, extracted: Path, worksheet: Worksheet | None, zone: ZoneInfo) -> dict[str, Any]:
        """Write the files of an attempt, all with the time of submission; returns its entry in the manifest."""
        told = worksheet.submitted(attempt.student, zone) if worksheet else None
        time = told.timestamp() if told else attempt.time
        folder = Folder(extracted / attempt.student, time, sum(member.packed for _, member in attempt.files))
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


class Refusals:
    """Files that were left out, with the reasons: the first ones by name, and how many more."""

    def __init__(self) -> None:
        self._entries: list[dict[str, str]] = []
        self._more = 0

    def add(self, file: str, why: str) -> None:
        if len(self._entries) < MAX_REFUSED:
            self._entries.append({"file": file, "why": why})
        else:
            self._more += 1

    def entries(self) -> list[dict[str, str]]:
        """For the manifest."""
        return self._entries + [{"file": f"{self._more} more", "why": "too many to name"}] * bool(self._more)


class Folder:
    """The folder that a student's files are written to. files: paths of what is there; packed: bytes that they take in
    the download. What would be too much is not read at all: sizes are those declared, and no more is read of a file."""

    def __init__(self, root: Path, time: float, packed: int = 0) -> None:
        self.root = root
        self.files: list[str] = []
        self._refusals = Refusals()
        self._time = time
        self._allowed = self._room = min(MAX_SIZE, max(FREE, RATIO * packed))

    @property
    def refused(self) -> list[dict[str, str]]:
        """What is not there, and why."""
        return self._refusals.entries()

    def add(self, path: PurePosixPath, member: Member) -> None:
        """Write a file, or what is in it where it is a zip, into a folder with `_zip` at the end of its name."""
        try:
            _require_sound(path)
            target = self._write(path, member)
            if path.suffix.lower() == ".zip" and zipfile.is_zipfile(target):
                try:
                    self._add_zip(path.with_name(f"{path.stem}_zip"), target, member.time)
                finally:
                    target.unlink()
            else:
                os.utime(target, (self._time, self._time))
                self.files.append(str(path))
        except RefusedError as error:
            self._refusals.add(member.path, str(error))

    def _add_zip(self, folder: PurePosixPath, path: Path, time: float) -> None:
        """Write what is in a zip, notebooks and scripts first: should it be too much, they are there."""
        _require_short(path)
        try:
            file = zipfile.ZipFile(path)
        except DAMAGED as error:
            raise RefusedError(_damage(error)) from error
        with file:
            members = list(_in_zip(file, lambda info: time, prefix=f"{folder}/"))
            for inner in sorted(members, key=lambda each: not each.path.lower().endswith((".ipynb", ".py"))):
                if inner.path.lower().endswith(".zip"):
                    self._refusals.add(inner.path, "a zip in a zip that was handed in")
                else:
                    self.add(PurePosixPath(inner.path.replace("\\", "/")), inner)

    def _write(self, path: PurePosixPath, member: Member) -> Path:
        self._require_room(member)
        target = self.root / path
        try:
            target.parent.mkdir(parents=True, exist_ok=True)
            with target.open("xb") as file:
                self._room -= member.size
                _copy(member, file)
        except (FileExistsError, NotADirectoryError, IsADirectoryError) as error:
            raise RefusedError("another file has the same name") from error
        except RefusedError:
            target.unlink()
            raise
        return target

    def _require_room(self, member: Member) -> None:
        """Raises RefusedError where a file is not to be read."""
        if member.objection:
            raise RefusedError(member.objection)
        if member.size > LARGEST_FILE:
            raise RefusedError(f"larger than {intake.LIMIT_MB} MB")
        if len(self.files) >= shield.MAX_FILES:
            raise RefusedError(f"the student has more than {shield.MAX_FILES} files")
        if member.size > self._room:
            raise RefusedError(f"the student has more than {self._allowed / 2**20:.0f} MB, unpacked")


def _require_short(path: Path) -> None:
    """Raises RefusedError where a zip lists too many files to read the list."""
    with path.open("rb") as file, mmap.mmap(file.fileno(), 0, access=mmap.ACCESS_READ) as content:
        entries = sum(1 for _ in itertools.islice(re.finditer(rb"PK\x01\x02", content), MAX_ENTRIES + 1))
        if entries > MAX_ENTRIES:
            raise RefusedError(f"a zip of more than {MAX_ENTRIES} files")


def _copy(member: Member, file: IO[bytes]) -> None:
    """Write the content of a file. Raises RefusedError where it cannot be had."""
    left = member.size
    try:
        stream = member.open()
    except DAMAGED as error:
        raise RefusedError(_damage(error)) from error
    with stream:
        while left > 0:
            try:
                chunk = stream.read(min(CHUNK, left))
            except DAMAGED as error:
                raise RefusedError(_damage(error)) from error
            if not chunk:
                raise RefusedError("damaged: it is shorter than the zip says")
            file.write(chunk)
            left -= len(chunk)


def _damage(error: Exception) -> str:
    return f"damaged: {error}" if str(error) else "damaged"


def _require_inside(path: PurePosixPath) -> None:
    """Raises RefusedError where a file would not lie in the folder that it is written to."""
    if path.is_absolute() or ".." in path.parts:
        raise RefusedError("its path leads out of the folder of submissions")


def _require_sound(path: PurePosixPath) -> None:
    """Raises RefusedError for the path of a file in a student's folder that is not to be written."""
    _require_inside(path)
    if len(os.fsencode(path)) > shield.MAX_LENGTH or any(len(os.fsencode(part)) > LONGEST_NAME for part in path.parts):
        raise RefusedError("its name is too long")
    if len(path.parts) > shield.MAX_DEPTH:
        raise RefusedError("it lies too deep in folders")
    if path == PurePosixPath("timestamp.txt"):
        raise RefusedError("nbgrader would take it for the time of submission")


def _sort(
    archive: Path, zone: ZoneInfo, stack: ExitStack, worksheet: Worksheet | None
) -> tuple[dict[str, list[Attempt]], list[dict[str, str]]]:
    """All attempts by student, and the files that are nobody's. Raises BadZipFile, with the name of the zip."""
    attempts: dict[str, dict[str, Attempt]] = {}
    refusals = Refusals()
    for source in sorted(archive.iterdir()):
        for member in _members(source, zone, stack):
            try:
                student, name, path = _owner(member.path, worksheet)
            except RefusedError as error:
                refusals.add(f"{source.name}: {member.path}", str(error))
                continue
            attempt = Attempt(student, name, source.name, source.stat().st_mtime)
            attempts.setdefault(student, {}).setdefault(source.name, attempt).files.append((path, member))
    return {student: list(each.values()) for student, each in attempts.items()}, refusals.entries()


def _owner(path: str, worksheet: Worksheet | None) -> tuple[str, str, PurePosixPath]:
    """Student, name, and the path in the student's folder, from what Moodle writes into a path.

    Names of people, folders and files are the students' own, and may look like what Moodle writes. Where a path may
    belong to more than one participant, it is that one's whose number and name stand together in the worksheet too.

    Raises RefusedError where no participant is named, or not just one, and where the path leads elsewhere.
    """
    _require_inside(PurePosixPath(path.replace("\\", "/")))
    readings = list(OWNER.finditer(path))
    if not readings:
        raise RefusedError("no participant number in its name, so not from Moodle's “Download all submissions”")
    first = readings[0]
    students = sorted({each["student"] for each in readings})
    if len(students) > 1:
        known = [each for each in readings if worksheet and _agrees(each, worksheet)]
        if len({each["student"] for each in known}) != 1:
            raise RefusedError(
                f"by its name it may be a file of participant {' or '.join(students)}, and "
                + ("the worksheet does not tell whose" if worksheet else "there is no worksheet that tells whose")
            )
        first = known[0]
    kind = "" if first["kind"] == "file" else first["kind"]
    rest = path[first.end("kind") :].removeprefix("_").replace("\\", "/").lstrip("/")
    name = re.split(r"[/\\]", path[: first.start()])[-1]
    return first["student"], _name(name), PurePosixPath(kind, rest)


def _agrees(reading: re.Match[str], worksheet: Worksheet) -> bool:
    """Whether the worksheet has a participant of this number whose name stands before the number.

    More may stand before it: a folder, a group. Moodle leaves marks out of names of files.
    """
    name = _letters(worksheet.rows.get(reading["student"], {}).get(moodle_worksheet.NAME, ""))
    return name != "" and _letters(reading.string[: reading.start()]).endswith(name)


def _letters(text: str) -> str:
    return "".join(filter(str.isalnum, unicodedata.normalize("NFKC", text).casefold()))


def _name(text: str) -> str:
    """A name as Moodle shows it; nothing where Moodle hides it."""
    return "" if NAMELESS.fullmatch(text) else text


def _members(source: Path, zone: ZoneInfo, stack: ExitStack) -> Iterator[Member]:
    """The files of a zip, or of a folder where the browser has unpacked it; the worksheet is no submission."""
    if source.suffix.lower() == ".zip":
        try:
            file = stack.enter_context(zipfile.ZipFile(source))
        except DAMAGED as error:
            raise zipfile.BadZipFile(f"{source} is damaged ({error}): download it again.") from error
        yield from _in_zip(file, lambda info: _time(info, zone))
    elif source.suffix.lower() != ".csv":
        for path in sorted(source.rglob("*")) if source.is_dir() else [source]:
            status = path.lstat()
            if stat.S_ISREG(status.st_mode):
                name = path.relative_to(source.parent).as_posix()
                size = status.st_size
                yield Member(name, status.st_mtime, size, partial(_open, path), packed=size)


def _open(path: Path) -> IO[bytes]:
    return path.open("rb")


def _in_zip(file: zipfile.ZipFile, time: Callable[[zipfile.ZipInfo], float], prefix: str = "") -> Iterator[Member]:
    """The files of a zip, with a prefix to their paths. Some Windows programs part folders with backslashes."""
    for info in file.infolist():
        if not info.filename.endswith(("/", "\\")):
            yield Member(
                prefix + info.filename,
                time(info),
                info.file_size,
                partial(file.open, info),
                packed=info.compress_size,
                objection=_objection(info),
            )


def _objection(info: zipfile.ZipInfo) -> str:
    """Why a file of a zip is not to be unpacked, or nothing."""
    if stat.S_IFMT(info.external_attr >> 16) not in (0, stat.S_IFREG):
        return "a link or a special file"
    if info.compress_type not in (zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED):  # of others it reads more than it gives
        return "packed in another way than Moodle's and most programs'"
    return ""


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

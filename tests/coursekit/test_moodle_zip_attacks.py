"""What a student has packed into a zip costs the others nothing, and no name is taken for another participant's."""

import bz2
import contextlib
import io
import lzma
import resource
import struct
import time
import zipfile
import zlib
from collections.abc import Callable
from pathlib import Path, PurePosixPath

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from coursekit import moodle_zip, shield
from coursekit.moodle_worksheet import Worksheet
from coursekit.moodle_zip import Folder, Member, RefusedError

MB = 2**20


def zipped(files: dict[str, bytes], kind: int = zipfile.ZIP_DEFLATED) -> bytes:
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w", kind) as file:
        for name, content in files.items():
            file.writestr(zipfile.ZipInfo(name), content, kind)
    return buffer.getvalue()


def forged(entries: list[tuple[bytes, int, int]], body: bytes, kind: int = 8, flags: int = 0) -> bytes:
    """A zip whose entries (name, declared size, declared CRC) all lie over the same packed bytes."""
    local = struct.pack("<4s5H3I2H", b"PK\3\4", 20, flags, kind, 0, 0, 0, len(body), 0, 0, 0)
    directory = []
    for name, size, crc in entries:
        head = (b"PK\1\2", 20, 20, flags, kind, 0, 0x21, crc, len(body), size, len(name), 0, 0, 0, 0, 0, 0)
        directory.append(struct.pack("<4s6H3I5H2I", *head) + name)
    # zipfile compares the name in the local head, so every entry has the same
    local = local[:26] + struct.pack("<H", len(entries[0][0])) + local[28:] + entries[0][0]
    listed = b"".join(directory)
    end = (b"PK\5\6", 0, 0, min(65_535, len(entries)), min(65_535, len(entries)), len(listed))
    return local + body + listed + struct.pack("<4s4H2IH", *end, len(local) + len(body), 0)


def deflated(content: bytes) -> bytes:
    packer = zlib.compressobj(9, zlib.DEFLATED, -15)
    return packer.compress(content) + packer.flush()


def unpack(root: Path, content: bytes) -> Folder:
    """What becomes of a student's zip."""
    folder = Folder(root / "101", 0.0, len(content))
    folder.add(PurePosixPath("a.zip"), Member("a.zip", 0.0, len(content), lambda: io.BytesIO(content), len(content)))
    return folder


def size_of(root: Path) -> int:
    return sum(path.stat().st_size for path in root.rglob("*") if path.is_file())


ZEROS = bytes(200 * MB)
NOTEBOOK = b'{"cells": []}'


@pytest.fixture(scope="module")
def bombs() -> dict[str, Callable[[], bytes]]:
    return {
        "28 members of 200 MB": lambda: forged([(b"%02d" % n, 200 * MB, 0) for n in range(28)], deflated(ZEROS)),
        "notebooks of 200 MB, bzip2": lambda: zipped(
            {f"{n}.ipynb": ZEROS for n in range(3)} | {"ps.ipynb": NOTEBOOK}, zipfile.ZIP_BZIP2
        ),
        "more than declared, bzip2": lambda: forged([(b"a", 10, 0)], bz2.compress(ZEROS), 12),
        "more than declared, deflate": lambda: forged([(b"a", 10, 0)], deflated(ZEROS)),
        "more than declared, LZMA": lambda: forged(
            [(b"a", 10, 0)], b"\x09\x04\x05\x00" + lzma.compress(ZEROS, lzma.FORMAT_ALONE)[:5], 14
        ),
        "300,000 entries": lambda: forged([(b"a", 0, 0)] * 300_000, b""),
        "zip of zips": lambda: zipped({f"{n}.zip": zipped({"b": ZEROS}) for n in range(3)}),
        "duplicate names": lambda: forged([(b"a", 60 * MB, 0)] * 2_000, deflated(bytes(60 * MB))),
    }


@pytest.mark.parametrize(
    "name",
    [
        "28 members of 200 MB",
        "notebooks of 200 MB, bzip2",
        "more than declared, bzip2",
        "more than declared, deflate",
        "more than declared, LZMA",
        "300,000 entries",
        "zip of zips",
        "duplicate names",
    ],
)
def test_bomb_takes_a_moment_and_little_space(bombs, tmp_path, name):
    content = bombs[name]()
    before = resource.getrusage(resource.RUSAGE_SELF)
    folder = unpack(tmp_path, content)
    after = resource.getrusage(resource.RUSAGE_SELF)
    assert after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime < 1
    assert after.ru_maxrss - before.ru_maxrss < 100_000  # KB
    assert size_of(tmp_path) <= moodle_zip.FREE
    assert folder.refused
    assert len(folder.refused) <= moodle_zip.MAX_REFUSED + 1


def test_sound_files_beside_a_bomb_are_unpacked(tmp_path):
    folder = unpack(tmp_path, zipped({"0": ZEROS, "1": ZEROS, "praca/ps.ipynb": NOTEBOOK}))
    assert folder.files == ["a_zip/praca/ps.ipynb"]
    assert [each["file"] for each in folder.refused] == ["a_zip/0", "a_zip/1"]


def test_honest_notebook_that_shrinks_to_a_hundredth_is_unpacked(tmp_path):
    line = b'{"name": "stdout", "output_type": "stream", "text": ["epoch %d loss 93.1\\n"]},\n'
    content = zipped({"ps.ipynb": b"".join(line % n for n in range(700_000))})
    assert 50 * MB < 700_000 * len(line) < moodle_zip.RATIO * len(content)
    assert unpack(tmp_path, content).files == ["a_zip/ps.ipynb"]


def test_notebook_in_a_folder_of_many_files_is_unpacked(tmp_path):
    files = {f"venv/{n}.txt": b"x" for n in range(shield.MAX_FILES + 500)}
    folder = unpack(tmp_path, zipped(files | {"z/ps.ipynb": NOTEBOOK}))
    assert folder.files[0] == "a_zip/z/ps.ipynb"
    assert len(folder.files) == shield.MAX_FILES
    assert folder.refused[-1] == {"file": "401 more", "why": "too many to name"}


@pytest.mark.parametrize(
    ("content", "why"),
    [
        (forged([(b"a", 3, 0)], b"abc", 0, flags=1), "encrypted"),
        (zipped({"a": b"abc"}, zipfile.ZIP_LZMA), "packed in another way"),
        (forged([(b"a", 3, 0)], b"abc", 99), "packed in another way"),
        (forged([(b"a", 3, 0)], b"abc", 0), "Bad CRC"),
        (forged([(b"a", 300, 0)], b"abc", 0), "damaged"),
        (zipped({"/".join("a" * 40): b""}), "too deep"),
        (zipped({"../../evil": b""}), "leads out"),
        (zipped({"..\\..\\evil": b""}), "leads out"),
        (zipped({"a": b"", "a/b": b""}), "same name"),
        (zipped({"x" * 300: b""}), "too long"),
    ],
)
def test_what_is_refused_is_said(tmp_path, content, why):
    folder = unpack(tmp_path, content)
    assert why in folder.refused[0]["why"]
    assert {path.name for path in tmp_path.rglob("*")} <= {"101", "a_zip", "a"}


def test_links_are_not_written(tmp_path):
    link = zipfile.ZipInfo("ps.ipynb")
    link.external_attr = 0o120777 << 16
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w") as file:
        file.writestr(link, "/etc/passwd")
    assert unpack(tmp_path, buffer.getvalue()).refused == [
        {"file": "a_zip/ps.ipynb", "why": "a link or a special file"}
    ]


def test_folders_of_windows_are_no_files(tmp_path):
    assert unpack(tmp_path, zipped({"praca\\": b"", "praca\\ps.ipynb": NOTEBOOK})).files == ["a_zip/praca/ps.ipynb"]


SOUND = zipped({"praca/ps.ipynb": NOTEBOOK * 20, "dane.csv": b"1,2\n" * 50})


@settings(max_examples=400, deadline=None, derandomize=True, database=None)
@given(
    changes=st.lists(st.tuples(st.integers(0, len(SOUND) - 1), st.integers(0, 255)), min_size=1, max_size=8),
    cut=st.integers(0, 30),
)
def test_no_damage_is_an_error(tmp_path_factory, changes, cut):
    content = bytearray(SOUND[: len(SOUND) - cut] if cut < 10 else SOUND[cut:])
    for place, value in changes:
        content[place % len(content)] = value
    root = tmp_path_factory.mktemp("damage")
    started = time.process_time()
    unpack(root, bytes(content))
    assert time.process_time() - started < 1
    assert size_of(root) <= moodle_zip.FREE
    assert all(path.is_relative_to(root / "101") for path in root.rglob("*"))


FILE = "assignsubmission_file"
WORKSHEET = Worksheet(
    Path("Grades.csv"),
    ("Identifier", "Full name"),
    {
        "101": {"Full name": "Ola Lis_999_assignsubmission_file_"},
        "102": {"Full name": "Jan Kowalski"},
        "999": {"Full name": "Ola Lis"},
    },
)


def owner(path: str, worksheet: Worksheet | None) -> str:
    """Whose a file is taken for; nothing where it is refused."""
    with contextlib.suppress(RefusedError):
        return moodle_zip._owner(path, worksheet)[0]
    return ""


NAMES = [
    "Ola Lis_999_assignsubmission_file_",
    f"x_999_{FILE}",
    f"_999_{FILE}_a",
    f"Ola Lis_999_{FILE}\\",
    f"Ola Lis_999_{FILE}/",
    "_999_",
]
INSIDE = [f"Ola Lis_999_{FILE}_ps.ipynb", f"_999_{FILE}", f"Ola Lis_999_{FILE}/ps.ipynb", f"a\\_999_{FILE}\\b"]


LAYOUTS = ["{}_101_FILE/ps.ipynb", "{}_101_FILE_/ps.ipynb", "{}_101_FILE_ps.ipynb", "KURS/{}_101_FILE_a/b"]
WITHIN = ["Jan Kowalski_102_FILE/{}", "Jan Kowalski_102_FILE_/{}", "Jan Kowalski_102_FILE_{}"]
WITHIN += ["{}/Jan Kowalski_102_FILE_a", "a/{}/Jan Kowalski_102_FILE_a"]  # a folder of the student's own


@pytest.mark.parametrize("worksheet", [WORKSHEET, None])
@pytest.mark.parametrize("layout", LAYOUTS)
@pytest.mark.parametrize("name", NAMES)
def test_name_that_looks_like_moodles_is_nobody_elses(layout, name, worksheet):
    assert owner(layout.replace("FILE", FILE).format(name), worksheet) in ("101", "")


@pytest.mark.parametrize("worksheet", [WORKSHEET, None])
@pytest.mark.parametrize("layout", WITHIN)
@pytest.mark.parametrize("name", INSIDE)
def test_file_or_folder_that_looks_like_moodles_is_nobody_elses(layout, name, worksheet):
    assert owner(layout.replace("FILE", FILE).format(name), worksheet) in ("102", "")


@pytest.mark.parametrize(
    ("path", "student"),
    [
        (f"Jan Kowalski_102_{FILE}/_888_{FILE}_a.ipynb", "102"),
        (f"Jan Kowalski_102_{FILE}_Ola_999_{FILE}_a.ipynb", "102"),
        (f"Ola Lis_999_{FILE}__101_{FILE}/ps.ipynb", ""),  # both agree with the worksheet
        (f"Jan Kowalski_102_{FILE}/Jan Kowalski_102_{FILE}_a.ipynb", "102"),
    ],
)
def test_worksheet_tells_whose_a_file_is(path, student):
    assert owner(path, WORKSHEET) == student


def test_what_is_refused_for_its_name_is_named_with_the_reason():
    with pytest.raises(RefusedError, match="may be a file of participant 101 or 999, and there is no worksheet"):
        moodle_zip._owner(f"Jan_999_{FILE}__101_{FILE}/ps.ipynb", None)


def test_time_to_find_an_owner_grows_with_the_length_alone():
    started = time.process_time()
    for path in ("_1" * 300_000, f"_1_{FILE}" * 30_000, "1" * 600_000, "_" * 600_000):
        owner(path, WORKSHEET)
    assert time.process_time() - started < 2

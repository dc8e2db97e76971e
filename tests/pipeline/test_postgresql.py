"""The gradebook on a real PostgreSQL server, with the same results as in SQLite."""

import os
import pwd
import shutil
import subprocess
import tempfile
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.coursekit.conftest import nbgrader
from tests.pipeline.test_grade import SCORES, make_course, run, totals_in

pytestmark = pytest.mark.slow

PORT = "54329"


@pytest.fixture(scope="module")
def server() -> Iterator[str]:
    """Address of an empty database on a server of its own: a private folder, a socket in it, no network."""
    programs = sorted(Path("/usr/lib/postgresql").glob("*/bin"))
    if not programs:
        pytest.skip("PostgreSQL is not installed (Debian's package `postgresql`)")
    # The server refuses to run as root.
    user = "postgres" if os.geteuid() == 0 else pwd.getpwuid(os.geteuid()).pw_name
    with tempfile.TemporaryDirectory(prefix="pg-") as folder:
        shutil.chown(folder, user)
        data = f"{folder}/data"

        def call(program: str, *arguments: str) -> None:
            command = [str(programs[-1] / program), *arguments]
            become = ["setpriv", f"--reuid={user}", "--init-groups", "--regid=" + str(pwd.getpwnam(user).pw_gid)]
            done = subprocess.run(
                [*(become if os.geteuid() == 0 else []), *command], cwd=folder, capture_output=True, text=True
            )
            assert done.returncode == 0, f"{program}: {done.stdout}{done.stderr}"

        call("initdb", "-D", data, "--auth=trust", "--username=teacher", "--encoding=UTF8")
        options = f"-c unix_socket_directories={folder} -c listen_addresses= -c port={PORT} -c fsync=off"
        call("pg_ctl", "-D", data, "-l", f"{folder}/log", "-w", "-o", options, "start")
        try:
            call("createdb", "-h", folder, "-p", PORT, "-U", "teacher", "gradebook")
            yield f"postgresql://teacher@/gradebook?host={folder}&port={PORT}"
        finally:
            call("pg_ctl", "-D", data, "-m", "immediate", "stop")


@pytest.fixture(scope="module")
def course(server: str, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A released assignment with submissions, in a course whose gradebook is there."""
    return make_course(tmp_path_factory.mktemp("postgresql"), f"c.CourseDirectory.db_url = {server!r}\n")


def test_both_commands_grade_into_it(server, course):
    done = nbgrader(course, "autograde", "ps", "--student=alice")
    assert done.returncode == 0, done.stderr
    run(course)
    assert totals_in(server) == SCORES
    assert not (course / "gradebook.db").exists()

"""The command line that runs a student's kernel under bubblewrap, and what it finds there.

Inside: the system and the Python environment, read-only; MNIST, read-only; a copy of the submission in
`/home/student/<assignment>`, the working folder, on a file system in memory that vanishes with the kernel. So does the
folder with the sockets of the Jupyter messages: nothing that the kernel writes reaches a disk. The notebooks in the
submission are empty inside: nbgrader has put the mark schemes and hidden tests into the one that is being graded. There
is no network, and no system call but those of `coursekit.seccomp`.
"""

from __future__ import annotations

import os
import platform
import shlex
import shutil
import sys
from dataclasses import asdict, dataclass
from pathlib import Path

from coursekit.data import DATA

HOME = "/home/student"
CONNECTION = "/run/kernel"
"""The folder inside with the connection file and the sockets, in memory."""
CONNECTION_FILE = f"{CONNECTION}/connection.json"
GO = f"{CONNECTION}/go"
"""A named pipe, through which the grader says that it lives. With `--die-with-parent` bubblewrap asks the system to be
told of the death of the grader's thread, and then lets the sandbox begin; a thread that died before would leave an idle
kernel behind for ever. In the same way the sandbox's process number 1 asks to be told of bubblewrap's death, but after
it has started the one that becomes the kernel. So the kernel waits for a word that this thread says when both have
asked.
"""
WORD = "go"
WAIT_FOR_WORD = (
    f'until [ "$(timeout 1 head -n 1 {GO})" = {WORD} ]; do '
    f"flock --nonblock {CONNECTION_FILE} true; [ $? = 1 ] || exit 1; done"
)
"""Waits until the word is said, or the grader holds its lock on the connection file no more, which ends the sandbox.
(The lock alone does not tell: it outlives the thread as long as another of the grader's threads takes to end.)
"""
ENVIRONMENT = "/opt/course"
"""The Python environment inside, if it is a virtual one: its path outside is nobody's business."""
MNIST = "/opt/mnist"
FONT_CACHE = "/opt/matplotlib"
"""Matplotlib's list of fonts, which takes it a second to make."""
SUBMISSION = "/submission"
SHARED_MEMORY = 64 * 2**20
SOCKETS = 2**20
"""Bytes of the file system that holds the sockets."""
IN_MEMORY = (HOME, "/dev/shm", CONNECTION)
"""The folders that the kernel can write to."""
OPEN_FILES = 1024
"""Of each process. What waits in sockets and pipes is memory, too."""
HIDDEN = ("/proc/keys", "/proc/key-users")
"""Files of the system that tell of keys of the same user outside."""
UIDS = range(1_900_000_000, 1_900_100_000)
"""Users for the sandboxes of root: one each, so that limits per user count one sandbox alone."""


class SandboxError(RuntimeError):
    """The sandbox cannot be set up; the message says why and what to do."""


class NoSandboxError(SandboxError):
    """Nothing that was submitted can be executed on this machine."""


@dataclass(frozen=True)
class Limits:
    """What one submission may use. Sizes in bytes, times in seconds; cpu: of all its processes together."""

    memory: int
    processes: int
    file: int
    files: int
    cpu: int

    def as_dict(self) -> dict[str, int]:
        """The limits as JSON-ready data."""
        return asdict(self)


def bubblewrap() -> str:
    """Path of the program. Raises NoSandboxError, which names the machine."""
    found = shutil.which("bwrap")
    if found is None:
        raise NoSandboxError(
            f"bubblewrap is missing on {platform.node()}, and no submission is executed without a sandbox.\n"
            "Install it with\n"
            "    sudo apt-get install -y bubblewrap\n"
            "or, if you answer for every line of the submitted code yourself, add --GradeExecute.sandbox=False."
        )
    return found


def user_of(name: str) -> int:
    """The user as whom the kernel runs: never root. ``name`` tells sandboxes apart."""
    if os.geteuid() != 0:
        return os.geteuid()
    return UIDS[int.from_bytes(name.encode(), "big") % len(UIDS)]


@dataclass(frozen=True)
class Outside:
    """Files outside that the sandbox is given, beside system, Python and MNIST.

    submission: folder that is copied in, as `copy_submission` makes it; connection: the kernel's connection file;
    go: the named pipe; empty: an empty file.
    """

    submission: Path
    connection: Path
    go: Path
    empty: Path


def copy_submission(submission: Path, copy: Path) -> None:
    """Copy a submission to a folder whose path tells nobody whose it is; links and devices are left out.

    The notebooks beside each other at its top become empty files.
    """
    for parent, _, names in os.walk(submission):
        folder = copy / Path(parent).relative_to(submission)
        folder.mkdir()
        for name in names:
            original = Path(parent, name)
            if folder == copy and original.suffix == ".ipynb":
                (folder / name).touch()
            elif original.is_file() and not original.is_symlink():
                shutil.copyfile(original, folder / name)


def options(
    assignment: str, outside: Outside, uid: int, limits: Limits, environment: dict[str, str], seccomp: int
) -> list[str]:
    """Bubblewrap's options for a sandbox.

    assignment: name of the working folder; uid: the user; environment: variables beside those that every program
    needs; seccomp: file descriptor of the filter.
    """
    workdir = f"{HOME}/{assignment}"
    mounts = {
        **_system(),
        **_python(),
        MNIST: ("--ro-bind", str(DATA / "MNIST")),
        FONT_CACHE: ("--ro-bind-try", str(font_cache())),
        SUBMISSION: ("--ro-bind", str(outside.submission)),
        "/tmp": ("--symlink", f"{HOME}/.tmp"),
    }
    late = {
        CONNECTION_FILE: outside.connection,
        GO: outside.go,
        **{path: outside.empty for path in HIDDEN if os.path.exists(path)},
    }
    # fmt: off
    return [
        "--die-with-parent", "--new-session", "--seccomp", str(seccomp),
        "--unshare-ipc", "--unshare-pid", "--unshare-net", "--unshare-uts", "--unshare-cgroup-try",
        *_privileges(uid),
        *_folders({*mounts, workdir, CONNECTION_FILE}),
        *(part for target, (kind, source) in mounts.items() for part in (kind, source, target)),
        "--proc", "/proc", "--dev", "/dev",
        # Zeros to read, but none to map: shared memory from there belongs to no file, and is counted nowhere.
        "--dev-bind", "/dev/full", "/dev/zero",
        "--size", str(SHARED_MEMORY), "--perms", "1777", "--tmpfs", "/dev/shm",
        "--size", str(SOCKETS), "--perms", "0755", "--tmpfs", CONNECTION,
        "--size", str(limits.files - SHARED_MEMORY), "--tmpfs", HOME, "--dir", workdir,
        *(part for target, source in late.items() for part in ("--ro-bind", str(source), target)),
        "--remount-ro", "/dev", "--remount-ro", "/",
        *_variables(environment),
        "--chdir", workdir,
    ]
    # fmt: on


def program(kernel: list[str], uid: int, limits: Limits) -> list[str]:
    """The command that bubblewrap executes inside, and which becomes ``kernel``, a command."""
    return ["/bin/sh", "-c", _entry(uid, limits), "sandbox", *_inside(kernel)]


def _folders(targets: set[str]) -> list[str]:
    """The folders above the targets: those that bubblewrap makes of itself are open to nobody but the instructor."""
    folders = sorted({str(folder) for target in targets for folder in Path(target).parents} - {"/"})
    return [part for folder in folders for part in ("--perms", "0755", "--dir", folder)]


def _privileges(uid: int) -> list[str]:
    """Root keeps what it takes to become somebody else; an ordinary user gets a user namespace of its own."""
    if os.geteuid() == 0:
        return [part for cap in ("SETUID", "SETGID", "CHOWN", "DAC_OVERRIDE") for part in ("--cap-add", f"CAP_{cap}")]
    return ["--unshare-user", "--disable-userns", "--uid", str(uid), "--gid", str(os.getegid())]


def _system() -> dict[str, tuple[str, str]]:
    """Mounts of programs and libraries: by target, how and from where."""
    mounts = {"/usr": ("--ro-bind", "/usr")}
    for name in ("/bin", "/sbin", "/lib", "/lib32", "/lib64"):
        if os.path.islink(name):
            mounts[name] = ("--symlink", os.readlink(name))
        elif os.path.isdir(name):
            mounts[name] = ("--ro-bind", name)
    for name in (
        "/etc/ld.so.cache",
        "/etc/alternatives",
        "/etc/fonts",
        "/etc/localtime",
        "/var/cache/fontconfig",
        "/sys/devices/system/cpu",
    ):
        mounts[name] = ("--ro-bind-try", name)
    return mounts


def _python() -> dict[str, tuple[str, str]]:
    """Mounts of the environment with the packages, and of the Python below it where that lies outside /usr."""
    bases = {sys.base_prefix, str(Path(sys.executable).resolve().parent.parent)}
    mounts = {base: ("--ro-bind", base) for base in sorted(bases) if not Path(base).is_relative_to("/usr")}
    if sys.prefix != sys.base_prefix:
        mounts[ENVIRONMENT] = ("--ro-bind", sys.prefix)
    return mounts


def _variables(environment: dict[str, str]) -> list[str]:
    """No variable of the grader's gets in but those that are named here."""
    python = ENVIRONMENT if sys.prefix != sys.base_prefix else sys.prefix
    variables = {
        "PATH": f"{python}/bin:/usr/bin:/bin",
        "HOME": HOME,
        "USER": "student",
        "LOGNAME": "student",
        "TMPDIR": f"{HOME}/.tmp",
        "LANG": "C.UTF-8",
        "PYTHONDONTWRITEBYTECODE": "1",
        "COURSE_MNIST": MNIST,
        **environment,
    }
    return ["--clearenv", *(part for name, value in variables.items() for part in ("--setenv", name, value))]


def _inside(kernel: list[str]) -> list[str]:
    """The kernel's command with the paths that hold inside."""
    python, *rest = kernel
    if sys.prefix != sys.base_prefix and Path(python).is_relative_to(sys.prefix):
        python = f"{ENVIRONMENT}/{Path(python).relative_to(sys.prefix)}"
    return [python, *rest]


def font_cache() -> Path:
    """Folder of this user's matplotlib with its list of fonts."""
    return Path(os.environ.get("XDG_CACHE_HOME", Path.home() / ".cache"), "matplotlib")


def _entry(uid: int, limits: Limits) -> str:
    """What the sandbox's shell does before it becomes the kernel: the copy, the user, the limits of each process."""
    steps = [
        f"umask 022 && mkdir -p {HOME}/.tmp {HOME}/.cache/matplotlib data && cp -R {SUBMISSION}/. .",
        f"ln -s {MNIST} data/MNIST && {{ cp {FONT_CACHE}/fontlist-* {HOME}/.cache/matplotlib || true; }} 2> /dev/null",
    ]
    run = ["exec"]
    if os.geteuid() == 0:
        steps.append(f"chown -R -h {uid}:{uid} {HOME} && chown {uid}:{uid} {CONNECTION}")
        run += ["setpriv", f"--reuid={uid}", f"--regid={uid}", "--clear-groups", "--inh-caps=-all"]
    run += [
        "prlimit",
        "--core=0",
        f"--data={limits.memory}",
        f"--fsize={limits.file}",
        f"--nofile={OPEN_FILES}",
        f"--nproc={limits.processes}",
        f"--cpu={limits.cpu}:{limits.cpu + 5}",
    ]
    steps.append(WAIT_FOR_WORD)
    steps.append(f'{shlex.join(run)} "$@"')
    return " && ".join(steps)

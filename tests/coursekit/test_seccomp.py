"""The filter of system calls: what a sandboxed kernel may not do, and that what it needs works as without a filter."""

import errno
import platform
import subprocess
import sys

import pytest

from coursekit import launch, seccomp
from tests.coursekit.test_sandbox import run, scratch  # noqa: F401

REFUSED = """
add_key keyctl request_key ptrace process_vm_readv process_vm_writev kcmp pidfd_getfd process_madvise bpf
perf_event_open userfaultfd io_uring_setup io_uring_enter io_uring_register io_setup mount umount2 pivot_root chroot
move_mount open_tree fsopen fsconfig fsmount fspick mount_setattr setns unshare clone3
kexec_load kexec_file_load init_module finit_module
delete_module reboot swapon swapoff acct quotactl quotactl_fd syslog name_to_handle_at open_by_handle_at fanotify_init
lookup_dcookie settimeofday adjtimex clock_adjtime clock_settime memfd_create memfd_secret shmget shmat msgget semget
mq_open personality modify_ldt iopl ioperm vmsplice setpriority ioprio_set sched_setattr sched_setparam mbind
migrate_pages move_pages remap_file_pages seccomp sethostname setdomainname vhangup landlock_create_ruleset
"""
BEGIN = """
import ctypes, os, socket
libc = ctypes.CDLL(None, use_errno=True)
def call(*arguments):
    ctypes.set_errno(0)
    result = libc.syscall(*map(ctypes.c_ulong, arguments))
    return ctypes.get_errno() if result < 0 else 0
"""
LIBRARIES = """
import subprocess, sys, threading
from concurrent.futures import ThreadPoolExecutor
assert subprocess.run([sys.executable, "-c", "print(6 * 7)"], capture_output=True).stdout == b"42\\n"
assert list(ThreadPoolExecutor(4).map(abs, [-1, -2])) == [1, 2]

import multiprocessing
for method in ("fork", "spawn", "forkserver"):
    with multiprocessing.get_context(method).Pool(2) as pool:
        assert pool.map(abs, [-1, -2]) == [1, 2]
from multiprocessing.shared_memory import SharedMemory
SharedMemory(create=True, size=100).unlink()

import numpy as np
import torch
from torch.utils.data import DataLoader, TensorDataset
loader = DataLoader(TensorDataset(torch.arange(64.0)), batch_size=8, num_workers=2)
assert sum(batch.sum() for (batch,) in loader) == 2016
assert torch.linalg.svdvals(torch.rand(300, 300) @ torch.rand(300, 300)).numel() == 300

from joblib import Parallel, delayed
from sklearn.ensemble import RandomForestClassifier
assert Parallel(n_jobs=2)(delayed(abs)(x) for x in (-1, -2)) == [1, 2]
RandomForestClassifier(n_jobs=2).fit(np.random.rand(50, 3), np.arange(50) % 2)

import pyro, pyro.distributions as dist
from pyro.infer import SVI, Trace_ELBO
def model(x): pyro.sample("x", dist.Normal(pyro.param("m", torch.tensor(0.0)), 1), obs=x)
SVI(model, lambda x: None, pyro.optim.Adam({"lr": 0.1}), Trace_ELBO()).step(torch.tensor(1.0))

import io
import matplotlib.pyplot as plt
plt.plot([1, 2])
plt.savefig(io.BytesIO())
plt.close()
print("all work")
"""


def test_every_call_that_is_allowed_has_a_number():
    if platform.machine() != "x86_64":
        pytest.skip("other architectures lack old calls")
    assert [call for call in seccomp._ALLOWED.split() if seccomp.number(call) < 0] == []
    assert not set(REFUSED.split()) & set(seccomp._ALLOWED.split())


@pytest.mark.slow
def test_calls_that_no_kernel_needs_are_refused(run):  # noqa: F811
    numbers = {call: seccomp.number(call) for call in REFUSED.split() if seccomp.number(call) >= 0}
    later = {f"later {number}": number for number in (450, 457, 458, 467, 500, 1000)}
    seen = run(
        f"{BEGIN}\nprint({{name: call(number, 0, 0, 0, 0, 0, 0) for name, number in {numbers | later!r}.items()}})"
    )
    found = eval(seen["cells"][0]["printed"])
    assert {name: error for name, error in found.items() if error != errno.ENOSYS} == {}


@pytest.mark.slow
@pytest.mark.parametrize("flag", [0x20000, 0x2000000, 0x4000000, 0x8000000, 0x10000000, 0x20000000, 0x40000000])
def test_no_child_gets_a_namespace_of_its_own(run, flag):  # noqa: F811
    clone, sigchld = seccomp.number("clone"), 17
    seen = run(
        f"{BEGIN}\n"
        f"for upper in (0, 1 << 32, 1 << 63):\n"
        f"    error = call({clone}, {flag | sigchld} | upper, 0, 0, 0, 0)\n"
        f"    print(error)"
    )
    assert seen["cells"][0]["printed"].split() == [str(errno.ENOSYS)] * 3


@pytest.mark.slow
def test_no_socket_but_local_ones_and_tcp(run):  # noqa: F811
    number = seccomp.number("socket")
    seen = run(
        f"{BEGIN}\n"
        f"found = {{(family, kind, protocol): call({number}, family, kind, protocol)\n"
        "    for family in (*range(50), 2 + (7 << 32)) for kind in (1, 2, 3, 5, 1 | 0o4000 | 0o2000000)\n"
        "    for protocol in (0, 1, 6, 17, 132, 256, 262)}\n"
        "print(sorted(key for key, error in found.items() if not error and key[0] != 1))\n"
        f"print(call({seccomp.number('socketpair')}, 16, 3, 0, 0))\n"
        "a, b = socket.socketpair(); a.send(b'x'); print(b.recv(1))"
    )
    tcp = [(family, kind, protocol) for family in (2, 2 + (7 << 32)) for kind in (1, 526337) for protocol in (0, 6)]
    assert seen["cells"][0]["printed"].splitlines() == [str(tcp), str(errno.ENOSYS), "b'x'"]


@pytest.mark.slow
def test_no_terminal_is_typed_into_and_no_priority_lowered(run):  # noqa: F811
    ioctl, prctl, scheduler = map(seccomp.number, ("ioctl", "prctl", "sched_setscheduler"))
    seen = run(
        f"{BEGIN}\n"
        "tiocsti, tioclinux, fs_ioc_add_key, pr_set_dumpable, pr_set_mm = 0x5412, 0x541C, 0xC0506617, 4, 35\n"
        "for upper in (0, 1 << 32):\n"
        f"    print(*(call({ioctl}, 0, request | upper, 0) for request in (tiocsti, tioclinux, fs_ioc_add_key)))\n"
        f"    print(*(call({prctl}, option | upper, 0, 0, 0, 0) for option in (pr_set_dumpable, pr_set_mm)))\n"
        f"    print(*(call({scheduler}, 0, policy | upper, 0) for policy in (3, 5)))\n"
        "print(os.isatty(0))"
    )
    refused = str(errno.ENOSYS)
    expected = [*(" ".join([refused] * count) for count in (3, 2, 2, 3, 2, 2)), "False"]
    assert seen["cells"][0]["printed"].splitlines() == expected


@pytest.mark.slow
@pytest.mark.skipif(platform.machine() != "x86_64", reason="has no other ABIs")
def test_other_abis_are_no_way_around(run):  # noqa: F811
    """getpid of 32 bits, and of x32; and a call that the filter allows by another number there."""
    seen = run(
        f"{BEGIN}\n"
        "import mmap\n"
        "code = bytes.fromhex('89f8cd80c3')  # mov eax, edi; int 0x80; ret\n"
        "area = mmap.mmap(-1, 4096, mmap.MAP_PRIVATE | mmap.MAP_ANONYMOUS, 7)\n"
        "area.write(code)\n"
        "place = ctypes.addressof(ctypes.c_char.from_buffer(area))\n"
        "old = ctypes.CFUNCTYPE(ctypes.c_int, ctypes.c_int)(place)\n"
        "print(old(20), old(39), call(0x40000000 + 39), call(0x40000000 + 250))"
    )
    assert seen["cells"][0]["printed"].split() == ["-38", "-38", "38", "38"]


@pytest.mark.slow
def test_libraries_of_the_course_work(run):  # noqa: F811
    seen = run(LIBRARIES, timeout=120)
    assert seen["cells"] == [{"printed": "all work\n", "error": ""}], seen


@pytest.mark.slow
def test_children_print_into_the_notebook(run):  # noqa: F811
    seen = run(
        "import os, sys, time\n"
        "if os.fork() == 0:\n    print('from a child', flush=True); time.sleep(1); os._exit(0)\n"
        "os.wait(); time.sleep(1)"
    )
    assert seen["cells"][0]["printed"] == "from a child\n"


@pytest.mark.slow
def test_keys_of_the_graders_session_are_not_seen(run):  # noqa: F811
    seen = run("print(open('/proc/keys').read() + open('/proc/key-users').read())")["cells"][0]
    assert seen == {"printed": "\n", "error": ""}


def test_the_launcher_leaves_the_keys_of_its_session():
    """The key is one that only who possesses it sees, in a session keyring that only the launcher's parent has."""
    launcher = f"""
import ctypes, os, sys
libc = ctypes.CDLL(None, use_errno=True)
add_key, keyctl = {seccomp.number("add_key")}, {seccomp.number("keyctl")}
join, setperm, session, of_its_possessor = 1, 5, -3, 0x3F000000
assert libc.syscall(keyctl, join, None) >= 0
key = libc.syscall(add_key, b"user", b"of-the-grader", b"secret", 6, session)
assert key >= 0 and libc.syscall(keyctl, setperm, key, of_its_possessor) == 0
show = [sys.executable, "-c", "print(open('/proc/keys').read().count('of-the-grader'))"]
if sys.argv[1:] == ["launched"]:
    show = [sys.executable, "-I", "-S", {launch.__file__!r}, str(keyctl), "--", *show]
os.execv(show[0], show)
"""
    seen = [
        subprocess.run([sys.executable, "-c", launcher, *how], capture_output=True, text=True, check=True).stdout
        for how in ([], ["launched"])
    ]
    assert seen == ["1\n", "0\n"]

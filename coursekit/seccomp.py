"""The system calls that a sandboxed kernel may make: an allow list, as a program for `bwrap --seccomp`.

What is not named here fails with ENOSYS, as on a system that has no such call, which libraries are written for: they
take another way, or say what they miss. So calls that later kernels bring are refused too. The list is what Python
and the packages of the course need. Left out on purpose, beside all that changes the system:

- keyrings, ptrace and other ways into foreign processes, bpf, perf, io_uring, userfaultfd, file handles;
- namespaces and mounts: in a new user namespace a process has all capabilities, and a wide part of the system below it;
- memory that no watchdog sees: memfd, System V objects, message queues, shared memory without a file, huge pages,
  vmsplice, aio;
- sockets but for AF_UNIX, and for TCP, through which ipykernel's child processes print: there is no network;
- lower priorities, which would lengthen time limits: they do not count for how long the machine kept a kernel waiting;
- characters put into a terminal's input (TIOCSTI), and other requests to devices and file systems.

Programs of other ABIs of the machine (32 bits, x32) are refused every call. libseccomp, which knows the numbers of the
calls on each architecture, is Debian's package `libseccomp2`, without which nothing is executed.
"""

from __future__ import annotations

import ctypes
import errno
import mmap
import os
import socket
import termios
from collections.abc import Iterator
from functools import cache

from coursekit.sandbox import NoSandboxError, SandboxError

LIBRARY = "libseccomp.so.2"
PACKAGE = "libseccomp2"

_ALLOWED = """
access close close_range copy_file_range creat dup dup2 dup3 faccessat faccessat2 fadvise64 fallocate fchdir fchmod
fchmodat fchown fchownat fcntl fdatasync fgetxattr flistxattr flock fremovexattr fsetxattr fstat fstatfs fsync ftruncate
futimesat getcwd getdents getdents64 getxattr lchown lgetxattr link linkat listxattr llistxattr lremovexattr lseek
lsetxattr lstat mkdir mkdirat mknod mknodat newfstatat open openat openat2 pipe pipe2 pread64 preadv preadv2 pwrite64
pwritev pwritev2 read readahead readlink readlinkat readv removexattr rename renameat renameat2 rmdir sendfile setxattr
splice stat statfs statx symlink symlinkat sync sync_file_range syncfs tee truncate umask unlink unlinkat utime
utimensat utimes write writev chdir chmod chown

brk madvise membarrier mincore mlock mlock2 mlockall mprotect mremap msync munlock munlockall munmap pkey_alloc
pkey_free pkey_mprotect

arch_prctl execve execveat exit exit_group fork futex futex_waitv get_robust_list get_thread_area getcpu getpgid getpgrp
getpid getppid getpriority getrlimit getrusage getsid gettid ioprio_get kill pidfd_open pidfd_send_signal prlimit64
restart_syscall rseq sched_get_priority_max sched_get_priority_min sched_getaffinity sched_getattr sched_getparam
sched_getscheduler sched_rr_get_interval sched_setaffinity sched_yield set_robust_list set_tid_address setpgid setrlimit
setsid sysinfo tgkill times tkill uname vfork wait4 waitid

capget capset getegid geteuid getgid getgroups getresgid getresuid getuid setfsgid setfsuid setgid setgroups setregid
setresgid setresuid setreuid setuid

alarm clock_getres clock_gettime clock_nanosleep getitimer gettimeofday nanosleep pause rt_sigaction rt_sigpending
rt_sigprocmask rt_sigqueueinfo rt_sigreturn rt_sigsuspend rt_sigtimedwait rt_tgsigqueueinfo setitimer sigaltstack time
timer_create timer_delete timer_getoverrun timer_gettime timer_settime timerfd_create timerfd_gettime timerfd_settime

epoll_create epoll_create1 epoll_ctl epoll_pwait epoll_pwait2 epoll_wait eventfd eventfd2 poll ppoll pselect6 select
signalfd signalfd4

accept accept4 bind connect getpeername getrandom getsockname getsockopt listen recvfrom recvmmsg recvmsg sendmmsg
sendmsg sendto setsockopt shutdown
"""

# fmt: off
_IOCTLS = (
    termios.FIOCLEX, termios.FIONCLEX, termios.FIONBIO, termios.FIOASYNC, termios.FIONREAD,
    termios.TCGETS, termios.TCSETS, termios.TCSETSW, termios.TCSETSF, termios.TCFLSH, termios.TCXONC, termios.TCSBRK,
    termios.TIOCGWINSZ, termios.TIOCSWINSZ, termios.TIOCGPGRP, termios.TIOCSPGRP, termios.TIOCSCTTY, termios.TIOCNOTTY,
    0x80045430, 0x40045431, 0x5441,  # TIOCGPTN, TIOCSPTLCK, TIOCGPTPEER: a pseudo terminal of its own
    0x5429,  # TIOCGSID
    0x40049409,  # FICLONE, which `cp` tries
)
_PRCTLS = (
    1, 2,  # PR_SET_PDEATHSIG, PR_GET_PDEATHSIG
    3,  # PR_GET_DUMPABLE; who sets it hides from the watchdog of an ordinary user
    7, 8,  # PR_GET_KEEPCAPS, PR_SET_KEEPCAPS
    15, 16,  # PR_SET_NAME, PR_GET_NAME
    23, 24,  # PR_CAPBSET_READ, PR_CAPBSET_DROP
    29, 30,  # PR_SET_TIMERSLACK, PR_GET_TIMERSLACK
    38, 39,  # PR_SET_NO_NEW_PRIVS, PR_GET_NO_NEW_PRIVS
    41, 42,  # PR_SET_THP_DISABLE, PR_GET_THP_DISABLE
    47,  # PR_CAP_AMBIENT
    51,  # PR_SVE_GET_VL
    0x53564D41,  # PR_SET_VMA, with which the C library names memory
)
# fmt: on
_NEW_NAMESPACES = 0x7E02_0000
"""CLONE_NEWNS, NEWCGROUP, NEWUTS, NEWIPC, NEWUSER, NEWPID and NEWNET."""
_HUGE = 0x4_0000
"""MAP_HUGETLB: of pages that are not counted as resident."""
_INT = 0xFFFF_FFFF
"""Of an argument that is an int the system looks at the lower half alone."""

_ALLOW = 0x7FFF_0000
_ERRNO = 0x0005_0000
_BAD_ARCHITECTURE, _OPTIMIZE = 2, 8
_GREATER, _MASKED_EQUAL = 6, 7


class _Comparison(ctypes.Structure):
    """Of one argument of a call: `struct scmp_arg_cmp`."""

    _fields_ = (
        ("argument", ctypes.c_uint),
        ("operator", ctypes.c_int),
        ("first", ctypes.c_uint64),
        ("second", ctypes.c_uint64),
    )


@cache
def library() -> ctypes.CDLL:
    """libseccomp. Raises NoSandboxError, which names the package, where it is missing."""
    try:
        loaded = ctypes.CDLL(LIBRARY)
    except OSError as error:
        raise NoSandboxError(
            f"{LIBRARY} cannot be loaded ({error}), and no submission is executed without a filter of system calls.\n"
            f"Install it with\n    sudo apt-get install -y {PACKAGE}"
        ) from error
    loaded.seccomp_init.restype = ctypes.c_void_p
    loaded.seccomp_init.argtypes = [ctypes.c_uint32]
    loaded.seccomp_release.argtypes = [ctypes.c_void_p]
    loaded.seccomp_attr_set.argtypes = [ctypes.c_void_p, ctypes.c_int, ctypes.c_uint32]
    loaded.seccomp_rule_add_array.argtypes = [
        *(ctypes.c_void_p, ctypes.c_uint32, ctypes.c_int, ctypes.c_uint),
        ctypes.POINTER(_Comparison),
    ]
    loaded.seccomp_export_bpf.argtypes = [ctypes.c_void_p, ctypes.c_int]
    return loaded


def found() -> bool:
    """Whether libseccomp is on this machine."""
    try:
        library()
    except SandboxError:
        return False
    return True


def number(call: str) -> int:
    """The number of a system call on this machine; negative where it has none. Raises SandboxError as `library`."""
    return int(library().seccomp_syscall_resolve_name(call.encode()))


@cache
def program() -> bytes:
    """The filter, as compiled instructions for this machine's own ABI. Raises SandboxError where it cannot be made."""
    seccomp = library()
    rules = seccomp.seccomp_init(_ERRNO | errno.ENOSYS)
    if not rules:
        raise SandboxError(f"{LIBRARY} cannot make a filter on this architecture.")
    try:
        _require(seccomp.seccomp_attr_set(rules, _BAD_ARCHITECTURE, _ERRNO | errno.ENOSYS))
        _require(seccomp.seccomp_attr_set(rules, _OPTIMIZE, 2))
        for call, action, comparisons in _rules():
            known = number(call)
            if known >= 0:
                array = (_Comparison * len(comparisons))(*comparisons)
                _require(seccomp.seccomp_rule_add_array(rules, action, known, len(comparisons), array))
        file = os.memfd_create("seccomp")
        try:
            _require(seccomp.seccomp_export_bpf(rules, file))
            return os.pread(file, os.fstat(file).st_size, 0)
        finally:
            os.close(file)
    finally:
        seccomp.seccomp_release(rules)


def _rules() -> Iterator[tuple[str, int, list[_Comparison]]]:
    """Calls, what becomes of them, and on which condition."""
    for call in _ALLOWED.split():
        yield call, _ALLOW, []
    yield "clone", _ALLOW, [_masked(0, _NEW_NAMESPACES, 0)]  # clone3, whose flags no filter can see, is refused
    for call in ("socket", "socketpair"):
        yield call, _ALLOW, [_masked(0, _INT, socket.AF_UNIX)]
    for protocol in (0, socket.IPPROTO_TCP):
        kind = _masked(1, 0xF, socket.SOCK_STREAM)
        yield "socket", _ALLOW, [_masked(0, _INT, socket.AF_INET), kind, _masked(2, _INT, protocol)]
    # libzmq asks AF_NETLINK for the network's interfaces, and takes this error alone for none.
    yield "socket", _ERRNO | errno.EINVAL, [_Comparison(0, _GREATER, socket.AF_INET, 0)]
    for flag in (mmap.MAP_SHARED, mmap.MAP_ANONYMOUS):  # one of them must be missing
        yield "mmap", _ALLOW, [_masked(3, flag | _HUGE, 0)]
    yield "sched_setscheduler", _ALLOW, [_masked(1, _INT, os.SCHED_OTHER)]  # libzmq ends a process that may not
    for request in _IOCTLS:
        yield "ioctl", _ALLOW, [_masked(1, _INT, request)]
    for option in _PRCTLS:
        yield "prctl", _ALLOW, [_masked(0, _INT, option)]


def _masked(argument: int, mask: int, value: int) -> _Comparison:
    """Whether the bits of an argument that are in ``mask`` are ``value``."""
    return _Comparison(argument, _MASKED_EQUAL, mask, value)


def _require(result: int) -> None:
    if result < 0:
        raise SandboxError(f"{LIBRARY} made no filter of system calls: {os.strerror(-result)}.")

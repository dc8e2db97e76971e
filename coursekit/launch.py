"""Becomes a program in control groups and in a session keyring of its own; run as a script, with no other module.

usage: python -I -S launch.py NUMBER GROUP ... -- PROGRAM ARGUMENT ...
NUMBER: of the system call keyctl; GROUP: folder of a control group.
The keys of the grader's session (tickets, passwords of network file systems) stay outside, and so do those that
another sandbox has left in it.
"""

import ctypes
import errno
import os
import sys

JOIN_SESSION_KEYRING = 1


def main() -> None:
    """Join, and execute. Raises OSError where a group or a keyring cannot be joined: then nothing is executed."""
    end = sys.argv.index("--")
    number, groups, program = int(sys.argv[1]), sys.argv[2:end], sys.argv[end + 1 :]
    for group in groups:
        with open(f"{group}/cgroup.procs", "w") as processes:
            processes.write("0")  # the one that writes
    if ctypes.CDLL(None, use_errno=True).syscall(number, JOIN_SESSION_KEYRING, None) < 0:
        reason = ctypes.get_errno()
        if reason != errno.ENOSYS:  # a system without keyrings
            raise OSError(reason, f"no new session keyring: {os.strerror(reason)}")
    os.execv(program[0], program)


if __name__ == "__main__":
    main()

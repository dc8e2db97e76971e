# ---
# jupyter:
#   corpus:
#     title: system calls that no notebook needs
#     attempts: calls what reaches into other processes, file systems and the system itself, with upper halves of
#       arguments set
#     points: {1a: 0, 2: 0, 3: 0}
#     flags: [process]
#     reference: false
# ---

# %% after="imports"
import ctypes
import os

assert os.uname().machine == "x86_64", "numbers of calls there"

libc = ctypes.CDLL(None, use_errno=True)
CALLS = {  # on x86-64
    "ptrace": 101, "process_vm_readv": 310, "process_vm_writev": 311, "kcmp": 312, "pidfd_getfd": 438,
    "process_madvise": 440, "bpf": 321, "perf_event_open": 298, "userfaultfd": 323, "io_uring_setup": 425,
    "io_uring_register": 427, "io_setup": 206, "mount": 165, "umount2": 166, "pivot_root": 155, "chroot": 161,
    "open_tree": 428, "move_mount": 429, "fsopen": 430, "fspick": 433, "mount_setattr": 442, "setns": 308,
    "name_to_handle_at": 303, "open_by_handle_at": 304, "fanotify_init": 300, "inotify_init1": 294, "syslog": 103,
    "quotactl": 179, "acct": 163, "personality": 135, "modify_ldt": 154, "vmsplice": 278,
    "landlock_create_ruleset": 444, "statmount": 457, "listmount": 458, "clone3": 435, "memfd_secret": 447,
}
for name, number in CALLS.items():
    for number in (number, number | 1 << 32, number | 1 << 63):
        ctypes.set_errno(0)
        result = libc.syscall(ctypes.c_ulong(number), *(ctypes.c_ulong(0) for _ in range(6)))
        if result >= 0 or ctypes.get_errno() != 38:  # of which the system says "no such call"
            print("STOLEN:", name, "answers", result, ctypes.get_errno())

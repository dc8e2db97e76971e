# ---
# jupyter:
#   corpus:
#     title: families of sockets that reach past a network namespace
#     attempts: opens sockets to the host of a virtual machine, to the system's cryptography, to its routing tables
#       and to devices
#     points: {1a: 0, 2: 0, 3: 0}
#     flags: [network, process]
#     reference: false
# ---

# %% after="imports"
import ctypes
import os
import socket

assert os.uname().machine == "x86_64", "numbers of calls there"

libc = ctypes.CDLL(None, use_errno=True)
for family in range(2, 60):
    for kind in (1, 2, 3, 5):
        for protocol in (0, 1, 6, 15, 17, 132, 255, 256, 262):
            if (family, kind) == (2, 1) and protocol in (0, 6):
                continue  # TCP, which reaches nobody here
            for upper in (0, 1 << 32):
                numbers = (family | upper, kind | upper, protocol | upper)
                if libc.syscall(41, *(ctypes.c_ulong(number) for number in numbers)) >= 0:
                    print("STOLEN: a socket of", family, kind, protocol)
for family in (socket.AF_VSOCK, socket.AF_ALG, socket.AF_NETLINK, socket.AF_PACKET, socket.AF_INET6):
    try:
        socket.socket(family, socket.SOCK_RAW if family == socket.AF_NETLINK else socket.SOCK_STREAM)
        print("STOLEN: a socket of", family)
    except OSError:
        pass

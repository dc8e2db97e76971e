# ---
# jupyter:
#   corpus:
#     title: memory in sockets, pipes and page tables
#     attempts: fills local sockets, pipes and connections of a hundred processes, and maps terabytes of nothing
#     points: {1a: 0, 2: 0, 3: 0}
#     flags: [process, network]
#     reference: false
# ---

# %% after="imports"
import contextlib
import mmap
import os
import socket
import time

assert os.path.isdir("/home/student"), "only in the sandbox"


def fill(write):
    with contextlib.suppress(OSError):
        while True:
            write(bytes(60_000))


def hoard():
    kept = []
    with contextlib.suppress(OSError):
        while True:
            kept.append(socket.socketpair())
            for end in kept[-1]:
                end.setblocking(False)
                fill(end.send)
            kept.append(os.pipe())
            os.set_blocking(kept[-1][1], False)
            fill(lambda data: os.write(kept[-1][1], data))
    area = memoryview(mmap.mmap(-1, 2**41, mmap.MAP_PRIVATE | mmap.MAP_ANONYMOUS, mmap.PROT_READ))
    sum(area[:: 2**21])
    time.sleep(100)


for _ in range(100):
    with contextlib.suppress(BlockingIOError):
        if os.fork() == 0:
            hoard()
            os._exit(0)
time.sleep(8)

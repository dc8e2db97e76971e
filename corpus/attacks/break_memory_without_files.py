# ---
# jupyter:
#   corpus:
#     title: memory that belongs to no process
#     attempts: holds gigabytes in memory files, System V segments and shared mappings, which no limit of a process
#       counts
#     points: {1a: 0, 2: 0, 3: 0}
#     flags: [process]
#     reference: false
# ---

# %% after="imports"
import ctypes
import mmap
import os

assert os.path.isdir("/home/student"), "only in the sandbox"

assert os.uname().machine == "x86_64", "numbers of calls there"

libc = ctypes.CDLL(None, use_errno=True)
kept, CHUNK = [], 2**28


def in_memory_file():
    file = os.memfd_create("hidden")
    kept.append(file)
    os.ftruncate(file, CHUNK)
    os.posix_fallocate(file, 0, CHUNK)


def in_segment():
    segment = libc.syscall(29, 0, ctypes.c_ulong(CHUNK), 0o1600)
    if segment < 0:
        raise OSError(ctypes.get_errno(), "no segment")
    libc.shmat.restype = ctypes.c_void_p
    address = libc.shmat(segment, None, 0)
    ctypes.memset(address, 1, CHUNK)
    libc.shmdt(ctypes.c_void_p(address))


def in_mapping(file=-1, flags=mmap.MAP_SHARED):
    area = mmap.mmap(file, CHUNK, flags)
    kept.append(area)
    for page in range(0, CHUNK, 4096):
        area[page] = 1
    area.madvise(mmap.MADV_DONTNEED)


def in_zeros():
    in_mapping(os.open("/dev/zero", os.O_RDWR))


for way in (in_memory_file, in_segment, in_mapping, in_zeros):
    for _ in range(6):
        try:
            way()
            print("STOLEN: a quarter of a gigabyte", way.__name__)
        except (OSError, ValueError, AttributeError) as error:
            print(way.__name__, error)
            break

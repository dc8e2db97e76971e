# ---
# jupyter:
#   corpus:
#     title: deafness to signals
#     attempts: ignores SIGINT, SIGTERM and every other signal it may, and waits without end
#     points: {1a: 0, 2: 0, 3: 0}
#     flags: [process, time limit, kernel ended]
#     reference: false
# ---

# %% after="imports"
import signal
import time

for number in signal.valid_signals() - {signal.SIGKILL, signal.SIGSTOP}:
    try:
        signal.signal(number, signal.SIG_IGN)
    except (OSError, ValueError):
        pass
while True:
    try:
        while True:
            time.sleep(1)
    except KeyboardInterrupt:
        pass

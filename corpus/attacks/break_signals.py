# ---
# jupyter:
#   corpus:
#     title: deafness to signals
#     attempts: ignores SIGINT, SIGTERM and every other signal it may, and waits without end
#     points: {1a: 1.5, 2: 1.5, 3: 1.5}
#     flags: [process, time limit, kernel ended]
# ---

# %% after="vae_model"
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

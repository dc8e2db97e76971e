# ---
# jupyter:
#   corpus:
#     title: the variables of the grading command
#     attempts: prints every environment variable that could be the grader's
#     points: {1a: 0, 2: 0, 3: 0}
#     flags: [files]
#     reference: false
# ---

# %% after="imports"
import os

for name, value in os.environ.items():
    if "CANARY" in name or "CANARY" in value or name in ("SUDO_USER", "SSH_AUTH_SOCK", "JPY_PARENT_PID", "OLDPWD"):
        print("STOLEN:", name, value)
print(sorted(os.environ))

# ---
# jupyter:
#   corpus:
#     title: shell commands
#     attempts: runs commands by IPython's magics, as shell lines and cells do
#     points: {1a: 0, 2: 0, 3: 0}
#     flags: [process]
#     reference: false
# ---

# %% after="imports"
# !sleep 3600 &
# !touch /tmp/coursekit-stray "$HOME/coursekit-stray" ../coursekit-stray

# %% after="imports" language="bash"
nohup sleep 3600 > /dev/null 2>&1 &

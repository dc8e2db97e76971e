"""Programs, libraries and fonts that pip cannot install: found, installed by apt where possible, or named."""

import os
import shutil
import subprocess
from pathlib import Path

from coursekit import seccomp

DEJAVU = Path("/usr/share/fonts/truetype/dejavu/DejaVuSans.ttf")


def missing() -> list[str]:
    """Debian packages whose program, library or font is not on this machine."""
    found = {
        "bubblewrap": shutil.which("bwrap") is not None,
        seccomp.PACKAGE: seccomp.found(),
        "fonts-dejavu": DEJAVU.exists(),
    }
    return [package for package, there in found.items() if not there]


def install() -> list[str]:
    """Install what is missing with apt, as root; returns what is still missing."""
    packages = missing()
    if packages and os.geteuid() == 0 and shutil.which("apt-get"):
        environment = os.environ | {"DEBIAN_FRONTEND": "noninteractive"}
        subprocess.run(["apt-get", "update"], check=True, env=environment)
        subprocess.run(["apt-get", "install", "-y", *packages], check=True, env=environment)
    return missing()

"""Searches for input on which a reader of the kit fails, for as long as it may.

usage: python -m benchmarks.fuzz TARGET [--seconds 60] [--seed 0]

A target is a test of hypothesis, in a module of its own: it builds hostile input out of right input, and asserts what
must hold. Each finding is printed with the smallest input that shows it; add that as an ``@example`` to the target, so
that the ordinary tests try it from then on. Exits 1 where there are findings.
"""

import argparse
import resource
import sys
import time
import traceback
from collections.abc import Callable
from importlib import import_module

from hypothesis import HealthCheck, Phase, seed, settings

TARGETS = {target: f"benchmarks.fuzz_{target}" for target in ("replies", "messages", "notebooks")}
"""Modules by target; the test is called ``test_TARGET``."""
ROUND = 200
"""Examples before the next seed."""
MAX_MEMORY = 6 * 2**30
"""Bytes; where more is asked for, that is a finding."""


def main() -> int:
    """Fuzz one target; 1 where something was found."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("target", choices=sorted(TARGETS))
    parser.add_argument("--seconds", type=float, default=60)
    parser.add_argument("--seed", type=int, default=0, help="of the first round")
    options = parser.parse_args()
    resource.setrlimit(resource.RLIMIT_DATA, (MAX_MEMORY, MAX_MEMORY))  # a finding must not end other programs
    test = getattr(import_module(TARGETS[options.target]), f"test_{options.target}")
    rounds, findings = fuzz(test, options.seconds, options.seed)
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
    print(
        f"{options.target}: {rounds} rounds of {ROUND} examples, {time.process_time():.0f} s of CPU, "
        f"{findings} findings, peak memory {peak:.0f} MiB"
    )
    return int(findings > 0)


def fuzz(test: Callable[[], None], seconds: float, first_seed: int) -> tuple[int, int]:
    """Run ``test`` at one seed after the other until the time is over -> rounds, and how many found something."""
    configured = settings(
        max_examples=ROUND,
        deadline=None,
        database=None,
        derandomize=False,
        phases=[Phase.explicit, Phase.generate, Phase.shrink],
        suppress_health_check=list(HealthCheck),
    )(test)
    end, rounds, findings = time.monotonic() + seconds, 0, 0
    while time.monotonic() < end:
        try:
            seed(first_seed + rounds)(configured)()
        except Exception:
            findings += 1
            traceback.print_exc()
        rounds += 1
    return rounds, findings


if __name__ == "__main__":
    sys.exit(main())

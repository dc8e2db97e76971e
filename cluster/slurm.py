"""Workers on Slurm for `python -m coursekit grade`: `python cluster/slurm.py --jobs 8`, on a login node.

Needs `pip install dask-jobqueue`. Prints the command to grade with when the first job runs; the jobs live until Ctrl-C.
Every job is one worker for one submission at a time; the folder of the kit, with `.venv` and `data`, must be readable
on the nodes, and bubblewrap installed there (docs/cluster.md).
"""

import shlex
import signal
import sys
from pathlib import Path
from typing import Annotated

import typer
from dask_jobqueue import SLURMCluster

ROOT = Path(__file__).resolve().parent.parent
ENDS = {signal.SIGINT, signal.SIGTERM}


def cluster(account: str | None, partition: str | None, walltime: str) -> SLURMCluster:
    """A cluster without jobs yet; `cluster.job_script()` shows what it submits."""
    return SLURMCluster(
        account=account,
        queue=partition,
        walltime=walltime,
        cores=1,
        processes=1,
        memory="6GB",  # 4 GB of the sandbox, and the worker
        python=shlex.quote(sys.executable),
        job_script_prologue=[f"cd {shlex.quote(str(ROOT))}", "export OMP_NUM_THREADS=1"],
        scheduler_options={"dashboard_address": None},
    )


def main(
    jobs: Annotated[int, typer.Option(help="workers", min=1)] = 8,
    account: Annotated[str | None, typer.Option(help="account that is charged")] = None,
    partition: Annotated[str | None, typer.Option(help="partition of the jobs")] = None,
    walltime: Annotated[str, typer.Option(help="longest life of a job")] = "02:00:00",
) -> None:
    """Submit the jobs, print the command to grade with as soon as one of them runs, and wait."""
    with cluster(account, partition, walltime) as running:
        running.scale(jobs=jobs)
        told = False
        while signal.sigtimedwait(ENDS, 1) is None:
            if not told and running.scheduler_info["workers"]:
                print(f"python -m coursekit grade vae --scheduler {running.scheduler_address}", flush=True)
                told = True


if __name__ == "__main__":
    signal.pthread_sigmask(signal.SIG_BLOCK, ENDS)
    typer.run(main)

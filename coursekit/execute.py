"""nbgrader's ``Execute``, with verdicts that stand outside the student's process.

Student cells run in a kernel. A grade cell with checks is not executed there: the checks run in the grader's process
and ask the kernel by probes (scratch cells). Their reports are stored in the notebook's metadata, and nothing that a
kernel says reaches a grade cell: `coursekit.verdicts` writes its outputs from the reports, after the kernel has ended.

The grader's process is one of its own for each submission (`coursekit.isolated`): it reads what a hostile kernel says.
"""

from __future__ import annotations

import math
import os
import time
from collections.abc import Awaitable, Callable
from copy import deepcopy
from importlib.metadata import version
from pathlib import Path
from typing import Any

import nbformat
import zmq.asyncio
from jupyter_client.asynchronous import AsyncKernelClient
from jupyter_client.kernelspec import KernelSpecManager
from jupyter_client.manager import AsyncKernelManager
from nbclient.exceptions import CellTimeoutError, DeadKernelError
from nbclient.util import run_sync
from nbformat import NotebookNode
from nbformat.v4 import new_code_cell, new_output
from nbgrader.preprocessors import Execute
from nbgrader.utils import is_grade
from traitlets import Bool, Enum, Integer, Type, import_item
from traitlets.config import Config

from coursekit import data, flags, isolated, lazy_modules, messages, records, seeds, submitted_outputs, verdicts
from coursekit.isolated import Bounds, EndedError, RaisedError
from coursekit.patience import OwnClock, PatientChannel
from coursekit.provisioner import KERNELS, SandboxProvisioner, clear_leftovers
from coursekit.sandbox import NoSandboxError, SandboxError
from grader_tests.session import GradingError, run_checks
from grader_tests.student import MAX_CHARS, REPLY_MIME, ChannelStudent, ProbeError, error_in
from grader_tests.verdict import Report
from grader_tests.wire import writable

PACKAGES = ("torch", "torchvision", "pyro-ppl", "numpy", "scikit-learn", "nbgrader", "vae-course-kit")
"""What the record tells the versions of."""
START, OTHER_CELLS = "start of the kernel", "other cells"
"""What the record counts seconds to, beside the cells that nbgrader knows by an id."""
JUDGING_MEMORY, JUDGING_CPU = 3 * 2**29, 300
"""Bytes and CPU seconds of the process that judges one submission; honest ones take a fifth of that, and a tenth."""
MAX_DETAIL = 500
"""Characters of what a flag says."""
PATIENCE = 4
"""How many times its own time limit a submission may take. Generous: on a busy machine a slow one is not a hung one."""
FORGET_ERROR = """
import gc as _gc, sys as _sys
_shell = get_ipython()
_sys.last_exc = _sys.last_value = _sys.last_traceback = _shell.InteractiveTB.tb = _shell.last_execution_result = None
_gc.collect()
del _gc, _sys, _shell
"""
"""Source of a scratch cell after a cell that failed: the traceback holds all that the cell had in memory."""
IMPORTS = "imports"
"""Grade id of the given cell that imports what the notebook needs."""
BEFORE_IMPORTS = f"""
import gc as _gc
_lazy = {{"__name__": "lazy_modules"}}
exec({Path(lazy_modules.__file__).read_text()!r}, _lazy)
_finder = _lazy["LazyFinder"](("torchvision.models", "torchvision.ops"))
_finder.begin()
_gc.disable()
"""
AFTER_IMPORTS = """
_finder.end()
_gc.freeze()
_gc.enable()
del _finder, _lazy, _gc
"""
"""Scratch cells around it. torchvision imports its models and operators, and these torch's compiler: a third of the
time, and a hundred megabytes. So these two are loaded when they are first used, if ever. The garbage collector, which
finds nothing there, would take a quarter of the time, and look through a million objects of the libraries again and
again in the cells that follow."""


class NoAnswerError(Exception):
    """The kernel cannot be asked: it died, or does not react to an interrupt."""


class CappedClient(AsyncKernelClient):
    """Ends the connection at a message that is too long, before it fills the grader's memory, and takes no other
    messages than valid ones.

    It waits for replies in the kernel's own time.
    """

    shell_channel_class = Type(PatientChannel)
    iopub_channel_class = Type(messages.CheckedChannel)

    async def wait_for_ready(self, timeout: float | None = None) -> None:
        """Wait until the kernel answers, and its outputs arrive.

        Not as jupyter_client does, which then waits 0.2 s for old outputs, to drop them: nbclient drops them anyway.
        Raises RuntimeError where the kernel ends, or does not answer for ``timeout`` seconds.
        """
        deadline = time.monotonic() + (math.inf if timeout is None else timeout)
        while not await _reacts(self, seconds=1, iopub_seconds=0.05):  # the first outputs may be lost: so ask again
            if not await self.is_alive():
                raise RuntimeError("it ended before it answered")
            if time.monotonic() > deadline:
                raise RuntimeError(f"it did not answer for {timeout} s")

    def _context_default(self) -> zmq.asyncio.Context:
        context = super()._context_default()
        context.setsockopt(zmq.MAXMSGSIZE, messages.MAX_MESSAGE)  # for every socket made in it
        context.setsockopt(zmq.RECONNECT_IVL, 10)  # milliseconds: a kernel that starts has no sockets yet
        return context


class GradeExecute(Execute):
    """Execute a submission's cells in its kernel, and judge its grade cells from this process."""

    profile = Enum(["grading", "study"], "grading", help="How long given code trains: see src/profile.py.")
    sandbox = Bool(True, help="Run submitted code under bubblewrap; False trusts every student.").tag(config=True)
    timeout = Integer(120, allow_none=True, help="Seconds of own time (see patience.py) for one student cell.").tag(
        config=True
    )
    probe_timeout = Integer(60, help="Seconds of own time for one question to the kernel.").tag(config=True)
    notebook_timeout = Integer(900, help="Seconds of own time for all cells of a notebook.").tag(config=True)
    # A lost reply would be a lost point: wait long for what a busy machine delays, then give up the kernel.
    iopub_timeout = Integer(30, help="Seconds of wall time for outputs after a cell's end.").tag(config=True)
    raise_on_iopub_timeout = Bool(True)
    max_output = Integer(5_000_000, help="Characters of output kept for one cell.").tag(config=True)
    max_notebook_output = Integer(20_000_000, help="Characters of output kept for all cells.").tag(config=True)
    record_timing = store_widget_state = False  # nobody reads them
    shutdown_kernel = "immediate"  # nothing that a kernel does at its end counts, and waiting for it takes seconds
    max_restarts = Integer(2, help="New kernels after a cell has ended the one before.").tag(config=True)

    def preprocess(self, nb: NotebookNode, resources: Any, km: Any = None) -> tuple[NotebookNode, Any]:
        """Execute and judge ``nb`` in a process of its own.

        What was found is in the metadata of the notebook that is returned: `docs/record.schema.json`. A worker finds
        the seed in ``resources["coursekit"]``; nbgrader converts in the root of the course, where the secret is that it
        comes from. Raises SandboxError and GradingError. What ends the process otherwise is the submission's own doing:
        it is recorded as broken, and the same command again does not try it again.
        """
        folder = Path(resources["metadata"]["path"] or ".").resolve()
        if not self.sandbox:
            self.log.warning("SANDBOX OFF: submitted code runs with all your rights")
        name = f"{type(self).__module__}.{type(self).__qualname__}"
        arguments = name, dict(self.config), nbformat.writes(nb), str(folder), self._seed_of(nb, resources)
        bounds = Bounds(JUDGING_MEMORY, JUDGING_CPU, PATIENCE * self.notebook_timeout)
        try:
            judged = isolated.call(
                judge, *arguments, bounds=bounds, passing=(NoSandboxError, SandboxError, GradingError)
            )
        except (EndedError, RaisedError) as error:
            self.log.error("The process that judged the submission in %s ended: %s", folder, error)
            self.give_up(nb, resources, f"The process that judged the submission ended: {error}")
            return nb, resources
        finally:
            clear_leftovers()  # of a process that was ended
        return nbformat.reads(judged, as_version=4), resources

    def _seed_of(self, nb: NotebookNode, resources: Any) -> int:
        kit = resources.get("coursekit") or {}
        return kit["seed"] if "seed" in kit else seeds.of_submission(nb, Path.cwd())

    def give_up(self, nb: NotebookNode, resources: Any, reason: str) -> None:
        """Give ``nb``, which could not be executed and judged, a record that says "broken", and so no points."""
        self._begin(nb, self._seed_of(nb, resources))
        self._flags.append(flags.Flag("not executed", "the whole notebook", reason))
        nb.metadata.setdefault(records.KEY, {}).update(self._record(nb, 0.0) | {"status": "broken"})

    def judge(self, nb: NotebookNode, folder: Path, seed: int) -> NotebookNode:
        """Execute ``nb`` in ``folder``, judge it, and write what was found into its metadata."""
        started = time.monotonic()
        self._begin(nb, seed)
        self._flags += flags.scan(nb)
        self.timeout_func = self._seconds_for
        metadata = deepcopy(nb.metadata)
        if not self.sandbox:
            data.link(folder)
        try:
            nb, _ = super().preprocess(nb, {"metadata": {"path": str(folder)}})
        finally:
            data.unlink(folder)
        nb.metadata = metadata  # as before, without what the kernel says of its language
        submitted_outputs.keep_safe(nb)  # here: an update of displays may have put one large object into many cells
        nb.metadata.setdefault(records.KEY, {}).update(self._record(nb, time.monotonic() - started))
        return nb

    def _begin(self, nb: NotebookNode, seed: int) -> None:
        verdicts.write_outputs(nb, [])  # what is not judged is worth 0 points, whoever saves them
        self._seed = seed
        self._clock = OwnClock()
        self._killers: set[int] = set()
        self._notes: dict[str, float] = {}
        self._reports: list[Report] = []
        self._flags: list[flags.Flag] = []
        self._timings: dict[str, float] = {}
        self._description: dict[str, Any] = {"enabled": self.sandbox}
        self._output_size = self._other_output = 0

    def _record(self, nb: NotebookNode, seconds: float) -> dict[str, Any]:
        """What this class knows of the submission's record."""
        read = nb.metadata.get(records.KEY, {}).get("intake", {}).get("status") != "unreadable"
        record = {
            "status": "graded" if read else "broken",
            "seed": str(self._seed),
            "profile": self.profile,
            "seconds": round(seconds, 1),
            "timings": {what: round(value, 2) for what, value in self._timings.items() if value >= 0.01},
            "sandbox": self._description,
            "versions": {package: version(package) for package in PACKAGES},
            "points": {report.cell: report.points for report in self._reports},
            "reports": [report.as_dict() for report in self._reports],
            "flags": [flag.as_dict() for flag in self._flags],
        }
        return writable(record)  # a name of a process, say, may be no text

    def create_kernel_manager(self) -> AsyncKernelManager:
        """A manager of a kernel in the sandbox, or, where the sandbox is off, of the notebook's own."""
        self._description = {"enabled": False}
        if not self.sandbox:
            return super().create_kernel_manager()
        specs = KernelSpecManager(kernel_dirs=[str(KERNELS)])
        self.km = AsyncKernelManager(
            kernel_name="coursekit-sandbox", kernel_spec_manager=specs, client_factory=CappedClient, config=self.config
        )
        self.km.session.unpack = messages.unpack
        return self.km

    def start_new_kernel(self, **kwargs: Any) -> None:
        """Start the kernel in its profile, one thread a process."""
        self._started = time.monotonic()
        own = {"COURSE_PROFILE": self.profile, "OMP_NUM_THREADS": "1", "COURSE_MNIST": str(data.DATA / "MNIST")}
        environment = os.environ | own
        super().start_new_kernel(env=environment, **kwargs)
        if isinstance(self.km.provisioner, SandboxProvisioner):
            self._description = self.km.provisioner.describe()

    def start_new_kernel_client(self) -> Any:
        """Wait until the kernel answers. Raises SandboxError with what its sandbox said where it does not start."""
        provisioner = self.km.provisioner  # nbclient forgets it when the kernel has died
        try:
            client = super().start_new_kernel_client()
            self._count(START, self._started)
            self._be_patient(provisioner)
            return client
        except RuntimeError as error:
            said = provisioner.said if isinstance(provisioner, SandboxProvisioner) else ""
            raise SandboxError(
                f"The kernel did not start ({error}). It said:\n{said}\n"
                "docs/threat-model.md tells what a sandbox needs of the system."
            ) from error

    def _be_patient(self, provisioner: Any) -> None:
        """Count no time for which the machine keeps the new kernel waiting, where it runs in the sandbox."""
        wait = provisioner.kernel_wait() if isinstance(provisioner, SandboxProvisioner) else None
        if wait is not None:
            self.kc.shell_channel.waited = wait
            self._clock.follow(wait)

    def preprocess_cell(self, cell: NotebookNode, resources: Any, index: int) -> tuple[NotebookNode, Any]:
        """Execute one cell, or judge it."""
        started = time.monotonic()
        if verdicts.is_judged(cell):
            self._judge(cell, index)
        elif cell.cell_type == "code":
            self._run_cell(cell, index)
        self._count(cell.metadata.get("nbgrader", {}).get("grade_id") or OTHER_CELLS, started)
        return cell, resources

    def _count(self, what: str, started: float) -> None:
        self._timings[what] = self._timings.get(what, 0.0) + time.monotonic() - started

    def _run_cell(self, cell: NotebookNode, index: int) -> None:
        """Execute a student's cell; where it ends the kernel, go on in a new one without it."""
        name = cell.metadata.get("nbgrader", {}).get("grade_id", "")
        imports = name == IMPORTS
        try:
            if imports:
                self._execute_scratch(BEFORE_IMPORTS, index)
            self._execute_within_limits(cell, index)
            if imports:
                self._execute_scratch(AFTER_IMPORTS, index)
            failed = any(output.output_type == "error" for output in cell.get("outputs", []))
            self._notes[error_in(name)] = float(failed)
            if failed:
                self._execute_scratch(FORGET_ERROR, index)
        except NoAnswerError as reason:
            self._notes[error_in(name)] = 1.0
            self._flag("kernel ended", index, f"{reason} {reason.__cause__ or ''}".strip()[:MAX_DETAIL])
            cell.outputs = [*cell.get("outputs", []), _error(str(reason))]
            self._killers.add(index)
            self._start_again(index)

    def _execute_within_limits(self, cell: NotebookNode, index: int) -> None:
        """Execute a cell in the kernel; raises NoAnswerError when the kernel cannot be used afterwards."""
        if self.kc is None:
            raise NoAnswerError("Ta komórka nie została wykonana, bo notatnik przestał działać we wcześniejszej.")
        if self._clock.seconds() > self.notebook_timeout:
            raise NoAnswerError(f"Ta komórka nie została wykonana: cały notatnik ma na to {self.notebook_timeout} s.")
        self._output_size = 0
        try:
            self.execute_cell(cell, index, store_history=True)
            timed_out = any(output.get("ename") == "CellTimeoutError" for output in cell.get("outputs", []))
        except CellTimeoutError:  # it does not answer to the interrupt either, or has more to print than can be read
            timed_out = True
        except DeadKernelError:
            raise NoAnswerError("Ta komórka zakończyła działanie notatnika (na przykład zabrakło pamięci).") from None
        except Exception as error:  # the kernel sent what is no message: wrong signature, no JSON, missing fields …
            reason = f"Notatnik wysłał nieczytelną wiadomość ({type(error).__name__}) i został zatrzymany."
            raise NoAnswerError(reason) from error
        finally:
            if not _is_scratch(cell):
                self._other_output += self._output_size
        if timed_out:
            self._flag("time limit", index, "stopped after its time")
        if timed_out and not run_sync(_reacts)(self.kc, seconds=10):
            raise NoAnswerError("Wykonanie tej komórki trwało zbyt długo i nie dało się go przerwać.")

    def _start_again(self, index: int) -> None:
        """A new kernel in which every cell before ``index`` is executed again, but for those that end kernels."""
        self._cleanup_kernel()
        if len(self._killers) > self.max_restarts or self._clock.seconds() > self.notebook_timeout:
            return
        self.km = self.create_kernel_manager()
        self.start_new_kernel()
        self.start_new_kernel_client()
        for earlier, cell in enumerate(self.nb.cells[:index]):
            if cell.cell_type == "code" and not is_grade(cell) and earlier not in self._killers:
                self._run_cell(cell, earlier)
            if self.kc is None:
                return

    def _judge(self, cell: NotebookNode, index: int) -> None:
        """Run the checks of a grade cell."""
        # A new one for each cell brings the probes anew, whatever the student's code has done to the last ones.
        student = ChannelStudent(lambda source: self._ask(source, index), self._notes)
        report = run_checks(cell.metadata.nbgrader.grade_id, student, self._seed)
        self._reports.append(report)
        for surprise in report.surprises:
            self._flag("unexpected answer", index, surprise)
        self._look_for_tampering(student, index)
        if self.kc is None:  # a question has ended the kernel: the cells that follow get a new one
            self._killers.add(index)
            self._start_again(index)

    def _look_for_tampering(self, student: ChannelStudent, index: int) -> None:
        """Flag what the kernel shows of an attempt at a better verdict; it earns or costs nothing."""
        if student.forged:
            self._flag("forged reply", index, f"{student.forged} replies that the grader had not asked for")
        try:
            found = student.probe("integrity").texts("patched") if self.kc is not None else []
        except ProbeError as error:
            found = [str(error)]
        for text in found:
            self._flag("patched", index, text)

    def _flag(self, kind: str, index: int, detail: str) -> None:
        flag = flags.Flag(kind, flags.name_of(self.nb.cells, index), detail)
        if flag not in self._flags:
            self._flags.append(flag)

    def _ask(self, source: str, index: int) -> list[dict[str, Any]]:
        """Outputs of a question of the checks; an error output where the kernel cannot answer."""
        try:
            return self._execute_scratch(source, index)
        except NoAnswerError as reason:
            self._cleanup_kernel()
            return [_error(str(reason))]

    def _execute_scratch(self, source: str, index: int) -> list[dict[str, Any]]:
        """Outputs of a cell that is not the notebook's, executed beside the one at ``index``; raises NoAnswerError."""
        scratch = new_code_cell(source, metadata={"coursekit_probe": True})
        before = self.nb.cells[index]
        try:
            self._execute_within_limits(scratch, index)
        finally:
            self.nb.cells[index] = before
        return scratch.outputs

    def _cleanup_kernel(self) -> None:
        """Stop the kernel, which may have been stopped before, and note what its sandbox has seen."""
        if self.km is not None:
            if isinstance(self.km.provisioner, SandboxProvisioner):
                self._note_what_happened(self.km.provisioner)
            super()._cleanup_kernel()

    def _note_what_happened(self, provisioner: SandboxProvisioner) -> None:
        last = len(self.nb.cells) - 1
        for limit in provisioner.exceeded():
            self._flag(limit, last, "the sandbox ended the kernel, or refused what it asked for")
        if strangers := provisioner.strangers():
            self._flag("left processes", last, ", ".join(strangers))

    def _seconds_for(self, cell: NotebookNode) -> int:
        limit = self.probe_timeout if _is_scratch(cell) else self.timeout
        left = int(self.notebook_timeout - self._clock.seconds())
        return max(1, left if limit is None else min(limit, left))

    def process_message(self, msg: dict[str, Any], cell: NotebookNode, cell_index: int) -> Any:
        """Take a message into account unless the cell, or the notebook, has had its share of outputs.

        Displays of scratch cells have no id, by which a later message could change what stands in their place.
        """
        if msg["msg_type"] in messages.OUTPUTS:
            if not self._has_room(msg["content"], cell, cell_index):
                return None
            if _is_scratch(cell):
                msg["content"].pop("transient", None)
        return super().process_message(msg, cell, cell_index)

    def _has_room(self, content: dict[str, Any], cell: NotebookNode, index: int) -> bool:
        """Whether an output is kept; says so once in the cell where no more are."""
        if not _is_scratch(cell) and REPLY_MIME in content.get("data", {}):
            self._flag("forged reply", index, "a cell published what only a probe publishes")
            return False
        room = MAX_CHARS if _is_scratch(cell) else min(self.max_output, self.max_notebook_output - self._other_output)
        if self._output_size > room:
            return False
        self._output_size += _size(content)
        if self._output_size <= room:
            return True
        cut = f"\n[Dalszą część wyjścia pominięto: ponad {room} znaków]\n"
        cell.outputs.append(new_output("stream", name="stdout", text=cut))
        self._flag("output limit", index, f"more than {room} characters")
        return False


def judge(executor: str, config: dict[str, Any], notebook: str, folder: str, seed: int) -> str:
    """The executed and judged notebook, as JSON; for a process of its own.

    Args:
        executor: Import path of a GradeExecute.
        config: nbgrader's settings.
        notebook: The sanitised one, as JSON.
        folder: The submission's, with its other files.
        seed: Of the checks.

    Raises:
        SandboxError: Submitted code cannot be shut in.
        GradingError: The checks cannot be run.
    """
    judged = import_item(executor)(config=Config(config)).judge(nbformat.reads(notebook, 4), Path(folder), seed)
    return nbformat.writes(judged)


async def _reacts(client: AsyncKernelClient, seconds: float, iopub_seconds: float = math.inf) -> bool:
    """Whether a kernel answers and its outputs arrive in ``seconds``, these ``iopub_seconds`` later at most."""
    question = client.kernel_info()
    deadline = time.monotonic() + seconds
    if not await _arrives(question, client.get_shell_msg, deadline):
        return False
    return await _arrives(question, client.get_iopub_msg, min(deadline, time.monotonic() + iopub_seconds))


async def _arrives(message: str, receive: Callable[..., Awaitable[Any]], deadline: float) -> bool:
    """Whether an answer to the message with this id arrives on a channel."""
    while (left := deadline - time.monotonic()) > 0:
        try:
            answer = await receive(timeout=left)
        except Exception:  # queue.Empty, or a channel that broke with the kernel
            return False
        if answer["parent_header"].get("msg_id") == message:
            return True
    return False


def _is_scratch(cell: NotebookNode) -> bool:
    """Whether a cell is a question of the grader's, and none of the notebook's."""
    return bool(cell.metadata.get("coursekit_probe"))


def _size(content: dict[str, Any]) -> int:
    """Characters of an output, with some for what else it takes in the notebook."""
    parts = [content.get("text"), content.get("ename"), content.get("evalue"), *content.get("traceback", [])]
    return 200 + sum(len(str(part)) for part in [*parts, *content.get("data", {}).values()])


def _error(message: str) -> NotebookNode:
    return new_output("error", ename="Zatrzymano", evalue=message, traceback=[message])

"""What an instructor should look at in a submission: signs of an attempt at points that were not worked for.

`scan` reads the submitted code outside the student's process, and executes nothing. It finds by name what has no
place in this assignment; `coursekit.execute` adds what happens while the code runs. A flag never changes points.
"""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator
from dataclasses import asdict, dataclass

from nbformat import NotebookNode

from coursekit import python_cells

KINDS = {
    "ipython": "The code reaches into the notebook's own machinery, which could change how cells are run or shown.",
    "patching": "The code replaces parts of a library or of Python itself.",
    "grader": "The code names parts of the grader or of the course's folders.",
    "process": "The code starts, ends or signals processes or threads, or calls C functions.",
    "network": "The code uses the network.",
    "frames": "The code looks at the variables of the functions that call it.",
    "files": "The code reads or changes files or variables of the system that the assignment does not need.",
    "lying object": "The code makes numbers, arrays or classes that can misstate what they are.",
    "display": "The code shows scripts, raw messages or outputs that could pass for the grader's.",
    "hidden code": "The code runs text as code, which this scan cannot read.",
}
"""What a kind of `scan` means, for the instructor."""

# fmt: off
_MODULES = {
    "grader": {"grader_tests", "coursekit", "nbgrader"},
    "process": {"subprocess", "multiprocessing", "ctypes", "cffi", "atexit", "threading", "_thread", "concurrent",
                "signal", "pty", "resource"},
    "network": {"socket", "urllib", "requests", "http", "httpx", "aiohttp", "ftplib", "smtplib", "zmq"},
    "display": {"comm"},
    "hidden code": {"importlib", "marshal"},
}
"""Top-level modules whose import is of a kind; as names of variables they are harmless."""

_ENVIRONMENT = {"environ", "environb", "getenv", "putenv", "unsetenv"}
_NAMES = {
    "ipython": {
        "get_ipython", "InteractiveShell", "ast_transformers", "input_transformers_post",
        "input_transformer_manager", "set_custom_exc", "run_cell", "run_cell_async", "showtraceback", "iopub_socket",
        "iopub_thread",
    },
    "process": {
        "os.fork", "os.forkpty", "os.kill", "os.killpg", "os._exit", "os.abort", "os.system", "os.popen", "os.execv",
        "os.execve", "os.execvp", "os.posix_spawn", "os.spawnv", "os.setsid", "os.setpgrp", "os.setpgid",
    },
    "frames": {
        "sys._getframe", "sys._current_frames", "inspect.stack", "inspect.currentframe", "gc.get_objects",
        "gc.get_referrers", "f_back", "f_locals", "tb_frame", "sys.settrace", "sys.setprofile",
    },
    "network": {"SSLSocket", "wrap_socket", "ssl.get_server_certificate"},
    "files": {
        *_ENVIRONMENT, "os.remove", "os.unlink", "os.rmdir", "os.removedirs",
        "os.rename", "os.replace", "os.symlink", "os.link", "os.mkfifo", "os.mknod", "os.chmod", "shutil.rmtree",
        "shutil.move",
    },
    "display": {"publish_display_data", "Javascript", "create_comm", "display_pub"},
}
"""Names of a kind: a dotted one ends a longer name (`os.kill`), one without dots is any part of one."""

_TEXTS = {
    "grader": r"grader_tests|coursekit|gradebook|HIDDEN TESTS|MARK SCHEME|\.course_secret|source/vae|corpus/",
    "files": r"/proc\b|/etc/|\.ipynb\b",
    "display": r"application/x-coursekit|coursekit-report|application/javascript|<script|\bon(error|load)=",
}
"""What is looked for in the strings of the code; a name of a folder in a path is no harm, so these are narrow."""

_LIBRARIES = {
    "torch", "numpy", "np", "pyro", "dist", "nn", "pytest", "unittest", "builtins", "__builtins__", "sys", "IPython",
    "sklearn", "json", "zlib", "pickle", "warnings",
}
# fmt: on
_HARMLESS = {"sys.stdout", "sys.stderr", "torch.backends", "plt.rcParams", "np.random", "numpy.random"}
"""Attributes of libraries that honest code sets."""

_OF_LIBRARIES = re.compile(
    r"(ACCELERATE|BLIS|CUBLAS|CUDA|CUDNN|GOTO|HF|JAX|JOBLIB|KERAS|KMP|LOKY|MKL|MPL|NCCL|NUMBA|NUMEXPR|NVIDIA|OMP|OPENBLAS"
    r"|PYRO|PYTORCH|SKLEARN|TF|TOKENIZERS|TORCH|TORCHDYNAMO|TORCHINDUCTOR|TQDM|VECLIB|WANDB|XLA)_\w+"
    r"|MPLBACKEND|MPLCONFIGDIR|PYTHONHASHSEED|PYTHONWARNINGS"
    r"|SSL_CERT_(FILE|DIR)|SSL_NO_VERIFY|(REQUESTS|CURL)_CA_BUNDLE|PYTHONHTTPSVERIFY"
)
"""Environment variables by which honest code sets up libraries, and tells them where certificates for downloads are."""

_SHELLS = {"bash", "sh", "script", "system", "sx", "perl", "ruby", "pypy", "python", "python3", "run"}
_DEEPEST = 3
"""Magics in magics that are read as Python."""
_MOST_PARTS = 50
"""Parts of a dotted name, from its end, that are looked at."""

# fmt: off
_NUMBERS = {"float", "int", "complex", "bool", "str", "type", "torch.Tensor", "Tensor", "np.ndarray", "numpy.ndarray",
            "ndarray", "np.float64", "numpy.float64"}
_LIES = {"__eq__", "__float__", "__repr__", "__class__", "__array__", "__array_function__", "__torch_function__",
         "__instancecheck__", "__subclasscheck__", "__lt__", "__gt__", "__index__", "shape"}
# fmt: on


@dataclass(frozen=True)
class Flag:
    """kind: what it is about, e.g. "network"; cell: grade id, or "own cell N"; detail: one English sentence."""

    kind: str
    cell: str
    detail: str

    def as_dict(self) -> dict[str, str]:
        """The flag as JSON-ready data."""
        return asdict(self)


def name_of(cells: list[NotebookNode], index: int) -> str:
    """How an instructor finds a cell: its grade id, or "own cell N" (N-th cell of the notebook)."""
    return cells[index].metadata.get("nbgrader", {}).get("grade_id") or f"own cell {index + 1}"


def scan(notebook: NotebookNode) -> list[Flag]:
    """Flags for what the student's code cells mention that has no place in the assignment, one a kind and cell."""
    flags = []
    for index, cell in enumerate(notebook.cells):
        if cell.cell_type == "code" and not cell.metadata.get("nbgrader", {}).get("locked"):
            found: dict[str, list[str]] = {}
            for kind, what in _findings(cell.source):
                found.setdefault(kind, []).append(what)
            for kind, whats in found.items():
                detail = f"{KINDS[kind]} Found: {', '.join(dict.fromkeys(whats))}."
                flags.append(Flag(kind, name_of(notebook.cells, index), detail[:500]))
    return flags


def parsed(source: str) -> ast.Module | None:
    """The code of a cell, magics of IPython replaced by calls; None where it cannot be read as Python."""
    try:
        return python_cells.parse(source, magics="_magic_.")
    except SyntaxError:
        return None


def _findings(source: str, magics: int = 0) -> Iterator[tuple[str, str]]:
    """Kinds, and what was found of each; magics: how many the source stands in."""
    tree = parsed(source) if magics < _DEEPEST else None
    if tree is None:
        yield from _in_text(source)
        return
    settings = {part for node in ast.walk(tree) for part in _settings_of_libraries(node)}
    for node in ast.walk(tree):
        if node not in settings:
            yield from _in_node(node, magics)


def _settings_of_libraries(node: ast.AST) -> list[ast.AST]:
    """The names in a node that stand for the environment, where it reads or sets variables of libraries alone."""
    names: list[ast.AST] = []
    keys: list[ast.expr | None] = []
    if isinstance(node, ast.Subscript):  # os.environ["X"]
        names, keys = [node.value], [node.slice]
    elif isinstance(node, ast.Compare) and len(node.ops) == 1 and isinstance(node.ops[0], (ast.In, ast.NotIn)):
        names, keys = [node.comparators[0]], [node.left]
    elif isinstance(node, ast.Call) and isinstance(node.func, ast.Attribute) and _is_environment(node.func.value):
        names = [node.func.value, node.func]
        keys = list(node.args[:1])  # os.environ.get("X", "1")
        if node.func.attr == "update":
            given = node.args[0] if node.args else ast.Dict(keys=[], values=[])
            keys = (
                [*given.keys, *(ast.Constant(each.arg) for each in node.keywords)]
                if isinstance(given, ast.Dict)
                else []
            )
    elif isinstance(node, ast.Call):  # os.getenv("X")
        names, keys = [node.func], list(node.args[:1])
    known = [isinstance(key, ast.Constant) and _OF_LIBRARIES.fullmatch(str(key.value)) for key in keys]
    return names if known and all(known) and _is_environment(names[0]) else []


def _is_environment(node: ast.AST) -> bool:
    return _dotted(node).split(".")[-1] in _ENVIRONMENT


def _in_text(source: str) -> Iterator[tuple[str, str]]:
    """What is found in the text of a cell that is no Python, by names alone."""
    for dotted in set(re.findall(r"[\w.]+", source)):
        yield from _in_name(dotted)


def _in_node(node: ast.AST, magics: int) -> Iterator[tuple[str, str]]:
    if isinstance(node, ast.Import):
        for alias in node.names:
            yield from _in_import(alias.name)
    elif isinstance(node, ast.ImportFrom):
        for alias in node.names:
            if alias.name not in _ENVIRONMENT or alias.asname:  # else each use of the name is looked at
                yield from _in_import(f"{node.module or ''}.{alias.name}")
    elif isinstance(node, (ast.Name, ast.Attribute)):
        yield from _in_name(_dotted(node))
        if isinstance(node.ctx, (ast.Store, ast.Del)):
            yield from _in_target(node)
    elif isinstance(node, ast.Subscript) and isinstance(node.ctx, (ast.Store, ast.Del)):
        yield from _in_target(node.value)
    elif isinstance(node, ast.Call):
        yield from _in_call(node, magics)
    elif isinstance(node, ast.ClassDef):
        yield from _in_class(node)
    elif isinstance(node, ast.Constant) and isinstance(node.value, str):
        for kind, pattern in _TEXTS.items():
            if match := re.search(pattern, node.value):
                yield kind, repr(match.group())


def _in_import(dotted: str) -> Iterator[tuple[str, str]]:
    root = dotted.split(".")[0]
    for kind, modules in _MODULES.items():
        if root in modules:
            yield kind, root
    yield from _in_name(dotted)


def _in_name(dotted: str) -> Iterator[tuple[str, str]]:
    parts = dotted.split(".")
    for kind, names in _NAMES.items():
        for name in names:
            if name in parts if "." not in name else (f".{dotted}").endswith(f".{name}"):
                yield kind, name


def _in_target(target: ast.AST) -> Iterator[tuple[str, str]]:
    """An assignment to, or deletion of, a part of a library."""
    dotted = _dotted(target)
    root, *rest = dotted.split(".")
    if root in _LIBRARIES and rest and not any(dotted.startswith(name) for name in _HARMLESS):
        yield "patching", dotted


def _in_call(call: ast.Call, magics: int) -> Iterator[tuple[str, str]]:
    function = _dotted(call.func)
    if function in ("setattr", "delattr") and call.args:
        target = _dotted(call.args[0])
        if target.split(".")[0] in _LIBRARIES:
            yield "patching", f"{function}({target}, ...)"
    if function == "display" and any(keyword.arg == "raw" for keyword in call.keywords):
        yield "display", "display(..., raw=True)"
    if function in ("exec", "eval", "compile", "__import__"):
        yield "hidden code", f"{function}(...)"
    if function.startswith("_magic_."):
        yield from _in_magic(function, _texts(call.args), magics)


def _texts(arguments: list[ast.expr]) -> list[str]:
    return [each.value for each in arguments if isinstance(each, ast.Constant) and isinstance(each.value, str)]


def _in_magic(function: str, arguments: list[str], magics: int) -> Iterator[tuple[str, str]]:
    """A line or cell magic of IPython, or a shell command."""
    if not function.endswith("_magic") or _SHELLS.intersection(arguments[:1]):
        yield "process", "a shell command"
    for text in arguments[1:]:  # `%time f(x)` and `%%time` hold code, which may again be anything
        yield from _findings(text, magics + 1)


def _in_class(node: ast.ClassDef) -> Iterator[tuple[str, str]]:
    bases = {_dotted(base) for base in node.bases}
    defined = {part.name for part in node.body if isinstance(part, ast.FunctionDef)}
    defined |= {
        target.id
        for part in node.body
        if isinstance(part, ast.Assign)
        for target in part.targets
        if isinstance(target, ast.Name)
    }
    if bases & _NUMBERS and defined & _LIES:
        yield "lying object", f"class {node.name}({', '.join(sorted(bases))}) with {', '.join(sorted(defined & _LIES))}"


def _dotted(node: ast.AST) -> str:
    """`a.b.c` of an expression, or its end; what is no plain name in it becomes an empty part."""
    parts: list[str] = []
    while isinstance(node, ast.Attribute) and len(parts) < _MOST_PARTS:
        parts.append(node.attr)
        node = node.value
    parts.append(node.id if isinstance(node, ast.Name) else "")
    return ".".join(reversed(parts))

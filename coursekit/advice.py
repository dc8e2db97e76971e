"""What in a student's code cannot work while it is graded: told in Polish, found without executing anything."""

import ast
import re
import sys
from collections import defaultdict
from collections.abc import Iterator
from functools import cache
from importlib.util import find_spec
from pathlib import Path

from nbformat import NotebookNode

from coursekit import python_cells, shield

SENTENCES = {
    "name": "Nie podano imienia i nazwiska: uzupełnij komórkę {}.",
    "conflict": "W tych komórkach zostały znaczniki konfliktu Gita (wiersz `=======` i dwa podobne), więc nic z nich "
    "nie zostało wykonane; zostaw jedną z wersji i usuń znaczniki: {}.",
    "syntax": "Błąd składni, przez który nic z tych komórek nie zostało wykonane: {}.",
    "unread": f"Te komórki nie zostały sprawdzone przed wykonaniem, bo są zbyt długie (ponad "
    f"{python_cells.MAX_CHARS} znaków) albo mają zbyt wiele poleceń IPythona: {{}}.",
    "input": "Przy ocenianiu nikt nie odpowie na pytanie `input()`, więc wykonanie tych komórek na nim się kończy: {}.",
    "install": "Przy ocenianiu nie ma internetu i niczego się nie instaluje; dostępne są tylko biblioteki, "
    "których używa zadanie: {}.",
    "widget": "Przy ocenianiu nikt nie poruszy widżetami; liczą się ich wartości początkowe: {}.",
    "magic": "To, co utworzono w komórkach z takim poleceniem, nie istnieje poza nimi: {}.",
    "colab": "Przy ocenianiu nie ma Colaba ani Dysku Google, więc import `google.colab` zgłosi błąd; usuń te "
    "wiersze: {}.",
    "library": "Tych bibliotek i modułów nie ma przy ocenianiu, więc komórki, które je importują, zgłoszą błąd; użyj "
    "bibliotek zadania, a własny kod umieść w notatniku: {}.",
    "elsewhere": "Te moduły leżą w innym folderze niż ten, w którym notatnik jest wykonywany, więc ich import zgłosi "
    "błąd; umieść ich kod w notatniku: {}.",
    "backend": "Przy ocenianiu wykresy powstają tylko w trybie `%matplotlib inline`; inne potrzebują biblioteki albo "
    "okna, których tam nie ma: {}.",
    "device": "Przy ocenianiu nie ma karty graficznej, więc kod, który jej wymaga, zgłosi błąd; pracuj na procesorze "
    "albo wybieraj urządzenie przez `torch.cuda.is_available()`: {}.",
    "folder": "Przy ocenianiu notatnik jest wykonywany w swoim folderze, obok `src` i `data`; po zmianie bieżącego "
    "folderu (`os.chdir`, `%cd`) ich nie znajdzie: {}.",
    "path": "Przy ocenianiu nie ma folderów Twojego komputera ani Colaba; podawaj ścieżki względem notatnika: {}.",
    "compile": "`torch.compile` potrzebuje kompilatora C++, którego przy ocenianiu nie ma; model działa i bez "
    "tego: {}.",
}
"""What the student is told, in this order; {} lists the cells."""
SHADOWING = (
    "Te pliki zasłaniają biblioteki o tej samej nazwie, więc `import` wczyta je zamiast bibliotek; zmień ich nazwy: {}."
)

_PATTERNS = {
    "name": re.compile(r'NAME = ""\s*\Z'),
    "magic": re.compile(
        r"\s*%%(?:timeit|writefile|file|html|javascript|js|latex|markdown|svg|"
        r"bash|sh|script|perl|ruby|python3?|pypy)\b"
    ),
}
"""What is found at the start of a cell."""

_INSTALLERS = {"pip", "pip3", "conda", "mamba", "uv", "apt", "apt-get", "wget", "curl", "git", "gdown", "kaggle"}
_CONFLICT = re.compile(r"^(?:<{7}|>{7}) ", re.MULTILINE)
_ELSEWHERE = re.compile(r"/(?:content|home|Users|kaggle|mnt)/|[A-Za-z]:[\\/](?!/)")
"""How a path begins on a student's computer or in Colab."""
_GPU = re.compile(r"(?:cuda|mps|xpu)(?::\d+)?")
_WITHOUT_GPU = {"autocast", "GradScaler", "manual_seed", "manual_seed_all", "is_available"}
"""Calls that may name a graphics card where there is none."""
_PLOTTED = {"inline", "agg", "module://matplotlib_inline.backend_inline"}
"""Ways of plotting that work without a window."""
_BACKENDS = {("matplotlib", "use"), ("mpl", "use"), ("plt", "switch_backend")}
"""Calls that choose another way of plotting."""
_EXTENSIONS = {"autoreload", "storemagic"}
"""Of IPython itself, which are loaded by these names."""
_WRITES = re.compile(r"^%%(?:writefile|file)[ \t]+(?:-a[ \t]+)?(\w+)\.py", re.MULTILINE)
"""Makes a module."""
_TENSORBOARD = "torch.utils.tensorboard"
MAX_MODULES = 100
"""Different modules that are looked for; honest work imports some twenty."""
MAX_NAMED = 10
"""Cells that are named in a sentence."""


def advice(cells: list[NotebookNode], modules: "Modules | None" = None) -> list[str]:
    """Polish sentences on the code cells that are the student's own or solutions, and not given ones.

    modules: what they can import, where that is known.
    """
    found: dict[str, list[str]] = defaultdict(list)
    for cell in cells:
        marks = cell.metadata.get("nbgrader", {})
        if cell.cell_type != "code" or marks.get("locked"):
            continue
        name = marks.get("grade_id") or cell.source.strip().split("\n")[0][:40].replace("`", "'")
        for kind in dict.fromkeys(_found_in(cell.source)):
            line = f" (wiersz {error_line(cell.source)})" if kind == "syntax" else ""
            found[kind].append(f"`{name}`{line}")
        for kind, module in modules.missing_in(cell.source) if modules else ():
            found[kind].append(f"`{module}` w `{name}`")
    told = [sentence.format(listed(found[kind])) for kind, sentence in SENTENCES.items() if kind in found]
    return told + ([SHADOWING.format(listed(modules.shadowing))] if modules and modules.shadowing else [])


class Modules:
    """What code can import while it is graded.

    shadowing: names of files and folders of the submission that stand before a library.
    """

    def __init__(self, submission: Path, release: Path) -> None:
        """Looks at the modules beside the notebook.

        Args:
            submission: The folder that was handed in; the notebook is executed in a copy of it.
            release: The folder of the assignment, whose modules are put beside it.
        """
        given = {path.name for path in release.iterdir()}
        own = [path for path in shield.walk(submission) if path.suffix in (".py", "") and "-" not in path.name]
        self._beside = given | {path.stem for path in own if path.parent == submission}
        self._below = {path.stem for path in own if path.suffix == ".py" and path.parent != submission}
        self._looked_for: set[str] = set()
        self.shadowing = [
            f"`{shield.quotable(path.name)}`"
            for path in own
            if path.parent == submission
            and path.name not in given
            and (path.suffix == ".py" or Path(path, "__init__.py").is_file())
            and path.stem not in sys.builtin_module_names
            and is_installed(path.stem)
        ]

    def missing_in(self, source: str) -> Iterator[tuple[str, str]]:
        """Kinds of SENTENCES and names of the modules that a cell imports and will not find."""
        self._beside |= {match[1] for match in _WRITES.finditer(source)}
        if "sys.path" in source:  # where it leads is not read
            self._beside |= self._below
        try:
            nodes = list(_always_executed(python_cells.parse(source)))
        except SyntaxError:
            return
        names = [name for node in nodes for name in _imported(node)] + _extensions(source)
        for name in dict.fromkeys(names):
            root = "tensorboard" if name.startswith(_TENSORBOARD) else name.split(".")[0]
            if name.startswith("google.colab") or root in self._beside or len(self._looked_for) > MAX_MODULES:
                continue
            self._looked_for.add(root)
            if not is_installed(root):
                yield ("elsewhere" if root in self._below else "library"), root[:40]


@cache
def is_installed(module: str) -> bool:
    """Whether a module is part of Python or of an installed library."""
    if module in sys.stdlib_module_names:
        return True
    try:
        spec = find_spec(module)
    except (ImportError, ValueError):
        return False
    origin = spec.origin if spec else None
    return origin is not None and ("site-packages" in origin or "dist-packages" in origin)


def listed(names: list[str]) -> str:
    """The first names of cells, and in Polish how many more there are."""
    more = len(names) - MAX_NAMED
    return ", ".join(names[:MAX_NAMED]) + (f" i jeszcze {more}" if more > 0 else "")


def _found_in(source: str) -> Iterator[str]:
    """Kinds of what a cell holds."""
    for kind, pattern in _PATTERNS.items():
        if pattern.match(source):
            yield kind
    if any(map(_installs, source.splitlines())):
        yield "install"
    if any(map(_plots_elsewhere, source.splitlines())):
        yield "backend"
    if any(line.lstrip().startswith(("%cd ", "!cd ")) for line in source.splitlines()):
        yield "folder"
    if _CONFLICT.search(source):
        yield "conflict"
        return
    try:
        python_cells.check(source)
        tree = python_cells.parse(source)
    except python_cells.UnreadError:
        yield "unread"
        return
    except SyntaxError:
        yield "syntax"
        return
    nodes = list(ast.walk(tree))
    if any(
        isinstance(node, ast.Call) and isinstance(node.func, ast.Name) and node.func.id == "input" for node in nodes
    ):
        yield "input"
    if any(_imports_widgets(node) for node in nodes):
        yield "widget"
    for node in _always_executed(tree):
        yield from _impossible(node, source)


def _always_executed(tree: ast.AST) -> Iterator[ast.AST]:
    """The nodes of a cell, but for what depends on a condition or may fail: that is prepared for another machine."""
    waiting = [tree]
    while waiting:
        node = waiting.pop()
        if isinstance(node, (ast.If, ast.IfExp)) or (isinstance(node, ast.Try) and node.handlers):
            continue
        if isinstance(node, ast.With) and any(_ends(item.context_expr) == "suppress" for item in node.items):
            continue
        yield node
        waiting += ast.iter_child_nodes(node)


def _ends(node: ast.AST) -> str:
    """The last name of `a.b.c`, or of what is called by it."""
    node = node.func if isinstance(node, ast.Call) else node
    return node.attr if isinstance(node, ast.Attribute) else node.id if isinstance(node, ast.Name) else ""


def _begins(node: ast.AST) -> str:
    """The first name of `a.b.c`."""
    while isinstance(node, ast.Attribute):
        node = node.value
    return node.id if isinstance(node, ast.Name) else ""


def _impossible(node: ast.AST, source: str) -> Iterator[str]:
    """Kinds of what a node asks for that there is not while it is graded."""
    if any(name.startswith("google.colab") for name in _imported(node)):
        yield "colab"
    values: list[ast.AST] = []
    if isinstance(node, ast.Assign):
        values = [node.value]
    elif isinstance(node, ast.Call):
        values = [*node.args, *(keyword.value for keyword in node.keywords)]
        function, root = _ends(node.func), _begins(node.func)
        texts = [each.value for each in values if isinstance(each, ast.Constant) and isinstance(each.value, str)]
        if (function == "chdir" and root != "contextlib") and texts != ["."]:
            yield "folder"
        backend = isinstance(node.func, ast.Attribute) and isinstance(node.func.value, ast.Name)
        if backend and (root, function) in _BACKENDS:
            yield from ("backend" for text in texts if text.lower() not in _PLOTTED)
        if function == "cuda" and isinstance(node.func, ast.Attribute) and root != "torch":
            yield "device"
        if function in _WITHOUT_GPU:
            values = []
    if isinstance(node, ast.Attribute) and node.attr == "compile" and _begins(node) == "torch":
        yield "compile"
    for value in values:
        if isinstance(value, ast.Constant) and isinstance(value.value, str):
            if _GPU.fullmatch(value.value) and "is_available" not in source:
                yield "device"
            if _ELSEWHERE.match(value.value):
                yield "path"


def _imported(node: ast.AST) -> list[str]:
    """Full names of the modules that a node imports."""
    if isinstance(node, ast.Import):
        return [alias.name for alias in node.names]
    if isinstance(node, ast.ImportFrom) and node.module and not node.level:
        return [f"{node.module}.{alias.name}" for alias in node.names]
    return []


def _extensions(source: str) -> list[str]:
    """Modules that a cell loads as extensions of IPython."""
    words = [line.split() for line in source.splitlines() if line.lstrip().startswith("%load_ext ")]
    return [each[1] for each in words if len(each) > 1 and each[1] not in _EXTENSIONS]


def _plots_elsewhere(line: str) -> bool:
    words = line.split()
    return len(words) > 1 and words[0] == "%matplotlib" and words[1] not in (*_PLOTTED, "-l", "--list")


def _installs(line: str) -> bool:
    """Whether a line is a magic or a shell command that installs something."""
    command = line.lstrip()
    if command[:1] not in ("!", "%"):
        return False
    words = command[1:].split(maxsplit=3)
    if len(words) > 2 and "python" in words[0] and words[1] == "-m":
        words = words[2:]
    return bool(words) and words[0] in _INSTALLERS


def _imports_widgets(node: ast.AST) -> bool:
    names = [alias.name for alias in node.names] if isinstance(node, ast.Import) else []
    return "ipywidgets" in [*names, node.module if isinstance(node, ast.ImportFrom) else None]


def error_line(source: str) -> int | None:
    """The line of a cell where it stops being Python; None where all of it is, or where that is not known."""
    try:
        python_cells.check(source)
    except python_cells.UnreadError:
        return None
    except SyntaxError as error:
        return error.lineno or 1
    return None

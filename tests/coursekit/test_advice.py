"""The student is told what in the code cannot work while it is graded."""

import pytest
from nbformat import v4

from coursekit.advice import Modules, advice, error_line


@pytest.mark.parametrize(
    ("source", "line"),
    [
        ("x = 1", None),
        ("%matplotlib inline\n!pip list\n%%time", None),
        ("%%bash\nif [ -e x ]; then echo; fi", None),
        ("await f()", None),
        ("x = '\\d'", None),
        ("x = 1\ndef f(:\n    pass", 2),
        ("def f():\n    x = 1\n  y = 2", 3),
        ("return 3", 1),
        ("(" * 5_000, 1),
        ("x = 1\0", 1),
    ],
)
def test_error_line(source, line, recwarn):
    assert error_line(source) == line
    assert not recwarn.list


@pytest.mark.parametrize(
    ("source", "told"),
    [
        ('NAME = ""', 'Nie podano imienia i nazwiska: uzupełnij komórkę `NAME = ""`.'),
        ("x = (", "zostało wykonane: `x = (` (wiersz 1)."),
        ("n = int(input('?'))", "nikt nie odpowie na pytanie `input()`"),
        ("import os\n!pip install pyro-ppl", "nie ma internetu i niczego się nie instaluje"),
        ("%pip install pyro-ppl", "nie ma internetu i niczego się nie instaluje"),
        ("!{sys.executable} -m pip install x\n!python3 -m pip install x", "nie ma internetu"),
        ("import ipywidgets as w", "nikt nie poruszy widżetami"),
        ("from ipywidgets import interact", "nikt nie poruszy widżetami"),
        ("%%timeit\nx = 1", "nie istnieje poza nimi: `%%timeit`"),
        ("%%html\n<b>x</b>", "nie istnieje poza nimi: `%%html`"),
        ("!wget https://example.org/x.csv", "nie ma internetu"),
        ("from google.colab import drive\ndrive.mount(x)", "nie ma Colaba ani Dysku Google"),
        ("import google.colab", "nie ma Colaba ani Dysku Google"),
        ("%matplotlib widget", "tylko w trybie `%matplotlib inline`"),
        ("x = 1\n%matplotlib notebook", "tylko w trybie `%matplotlib inline`"),
        ("matplotlib.use('TkAgg')", "tylko w trybie `%matplotlib inline`"),
        ("torch.set_default_device('cuda')", "nie ma karty graficznej"),
        ("model.to('cuda:0')", "nie ma karty graficznej"),
        ("model = VAE().cuda()", "nie ma karty graficznej"),
        ("device = 'mps'", "nie ma karty graficznej"),
        ("z = torch.zeros(3, device='cuda')", "nie ma karty graficznej"),
        ("os.chdir('vae')", "po zmianie bieżącego folderu"),
        ("%cd vae", "po zmianie bieżącego folderu"),
        ("torch.load('/content/drive/MyDrive/vae.pt')", "nie ma folderów Twojego komputera"),
        ("torch.load(r'C:\\Users\\ja\\vae.pt')", "nie ma folderów Twojego komputera"),
        ("model = torch.compile(model)", "`torch.compile` potrzebuje kompilatora"),
        ("@torch.compile\ndef f(x): return x", "`torch.compile` potrzebuje kompilatora"),
        ("<<<<<<< HEAD\nx = 1\n=======\nx = 2\n>>>>>>> moje", "znaczniki konfliktu Gita"),
    ],
)
def test_what_is_told(source, told):
    (said,) = advice([v4.new_code_cell(source)])
    assert told in said


@pytest.mark.parametrize(
    "source",
    [
        'NAME = "Jan"',
        "%%time\nx = 1",
        "%%capture\nx = 1",
        "%matplotlib inline",
        "obj.input(3)",
        "# pip install x",
        "text = 'input()'",
        "import pipeline",
        "device = 'cuda' if torch.cuda.is_available() else 'cpu'",
        "if torch.cuda.is_available():\n    model.cuda()",
        "torch.cuda.manual_seed_all(1)\ntorch.cuda.empty_cache()",
        "device = torch.device('cpu')\nassert device.type != 'cuda'",
        "if 'google.colab' in sys.modules:\n    from google.colab import drive\n    os.chdir('/content')",
        "try:\n    import google.colab\nexcept ImportError:\n    pass",
        "os.chdir('.')",
        "re.compile(x)",
        "a = 1\n# =======\nb = a < 7",
        "matplotlib.use('agg')\nplt.style.use('ggplot')",
        "MNIST(root='data')",
    ],
)
def test_what_needs_no_word(source):
    assert advice([v4.new_code_cell(source)]) == []


@pytest.fixture
def folders(tmp_path):
    """A submission and a release, with the modules that lie in them."""
    files = ("handed/own.py", "handed/kod/below.py", "handed/pakiet/part.py", "release/src/ae.py", "handed/torch.py",
             "handed/random.py", "handed/scipy/__init__.py", "handed/pandas/notes.txt", "handed/sys.py")  # fmt: skip
    for file in files:
        (tmp_path / file).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / file).touch()
    return tmp_path / "handed", tmp_path / "release"


@pytest.mark.parametrize(
    ("source", "told"),
    [
        ("import seaborn as sns", "zgłoszą błąd; użyj bibliotek zadania, a własny kod umieść w notatniku: `seaborn` w"),
        ("from umap import UMAP", "`umap` w"),
        ("import plotly.express as px", "`plotly` w"),
        ("from torch.utils.tensorboard import SummaryWriter", "`tensorboard` w"),
        ("%load_ext lab_black", "`lab_black` w"),
        ("def f():\n    import lightning", "`lightning` w"),
        ("from moje_funkcje import x", "`moje_funkcje` w"),
        ("import below", "leżą w innym folderze niż ten, w którym notatnik jest wykonywany"),
    ],
)
def test_modules_that_are_not_there(folders, source, told):
    said = advice([v4.new_code_cell(source)], Modules(*folders))
    assert told in said[0]
    assert len(said) == 2


@pytest.mark.parametrize(
    "source",
    [
        "import os, numpy as np, torch.nn as nn\nfrom tqdm.auto import tqdm\nfrom PIL import Image",
        "from src.ae import BaseAutoEncoder\nimport own\nfrom kod.below import x\nimport pakiet.part",
        "from . import x",
        "try:\n    import seaborn\nexcept ImportError:\n    seaborn = None",
        "with contextlib.suppress(ImportError):\n    import seaborn",
        "%load_ext autoreload",
        "import sys\nsys.path.append('kod')\nimport below",
        "%%writefile helpers.py\nx = 1",
    ],
)
def test_modules_that_are_there(folders, source):
    modules = Modules(*folders)
    cells = [v4.new_code_cell(source), v4.new_code_cell("import own")]
    assert not [said for said in advice(cells, modules) if "import" in said and "zasłaniają" not in said]


def test_a_module_that_the_notebook_writes_is_there(folders):
    cells = [v4.new_code_cell("%%writefile helpers.py\nx = 1"), v4.new_code_cell("import helpers")]
    assert not any("helpers" in said and "modułów" in said for said in advice(cells, Modules(*folders)))


def test_files_that_stand_before_a_library_are_named(folders):
    (said,) = advice([], Modules(*folders))
    assert said.endswith("zmień ich nazwy: `random.py`, `scipy`, `torch.py`.")


@pytest.mark.parametrize("source", ["x = 1\n" * 20_000, "%a\n" * 101, "%a\n" + "x" * 1_001])
def test_a_cell_beyond_the_limits_is_told_and_is_no_error(source):
    (said,) = advice([v4.new_code_cell(source)])
    assert said.startswith("Te komórki nie zostały sprawdzone przed wykonaniem")
    assert error_line(source) is None


def test_of_many_cells_the_first_are_named():
    (said,) = advice([v4.new_code_cell(f"x = {number} +") for number in range(30)])
    assert said.endswith("`x = 9 +` (wiersz 1) i jeszcze 20.")


def test_given_cells_and_texts_need_no_word():
    given = v4.new_code_cell("input()", metadata={"nbgrader": {"locked": True, "grade_id": "given"}})
    assert advice([given, v4.new_markdown_cell("input()")]) == []


def test_a_solution_is_named_by_its_id_and_others_by_their_first_line():
    solution = v4.new_code_cell("input()", metadata={"nbgrader": {"grade_id": "add", "locked": False}})
    (said,) = advice([solution, v4.new_code_cell("y = input()\nz = 1")])
    assert said.endswith(": `add`, `y = input()`.")

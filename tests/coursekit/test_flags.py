"""What a static reading of submitted code finds, and that it finds nothing in honest work."""

import nbformat
import pytest
from nbformat.v4 import new_code_cell, new_markdown_cell, new_notebook

from coursekit.corpus import CORPUS, load_all, solution_cells
from coursekit.flags import KINDS, Flag, scan

ROOT = CORPUS.parent
SOURCE, RELEASE = ROOT / "source" / "vae" / "vae.ipynb", ROOT / "release" / "vae" / "vae.ipynb"


def kinds(*sources: str) -> set[str]:
    return {flag.kind for flag in scan(new_notebook(cells=[new_code_cell(source) for source in sources]))}


def test_no_honest_solution_is_flagged():
    for sample in load_all():
        cells = solution_cells(sample, SOURCE, RELEASE)
        code = [source for name, source in cells.items() if not name.startswith("answer_")]
        assert kinds(*code) == set(), sample.name


@pytest.mark.parametrize("notebook", [SOURCE, RELEASE], ids=["source", "release"])
def test_no_given_cell_is_flagged(notebook):
    cells = [cell for cell in nbformat.read(notebook, as_version=4).cells if cell.cell_type == "code"]
    given = [cell.source for cell in cells if not cell.metadata.get("nbgrader", {}).get("grade")]
    assert kinds(*given) == set()


def test_locked_cells_are_not_read():
    marks = {"grade_id": "test_1a", "locked": True}
    assert scan(new_notebook(cells=[new_code_cell("import grader_tests", metadata={"nbgrader": marks})])) == []


def test_a_flag_names_the_cell_and_what_was_found():
    answer = new_code_cell("import socket\nimport socket as s", metadata={"nbgrader": {"grade_id": "beta_vae"}})
    own = new_code_cell("os.fork()")
    assert scan(new_notebook(cells=[new_markdown_cell("import socket"), answer, own])) == [
        Flag("network", "beta_vae", "The code uses the network. Found: socket."),
        Flag("process", "own cell 3", f"{KINDS['process']} Found: os.fork."),
    ]


@pytest.mark.parametrize("attack", load_all("attack"), ids=lambda sample: sample.name)
def test_what_can_be_read_off_an_attack_is_flagged(attack):
    found = kinds(*attack.cells.values(), *(source for _, source in attack.own_cells))
    assert set(attack.flags) & set(KINDS) <= found


@pytest.mark.parametrize(
    ("kind", "source"),
    [
        ("ipython", "get_ipython().ast_transformers.append(x)"),
        ("ipython", "from IPython import get_ipython as g"),
        ("patching", "torch.allclose = print"),
        ("patching", "torch.Tensor.__eq__ = print"),
        ("patching", "sys.modules['x'] = y"),
        ("patching", "del np.testing.assert_allclose"),
        ("patching", "setattr(pyro.poutine, 'trace', f)"),
        ("grader", "import coursekit.execute"),
        ("grader", "open('../../gradebook.db')"),
        ("process", "from os import fork"),
        ("process", "!ls"),
        ("process", "files = !ls"),
        ("process", "%%bash\nls"),
        ("process", "%sx ls"),
        ("process", "%%time\nimport subprocess"),
        ("network", "import urllib.request"),
        ("frames", "sys._getframe(1).f_back"),
        ("files", "open('/proc/self/environ')"),
        ("files", "os.environ['X']"),
        ("files", "os.environ['COURSE_PROFILE'] = 'study'"),
        ("files", "os.environ.get('HOME')"),
        ("files", "os.getenv(name)"),
        ("files", "from os import environ as e\ne['HOME']"),
        ("files", "from os import environ\nprint(environ)"),
        ("files", "os.environ.update({'OMP_NUM_THREADS': '1', 'PATH': ''})"),
        ("files", "os.environ.update(others)"),
        ("files", "os.environ['OMP_NUM_THREADS'] = str(os.environ)"),
        ("network", "import ssl\nssl.create_default_context().wrap_socket(s)"),
        ("files", "os.remove('OMP_NUM_THREADS')"),
        ("frames", "frame.f_locals['OMP_NUM_THREADS']"),
        ("network", "import ssl\nssl.get_server_certificate(address)"),
        ("lying object", "class A(float):\n    def __eq__(self, other): return True"),
        ("lying object", "class A(torch.Tensor):\n    shape = 1"),
        ("display", "display({'a/b': 1}, raw=True)"),
        ("display", "HTML('<script>x</script>')"),
        ("hidden code", "exec(base64.b64decode(b'eA=='))"),
        ("hidden code", "importlib.import_module('x')\nimport importlib"),
    ],
)
def test_each_kind_is_recognised(kind, source):
    assert kind in kinds(source)


@pytest.mark.parametrize(
    "source",
    [
        "%matplotlib inline\n%load_ext autoreload\n%time f(x)\nx?",
        "signal = torch.zeros(3)\nrequests = [signal]\nresource = 1",
        "torch.backends.cudnn.deterministic = True\nplt.rcParams['figure.dpi'] = 100",
        "np.random.seed(1)\nself.scale = 2\nmodel.decoder.forward = f",
        "class A(float):\n    def half(self): return self / 2",
        "class A(nn.Module):\n    def __repr__(self): return 'A'",
        "import ssl, certifi\nssl._create_default_https_context = ssl._create_unverified_context",
        "os.environ['SSL_CERT_FILE'] = certifi.where()",
        "import os\nos.environ['KMP_DUPLICATE_LIB_OK'] = 'TRUE'",
        "from os import environ\nenviron.setdefault('OMP_NUM_THREADS', '1')",
        "os.environ.update(MKL_NUM_THREADS='1')\nos.environ.update({'OPENBLAS_NUM_THREADS': '1'})",
        "if 'CUDA_VISIBLE_DEVICES' not in os.environ:\n    os.putenv('CUDA_VISIBLE_DEVICES', '')",
        "os.getenv('PYTHONHASHSEED', 0)\ndel os.environ['TF_CPP_MIN_LOG_LEVEL']\nos.environ.pop('TORCH_HOME', None)",
        "%env KMP_DUPLICATE_LIB_OK=TRUE",
        "torch.save(model, 'model.pt')\nopen('results.csv', 'w').write('x')",
    ],
)
def test_honest_habits_are_no_flags(source):
    assert kinds(source) == set()


@pytest.mark.parametrize(
    "source",
    [
        "x = (((",
        "-" * 100_000 + "1",
        "(" * 10_000,
        "a\0b",
        "_magic_.run_line_magic()\n_magic_.run_cell_magic(1, 2)",
        "%%time\n" * 300,
        "x" * 2_000_000,
    ],
)
def test_no_source_stops_the_scan(source):
    assert kinds(source) == set()

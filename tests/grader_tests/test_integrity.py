"""The probe that looks for what only hostile code does to a kernel: it sees that, and nothing in honest work."""

import time

import pytest

from coursekit import corpus
from grader_tests.student import ChannelStudent


@pytest.fixture
def patched(kernel, there):
    """What the probe finds after a source was executed; ``undo`` then puts the kernel in order."""

    def patched(source: str, undo: str) -> list[str]:
        kernel.run(source)
        try:
            return there.probe("integrity").texts("patched")
        finally:
            kernel.run(undo)

    return patched


def test_nothing_in_honest_kernels(kernel, there):
    kernel.run("import matplotlib.pyplot as plt\nplt.plot([1])\nplt.show()\nclass Own(Exception): pass\nraise Own(1)")
    kernel.run("from tqdm.notebook import tqdm\nfor _ in tqdm(range(3)): pass")
    assert there.probe("integrity").texts("patched") == []


def test_nothing_in_any_sample(own_kernel):
    student = ChannelStudent(own_kernel.run)
    classes = ("vae_encoder", "vae_decoder", "vae_model", "beta_vae")
    for sample in corpus.load_all():
        own_kernel.run("\n\n".join(source for name, source in sample.cells.items() if name in classes))
        assert student.probe("integrity").texts("patched") == [], sample.name


@pytest.mark.parametrize(
    ("source", "undo", "found"),
    [
        pytest.param(
            "import builtins\n_all, builtins.all = all, lambda x: True",
            "builtins.all = _all",
            "builtins.all was made by the notebook",
            id="builtins",
        ),
        pytest.param(
            "_f, torch.allclose = torch.allclose, lambda *x: True",
            "torch.allclose = _f",
            "torch.allclose was made by the notebook",
            id="library",
        ),
        pytest.param(
            "_f = pyro.infer.Trace_ELBO.loss\nclass F: pass\npyro.infer.Trace_ELBO.loss = F()",
            "pyro.infer.Trace_ELBO.loss = _f",
            "pyro.infer.Trace_ELBO.loss was made by the notebook",
            id="object",
        ),
        pytest.param(
            "class T:\n  visit = lambda self, x: x\nget_ipython().ast_transformers.append(T())",
            "get_ipython().ast_transformers.clear()",
            "syntax tree transformer from __main__",
            id="ast",
        ),
        pytest.param(
            "get_ipython().input_transformers_post.append(lambda x: x)",
            "get_ipython().input_transformers_post.clear()",
            "input transformer from __main__",
            id="input",
        ),
        pytest.param(
            "def f(*x): pass\nget_ipython().events.register('post_run_cell', f)",
            "get_ipython().events.unregister('post_run_cell', f)",
            "callback of post_run_cell from __main__",
            id="event",
        ),
        pytest.param(
            "get_ipython().set_custom_exc((KeyError,), lambda *x, **y: None)",
            "get_ipython().custom_exceptions = ()",
            "a custom exception handler is set",
            id="exception",
        ),
        pytest.param(
            "get_ipython().showtraceback = lambda *x: None",
            "del get_ipython().showtraceback",
            "showtraceback of the notebook's kernel was made by the notebook",
            id="shell",
        ),
        pytest.param(
            "import sys, types\nsys.modules['grader_tests'] = types.SimpleNamespace()",
            "del sys.modules['grader_tests']",
            "the module grader_tests is none",
            id="no module",
        ),
        pytest.param(
            "import sys, types\nsys.modules['coursekit'] = types.ModuleType('coursekit')",
            "del sys.modules['coursekit']",
            "there is a module coursekit",
            id="grader's name",
        ),
    ],
)
def test_tampering_is_seen(patched, source, undo, found):
    assert patched(source, undo) == [found]


def test_it_takes_no_time(there):
    there.probe("integrity")
    start = time.perf_counter()
    there.probe("integrity")
    assert time.perf_counter() - start < 1

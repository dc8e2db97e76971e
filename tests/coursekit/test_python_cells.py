"""Cells with magics are read as IPython reads them, within limits."""

import ast

import pytest
from IPython.core.inputtransformer2 import TransformerManager

from coursekit import python_cells
from coursekit.python_cells import UnreadError


@pytest.mark.parametrize(
    "source",
    [
        "%matplotlib inline\nx = 1\n!pip install a\n",
        "a = %foo b\nb = !ls\nif x:\n    %time f()\n    y?\n",
        "%%time\nx = 3\n!ls",
        "!echo it's\n%x (\nz = 3\n%y\n",
        "x = (1\n % 3)\n%foo\n!a \\\n b\n",
        "x = '''\n%a\n'''\n%b",
        ">>> x = 1\n>>> %foo\n",
        "In [1]: %foo\n",
        "/f x\n,g a b\n;h c\nobj??\n%foo?\n",
        "\n\n  %a\n  !b\n",
        "x = 1",
    ],
)
def test_the_same_as_ipython(source):
    assert python_cells.without_magics(source) == TransformerManager().transform_cell(source)


@pytest.mark.parametrize(
    ("source", "limit"),
    [
        ("x" * 50_001, "50000 characters"),
        ("%a\n" * 101, "100 magics"),
        ("%a\n" + "x" * 1_001, "line of more than 1000"),
        ("(" + "a\n" * 600 + ") b?", "a question mark"),
        ("%a (\n" * 6 + "%a", "5 readings"),
    ],
)
def test_limits(source, limit):
    with pytest.raises(UnreadError, match=limit):
        python_cells.parse(source)


@pytest.mark.parametrize("source", ["(" * 10_000, "-" * 10_000 + "1", "a = %", "x = 1\0", "a" + ".b" * 20_000])
def test_what_python_cannot_read_is_a_syntax_error(source):
    with pytest.raises(SyntaxError):
        python_cells.parse(source)


def test_nested_finally_is_checked_in_no_time_and_stays_in_the_tree():
    source = "return 1"
    for _ in range(18):
        source = "try:\n x\nfinally:\n" + "\n".join(f" {line}" for line in source.split("\n"))
    with pytest.raises(SyntaxError, match="outside function"):
        python_cells.check(source)
    assert ast.unparse(python_cells.parse(source)).count("finally") == 18

"""Code cells read as Python, without executing anything."""

import ast
import contextlib
import re
import warnings
from collections.abc import Iterator

from IPython.core.inputtransformer2 import TransformerManager

CALL = "get_ipython()."
"""How the calls begin that IPython makes of magics."""
_MAGIC = re.compile(re.escape(CALL) + "(?=run_line_magic|run_cell_magic|system|getoutput)")


def parse(source: str, magics: str = CALL) -> ast.Module:
    """The syntax tree of a cell. Raises SyntaxError.

    magics: what the calls begin with that stand for magics; with another than CALL they differ from a student's own.
    """
    with unreadable_is_syntax_error(), warnings.catch_warnings(action="ignore"):
        if CALL not in source:
            with contextlib.suppress(SyntaxError):  # what is Python means the same to IPython, which takes longer
                return ast.parse(source)
        return ast.parse(_MAGIC.sub(magics, TransformerManager().transform_cell(source)))


@contextlib.contextmanager
def unreadable_is_syntax_error() -> Iterator[None]:
    """Make a SyntaxError of whatever Python's parser and compiler raise at code that is too deep or has null bytes."""
    try:
        yield
    except (ValueError, RecursionError, MemoryError, SystemError) as error:
        raise SyntaxError(str(error)) from error

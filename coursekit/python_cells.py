"""Code cells read as Python, without executing anything.

Python's parser and IPython's reader of magics take time that grows with the square of some inputs, so what is read
has limits. They lie far above what people write, and a cell beyond them is graded all the same.
"""

import ast
import contextlib
import re
import warnings
from collections.abc import Iterator

from IPython.core.inputtransformer2 import HelpEnd, TokenTransformBase, TransformerManager, make_tokens_by_line

MAX_CHARS = 50_000
"""Characters of a cell that is read."""
MAX_COMPILED = 20_000
"""Characters of a cell that is compiled, too: names in nested scopes cost the square of their number."""
MAX_LINE = 1_000
"""Characters of a line, in a cell with magics."""
MAX_MAGICS = 100
"""Magics in a cell."""
MAX_ROUNDS = 5
"""How often a cell is read anew because a magic has hidden what follows it."""
CALL = "get_ipython()."
"""How the calls begin that IPython makes of magics."""
_MAGIC = re.compile(re.escape(CALL) + "(?=run_line_magic|run_cell_magic|system|getoutput)")

_MARKS = frozenset("%!?,;/")
"""Characters without one of which there is no magic."""


class UnreadError(SyntaxError):
    """A cell that is beyond the limits, and so may be Python or not; the message says which limit."""


def parse(source: str, magics: str = CALL) -> ast.Module:
    """The syntax tree of a cell.

    magics: what the calls begin with that stand for magics; with another than CALL they differ from a student's own.
    Raises SyntaxError where it is no Python, and its subclass UnreadError where that is not known.
    """
    if len(source) > MAX_CHARS:
        raise UnreadError(f"more than {MAX_CHARS} characters")
    with unreadable_is_syntax_error(), warnings.catch_warnings(action="ignore"):
        if CALL not in source:
            try:  # what is Python means the same to IPython, which takes longer
                return ast.parse(source)
            except SyntaxError:
                if _MARKS.isdisjoint(source):
                    raise
        return ast.parse(_MAGIC.sub(magics, without_magics(source)))


def check(source: str) -> None:
    """Raise SyntaxError where a cell is no Python, a lone `return` and the like included; UnreadError as `parse`."""
    tree = parse(source)
    if len(source) > MAX_COMPILED:
        return
    _open_finally(tree)
    with unreadable_is_syntax_error(), warnings.catch_warnings(action="ignore"):
        compile(tree, "cell", "exec", flags=ast.PyCF_ALLOW_TOP_LEVEL_AWAIT)


def _open_finally(tree: ast.Module) -> None:
    """Move what stands in `finally` into the block before it.

    Python's compiler copies it to each way out of the block, so that nested ones grow beyond all limits.
    """
    for node in ast.walk(tree):
        if isinstance(node, (ast.Try, ast.TryStar)) and node.finalbody:
            node.body += node.finalbody
            node.finalbody = [] if node.handlers else [ast.copy_location(ast.Pass(), node)]


def without_magics(source: str) -> str:
    """The Python code that IPython makes of a cell.

    IPython itself reads the whole cell anew after each magic. Here all magics that one reading finds are replaced.
    Raises SyntaxError, and UnreadError as `parse`.
    """
    manager = TransformerManager()
    lines = (source if source.endswith("\n") else f"{source}\n").splitlines(keepends=True)
    if max(map(len, lines)) > MAX_LINE:
        raise UnreadError(f"magics, and a line of more than {MAX_LINE} characters")
    try:
        for transform in (*manager.cleanup_transforms, *manager.line_transforms):
            lines = transform(lines)
        for _ in range(MAX_ROUNDS):
            found = list(_magics(lines, manager.token_transformers))
            if not found:
                return "".join(lines)
            if len(found) > MAX_MAGICS:
                raise UnreadError(f"more than {MAX_MAGICS} magics")
            for magic in reversed(found):  # so that the lines of those above stay where they are
                lines = magic.transform(lines)
    except (AssertionError, IndexError) as error:  # IPython's own, at magics that are cut off
        raise SyntaxError("a magic that IPython cannot read") from error
    raise UnreadError(f"magics that {MAX_ROUNDS} readings do not find")


def _magics(lines: list[str], kinds: list[type[TokenTransformBase]]) -> Iterator[TokenTransformBase]:
    """The magics in a cell, at most one in each logical line. Raises UnreadError at `?` after a very long one."""
    for tokens in make_tokens_by_line(lines):
        found = [magic for kind in kinds if (magic := kind.find([tokens]))]
        for magic in found:
            if isinstance(magic, HelpEnd) and sum(map(len, lines[magic.start_line : magic.q_line + 1])) > MAX_LINE:
                raise UnreadError(f"a question mark after more than {MAX_LINE} characters")
        if found:
            yield min(found, key=lambda magic: magic.sortby())


@contextlib.contextmanager
def unreadable_is_syntax_error() -> Iterator[None]:
    """Make a SyntaxError of whatever Python's parser and compiler raise at code that is too deep or has null bytes."""
    try:
        yield
    except (ValueError, RecursionError, MemoryError, SystemError) as error:
        raise SyntaxError(str(error)) from error

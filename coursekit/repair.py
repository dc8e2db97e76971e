"""Putting the cells of a submitted notebook in order before nbgrader looks at them.

nbgrader knows cells by the `grade_id` in their metadata, and gives up where an id is there twice, damaged or
in a cell of another type. The released notebook is the pattern: each of its nbgrader cells, a *slot*, is filled by one
submitted cell, or put back. Students' own cells stay where they are, between the same neighbours.
"""

from collections import defaultdict
from collections.abc import Iterator
from copy import deepcopy
from dataclasses import dataclass
from functools import cached_property
from itertools import pairwise, takewhile

from nbformat import NotebookNode, v4

from coursekit.advice import error_line, listed
from coursekit.intake import grade_id_of, make_ids_unique

SENTENCES = {
    "unknown": "Komórki o nieznanych oznaczeniach potraktowano jak zwykłe: {}.",
    "split": "Złączono komórki, które były rozcięte w środku kodu: {}.",
    "merged": "Rozwiązanie złączone z komórką, która należy do zadania, potraktowano jak komórkę odpowiedzi: {}.",
    "duplicate": "Te komórki były powielone; oceniono po jednej, ostatniej zmienionej kopii: {}.",
    "type": "Przywrócono typ komórek: {}.",
    "marks": "Przywrócono oznaczenia, po których komórki rozpoznaje program oceniający: {}.",
    "source": "Przywrócono treść komórek, które należą do zadania: {}.",
    "order": "Przywrócono kolejność komórek zadania, bo nie na swoim miejscu były: {}.",
    "answer": "Brakowało komórki odpowiedzi; za odpowiedź uznano tekst wpisany w jej miejscu: {}.",
    "missing": "Brakowało komórek zadania; wstawiono je z powrotem: {}.",
}
"""What the student is told, in this order, about each kind of repair; {} lists the cells."""
MAX_HALVES = 10
"""Cells that are joined to one solution."""


def repair(submitted: list[NotebookNode], released: list[NotebookNode]) -> tuple[list[NotebookNode], list[str]]:
    """The submitted cells with every slot of `released` filled once and in order, and Polish notes on it.

    A slot takes the submitted cell with its grade id, else with its cell id, else with its source. Cells of
    `submitted` may be changed.
    """
    work = _Repair(submitted, released)
    work.recognise()
    work.join_halves()
    work.part_merged()
    work.settle_duplicates()
    work.restore_order()
    work.restore_slots()
    work.fill_gaps()
    cells = [entry.cell for entry in work.entries]
    make_ids_unique(cells)
    return cells, [
        sentence.format(listed([f"`{name}`" for name in work.done[kind]]))
        for kind, sentence in SENTENCES.items()
        if work.done[kind]
    ]


@dataclass(eq=False)
class _Entry:
    """A submitted cell and the slot it fills; a student's own cell fills none."""

    cell: NotebookNode
    slot: str | None = None

    @cached_property
    def lines(self) -> tuple[str, ...]:
        """What `bare` makes of the source, which no longer changes when this is first asked for, see `rewrite`."""
        return bare(self.cell.source)

    def rewrite(self, source: str) -> None:
        """Give the cell another source."""
        self.cell.source = source
        vars(self).pop("lines", None)


class _Repair:
    """The steps of `repair`, which share the entries and the record of what was done."""

    def __init__(self, submitted: list[NotebookNode], released: list[NotebookNode]) -> None:
        self.released = released
        self.plain = [cell for cell in released if "nbgrader" not in cell.metadata]
        self.slots = {cell.metadata.nbgrader.grade_id: cell for cell in released if "nbgrader" in cell.metadata}
        self.lines = {cell.id: bare(cell.source) for cell in released}
        self.entries = [_Entry(cell) for cell in submitted]
        self.done: dict[str, list[str]] = defaultdict(list)

    def recognise(self) -> None:
        """Tell which slots the cells belong to; several may claim one."""
        for entry in self.entries:
            if (grade_id := grade_id_of(entry.cell)) in self.slots:
                entry.slot = grade_id
        for name in self._empty_slots():
            own = [entry for entry in self.entries if entry.slot is None]
            pattern = self.slots[name]
            matches = [entry for entry in own if entry.cell.id == pattern.id]
            if not self._is_written_answer(name):  # the blank answers of all tasks are alike
                matches += [entry for entry in own if self._has_source(entry, pattern)]
            if matches:
                matches[0].slot = name
        for entry in self.entries:
            if entry.slot is None and entry.cell.metadata.pop("nbgrader", None):
                self.done["unknown"].append(entry.cell.source.strip().split("\n")[0][:40])

    def join_halves(self) -> None:
        """Put a solution together that was split where its halves are no Python; editors copy the marks to both."""
        kept: list[_Entry] = []
        joined = 0
        for entry in self.entries:
            if kept and joined < MAX_HALVES and self._are_halves(kept[-1], entry):
                kept[-1].rewrite(f"{kept[-1].cell.source}\n{entry.cell.source}")
                self.done["split"].append(str(entry.slot))
                joined += 1
            else:
                kept.append(entry)
        self.entries = kept

    def _are_halves(self, one: _Entry, other: _Entry) -> bool:
        return (
            one.slot is not None
            and one.slot == other.slot
            and _is_cut(one.cell, other.cell)
            and error_line(f"{one.cell.source}\n{other.cell.source}") is None
        )

    def part_merged(self) -> None:
        """Give a missing solution the given cell beside it with which the student has merged it."""
        names = list(self.slots)
        for position, name in enumerate(names):
            if not self._is_solution(name) or name not in self._empty_slots():
                continue
            beside = {*names[max(position - 1, 0) : position], *names[position + 1 : position + 2]}
            for entry in self.entries:
                if entry.slot in beside and self._is_changed_given(entry, self.slots[name].cell_type):
                    entry.slot = name
                    self.done["merged"].append(name)
                    break

    def _is_changed_given(self, entry: _Entry, cell_type: str) -> bool:
        pattern = self.slots[str(entry.slot)]
        return bool(
            pattern.metadata.nbgrader.locked and pattern.cell_type == cell_type and not self._has_source(entry, pattern)
        )

    def settle_duplicates(self) -> None:
        """Leave one cell a slot: of a solution the last that was changed, of given code the first unchanged.

        Other unchanged copies go: a stub that runs after the solution would undo it. Changed copies stay as
        the student's own cells.
        """
        claims: dict[str, list[_Entry]] = defaultdict(list)
        superfluous: set[_Entry] = set()
        for entry in self.entries:
            if entry.slot is not None:
                claims[entry.slot].append(entry)
        for name, copies in claims.items():
            if len(copies) == 1:
                continue
            self.done["duplicate"].append(name)
            unchanged = [entry for entry in copies if self._has_source(entry, self.slots[name])]
            changed = [entry for entry in copies if not self._has_source(entry, self.slots[name])]
            kept = (changed[::-1] + unchanged if self._is_solution(name) else unchanged + changed)[0]
            for entry in copies:
                if entry is not kept:
                    entry.slot = None
                    entry.cell.metadata.pop("nbgrader", None)
            superfluous.update(entry for entry in unchanged if entry is not kept)
        self.entries = [entry for entry in self.entries if entry not in superfluous]

    def restore_order(self) -> None:
        """Sort the filled slots as released; a student's own cells move with the slot above them."""
        order = {name: position for position, name in enumerate(self.slots)}
        parts: list[tuple[int, list[_Entry]]] = [(-1, [])]
        for entry in self.entries:
            if entry.slot is not None:
                parts.append((order[entry.slot], []))
            parts[-1][1].append(entry)
        self.done["order"] = [str(part[0].slot) for (above, _), (position, part) in pairwise(parts) if position < above]
        self.entries = [entry for _, part in sorted(parts, key=lambda part: part[0]) for entry in part]

    def restore_slots(self) -> None:
        """Give the cells in slots the released type, marks and, where it is not the student's, source."""
        for entry in self.entries:
            if entry.slot is None:
                continue
            pattern, cell = self.slots[entry.slot], entry.cell
            if cell.cell_type != pattern.cell_type:
                self.done["type"].append(entry.slot)
                make = v4.new_code_cell if pattern.cell_type == "code" else v4.new_markdown_cell
                entry.cell = cell = make(cell.source, id=cell.id, metadata=cell.metadata)
            if _marks(cell) != _marks(pattern):
                self.done["marks"].append(entry.slot)
            cell.metadata = deepcopy(pattern.metadata)
            if pattern.metadata.nbgrader.locked and not self._has_source(entry, pattern):
                self.done["source"].append(entry.slot)
                entry.rewrite(pattern.source)

    def fill_gaps(self) -> None:
        """Fill the slots that are still empty, in the released order."""
        for name in self._empty_slots():
            start, end = self._gap(name)
            answer = self._answer_in_place(start, end) if self._is_written_answer(name) else None
            if answer:
                self.done["answer"].append(name)
                answer.slot = name
                answer.cell.metadata = deepcopy(self.slots[name].metadata)
            else:
                self.done["missing"].append(name)
                self.entries.insert(self._place(name, start, end), _Entry(self._substitute(name), name))

    def _gap(self, name: str) -> tuple[int, int]:
        """Where an empty slot may be filled: between the filled slots before and after it."""
        names = list(self.slots)
        where = {entry.slot: index for index, entry in enumerate(self.entries)}
        before = [where[other] + 1 for other in names[: names.index(name)] if other in where]
        after = [where[other] for other in names[names.index(name) :] if other in where]
        return max(before, default=0), min(after, default=len(self.entries))

    def _place(self, name: str, start: int, end: int) -> int:
        """Before the first released text or analysis that follows `name`, so after what the student wrote.

        Where none of them is left, given code goes before what the student wrote in place of a solution.
        """
        position = self.released.index(self.slots[name])
        following = [cell for cell in self.released[position + 1 :] if cell in self.plain]
        for pattern in following:
            for index in range(start, end):
                if self._is_copy(self.entries[index], pattern):
                    return index
        return start if self._precedes_solution(name) else end

    def _precedes_solution(self, name: str) -> bool:
        """Whether `name` is given code, and the next solution is missing too with nothing filled between."""
        if self._is_solution(name) or self.slots[name].metadata.nbgrader.grade:
            return False
        names = list(self.slots)
        empty = set(self._empty_slots())
        until = takewhile(empty.__contains__, names[names.index(name) :])
        return any(self._is_solution(each) and not self._is_written_answer(each) for each in until)

    def _answer_in_place(self, start: int, end: int) -> _Entry | None:
        """The longest text of the student's own in a gap."""
        own = [
            entry
            for entry in self.entries[start:end]
            if entry.cell.cell_type == "markdown" and not any(self._is_copy(entry, pattern) for pattern in self.plain)
        ]
        return max(own, key=lambda entry: len(entry.cell.source), default=None)

    def _substitute(self, name: str) -> NotebookNode:
        """The released cell, but no stub of a class: the student may have defined it in another cell."""
        cell = deepcopy(self.slots[name])
        if self._is_solution(name) and cell.cell_type == "code":
            cell.source = f"# Komórki `{name}` nie było w oddanym pliku; oceniono kod z pozostałych komórek."
        return cell

    def _empty_slots(self) -> Iterator[str]:
        filled = {entry.slot for entry in self.entries}
        return (name for name in self.slots if name not in filled)

    def _has_source(self, entry: _Entry, pattern: NotebookNode) -> bool:
        """Whether a submitted cell holds the text of a released one, blanks at the ends of lines and the cell apart."""
        return entry.lines == self.lines[pattern.id]

    def _is_copy(self, entry: _Entry, pattern: NotebookNode) -> bool:
        """Whether a submitted cell is a released one, perhaps edited."""
        return entry.cell.id == pattern.id or self._has_source(entry, pattern)

    def _is_solution(self, name: str) -> bool:
        return bool(self.slots[name].metadata.nbgrader.solution)

    def _is_written_answer(self, name: str) -> bool:
        return self._is_solution(name) and self.slots[name].cell_type == "markdown"


def _marks(cell: NotebookNode) -> list[object]:
    """What of a cell's nbgrader metadata decides how it is graded."""
    metadata = cell.metadata.get("nbgrader")
    keys = ("grade_id", "grade", "solution", "locked", "points")
    return [metadata.get(key) for key in keys] if isinstance(metadata, dict) else []


def bare(source: str) -> tuple[str, ...]:
    """The lines of a cell without the blanks at their ends and around them all."""
    return tuple(line.rstrip() for line in source.strip().splitlines())


def _is_cut(one: NotebookNode, other: NotebookNode) -> bool:
    """Whether two cells of code look like halves: one is no Python, or the second goes on with a block."""
    indented = other.source.strip("\n")[:1].isspace()
    return indented or error_line(one.source) is not None or error_line(other.source) is not None

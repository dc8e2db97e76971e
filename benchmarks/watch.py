"""Looks at something again and again while something else runs."""

from threading import Event, Thread
from typing import Self


class Watch:
    """A context in which :meth:`look` is called every ``period`` seconds, in a thread."""

    period = 0.2

    def __enter__(self) -> Self:
        self._stop = Event()
        self._thread = Thread(target=self._watch)
        self._thread.start()
        return self

    def __exit__(self, *exception: object) -> None:
        self._stop.set()
        self._thread.join()

    def _watch(self) -> None:
        while not self._stop.wait(self.period):
            self.look()

    def look(self) -> None:
        """Take notes."""
        raise NotImplementedError

"""Output that never gets in the way of the work: what a command does, and its exit code, depend
neither on the characters that a console can show nor on whether anybody still reads.
"""

from __future__ import annotations

import errno
import os
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from typing import Any

GONE = (errno.EPIPE, errno.EINVAL)  # what Linux and what Windows say of a pipe without a reader


@contextmanager
def tolerant_output() -> Iterator[None]:
    """As long as this lasts, a character that a console lacks is shown as a mark, and what is
    written after the reader went away, as `head` does, is dropped.
    """
    streams = sys.stdout, sys.stderr
    for stream in streams:
        reconfigure = getattr(stream, "reconfigure", None)
        if reconfigure is not None:
            reconfigure(errors="replace")
    sys.stdout, sys.stderr = (stream and _Tolerant(stream) for stream in streams)
    try:
        yield
    finally:
        for stream in filter(None, (sys.stdout, sys.stderr)):
            with suppress(OSError):  # one more would change the exit code when the program ends
                stream.flush()
        sys.stdout, sys.stderr = streams


class _Tolerant:
    """A stream that goes on as one to nowhere once its reader has gone."""

    def __init__(self, stream: Any) -> None:
        self._stream = stream

    def __getattr__(self, name: str) -> Any:
        return getattr(self._stream, name)

    @property
    def buffer(self) -> _Tolerant:
        return _Tolerant(self._stream.buffer)

    def write(self, text: str | bytes) -> int:
        self._unless_gone(lambda: self._stream.write(text))
        return len(text)

    def flush(self) -> None:
        self._unless_gone(self._stream.flush)

    def _unless_gone(self, action: Callable[[], object]) -> None:
        try:
            action()
        except OSError as error:
            if error.errno not in GONE:
                raise
            nowhere = os.open(os.devnull, os.O_WRONLY)
            os.dup2(nowhere, self._stream.fileno())
            os.close(nowhere)

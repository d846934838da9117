"""Messages between LibreOffice and the Python it starts: length, then the pickled message.

Both ends are ours and the pipe is private. A copy of this file goes into the add-in, where
LibreOffice's own (older) Python reads it.
"""

from __future__ import annotations

import pickle
import struct
from typing import IO, Any

PROTOCOL = 4
_LENGTH = struct.Struct("<Q")


def send(stream: IO[bytes], message: Any) -> None:
    """Write one message."""
    content = pickle.dumps(message, PROTOCOL)
    stream.write(_LENGTH.pack(len(content)) + content)
    stream.flush()


def receive(stream: IO[bytes]) -> Any:
    """Read one message; raises EOFError when the other end is gone."""
    return pickle.loads(_exactly(stream, _LENGTH.unpack(_exactly(stream, _LENGTH.size))[0]))


def _exactly(stream: IO[bytes], size: int) -> bytes:
    content = stream.read(size)
    if len(content) < size:
        raise EOFError
    return content

"""Results kept in memory by the bytes of their arguments, within a bound."""

from __future__ import annotations

import marshal
from collections.abc import Callable, Hashable
from hashlib import blake2b
from threading import RLock
from typing import Any, TypeVar

from cachetools import LRUCache

Kept = TypeVar("Kept")
BYTES_OF_A_CELL = 32  # a Python float and its place in a row
MAXIMUM = 64 * 1024 * 1024


def digest(value: Any) -> bytes | None:
    """A fingerprint of a range of plain cells; None when it holds anything else."""
    if hasattr(value, "tobytes"):
        return blake2b(repr((value.shape, value.dtype)).encode() + value.tobytes()).digest()
    try:
        return blake2b(marshal.dumps(value, 2)).digest()
    except ValueError:
        return None


class Cache:
    """The most recently used results, together within `maximum` bytes (method of estimate: cells
    times BYTES_OF_A_CELL, or the bytes of an array).
    """

    def __init__(self, maximum: int = MAXIMUM) -> None:
        self._kept: LRUCache[Hashable, Any] = LRUCache(maximum, _size)
        self._lock = RLock()

    def get(self, key: Hashable) -> Any:
        """What is kept under a key, or None."""
        with self._lock:
            return self._kept.get(key)

    def put(self, key: Hashable, value: Any) -> None:
        """Keep a value, unless it is larger than the whole cache."""
        with self._lock:
            if _size(value) <= self._kept.maxsize:
                self._kept[key] = value

    def of(self, key: Hashable, make: Callable[[], Kept]) -> Kept:
        """What is kept under a key, made now if it is not there."""
        found: Kept | None = self.get(key)
        if found is None:
            found = make()
            self.put(key, found)
        return found

    def clear(self) -> None:
        """Forget everything."""
        with self._lock:
            self._kept.clear()

    @property
    def size(self) -> int:
        """The bytes in use, by the estimate."""
        return int(self._kept.currsize)


def _size(value: Any) -> int:
    if hasattr(value, "nbytes"):
        return int(value.nbytes)
    if isinstance(value, list) and value and isinstance(value[0], list):
        return len(value) * len(value[0]) * BYTES_OF_A_CELL
    return 1024


RESULTS = Cache()
"""Results of whole calls."""
PARTS = Cache()
"""Ranges made into arrays, and factorised tables."""

"""Take one stream out of the container (OLE) that a workbook of Excel 97 to 2003 is.

A container is divided into sectors; a table says which sector follows which, and a directory which
sector each stream begins with. Short streams are divided into smaller sectors of their own.
"""

from __future__ import annotations

import struct

_HEADER, _ENTRY = 512, 128
_FIRST_FAT = 109
_END = 0xFFFFFFFA
"""Numbers from here on are no sectors: they end a chain or mark a free one."""
_STREAM, _ROOT = 2, 5


def stream_of(data: bytes, names: tuple[str, ...]) -> bytes:
    """Return the first stream of a container that has one of these names, or nothing.

    Raises:
        ValueError: The container is damaged.
        struct.error: It is cut off.
    """
    container = _Container(data)
    return next((container.stream(name) for name in names if name in container.entries), b"")


class _Container:
    """The sectors and the directory of a container."""

    def __init__(self, data: bytes) -> None:
        self._data = data
        shift, self._mini_shift = struct.unpack_from("<HH", data, 30)
        if not (7 <= shift <= 16 and 4 <= self._mini_shift <= shift):
            raise ValueError("sectors")
        self._size = 1 << shift
        directory, _, self._cutoff, mini_fat, _, more, _ = struct.unpack_from("<7I", data, 48)
        self._next = self._numbers(self._fat(more))
        entries = self._chained(directory)
        self.entries: dict[str, tuple[int, int, int]] = {}
        for at in range(0, len(entries) - _ENTRY + 1, _ENTRY):
            length, kind = struct.unpack_from("<HB", entries, at + 64)
            name = entries[at : at + max(min(length, 64) - 2, 0)].decode("utf-16-le", "replace")
            start, size = struct.unpack_from("<II", entries, at + 116)
            if kind in (_STREAM, _ROOT):
                self.entries["" if kind == _ROOT else name] = (kind, start, size)
        self._mini_next = self._numbers(self._chain(mini_fat, self._next))

    def stream(self, name: str) -> bytes:
        """Return the bytes of a stream.

        Raises:
            ValueError: Its sectors form a loop or lie outside of the container.
        """
        _, start, size = self.entries[name]
        if size >= self._cutoff:
            return self._chained(start)[:size]
        small = self._chained(self.entries[""][1])
        length = 1 << self._mini_shift
        chain = self._chain(start, self._mini_next)
        return b"".join(small[n * length : (n + 1) * length] for n in chain)[:size]

    def _fat(self, more: int) -> list[int]:
        """Return the sectors that hold the table of sectors; further ones stand in a chain."""
        sectors = list(struct.unpack_from(f"<{_FIRST_FAT}I", self._data, 76))
        visits: set[int] = set()
        while more < _END and more not in visits:
            visits.add(more)
            *numbers, more = self._numbers([more])
            sectors += numbers
        return [number for number in sectors if number < _END]

    def _numbers(self, sectors: list[int]) -> tuple[int, ...]:
        data = b"".join(map(self._sector, sectors))
        return struct.unpack(f"<{len(data) // 4}I", data[: len(data) // 4 * 4])

    def _chained(self, start: int) -> bytes:
        return b"".join(map(self._sector, self._chain(start, self._next)))

    def _chain(self, start: int, follows: tuple[int, ...]) -> list[int]:
        chain: list[int] = []
        while start < _END:
            if start >= len(follows) or len(chain) > len(follows):
                raise ValueError("chain")
            chain.append(start)
            start = follows[start]
        return chain

    def _sector(self, number: int) -> bytes:
        # the header takes the place of the first sector, whatever their size
        at = max(_HEADER, self._size) + number * self._size
        return self._data[at : at + self._size]

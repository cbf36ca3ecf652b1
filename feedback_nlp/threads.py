"""Which messages belong together: told over the whole mailbox, in its journal.

Messages are tied to a conversation by their ids (RFC 5322, 3.6.4) and, where a mail program lost these, by subject and
correspondent. All of it is done by queries that run over the file in order, so that memory does not grow with the
mailbox but for eight bytes a message.
"""

from __future__ import annotations

import sqlite3
from array import array
from collections.abc import Collection, Iterator
from itertools import chain, groupby

DAY = 86_400.0
"""Seconds."""
_LONGEST_SILENCE = 365 * DAY
"""A reply that names no message answers one that is at most so old."""
_FEWEST_RECEIVED = 5
CORRESPONDENT = "CASE own WHEN 1 THEN recipient ELSE sender END"
"""SQL for the address on the other side of a message."""


def mark_own(connection: sqlite3.Connection, given: Collection[str] = ()) -> None:
    """Marks what the person wrote: the sent mail, and all mail from their addresses, given or told by the mailbox."""
    addresses = {address.lower() for address in given} | own_addresses(connection)
    connection.execute("UPDATE message SET own = sent")
    connection.executemany("UPDATE message SET own = 1 WHERE sender = ?", [(address,) for address in sorted(addresses)])


def own_addresses(connection: sqlite3.Connection) -> set[str]:
    """The addresses from which the sent mail comes, and the one to which more than half of the mail went."""
    found = {address for (address,) in connection.execute("SELECT DISTINCT sender FROM message WHERE sent AND sender <> ''")}
    (received,) = connection.execute("SELECT COUNT(DISTINCT n) FROM recipient").fetchone()
    most = connection.execute("SELECT address, COUNT(*) AS c FROM recipient GROUP BY address ORDER BY c DESC, address LIMIT 1").fetchone()
    if most and gets_most(most[1], received):
        found.add(most[0])
    return found


def gets_most(count: int, received: int) -> bool:
    """Whether an address to which so many of the messages went must be the person's own."""
    return count >= _FEWEST_RECEIVED and 2 * count > received


def number_conversations(connection: sqlite3.Connection) -> None:
    """Gives the messages of a conversation the number of its first one."""
    (last,) = connection.execute("SELECT COALESCE(MAX(n), 0) FROM message").fetchone()
    groups = _Groups(last + 1)
    for first, second in chain(_by_message_id(connection), _by_subject(connection)):
        groups.join(first, second)
    connection.executemany("UPDATE message SET conversation = ? WHERE n = ?", ((groups.root(n), n) for n in range(last + 1)))
    connection.execute("CREATE INDEX IF NOT EXISTS message_conversation ON message (conversation)")


class _Groups:
    """Disjoint sets of the numbers 0 to n - 1 (Galler and Fischer 1964), each known by its smallest."""

    def __init__(self, n: int) -> None:
        self._parent = array("q", range(n))

    def root(self, i: int) -> int:
        parent = self._parent
        while parent[i] != i:
            parent[i] = parent[parent[i]]
            i = parent[i]
        return i

    def join(self, i: int, j: int) -> None:
        i, j = self.root(i), self.root(j)
        self._parent[max(i, j)] = min(i, j)


def _by_message_id(connection: sqlite3.Connection) -> Iterator[tuple[int, int]]:
    """Messages that have or name the same message id."""
    for _, named in groupby(connection.execute("SELECT message_id, n FROM link ORDER BY message_id, n"), key=lambda row: row[0]):
        (_, first), *others = named
        yield from ((first, n) for _, n in others)


def _by_subject(connection: sqlite3.Connection) -> Iterator[tuple[int, int]]:
    """A reply that names no message, and the newest one before it between the same two with the same subject."""
    query = f"""
        SELECT subject, n, time, reply AND NOT answers, {CORRESPONDENT}
        FROM message WHERE subject <> '' AND time IS NOT NULL ORDER BY subject, time, n
    """
    for _, same in groupby(connection.execute(query), key=lambda row: row[0]):
        newest: dict[str, tuple[float, int]] = {}
        for _, n, time, lost, correspondent in same:
            before = newest.get(correspondent)
            if lost and before and time - before[0] <= _LONGEST_SILENCE:
                yield before[1], n
            newest[correspondent] = (time, n)

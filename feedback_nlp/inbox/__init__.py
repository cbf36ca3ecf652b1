"""Reading what a person has: a pasted text, a mail file, a folder, an mbox, a table. Told by content, not by name."""

from feedback_nlp.inbox.reader import read_bytes, read_file, read_inbox, read_rows

__all__ = ["read_bytes", "read_file", "read_inbox", "read_rows"]

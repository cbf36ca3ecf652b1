"""Reading what a person has: a mail, a folder, a mailbox, a table, an archive. Told by content, not by name.

reader      the map from content to reader
file        where bytes lie, what a person calls them, how they start
message, emlx, msg                              one mail
mbox, folder, pst                               many
table (CSV, JSON lines), workbook, parquet      rows
archive, room                                   anything of these, packed; and how much may be unpacked
outlook, row, html, charset                     what several readers share
"""

from feedback_nlp.inbox.reader import read_bytes, read_file, read_inbox, read_rows

__all__ = ["read_bytes", "read_file", "read_inbox", "read_rows"]

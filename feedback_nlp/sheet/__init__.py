"""Rows in files: CSV, JSON lines, Parquet and Excel, written one row at a time, whole or not at all.

columns     which columns `label` writes, and what each holds
cell        what a cell can hold of a value, and how that is taken back
text, parquet, workbook   the formats
writer      write_rows(rows, path)
"""

from feedback_nlp.sheet.writer import check_writable, write_rows

__all__ = ["check_writable", "write_rows"]

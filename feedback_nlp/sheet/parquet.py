"""Rows as Parquet, batch by batch. pyarrow writes it, which is an extra."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping
from itertools import islice
from typing import Any, BinaryIO

from feedback_nlp.labels import LABELS
from feedback_nlp.sheet.cell import text_of, well_formed
from feedback_nlp.sheet.columns import OWN_LABEL_FIELDS, SIGNAL_FIELDS, Kind, MisfitError, fits

_BATCH = 1000


def is_installed() -> bool:
    """Whether pyarrow is there."""
    try:
        import pyarrow.parquet  # noqa: F401
    except ImportError:
        return False
    return True


def write_parquet(
    file: BinaryIO,
    rows: Iterable[Mapping[str, Any]],
    columns: Mapping[str, Kind],
    about: Callable[[], Mapping[str, str]] = dict,
) -> None:
    """Writes rows by the schema of their columns; `about` is asked at the end what the file is to say of itself.

    Raises MisfitError where a value does not fit its column.
    """
    import pyarrow as arrow
    import pyarrow.parquet

    schema = arrow.schema([(well_formed(name), _type_of(kind)) for name, kind in columns.items()])
    with arrow.parquet.ParquetWriter(file, schema, compression="zstd") as writer:
        for batch in _batches(rows):
            arrays = [
                arrow.array([_held(row.get(name), name, kind) for row in batch], field.type)
                for (name, kind), field in zip(columns.items(), schema, strict=True)
            ]
            writer.write_batch(arrow.RecordBatch.from_arrays(arrays, schema=schema))
        if said := about():
            writer.add_key_value_metadata(dict(said))


def _type_of(kind: Kind) -> Any:
    import pyarrow as arrow

    own_label = (arrow.string(), arrow.float64(), arrow.string())
    return {
        Kind.TEXT: arrow.string(),
        Kind.NUMBER: arrow.float64(),
        Kind.WHOLE: arrow.int64(),
        Kind.TEXTS: arrow.list_(arrow.string()),
        Kind.SCORES: arrow.struct([(label, arrow.float64()) for label in LABELS]),
        Kind.SIGNALS: arrow.list_(arrow.struct([(name, arrow.string()) for name in SIGNAL_FIELDS])),
        Kind.OWN_LABELS: arrow.list_(arrow.struct(list(zip(OWN_LABEL_FIELDS, own_label, strict=True)))),
    }[kind]


def _batches(rows: Iterable[Mapping[str, Any]]) -> Iterator[list[Mapping[str, Any]]]:
    iterator = iter(rows)
    while batch := list(islice(iterator, _BATCH)):
        yield batch


def _held(value: Any, name: str, kind: Kind) -> Any:
    """A value as its column holds it; scores of nothing are none."""
    if value is None:
        return None
    if not fits(value, kind):
        raise MisfitError(f"column {name} of .parquet can't hold {text_of(value)[:60]!r}. Give .csv or .jsonl.")
    if kind is Kind.TEXT:
        return well_formed(text_of(value))
    if kind is Kind.TEXTS:
        return [None if item is None else well_formed(text_of(item)) for item in value]
    if kind is Kind.SIGNALS:
        return [{name: well_formed(text_of(text)) for name, text in one.items()} for one in value]
    return value or None if kind is Kind.SCORES else value

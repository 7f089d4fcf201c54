"""Runs as a Parquet file: the table of `exports.table`, for pandas, Polars, DuckDB and Spark."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from itertools import islice
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.parquet as pq

from dqn_tui.exports.destination import new_file
from dqn_tui.exports.source import Source
from dqn_tui.exports.table import Table

# Rows that are in memory at a time, and a row group of the file.
_GROUP_ROWS = 65_536
_TEXT = pa.dictionary(pa.int32(), pa.string())
_MEASURED_TYPES = (pa.int64(), pa.float64(), _TEXT, pa.float64())


def write(sources: Sequence[Source], out: Path) -> None:
    """Write the table; a setting that is text in one of the runs is text in all of them.

    Raises:
        UsageError: A run cannot be read, or `out` exists or cannot be written.
    """
    table = Table(sources)
    fixed = [_constant(cells) for cells in zip(*map(table.constants, sources), strict=True)]
    types = [*(kind for kind, _ in fixed), *_MEASURED_TYPES]
    schema = pa.schema(list(zip(table.columns, types, strict=True)))
    with new_file(out) as path, pq.ParquetWriter(path, schema) as writer:
        for number, (_, measured) in enumerate(table.parts()):
            constants = [pa.scalar(values[number], _value_type(kind)) for kind, values in fixed]
            for group in _groups(measured):
                writer.write_batch(_batch(constants, group, schema))


def _constant(cells: Sequence[Any]) -> tuple[pa.DataType, list[Any]]:
    """Return the type of a column that is constant in each run, and its value in each."""
    kinds = {type(cell) for cell in cells if cell is not None}
    if kinds == {bool}:
        return pa.bool_(), list(cells)
    if kinds == {int}:
        return pa.int64(), list(cells)
    if kinds and kinds <= {int, float}:
        return pa.float64(), [None if cell is None else float(cell) for cell in cells]
    return _TEXT, [None if cell is None else str(cell) for cell in cells]


def _value_type(kind: pa.DataType) -> pa.DataType:
    return kind.value_type if pa.types.is_dictionary(kind) else kind


def _batch(constants: Sequence[pa.Scalar], group: Sequence[tuple[Any, ...]], schema: pa.Schema) -> pa.RecordBatch:
    repeated = [pa.repeat(value, len(group)) for value in constants]
    measured = [pa.array(cells) for cells in zip(*group, strict=True)]
    columns = [column.cast(field.type) for column, field in zip([*repeated, *measured], schema, strict=True)]
    return pa.record_batch(columns, schema=schema)


def _groups(rows: Iterator[tuple[Any, ...]]) -> Iterator[list[tuple[Any, ...]]]:
    while group := list(islice(rows, _GROUP_ROWS)):
        yield group

"""A sheet as Parquet, for programs that analyse: typed columns, codes, the block in the file's own
key-value metadata (G15). Needs the extra `parquet`.
"""

import io
import json
from collections.abc import Callable
from decimal import Decimal
from typing import TYPE_CHECKING, Any, Final

from jp20.domain.base.extras import of_extra
from jp20.views.json_form import coded, coder_of
from jp20.views.sheet import Cell, Export, Form, Sheet, SheetColumn, block_facts

if TYPE_CHECKING:
    from types import ModuleType

METADATA: Final = "jp20"
"""The key under which the file names its question and its block, as JSON."""

_LAST: Final = 253_402_300_799


def to_parquet_file(export: Export, sheet: Sheet) -> bytes:
    """Units are DECIMAL(38, 0): a token may have more than 64 bits hold. Shares are DECIMAL(7, 4),
    times TIMESTAMP in UTC. Raises ExtraMissing.
    """
    arrow, parquet = of_extra("pyarrow", "parquet"), of_extra("pyarrow.parquet", "parquet")
    about = {
        "token": export.subject,
        "question": export.question,
        **{each.column.name: coded(each.column, each.value) for each in block_facts(export.stamp)},
        "final": export.stamp.final,
    }
    fields = [arrow.field(each.name, _type(arrow, each)) for each in sheet.columns]
    schema = arrow.schema(fields, {METADATA: json.dumps(about)})
    columns = []
    for place, column in enumerate(sheet.columns):
        value = _value(column.form)
        cells = [value(row[place]) for row in sheet.rows]
        columns.append(arrow.array(cells, type=_type(arrow, column)))
    out = io.BytesIO()
    parquet.write_table(arrow.Table.from_arrays(columns, schema=schema), out, compression="zstd")
    return out.getvalue()


# Inside


def _type(arrow: "ModuleType", column: SheetColumn) -> Any:
    match column.form:
        case Form.UNITS:
            return arrow.decimal128(38, 0)
        case Form.NUMBER:
            return arrow.int64()
        case Form.SHARE:
            return arrow.decimal128(7, 4)
        case Form.TIME:
            return arrow.timestamp("s", tz="UTC")
        case Form.FLAG:
            return arrow.bool_()
    return arrow.string()


def _value(form: Form) -> Callable[[Cell], Any]:
    match form:
        case Form.UNITS | Form.NUMBER:
            return lambda value: value
        case Form.SHARE:
            return lambda value: Decimal(value).scaleb(-4) if isinstance(value, int) else None
        case Form.TIME:
            return lambda value: min(value, _LAST) if isinstance(value, int) else None
    return coder_of(form)

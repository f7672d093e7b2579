"""An export as JSON: codes where people have words, a line for each row (G15)."""

import json
from collections.abc import Callable, Iterator
from enum import Enum
from typing import Any

from jp20.domain.base.text import Text
from jp20.domain.files.letters import in_json
from jp20.views.sheet import NOT_SHOWN, Cell, Export, Form, SheetColumn, block_facts, writer_of


def to_json_file(export: Export) -> bytes:
    """The question, the block, the facts, then each sheet by its name as a list of objects."""
    return "".join(_lines(export)).encode()


def coded(column: SheetColumn, value: Cell) -> Any:
    """A cell as a program reads it. Numbers are numbers, whatever their size; a share is text with
    four decimals, a time ISO 8601 in Japan's time.
    """
    return coder_of(column.form)(value)


def coder_of(form: Form) -> Callable[[Cell], Any]:
    """`coded` for many cells of one form."""
    match form:
        case Form.CODE:
            return _code
        case Form.ACCOUNT:
            return lambda value: None if value is NOT_SHOWN else value
        case Form.FLAG:
            return lambda value: None if value is None else bool(value)
        case Form.INVESTOR:
            write = writer_of(form, "en")
            return lambda value: write(value) or None
        case Form.SHARE | Form.TIME | Form.HASH:
            write = writer_of(form, "en")
            return lambda value: None if value is None else write(value)
    return lambda value: value.en if isinstance(value, Text) else value


# Inside


def _lines(export: Export) -> Iterator[str]:
    about: dict[str, Any] = {
        "token": export.subject,
        "question": export.question,
        "as_of": {
            each.column.name: coded(each.column, each.value) for each in block_facts(export.stamp)
        },
    }
    about["as_of"]["final"] = export.stamp.final
    about |= {each.column.name: coded(each.column, each.value) for each in export.facts}
    yield "{"
    yield ",".join(f"\n {json.dumps(name)}: {_json(value)}" for name, value in about.items())
    for sheet in export.sheets:
        yield f",\n {json.dumps(sheet.name)}: ["
        names = [column.name for column in sheet.columns]
        forms = [coder_of(column.form) for column in sheet.columns]
        separator = "\n  "
        for row in sheet.rows:
            cells = [form(value) for form, value in zip(forms, row, strict=True)]
            yield separator + _json(dict(zip(names, cells, strict=True)))
            separator = ",\n  "
        yield "\n ]" if sheet.rows else "]"
    yield "\n}\n"


def _json(value: Any) -> str:
    written = json.dumps(value, ensure_ascii=False)
    return written if written.isascii() and written.isprintable() else in_json(written)


def _code(value: Cell) -> str | None:
    if isinstance(value, Enum):
        return value.name.lower()
    return value.en if isinstance(value, Text) else None if value is None else str(value)

"""An export as JSON: codes where people have words, a line for each row (G15)."""

import json
from collections.abc import Callable, Iterator
from enum import Enum
from typing import Any, Final

from jp20.domain.base.text import Text
from jp20.domain.files.letters import in_json
from jp20.views.sheet import Cell, Export, Form, SheetColumn, as_of, said


def to_json_file(export: Export) -> bytes:
    """The question, the block, the facts, then each sheet by its name as a list of objects."""
    return "".join(_lines(export)).encode()


def coded(column: SheetColumn, value: Cell) -> Any:
    """A cell as a program reads it. Numbers are numbers, whatever their size; a share is text with
    four decimals, a time ISO 8601 in Japan's time.
    """
    return _CODED.get(column.form, _plain)(value)


# Inside


def _lines(export: Export) -> Iterator[str]:
    about: dict[str, Any] = {
        "token": export.subject,
        "question": export.question,
        "as_of": {each.column.name: coded(each.column, each.value) for each in as_of(export.stamp)},
    }
    about["as_of"]["final"] = export.stamp.final
    about |= {each.column.name: coded(each.column, each.value) for each in export.facts}
    yield "{"
    yield ",".join(f"\n {json.dumps(name)}: {_json(value)}" for name, value in about.items())
    for sheet in export.sheets:
        yield f",\n {json.dumps(sheet.name)}: ["
        names = [f"{json.dumps(column.name)}: " for column in sheet.columns]
        forms = [_CODED.get(column.form, _plain) for column in sheet.columns]
        separator = "\n  "
        for row in sheet.rows:
            cells = zip(names, forms, row, strict=True)
            yield separator + "{"
            yield ", ".join(f"{name}{_json(form(value))}" for name, form, value in cells)
            yield "}"
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


def _as_said(form: Form) -> Callable[[Cell], str | None]:
    return lambda value: None if value is None else said(form, value, "en")


def _plain(value: Cell) -> Any:
    return value.en if isinstance(value, Text) else value


_CODED: Final[dict[Form, Callable[[Cell], Any]]] = {
    Form.CODE: _code,
    Form.FLAG: lambda value: None if value is None else bool(value),
    Form.INVESTOR: lambda value: said(Form.INVESTOR, value, "en") or None,
    Form.SHARE: _as_said(Form.SHARE),
    Form.TIME: _as_said(Form.TIME),
    Form.HASH: _as_said(Form.HASH),
}

"""The messages of the code, and their Japanese in the catalogue.

    python tools/messages.py            put new messages into the .po, take unused ones out, compile
    python tools/messages.py --check    say what is wrong with the catalogue; ends with 1

A message is the literal first argument of `Text(…)`, `help_text(…)`, `argument(…)` or `option(…)`,
or the third of `command(…)`.
"""

import ast
import sys
from collections.abc import Collection, Iterable, Iterator
from dataclasses import dataclass
from io import BytesIO
from pathlib import Path
from string import Formatter
from typing import Final

from babel.messages.catalog import Catalog, Message
from babel.messages.mofile import write_mo
from babel.messages.pofile import read_po, write_po

ROOT: Final = Path(__file__).resolve().parents[1]
PACKAGE: Final = ROOT / "jp20"
CATALOGUE: Final = PACKAGE / "locale" / "ja" / "LC_MESSAGES" / "jp20.po"
COMPILED: Final = CATALOGUE.with_suffix(".mo")

HEADER: Final = """\
# What JP20 says, in Japanese. `make messages` takes the messages out of the code and compiles
# this file; the terms are those of docs/glossary.md.
#"""

SAYS: Final = {"Text": 0, "help_text": 0, "argument": 0, "option": 0, "command": 2}
"""The functions that take a message, and which argument it is."""

OWN: Final = {"context"}
"""Arguments of `Text` that are no values."""


@dataclass(frozen=True, slots=True)
class Found:
    """A message in the code. `values` names what is given for its placeholders."""

    file: str
    line: int
    message: str
    context: str | None
    values: frozenset[str]

    @property
    def key(self) -> tuple[str | None, str]:
        return self.context, self.message


def messages(package: Path = PACKAGE) -> Iterator[Found]:
    """The messages of all modules, by file and line."""
    for file in sorted(package.rglob("*.py")):
        found = messages_in(file.read_text("utf-8"), file.relative_to(package.parent).as_posix())
        yield from sorted(found, key=lambda each: each.line)


def messages_in(source: str, file: str) -> Iterator[Found]:
    """The messages of one module. A text with a second argument has its Japanese with it."""
    for node in ast.walk(ast.parse(source)):
        if not isinstance(node, ast.Call) or not isinstance(node.func, ast.Name):
            continue
        place = SAYS.get(node.func.id)
        if place is None or len(node.args) <= place:
            continue
        if node.func.id == "Text" and len(node.args) > 1:
            continue
        message = _literal(node.args[place])
        if message is None:
            continue
        given = {each.arg: each.value for each in node.keywords if each.arg is not None}
        yield Found(
            file,
            node.lineno,
            message,
            _literal(given.get("context")),
            frozenset(given.keys() - OWN) if node.func.id == "Text" else frozenset(),
        )


def placeholders(message: str) -> set[str]:
    """The names in braces. Raises ValueError where the braces are not in order."""
    return {name for _, name, _, _ in Formatter().parse(message) if name is not None}


def read_catalogue(file: Path = CATALOGUE) -> Catalog:
    with file.open("rb") as source:
        return read_po(source, locale="ja", abort_invalid=True)


def updated(old: Catalog, found: Iterable[Found]) -> Catalog:
    """The catalogue with exactly the messages of the code, and the Japanese that there was."""
    new = Catalog(
        locale="ja",
        project="JP20",
        version="1",
        msgid_bugs_address="JP20",
        last_translator="JP20",
        language_team="JP20",
        fuzzy=False,
        header_comment=HEADER,
        creation_date=old.creation_date,
        revision_date=old.revision_date,
    )
    for each in found:
        known = old.get(each.message, each.context)
        string = known.string if known is not None else ""
        if isinstance(string, tuple):
            string = string[0] if string else ""
        new.add(
            each.message,
            string,
            locations=[(each.file, 1)],
            context=each.context,
        )
    return new


def as_po(catalogue: Catalog) -> bytes:
    out = BytesIO()
    write_po(out, catalogue, width=100, include_lineno=False)
    return out.getvalue()


def as_mo(catalogue: Catalog) -> bytes:
    out = BytesIO()
    write_mo(out, catalogue)
    return out.getvalue()


def faults(found: Collection[Found], catalogue: Catalog) -> Iterator[str]:
    """What is wrong between the messages of the code and the catalogue, a line each."""
    for each in found:
        yield from _faults_of_call(each)
    used = {each.key for each in found}
    listed = {(each.context, _one(each)): each for each in catalogue if each.id}
    for context, message in sorted(used - listed.keys(), key=str):
        yield f"not in the catalogue: {_shown(message, context)}"
    for context, message in sorted(listed.keys() - used, key=str):
        yield f"in the catalogue, and nowhere in the code: {_shown(message, context)}"
    for (context, message), entry in listed.items():
        yield from _faults_of_entry(entry, _shown(message, context))


def _faults_of_call(found: Found) -> Iterator[str]:
    """A message with values has a value for each placeholder, and no other."""
    if not found.values:
        return
    try:
        differing = found.values ^ placeholders(found.message)
    except ValueError as error:
        yield f"{found.file}:{found.line}: {error}: {found.message}"
        return
    if differing:
        given = ", ".join(sorted(differing))
        yield f"{found.file}:{found.line}: placeholders and values differ: {given}"


def _faults_of_entry(entry: Message, shown: str) -> Iterator[str]:
    """Translated, for certain, with the same placeholders."""
    japanese = _japanese(entry)
    if not japanese:
        yield f"without Japanese: {shown}"
    elif entry.fuzzy:
        yield f"marked as fuzzy: {shown}"
    else:
        try:
            same = placeholders(_one(entry)) == placeholders(japanese)
        except ValueError:  # braces that are none: the message is shown as it is
            same = _one(entry).count("{") == japanese.count("{")
        if not same:
            yield f"other placeholders in Japanese: {shown}"


def _literal(node: ast.expr | None) -> str | None:
    return node.value if isinstance(node, ast.Constant) and isinstance(node.value, str) else None


def _one(entry: Message) -> str:
    return str(entry.id if isinstance(entry.id, str) else entry.id[0])


def _japanese(entry: Message) -> str:
    return str(entry.string if isinstance(entry.string, str) else "".join(entry.string[:1]))


def _shown(message: str, context: str | None) -> str:
    return repr(message) if context is None else f"{message!r} in the context {context!r}"


def _check() -> int:
    catalogue = read_catalogue()
    found = list(faults(list(messages()), catalogue))
    if not COMPILED.exists() or COMPILED.read_bytes() != as_mo(catalogue):
        found.append(f"{COMPILED.name} is not what {CATALOGUE.name} compiles to: make messages")
    for fault in found:
        print(fault, file=sys.stderr)
    if not found:
        print("Every message is in the catalogue, in Japanese, and none besides.")
    return 1 if found else 0


def main() -> int:
    if "--check" in sys.argv[1:]:
        return _check()
    catalogue = updated(read_catalogue(), messages())
    CATALOGUE.write_bytes(as_po(catalogue))
    COMPILED.write_bytes(as_mo(read_catalogue()))
    missing = [_shown(_one(each), each.context) for each in catalogue if not _japanese(each)]
    for each in missing:
        print(f"without Japanese: {each}", file=sys.stderr)
    return 1 if missing else 0


if __name__ == "__main__":
    sys.exit(main())

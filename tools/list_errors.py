"""The errors of JP20 as a page, docs/errors.md: kind, exit code, what is said.

python tools/list_errors.py            write it
python tools/list_errors.py --check    end with 1 where it is not what would be written
"""

import re
import sys
from collections.abc import Iterator
from importlib import import_module
from pathlib import Path
from pkgutil import walk_packages
from typing import Final

import jp20
from jp20.domain.base.errors import JP20Error

PAGE: Final = Path(__file__).resolve().parents[1] / "docs" / "errors.md"

HEAD: Final = """\
# Errors / エラー一覧

Made by `make messages`. `kind` is the word of `--format json`; what varies is left out.
`kind` は `--format json` の出力に現れる語。状況により異なる文は記載していない。

| kind | exit code / 終了コード | what is said / 表示 |
|---|---|---|
"""


def errors() -> list[type[JP20Error]]:
    """Every class of JP20, by its kind."""
    for module in walk_packages(jp20.__path__, "jp20."):
        if module.name != "jp20.__main__":
            import_module(module.name)
    found = {each for each in _below(JP20Error) if each.__module__.startswith("jp20.")}
    return sorted(found, key=lambda each: (each.kind, each.__module__))


def page() -> str:
    return HEAD + "".join(
        f"| {each.kind} | {int(each.exit_code)} | {_said(each)} |\n" for each in errors()
    )


def _below(error: type[JP20Error]) -> Iterator[type[JP20Error]]:
    yield error
    for each in error.__subclasses__():
        yield from _below(each)


def _said(error: type[JP20Error]) -> str:
    what = getattr(error, "what", None)
    if what is None:
        return "–"
    english = re.sub(r"\{\w+:[^{}|]*\|([^{}|]*)\}", r"\1", what.en)  # the word for many
    return f"{english}<br>{what.ja}".replace("|", "\\|").replace("\n", " ")


def main() -> int:
    if "--check" not in sys.argv[1:]:
        PAGE.write_text(page(), "utf-8")
    elif PAGE.read_text("utf-8") != page():
        print(f"{PAGE.name} is not up to date: make messages", file=sys.stderr)
        return 1
    return 0


if __name__ == "__main__":
    sys.exit(main())

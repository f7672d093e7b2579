"""Why an outbox cannot be used, and what to do then (G2)."""

import sqlite3
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Final

from eth_typing import ChecksumAddress

from jp20.domain.base.errors import JP20Error, Text
from jp20.domain.base.os_errors import reason

_DAMAGED: Final = (
    sqlite3.SQLITE_ERROR,  # a table or a column is missing
    sqlite3.SQLITE_CORRUPT,
    sqlite3.SQLITE_NOTADB,
)

_REASONS: Final = {
    sqlite3.SQLITE_FULL: Text("The disk is full.", "ディスクの空き容量がありません。"),
    sqlite3.SQLITE_READONLY: Text("It is read-only.", "読取り専用です。"),
    sqlite3.SQLITE_CANTOPEN: Text(
        "It or its folder cannot be opened.", "ファイルまたはフォルダを開けません。"
    ),
    sqlite3.SQLITE_PERM: Text("Access is refused.", "アクセス権がありません。"),
    sqlite3.SQLITE_BUSY: Text(
        "Another program, a backup say, keeps it locked.",
        "バックアップ等の別のプログラムがロックしています。",
    ),
}


class SignerBusy(JP20Error):
    """Another process sends with this key. `pid` is its number; 0 where it is not known, or not one
    of this machine.
    """

    def __init__(self, signer: ChecksumAddress, pid: int) -> None:
        super().__init__(
            Text(
                f"Another process is sending with the key {signer}.",
                f"鍵 {signer} は別のプロセスが送信に使用中です。",
            ),
            Text(f"It is process {pid}.", f"プロセス番号: {pid}")
            if pid
            else Text(
                "It runs on another machine that shares this folder, or begins just now.",
                "このフォルダを共有する別の端末で動作しているか、起動した直後です。",
            ),
            Text(
                "Let it finish, then run this again; what it does will not be done twice.",
                "その処理の完了後に再度実行してください。同じ処理が二重に行われることはありません。",
            ),
        )
        self.signer = signer
        self.pid = pid


class OutboxUnfit(JP20Error):
    """The file of a key's outbox cannot be used now."""


class NotThisOutbox(OutboxUnfit):
    """The file is no outbox of this signer on this chain, or of another version of this package."""

    def __init__(self, file: Path) -> None:
        super().__init__(
            Text(
                f"{file} is not the outbox of this key on this chain.",
                f"{file} はこの鍵・チェーンの送信記録ではありません。",
            ),
            Text(
                "It is damaged, or another version of jp20 wrote it.",
                "破損しているか、別のバージョンの jp20 で作成されています。",
            ),
            Text(
                "Use the version that wrote it, or put it back as it was after the last command."
                " Where that cannot be had, start a new outbox from the chain's account:"
                " docs/outbox.md says how. Do not delete the file.",
                "作成時のバージョンを使用するか、最後の操作後の状態に復元してください。"
                "復元できない場合は、チェーン上の口座から新しい送信記録を作成できます"
                "(手順: docs/outbox.ja.md)。"
                "ファイルは削除しないでください。",
            ),
        )


class DamagedOutbox(NotThisOutbox):
    """What stands in the file is not what was written: a checksum does not fit, or its pages do not
    fit together.
    """

    def __init__(self, file: Path) -> None:
        super().__init__(file)
        self.what = Text(f"The outbox {file} is damaged.", f"送信記録 {file} が破損しています。")
        self.why = Text(
            "What stands in it is not what was written. Nothing was sent.",
            "記録の内容が書込み時と一致しません。送信は行っていません。",
        )


class OutboxUnusable(OutboxUnfit):
    """The system does not let the outbox be read or written: a full disk, a lock, permissions."""

    def __init__(self, file: Path, why: Text) -> None:
        super().__init__(
            Text(f"The outbox {file} cannot be used.", f"送信記録 {file} を使用できません。"),
            why,
            Text(
                "Mend that, then run the same again: nothing is sent that was not noted before, and"
                " nothing is sent twice. Do not delete the file, and do not put an older copy in"
                " its place.",
                "原因を取り除いた後、同じ操作を再度実行してください。記録前の送信や二重の送信は"
                "ありません。ファイルの削除や古い控えとの差替えは行わないでください。",
            ),
        )


class OtherKindOfNode(OutboxUnfit):
    """An outbox of a development node meets another node of the same chain, or the other way: a
    rehearsal on a fork has the chain's number and first block, and nothing of it belongs there.
    """

    def __init__(self, file: Path, *, rehearsed: bool) -> None:
        there = Text("a development node (a fork?)", "開発用ノード(フォーク等)")
        here = Text("a node of the chain itself", "本来のチェーンのノード")
        was, is_now = (there, here) if rehearsed else (here, there)
        super().__init__(
            Text(
                f"The outbox {file} was written with {was.en}, and this is {is_now.en}.",
                f"送信記録 {file} は{was.ja}で作成されたもので、現在の接続先は{is_now.ja}です。",
            ),
            Text(
                "What was done on the one is not sent to the other. Nothing was sent.",
                "一方で行った取引を他方へ送信することはありません(送信は行われていません)。",
            ),
            Text(
                "Move this file, which is the rehearsal's alone, out of the folder; and give a"
                " rehearsal a working folder of its own.",
                "このファイルはリハーサルのみの記録です。フォルダの外に移動してください。"
                "リハーサルには専用の作業フォルダを使用してください。",
            )
            if rehearsed
            else Text(
                "Give the rehearsal a working folder of its own, and leave this file where it is.",
                "リハーサルには専用の作業フォルダを使用してください"
                "(このファイルは移動しないでください)。",
            ),
        )


@contextmanager
def usable(file: Path) -> Iterator[None]:
    """Whatever keeps an outbox from being used inside is one of the errors above."""
    try:
        yield
    except (sqlite3.IntegrityError, sqlite3.ProgrammingError):  # a fault of ours
        raise
    except sqlite3.DatabaseError as error:
        code = getattr(error, "sqlite_errorcode", sqlite3.SQLITE_ERROR) & 0xFF
        if code in _DAMAGED:
            raise NotThisOutbox(file) from None
        said = str(error)
        raise OutboxUnusable(file, _REASONS.get(code, Text(said, said))) from None
    except OSError as error:
        raise OutboxUnusable(file, reason(error)) from None

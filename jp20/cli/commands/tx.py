"""`jp20 tx`: transactions that are signed on a machine without a network (G13)."""

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from jp20.cli.frame.language import both, example
from jp20.cli.frame.options import Yes, address
from jp20.cli.frame.output import Column, Record, Table, confirm, progress, say, show, warn
from jp20.cli.frame.passwords import PasswordFrom, opening
from jp20.cli.frame.workspace import workspace
from jp20.domain.base.errors import BadArgument, Text
from jp20.domain.files.settings import Offline

if TYPE_CHECKING:
    from eth_typing import ChecksumAddress

    from jp20.domain.transactions.transaction_file import UnsignedFile
    from jp20.operations.workspace import Workspace

app = typer.Typer(no_args_is_help=True)


Out = Annotated[
    Path,
    typer.Option("--out", metavar="FILE", help=both("The new file.", "出力先のファイル。")),
]
Key = Annotated[
    str | None,
    typer.Argument(
        metavar="ADDRESS",
        help=both(
            "Whose transactions; else the key of --offline or of the settings.",
            "対象の鍵のアドレス。省略時は --offline または設定による。",
        ),
    ),
]


@app.command(
    "export",
    help=both(
        "Write what waits for the signature of a key to a file, to be carried to the key.",
        "署名待ちの取引をファイルに書き出す(鍵を保管する端末へ運ぶ)。",
    ),
    epilog=example("jp20 tx export --out unsigned.json"),
)
def tx_export(out: Out, key: Key = None) -> None:
    """They keep their nonces until they are sent or dropped."""
    from jp20.operations.transactions.offline import write_unsigned
    from jp20.operations.transactions.sending import export_unsigned

    place = workspace()
    unsigned = export_unsigned(place.connection, place.outbox, _key(place, key))
    write_unsigned(unsigned, out)
    show(_transactions(unsigned))
    say(
        Text(
            f"Carry {out} to the machine with the key, and run there: "
            f"jp20 tx sign {out.name} --keystore FILE --out signed.json",
            f"{out} を鍵を保管する端末に運び、そこで jp20 tx sign {out.name} "
            "--keystore 鍵ファイル --out signed.json を実行してください。",
        )
    )


@app.command(
    "sign",
    help=both(
        "Show what a file asks to be signed, and sign it. Needs no network and no working folder.",
        "ファイルの取引を表示し、署名する。ネットワークも作業フォルダも不要。",
    ),
    epilog=example("jp20 tx sign unsigned.json --keystore registrar.json --out signed.json"),
)
def tx_sign(
    file: Annotated[
        Path,
        typer.Argument(
            metavar="FILE",
            help=both("What jp20 tx export wrote.", "jp20 tx export が作成したファイル。"),
        ),
    ],
    keystore: Annotated[
        Path, typer.Option(metavar="KEYSTORE", help=both("The key.", "鍵ファイル。"))
    ],
    out: Out,
    decision: Annotated[
        list[Path] | None,
        typer.Option(
            metavar="FILE",
            help=both(
                "A request's decision file: if it is the one to be signed, its calls are shown.",
                "申請の決定ファイル。署名対象と一致する場合、申請の内容を表示する。",
            ),
        ),
    ] = None,
    password: PasswordFrom = None,
    yes: Yes = False,
) -> None:
    """What each transaction does is read from its bytes here, not from what the file says."""
    from jp20.operations.keys import keystore_signer
    from jp20.operations.transactions.offline import load_unsigned, sign_file

    unsigned = load_unsigned(file)
    if not _show_what_is_signed(unsigned) and yes:
        raise BadArgument(
            Text(
                f"{file} says something else than what would be signed.",
                f"{file} の記載は署名対象の内容と異なります。",
            ),
            next_step=Text(
                "Find out why. To sign it nevertheless, run it without --yes.",
                "原因を確認してください。それでも署名する場合は --yes を付けずに実行してください。",
            ),
        )
    _show_what_is_decided(unsigned, decision or [])
    count = len(unsigned.transactions)
    confirm(
        Text(
            f"Sign {count} transactions of {unsigned.address} for chain {unsigned.chain_id}?",
            f"{unsigned.address} の取引 {count} 件(チェーン {unsigned.chain_id})に署名しますか?",
        ),
        yes,
    )
    signed = sign_file(unsigned, keystore_signer(keystore, opening(password, keystore)), out)
    show(
        Table(
            "signed",
            Text("Signed", "署名済み"),
            (
                Column("nonce", Text("nonce", "ノンス")),
                Column("hash", Text("transaction", "取引")),
            ),
            [(each.transaction.nonce, each.signed.hash) for each in signed.transactions],
        )
    )
    say(
        Text(
            f"Carry {out} back, and run there: jp20 tx send {out.name}",
            f"{out} を持ち帰り、jp20 tx send {out.name} を実行してください。",
        )
    )


@app.command(
    "send",
    help=both(
        "Send what was signed, and wait for it. Then run the first command again to continue.",
        "署名済みの取引を送信し、結果を待つ。その後、最初のコマンドを再度実行すると続行する。",
    ),
    epilog=example("jp20 tx send signed.json --yes"),
)
def tx_send(
    file: Annotated[
        Path,
        typer.Argument(
            metavar="FILE",
            help=both("What jp20 tx sign wrote.", "jp20 tx sign が作成したファイル。"),
        ),
    ],
    yes: Yes = False,
) -> None:
    """Only what was exported here, field by field, is taken in."""
    from jp20.cli.commands.sending import end_of
    from jp20.operations.transactions.offline import load_signed
    from jp20.operations.transactions.sending import send_signed

    signed = load_signed(file)
    place = workspace()
    view = place.view()
    count = len(signed.transactions)
    confirm(
        Text(
            f"Send {count} transactions of {signed.address} to chain {signed.chain_id}?",
            f"{signed.address} の取引 {count} 件をチェーン {signed.chain_id} に送信しますか?",
        ),
        yes,
    )
    with progress(Text("Sending", "送信しています")):
        entries = send_signed(view, signed)
    end_of(entries)


@app.command(
    "drop",
    help=both(
        "Give up what waits for a signature. What was signed elsewhere must not be sent then.",
        "署名待ちの取引を取りやめる。他の端末で署名済みのファイルは以後送信しないこと。",
    ),
    epilog=example("jp20 tx drop --yes"),
)
def tx_drop(key: Key = None, yes: Yes = False) -> None:
    """Nothing of it was sent; its nonces are free again."""
    from jp20.cli.commands.sending import entries_table
    from jp20.operations.transactions.sending import export_unsigned, give_up_unsigned

    place = workspace()
    address = _key(place, key)
    waiting = export_unsigned(place.connection, place.outbox, address)
    say(_transactions(waiting))
    confirm(
        Text(
            f"Give up these {len(waiting.transactions)} transactions of {address}?",
            f"{address} の署名待ち取引 {len(waiting.transactions)} 件を取りやめますか?",
        ),
        yes,
    )
    show(entries_table(give_up_unsigned(place.view(), address)))


@app.command(
    "cancel",
    help=both(
        "Give up a transaction that was signed and is in no block: another one without any effect "
        "takes its nonce, at the gas price of today. The first may come nevertheless; whichever "
        "does, the other never can.",
        "署名済みでブロックに取り込まれていない取引を取り消す。効果のない取引が同じノンスを現在の"
        "ガス価格で使用する。元の取引が先に成立する場合もあるが、両方が成立することはない。",
    ),
    epilog=example("jp20 tx cancel 17", "jp20 tx cancel 17 0xAb…"),
)
def tx_cancel(
    nonce: Annotated[
        int,
        typer.Argument(
            metavar="NONCE",
            min=0,
            help=both("Its nonce, from jp20 status.", "取引のノンス(jp20 status で確認)。"),
        ),
    ],
    key: Key = None,
    yes: Yes = False,
) -> None:
    """What other transactions of the key wait for is out of their way then."""
    from jp20.cli.commands.sending import entries_table
    from jp20.operations.transactions.sending import State, cancel_transaction, on_its_way

    place = workspace()
    session = place.session()
    signers = place.signers
    signer = signers[0] if key is None and len(signers) == 1 else place.key_of(_key(place, key))
    entry = on_its_way(session, signer, nonce)
    say(entries_table([entry]))
    confirm(
        Text(
            f"Give up nonce {nonce} of {signer.address} ({entry.label})? It may come nevertheless.",
            f"{signer.address} のノンス {nonce}({entry.label})を取り消しますか"
            "(元の取引が先に成立する場合もあります)?",
        ),
        yes,
    )
    with progress(Text("Cancelling", "取り消しています")):
        first, instead = cancel_transaction(session, signer, nonce)
    show(entries_table([first, instead]))
    if instead.state is State.SUCCEEDED:
        say(
            Text(
                "It is cancelled: it can no longer come.",
                "取消しが完了しました。元の取引が成立することはありません。",
            )
        )
    else:
        say(
            Text(
                "The first came before it could be cancelled.",
                "取消しの前に、元の取引がブロックに取り込まれました。",
            )
        )


@app.command(
    "fill",
    help=both(
        "Use nonces that nobody used, and that what a key has on its way waits for, with "
        "transactions without any effect: it comes then. A node that got the count of the key's "
        "transactions wrong leaves such a gap.",
        "鍵の送信中の取引が待っている未使用のノンスを、効果のない取引で補う(取引件数に関する"
        "ノードの誤った応答などで生じた欠番)。待っていた取引はその後成立する。",
    ),
    epilog=example("jp20 tx fill", "jp20 tx fill 0xAb…"),
)
def tx_fill(key: Key = None, yes: Yes = False) -> None:
    """Nothing is sent twice: what waits has its nonce and its bytes."""
    from jp20.operations.transactions.sending import fill, missing_nonces

    place = workspace()
    session = place.session()
    signers = place.signers
    signer = signers[0] if key is None and len(signers) == 1 else place.key_of(_key(place, key))
    missing = missing_nonces(session, signer)
    if not missing:
        say(Text("No nonce is missing.", "欠けているノンスはありません。"))
        return
    confirm(
        Text(
            f"Use {len(missing)} nonces of {signer.address}, from {missing.start} on, without any "
            "effect?",
            f"{signer.address} のノンス {missing.start} から {len(missing)} 件を、"
            "効果のない取引で使用しますか?",
        ),
        yes,
    )
    with progress(Text("Filling", "補っています")):
        count = fill(session, signer)
    say(
        Text(
            f"{count} nonces are used. Run the same as before again.",
            f"ノンス {count} 件を使用しました。元の操作を再度実行してください。",
        )
    )


def _key(place: "Workspace", given: str | None) -> "ChecksumAddress":
    """The key that is meant. Raises BadArgument."""
    if given is not None:
        return address(given, "ADDRESS")
    signer = place.signer
    if isinstance(signer, Offline):
        return signer.address
    raise BadArgument(
        Text("Which key is meant?", "対象の鍵が指定されていません。"),
        Text(
            f"{place.file.name} names no key that is on another machine.",
            f"{place.file.name} にオフラインの鍵の指定がありません。",
        ),
        Text("Add its ADDRESS.", "ADDRESS を指定してください。"),
    )


def _show_what_is_signed(unsigned: "UnsignedFile") -> bool:
    """Before a key is opened; with a warning where the file says something else than its bytes.
    Returns whether it says nothing else.
    """
    from jp20.operations.transactions.offline import signing_rows

    say(
        Record(
            "file",
            Text("To be signed", "署名対象"),
            (
                (Column("address", Text("address", "アドレス")), unsigned.address),
                (Column("chain_id", Text("chain ID", "チェーンID")), unsigned.chain_id),
                (Column("genesis", Text("genesis", "先頭ブロック")), unsigned.genesis),
                (Column("checksum", Text("checksum", "チェックサム")), unsigned.checksum),
            ),
        )
    )
    say(_transactions(unsigned))
    rows = signing_rows(unsigned)
    for row in rows:
        if not row.is_as_said:
            warn(
                Text(
                    f"Nonce {row.nonce}: the file says something else: {row.said}",
                    f"ノンス {row.nonce}: ファイルの記載は異なります: {row.said}",
                )
            )
    return all(row.is_as_said for row in rows)


def _show_what_is_decided(unsigned: "UnsignedFile", files: list[Path]) -> None:
    """The calls of the requests that are proposed or signed, whose root is computed anew from the
    decisions; with a warning for each that no file has. Raises BadArgument for a file that is of
    none of them.
    """
    from jp20.cli.shared.request_view import call_parts
    from jp20.operations.governance.requests import load_decision
    from jp20.operations.transactions.offline import interface_with, unseen_requests

    unseen = unseen_requests(unsigned)
    for file in files:
        decision = load_decision(file)
        if decision.request not in unseen.values():
            raise BadArgument(
                Text(
                    f"{file} is not what is to be signed.",
                    f"{file} は署名対象の申請と一致しません。",
                ),
                Text(
                    "It has other calls, or another case, document, rule or parties.",
                    "内容・案件番号・根拠文書・規則・当事者のいずれかが異なります。",
                ),
                Text(
                    "Nothing was signed. Ask for the decision file that was written when it was "
                    "proposed.",
                    "署名は行われていません。提案時に作成された決定ファイルを入手してください。",
                ),
            )
        for part in call_parts(interface_with(decision.request.selector), decision):
            say(part)
        unseen = {n: request for n, request in unseen.items() if request != decision.request}
    for nonce in unseen:
        warn(
            Text(
                f"Nonce {nonce}: what the request would do is not in this file, only its root. "
                "Name the decision file to see it: --decision FILE",
                f"ノンス {nonce}: 申請の内容はこのファイルに含まれていません(ルートのみ)。"
                "決定ファイルを --decision で指定すると表示されます。",
            )
        )


def _transactions(unsigned: "UnsignedFile") -> Table:
    """What is to be signed, as this machine reads it from the bytes."""
    from jp20.operations.transactions.offline import signing_rows

    return Table(
        "transactions",
        Text("Transactions", "取引"),
        (
            Column("nonce", Text("nonce", "ノンス")),
            Column("label", Text("label", "名称"), detail=True),
            Column("target", Text("target", "対象")),
            Column("does", Text("what it does", "内容")),
            Column("gas", Text("gas", "ガス"), number=True),
            Column("gas_price", Text("gas price (wei)", "ガス価格(wei)"), number=True),
        ),
        [
            (row.nonce, row.label, row.target, row.does, row.gas, row.gas_price)
            for row in signing_rows(unsigned)
        ],
    )

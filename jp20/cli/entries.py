"""What there is below `jp20`: each group and command by name, where it is, and what its help begins
with, in the order in which `jp20 --help` lists them.
"""

from dataclasses import dataclass
from typing import Final

from jp20.cli.frame.language import both


@dataclass(frozen=True, slots=True)
class Entry:
    """A group of commands, or a command. `module` is one of `jp20.cli.commands`; its `app` is the
    group, or, for a command, holds one of that name.
    """

    name: str
    module: str
    help: str
    is_command: bool = False


@dataclass(frozen=True, slots=True)
class Panel:
    """Entries that belong together, under a title."""

    title: str
    entries: tuple[Entry, ...]


PANELS: Final = (
    Panel(
        both("Setting up", "準備"),
        (
            Entry(
                "init",
                "init",
                both(
                    "Make a working folder with settings and examples.",
                    "作業フォルダ(設定と見本)を作成する。",
                ),
                is_command=True,
            ),
            Entry("keys", "keys", both("Your organisation's keys.", "自組織の鍵を管理する。")),
            Entry(
                "network",
                "network",
                both("The nodes and their chain.", "ノードとチェーンを確認する。"),
            ),
            Entry(
                "platform",
                "platform",
                both("The platform's contracts.", "基盤コントラクトを構築・確認する。"),
            ),
            Entry(
                "organisation",
                "organisation",
                both(
                    "Who is in the consortium: organisations, roles, keys.",
                    "参加組織とその役割・鍵を表示・変更する。",
                ),
            ),
            Entry(
                "governance",
                "governance",
                both(
                    "Who may do what, and changing it.",
                    "権限表(ポリシー)を表示・照合し、変更を提案する。",
                ),
            ),
        ),
    ),
    Panel(
        both("Tokens and investors", "トークンと投資家"),
        (
            Entry(
                "whitelist",
                "whitelist",
                both("Who may hold.", "投資家を登録・更新・停止する。"),
            ),
            Entry(
                "investors",
                "investors",
                both(
                    "Who is registered, whose registration lapses, who is suspended.",
                    "登録済み・期限到来・停止中の投資家を一覧表示する。",
                ),
            ),
            Entry(
                "token",
                "token",
                both("Issue tokens, and what becomes of them.", "発行・分割・償還等を行う。"),
            ),
            Entry(
                "distribute",
                "distribute",
                both("Deliver units to investors.", "投資家に配布する。"),
            ),
            Entry(
                "register",
                "register",
                both("Who holds what, at any time.", "原簿を表示・出力・照合する。"),
            ),
        ),
    ),
    Panel(
        both("Holders and transfers", "保有と移転"),
        (
            Entry(
                "transfer",
                "transfer",
                both("Transfer units, with the holder's key.", "保有者の鍵で移転する。"),
                is_command=True,
            ),
            Entry(
                "preview",
                "transfer",
                both(
                    "Would this transfer go through, and if not, why?",
                    "移転が成立するか、拒否される場合はその理由を判定する。",
                ),
                is_command=True,
            ),
            Entry(
                "consent",
                "consent",
                both(
                    "Transfers that wait for the registrar's or the issuer's consent.",
                    "移転の承諾を申請・回答する。",
                ),
            ),
            Entry(
                "settle",
                "settle",
                both("Delivery versus payment.", "DVP決済(売買の券面と資金の同時移転)を行う。"),
            ),
            Entry(
                "record-transfer",
                "transfer",
                both(
                    "Record a transfer that was made elsewhere.",
                    "システム外で行われた移転を原簿に記録する。",
                ),
                is_command=True,
            ),
            Entry(
                "position",
                "position",
                both(
                    "Show what a holder has, and what keeps it.",
                    "保有数量と、移転を妨げる制限を表示する。",
                ),
                is_command=True,
            ),
        ),
    ),
    Panel(
        both("Restraints", "制限"),
        (
            Entry(
                "lock",
                "lock",
                both("Lock-ups: units kept until a time.", "ロックアップを設定・短縮する。"),
            ),
            Entry(
                "freeze",
                "freeze",
                both("Freezes, at once or by decision.", "凍結(即時・決定)と追認・解除を行う。"),
            ),
            Entry(
                "pledge",
                "pledges",
                both("Pledges.", "質権を設定・解除する。"),
                is_command=True,
            ),
            Entry(
                "attach",
                "pledges",
                both("Attachments.", "差押えを記録・解除する。"),
                is_command=True,
            ),
        ),
    ),
    Panel(
        both("Enforcement and emergency", "強制手続と緊急停止"),
        (
            Entry(
                "force-transfer",
                "enforce",
                both(
                    "Move units without the holder's consent.",
                    "保有者の同意なしに移転する(強制移転)。",
                ),
                is_command=True,
            ),
            Entry(
                "reverse",
                "reverse",
                both(
                    "Reverse an earlier transfer, as far as the units are still there.",
                    "過去の移転を取り消す(チャージバック)。",
                ),
                is_command=True,
            ),
            Entry(
                "recover",
                "enforce",
                both(
                    "A lost key: move everything to a new wallet.",
                    "鍵の紛失時に、保有を新しいウォレットへ移す。",
                ),
                is_command=True,
            ),
            Entry(
                "redistribute",
                "redistribute",
                both(
                    "Restore what was lost by a system error.",
                    "システム障害で失われた数量を回復する。",
                ),
            ),
            Entry(
                "halt",
                "emergency",
                both("STOP every token, at once.", "全トークンを直ちに停止する。"),
                is_command=True,
            ),
            Entry(
                "resume",
                "emergency",
                both("Resume after a halt.", "緊急停止を解除する。"),
                is_command=True,
            ),
        ),
    ),
    Panel(
        both("Deciding together", "組織間の承認"),
        (
            Entry(
                "requests",
                "requests",
                both(
                    "What waits for signatures: see, approve, execute.",
                    "承認待ちの申請を確認・署名・実行する。",
                ),
            ),
            Entry(
                "acts",
                "acts",
                both(
                    "What was done, by whom, under which case.",
                    "実施された手続を案件・組織・期間で一覧表示する。",
                ),
                is_command=True,
            ),
        ),
    ),
    Panel(
        both("Sending", "送信"),
        (
            Entry(
                "status",
                "sending",
                both(
                    "Show what is under way, and how the tokens stand.",
                    "送信中の取引と稼働状況を表示する。",
                ),
                is_command=True,
            ),
            Entry(
                "resume-sending",
                "sending",
                both("Resume sending after a crash.", "中断した送信を再開する。"),
                is_command=True,
            ),
            Entry(
                "tx",
                "tx",
                both(
                    "Signing on a machine without a network.",
                    "ネットワークから切り離した端末で署名する。",
                ),
            ),
            Entry(
                "completion",
                "completion",
                both(
                    "Let the shell complete commands and options.",
                    "シェルの補完(コマンド・オプション)を設定する。",
                ),
                is_command=True,
            ),
            Entry(
                "version",
                "version",
                both("Show which version this is.", "バージョンを表示する。"),
                is_command=True,
            ),
        ),
    ),
)

ENTRIES: Final = {entry.name: entry for panel in PANELS for entry in panel.entries}

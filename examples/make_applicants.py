"""The applicants of the example offerings: made up, and the same bytes whenever this is run.

    python examples/make_applicants.py            write the files
    python examples/make_applicants.py --check    fail where they are not what this gives

Real estate: 1,212 applicants, of whom 12 fail KYC and have no place in the allotment.
1,100 individuals × 20 + 80 companies × 50 + 20 qualified institutions × 200 = 30,000 units.
Bond: seven qualified institutions, 60 + 40 + 30 + 30 + 20 + 10 + 10 = 200 units, and two investors
who may not hold it.

Names are put together from lists and mean nobody. A wallet's key is the hash of a sentence
(`key_of`), so that a demonstration can sign for an investor: never use one on a real chain.
"""

import csv
import hashlib
import io
import sys
from collections import Counter
from collections.abc import Iterable, Sequence
from pathlib import Path
from typing import NamedTuple

from eth_account import Account

EXAMPLES = Path(__file__).resolve().parent

# Far off, so that the examples do not run out. In earnest KYC is renewed every one to three years.
KYC_EXPIRIES = ("2035-06-30", "2035-09-30", "2035-12-31", "2036-03-31")


def words(text: str) -> tuple[str, ...]:
    return tuple(text.split())


FAMILY = words("""
佐久良 高遠 水無瀬 藤枝 小田切 八重樫 葉山 千早 真鍋 浅見 桐生 五十嵐 榊原 長谷部 三輪 綾瀬
柏木 戸田 芦沢 野々村 東雲 結城 白石 宇津木 城之内 朝比奈 森川 鷹取 大河内 御子柴 栗原 秋津
染谷 青柳 神代 瀬戸口 月岡 美作 北条 椎名
""")
GIVEN = words("""
一葉 千尋 直樹 美咲 悠斗 陽菜 健一 由美子 大輔 さくら 翔太 恵子 拓海 結衣 和夫 真理子 蓮 葵
隆 久美子 誠 奈々 亮介 智子 光 明日香 修平 みどり 颯太 紗季 哲也 由紀 駿 ひかり 正人 綾香
浩二 楓 雄大 節子 康平 文香 圭吾 澪 達也 郁子 信吾
""")
COMPANIES = words("""
青嶺 潮風 北斗星 若竹 三日月 花筏 白樺台 千草 東海堂 夕凪 麦秋 銀嶺 水鏡 常磐木 松籟 深緑
星見台 雲雀 紅梅 朝霧
""")
TRADES = ("商事", "製作所", "建設", "物流", "食品")
INSTITUTIONS = words("""
みなと東銀行 天城信託銀行 八雲生命保険相互会社 常盤損害保険株式会社 北嶺銀行 瑞穂野信用金庫
若狭路信用金庫 青嵐アセットマネジメント株式会社 汐見投資顧問株式会社 東雲生命保険株式会社
讃岐野銀行 越路銀行 日高見信用金庫 翠嵐投信株式会社 朝凪証券株式会社 武蔵野原信用金庫
白鷺銀行 有明海上火災保険株式会社 大和路銀行 筑波嶺信用組合連合会 奥入瀬投資顧問株式会社
""")

INDIVIDUAL, CORPORATE, QUALIFIED = "individual", "company", "qualified institution"
UNITS = {INDIVIDUAL: 20, CORPORATE: 50, QUALIFIED: 200}
ADMITTED = {INDIVIDUAL: 1_100, CORPORATE: 80, QUALIFIED: 20}


WHITELIST = (
    "顧客番号",
    "氏名又は名称",
    "ウォレットアドレス",
    "投資家区分",
    "居住区分",
    "KYC有効期限",
    "区分有効期限",
)


class Row(NamedTuple):
    """A row of a whitelist file (`jp20.domain.investors.investors`)."""

    investor: str
    name: str
    wallet: str
    investor_class: str
    residency: str
    kyc_expiry: str
    class_expiry: str = ""


# Who fails: after how many of the others, what they are, and what is wrong with the row.
FAILED = (
    (90, INDIVIDUAL, {"kyc_expiry": "2025-03-31"}),  # identified once, long ago
    (171, INDIVIDUAL, {"kyc_expiry": ""}),  # the letter to the address came back
    (268, CORPORATE, {"kyc_expiry": ""}),  # the beneficial owner is not known
    (355, INDIVIDUAL, {"residency": "未確認"}),  # tax residency not declared
    (444, INDIVIDUAL, {"investor_class": "professional", "class_expiry": "2024-12-31"}),
    (521, QUALIFIED, {"investor_class": "届出未確認"}),  # not on the list of institutions
    (640, INDIVIDUAL, {"wallet": "未提出"}),  # no wallet was named
    (733, INDIVIDUAL, {"wallet": "mistyped"}),  # two letters of the address are exchanged
    (811, INDIVIDUAL, {"wallet": "another's"}),  # the wallet of an applicant above
    (907, CORPORATE, {"kyc_expiry": "2024-09-30"}),  # the certificate of registration is too old
    (1020, INDIVIDUAL, {"residency": ""}),  # the form was not filled in
    (1149, INDIVIDUAL, {"kyc_expiry": "2025-06-30"}),
)


def key_of(reference: str) -> bytes:
    """The key of an applicant's wallet. Known to all the world: for demonstrations only."""
    return hashlib.sha256(f"JP20 example wallet of {reference}".encode()).digest()


def wallet_of(reference: str) -> str:
    return Account.from_key(key_of(reference)).address


def real_estate() -> tuple[list[Row], list[tuple[str, int]]]:
    """The applicants in the order in which they applied, and the allotment of those admitted."""
    rows: list[Row] = []
    allotment: list[tuple[str, int]] = []
    seen: Counter[str] = Counter()
    for kind, wrong in order_of_application():
        row = applicant(len(rows) + 1, kind, seen[kind])
        seen[kind] += 1
        if wrong:
            row = spoilt(row, wrong, rows)
        else:
            allotment.append((row.investor, UNITS[kind]))
        rows.append(row)
    return rows, allotment


def order_of_application() -> list[tuple[str, dict[str, str]]]:
    """The kinds of the 1,200 who are admitted, mixed, and between them those who fail."""
    kinds = [kind for kind, count in ADMITTED.items() for _ in range(count)]
    mixed = sorted(range(len(kinds)), key=lambda place: draw(2**64, "place", place))
    order: list[tuple[str, dict[str, str]]] = [(kinds[place], {}) for place in mixed]
    for after, kind, wrong in reversed(FAILED):
        order.insert(after, (kind, wrong))
    return order


def applicant(number: int, kind: str, of_kind: int) -> Row:
    """Applicant `number`, from 1, of whose kind `of_kind` came before."""
    reference = f"K1-{number:04d}"
    investor_class, class_expiry = "general", ""
    if kind == QUALIFIED:
        investor_class = "qualified_institution"
    elif draw(30, "professional", number) == 0:
        investor_class, class_expiry = "professional", "2036-09-30"
    names = {
        INDIVIDUAL: lambda: f"{pick(FAMILY, number)} {pick(GIVEN, number)}",
        CORPORATE: lambda: company(of_kind),
        QUALIFIED: lambda: INSTITUTIONS[of_kind],
    }
    return Row(
        reference,
        names[kind](),
        wallet_of(reference),
        investor_class,
        "resident",
        pick(KYC_EXPIRIES, number),
        class_expiry,
    )


def company(place: int) -> str:
    """Every word with every trade: 100 companies."""
    trade = TRADES[place // len(COMPANIES)]
    return f"株式会社{COMPANIES[place % len(COMPANIES)]}{trade}"


def spoilt(row: Row, wrong: dict[str, str], others: Sequence[Row]) -> Row:
    """The row of an applicant who fails."""
    wallet = wrong.get("wallet", row.wallet)
    if wallet == "mistyped":
        wallet = row.wallet[:2] + row.wallet[2:].swapcase()
    elif wallet == "another's":
        wallet = others[17].wallet
    return row._replace(**{**wrong, "wallet": wallet})


def bond() -> tuple[list[Row], list[tuple[str, int]]]:
    """Seven qualified institutions, and a professional and a general investor, who may not hold."""
    rows = []
    for number, name in enumerate([*INSTITUTIONS[:7], "株式会社松籟倉庫", "佐久良 一葉"], 1):
        reference = f"B1-{number:04d}"
        investor_class = ("qualified_institution",) * 7 + ("professional", "general")
        rows.append(
            Row(
                reference,
                name,
                wallet_of(reference),
                investor_class[number - 1],
                "resident",
                "2036-03-31",
                "2036-09-30" if number == 8 else "",
            )
        )
    units = (60, 40, 30, 30, 20, 10, 10)
    return rows, [(row.investor, each) for row, each in zip(rows, units, strict=False)]


def draw(below: int, *what: object) -> int:
    """A number that is the same for the same words, whatever Python runs this."""
    digest = hashlib.sha256(" ".join(map(str, ("JP20", *what))).encode()).digest()
    return int.from_bytes(digest[:16], "big") % below


def pick(values: Sequence[str], number: int) -> str:
    return values[draw(len(values), values[0], number)]


def table(header: Sequence[str], rows: Iterable[Iterable[object]]) -> bytes:
    text = io.StringIO()
    writer = csv.writer(text, lineterminator="\n")
    writer.writerow(header)
    writer.writerows(rows)
    return text.getvalue().encode()


def files() -> dict[Path, bytes]:
    """Every file that this makes, with its bytes."""
    made = {}
    for folder, (rows, allotment) in (("real-estate", real_estate()), ("qualified-bond", bond())):
        made[EXAMPLES / folder / "investors.csv"] = table(WHITELIST, rows)
        made[EXAMPLES / folder / "allotments.csv"] = table(("顧客番号", "数量"), allotment)
    return made


def main() -> None:
    for file, content in files().items():
        if sys.argv[1:] == ["--check"]:
            if not file.exists() or file.read_bytes() != content:
                sys.exit(f"{file} is not what make_applicants.py gives; run it to write it again.")
        else:
            file.parent.mkdir(parents=True, exist_ok=True)
            file.write_bytes(content)
            print(f"{file.relative_to(EXAMPLES.parent)}: {len(content.splitlines()) - 1:,} rows")


if __name__ == "__main__":
    main()

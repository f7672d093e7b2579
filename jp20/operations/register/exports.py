"""The register as files: what was asked, compared with the chain, written beside a manifest (G15).

Nothing is written where register and chain do not agree, and nothing is written over.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from eth_typing import ChecksumAddress

from jp20.chain.new_files import CannotWrite, FileExists, try_place, write_new_together
from jp20.chain.signing.signers import Signer
from jp20.domain.base.errors import BadArgument, JP20Error
from jp20.domain.base.ids import InvestorId, TxHash
from jp20.domain.base.text import Language, Text
from jp20.domain.files.export_forms import Content, Encoding, Statement
from jp20.domain.investors.addressees import Addressee, Addressees, nobody
from jp20.domain.register.answers import Holding, Lot, RestraintAsOf, Stamp, TokenAsOf
from jp20.operations.register.reconciliation import require_reconciled
from jp20.operations.session import Session, TokenName
from jp20.register.questions import NotInRegister, Questions
from jp20.views.csv_file import to_csv_file
from jp20.views.json_form import to_json_file
from jp20.views.manifest import MANIFEST, SIGNATURE, Manifest, SignedManifest, manifest_of
from jp20.views.parquet import to_parquet_file
from jp20.views.pdf import TEMPLATES, Statements
from jp20.views.register_sheets import (
    differences_sheet,
    history_sheet,
    holders_sheet,
    lots_sheet,
    restraints_sheet,
    token_facts,
    tranches_sheet,
    wallets_sheet,
)
from jp20.views.sheet import Altered, Export, Sheet, harmless_words
from jp20.views.statements import (
    Content as StatementContent,
)
from jp20.views.statements import (
    about,
    balance_content,
    entries_content,
    irregular_content,
)
from jp20.views.xlsx import to_xlsx_file

_PARTS: Final[Mapping[str, tuple[str, ...]]] = {
    ".csv": (),
    ".json": (),
    ".xlsx": ("xlsxwriter",),
    ".parquet": ("pyarrow",),
}
"""The forms, and the packages whose version their bytes depend on."""


class UnknownExportFormat(BadArgument):
    """The file's name ends in none of the forms that the register is written in."""

    what = Text("{file} does not say in which format to write it.")
    next_step = Text("Let the name end in {endings}.")

    def __init__(self, file: Path, endings: Sequence[str]) -> None:
        super().__init__(file=file.name, endings=Text.listing(endings))


class OneSheetOnly(BadArgument):
    """A CSV or Parquet file was to have the whole register."""

    what = Text("{file} holds one table, and the whole register has several.")
    next_step = Text("Say which: --content holders, or write .xlsx or .json.")

    def __init__(self, file: Path) -> None:
        super().__init__(file=file.name)


class NotIrregular(JP20Error):
    """Nothing in a transaction was done without the holder's consent."""

    what = Text("Transaction {transaction} has no movement without the holder's consent.")
    next_step = Text("Find it: jp20 register history {token}")

    def __init__(self, transaction: bytes, token: str) -> None:
        super().__init__(transaction=f"0x{transaction.hex()}", token=token)


class DoesNotAddUp(JP20Error):
    """The lines of a statement do not lead from its opening balance to its closing balance."""

    what = Text("The statement of {investor} does not add up: {lines:,} and not {closing:,}.")
    next_step = Text("Compare the register with the chain: jp20 register check")

    def __init__(self, investor: int, lines: int, closing: int) -> None:
        super().__init__(investor=f"0x{investor:038x}", lines=lines, closing=closing)


@dataclass(frozen=True, slots=True)
class Ask:
    """What is to be exported, of all or of one investor. `since`: from which stamp on, for a
    history, a balance report or differences.
    """

    content: Content = Content.REGISTER
    investor: InvestorId | None = None
    since: Stamp | None = None


@dataclass(frozen=True, slots=True)
class Written:
    """Files that were written together, the export first, and what was not written as it was."""

    files: tuple[Path, ...]
    manifest: Manifest


@dataclass(frozen=True, slots=True)
class Office:
    """Who exports: from which session and register, with which names, and signed by whom. `whole`
    is the register that is compared with the chain, where `register` shows a part only.
    """

    session: Session
    register: Questions
    whole: Questions | None = None
    names: Addressees = nobody
    signer: Signer | None = None
    language: Language = "ja"


@dataclass(frozen=True, slots=True)
class Rendered:
    """A file before it is written, and its manifest."""

    content: bytes
    manifest: Manifest


def require_export_format(file: Path, content: Content) -> None:
    """To be asked before anything is read. Raises UnknownExportFormat, OneSheetOnly, FileExists,
    CannotWrite.
    """
    if file.suffix.lower() not in _PARTS:
        raise UnknownExportFormat(file, tuple(_PARTS))
    if content is Content.REGISTER and file.suffix.lower() in (".csv", ".parquet"):
        raise OneSheetOnly(file)
    require_free(file)


def require_statement_format(file: Path) -> None:
    """The same for a statement."""
    if file.suffix.lower() != ".pdf":
        raise UnknownExportFormat(file, (".pdf",))
    require_free(file)


def require_free(file: Path) -> None:
    """Neither the file nor what is to stand beside it is there. Raises FileExists, CannotWrite."""
    for each in (file, _beside(file, MANIFEST), _beside(file, SIGNATURE)):
        if each.exists():
            raise FileExists(each)
    try_place(file)


def export_register(
    office: Office,
    file: Path,
    token: TokenName,
    at: Stamp,
    ask: Ask,
    encoding: Encoding = Encoding.UTF_8,
    *,
    strict: bool = False,
) -> Written:
    """Writes what was asked, in the form that the file's name ends in, with its manifest. In a
    character's place that CP932 lacks something else stands, unless `strict`.

    Raises what `require_export_format` does, NotReconciled, NotInRegister,
    NotInEncoding, TooLarge, ExtraMissing.
    """
    require_export_format(file, ask.content)
    return _write(
        office, file, render_export(office, file, token, at, ask, encoding, strict=strict)
    )


def render_export(
    office: Office,
    file: Path,
    token: TokenName,
    at: Stamp,
    ask: Ask,
    encoding: Encoding = Encoding.UTF_8,
    *,
    strict: bool = False,
) -> Rendered:
    """The same without writing it: of `file` the name counts."""
    address = office.session.token(token).address
    require_reconciled(office.session, office.whole or office.register, at, address)
    ending = file.suffix.lower()
    export = export_of(office, at, address, ask, ending, encoding, strict=strict)
    content, altered = in_form(export, ending, encoding, office.language, strict=strict)
    question, parts = export.question, _PARTS[ending]
    manifest = manifest_of(file.name, content, address, at, question, parts, altered)
    return Rendered(content, manifest)


def export_of(
    office: Office,
    at: Stamp,
    token: ChecksumAddress,
    ask: Ask,
    ending: str = ".xlsx",
    encoding: Encoding = Encoding.UTF_8,
    *,
    strict: bool = False,
) -> Export:
    """What was asked, as sheets. The question is the command that asks it, its options in one order
    and the block by number.
    """
    found = office.register.token(at, token)
    sheets = _sheets(office, at, found, ask)
    words = ["jp20 register export", token, f"FILE{ending}", f"--block {at.block}"]
    words.append(f"--content {ask.content.value}")
    if ask.investor is not None:
        words.append(f"--of 0x{ask.investor:038x}")
    if ask.since is not None:
        words.append(f"--since-block {ask.since.block}")
    if encoding is not Encoding.UTF_8 and ending == ".csv":
        words.append(f"--encoding {encoding.value}{' --strict' if strict else ''}")
    if office.names is not nobody:
        words.append("--names")
    if ending in (".csv", ".xlsx"):
        words.append(f"--lang {office.language}")
    return Export(token, at, " ".join(words), token_facts(found), sheets)


def in_form(
    export: Export, ending: str, encoding: Encoding, language: Language, *, strict: bool
) -> tuple[bytes, tuple[Altered, ...]]:
    """An export as a file's bytes, and what does not stand in it as it was. Raises NotInEncoding,
    TooLarge, ExtraMissing.
    """
    if ending == ".json":
        return to_json_file(export), ()
    if ending == ".parquet":
        return to_parquet_file(export, export.sheets[0]), ()
    harmed = tuple(each for sheet in export.sheets for each in harmless_words(sheet))
    if ending == ".xlsx":
        return to_xlsx_file(export, language), harmed
    content, altered = to_csv_file(export, export.sheets[0], encoding, language, strict=strict)
    return content, (*harmed, *altered)


def make_statement(
    office: Office,
    press: Statements,
    file: Path,
    token: TokenName,
    at: Stamp,
    kind: Statement,
    ask: Ask,
    transaction: TxHash | None = None,
) -> Written:
    """Writes a statement as PDF/A, with its manifest.

    Raises what `require_statement_format` does, NotReconciled, NotInRegister,
    NotIrregular, DoesNotAddUp, NoGlyph, NoTemplate, UnfitTemplate.
    """
    require_statement_format(file)
    made = render_statement(office, press, file, token, at, kind, ask, transaction)
    return _write(office, file, made)


def render_statement(
    office: Office,
    press: Statements,
    file: Path,
    token: TokenName,
    at: Stamp,
    kind: Statement,
    ask: Ask,
    transaction: TxHash | None = None,
) -> Rendered:
    """The same without writing it: of `file` the name counts."""
    address = office.session.token(token).address
    require_reconciled(office.session, office.whole or office.register, at, address)
    content, question = statement_of(office, at, address, kind, ask, transaction)
    made = press.make(kind, content, at.time)
    manifest = manifest_of(
        file.name,
        made,
        address,
        at,
        question,
        ("typst",),
        fonts=press.fonts.hashes,
        templates=press.hashes,
    )
    return Rendered(made, manifest)


def statement_of(
    office: Office,
    at: Stamp,
    token: ChecksumAddress,
    kind: Statement,
    ask: Ask,
    transaction: TxHash | None = None,
) -> tuple[StatementContent, str]:
    """What the template is given, and the question."""
    register = office.register
    found = register.token(at, token)
    organisations = {each.number: each.name for each in register.organisations(at)}
    head = about(at, found, organisations)
    investor = ask.investor
    words = ["jp20 register statement", kind.value, token, "FILE.pdf", f"--block {at.block}"]
    if investor is not None:
        words.append(f"--of 0x{investor:038x}")
    match kind:
        case Statement.BALANCE:
            if investor is None or ask.since is None:
                raise BadArgument(
                    Text("This statement is of one investor, and of a period."),
                    next_step=Text("Say of whom and since when: --of WALLET --since DATE"),
                )
            words.append(f"--since-block {ask.since.block}")
            content = _balance(office, at, token, investor, ask.since, head)
        case Statement.ENTRIES:
            content = _entries(office, at, found, investor, head)
        case Statement.IRREGULAR:
            if transaction is None:
                raise BadArgument(
                    Text("This report is of one transaction."),
                    next_step=Text("Say which: --transaction 0x…"),
                )
            words.append(f"--transaction 0x{transaction.hex()}")
            content = _irregular(office, at, found, transaction, head)
    if office.names is not nobody:
        words.append("--names")
    return content, " ".join(words)


def copy_templates(folder: Path) -> tuple[Path, ...]:
    """Puts the templates into a folder that does not have them. Raises FileExists, CannotWrite."""
    try:
        folder.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise CannotWrite(folder, error) from None
    files = {folder / file.name: file.read_bytes() for file in sorted(TEMPLATES.glob("*.typ"))}
    write_new_together(files)
    return tuple(files)


# Inside


def _sheets(office: Office, at: Stamp, found: TokenAsOf, ask: Ask) -> tuple[Sheet, ...]:
    register, token, investor = office.register, found.address, ask.investor
    wanted = ask.content
    if wanted is Content.HISTORY:
        first = 0 if ask.since is None else ask.since.block + 1
        lines = register.history(at, token, investor=investor, first=first)
        return (history_sheet(lines, of_one=investor is not None),)
    if wanted is Content.TRANCHES:
        return (tranches_sheet(register.tranches(at, token)),)
    if wanted is Content.DIFFERENCES:
        if ask.since is None:
            raise BadArgument(
                Text("Differences are between two times."),
                next_step=Text("Say since when: --since TIME, or --since-block BLOCK"),
            )
        changed = register.differences(ask.since, at, token)
        names = _names(office, (each.investor for each in changed))
        return (differences_sheet(changed, names),)
    holdings = _holdings(register, at, token, investor)
    names = _names(office, (each.investor for each in holdings))
    match wanted:
        case Content.HOLDERS:
            return (holders_sheet(holdings, names),)
        case Content.WALLETS:
            return (wallets_sheet(holdings, names, found.supply),)
        case Content.LOTS:
            return (_lots(register, at, token, holdings, names),)
        case Content.RESTRAINTS:
            return (_restraints(register, at, token, investor, holdings, names),)
    return (
        holders_sheet(holdings, names),
        wallets_sheet(holdings, names, found.supply),
        _restraints(register, at, token, investor, holdings, names),
        history_sheet(register.history(at, token, investor=investor), of_one=investor is not None),
        tranches_sheet(register.tranches(at, token)),
        _lots(register, at, token, holdings, names),
    )


def _holdings(
    register: Questions, at: Stamp, token: ChecksumAddress, investor: InvestorId | None
) -> tuple[Holding, ...]:
    if investor is None:
        return register.holdings(at, token)
    found = register.holding(at, token, investor)
    return () if found is None else (found,)


def _lots(
    register: Questions,
    at: Stamp,
    token: ChecksumAddress,
    holdings: Sequence[Holding],
    names: Mapping[InvestorId, Addressee],
) -> Sheet:
    found = (
        (each.investor, lot)
        for each in holdings
        if each.investor
        for lot in register.lots(at, token, each.investor)
    )
    return lots_sheet(found, names)


def _restraints(
    register: Questions,
    at: Stamp,
    token: ChecksumAddress,
    investor: InvestorId | None,
    holdings: Sequence[Holding],
    names: Mapping[InvestorId, Addressee],
) -> Sheet:
    whose = {one.wallet: each.investor for each in holdings for one in each.wallets}
    found = register.restraints(at, token, investor)
    for each in found:
        if each.wallet not in whose:
            whose[each.wallet] = register.investor_of(at, each.wallet)
    return restraints_sheet(found, whose, names)


def _balance(
    office: Office,
    at: Stamp,
    token: ChecksumAddress,
    investor: InvestorId,
    since: Stamp,
    head: StatementContent,
) -> StatementContent:
    register = office.register
    try:
        before = register.holding(since, token, investor)
    except NotInRegister:
        before = None
    opening = before.units if before else 0
    holding = register.holding(at, token, investor)
    lines = tuple(register.history(at, token, investor=investor, first=since.block + 1))
    closing = opening
    for line in lines:
        closing += line.change or 0
    if closing != (holding.units if holding else 0):
        raise DoesNotAddUp(investor, closing, holding.units if holding else 0)
    names = _names(office, (investor,))
    period = (since.time + 1, at.time)
    return balance_content(head, investor, names, period, opening, holding, lines)


def _entries(
    office: Office,
    at: Stamp,
    found: TokenAsOf,
    investor: InvestorId | None,
    head: StatementContent,
) -> StatementContent:
    register, token = office.register, found.address
    holdings = _holdings(register, at, token, investor)
    names = _names(office, (each.investor for each in holdings))
    kept: dict[ChecksumAddress, list[RestraintAsOf]] = {}
    for each in register.restraints(at, token, investor):
        kept.setdefault(each.wallet, []).append(each)
    rows: list[tuple[Holding, tuple[Lot, ...], list[RestraintAsOf]]] = [
        (
            each,
            register.lots(at, token, each.investor) if each.investor else (),
            [one for wallet in each.wallets for one in kept.get(wallet.wallet, ())],
        )
        for each in holdings
    ]
    return entries_content(head, at, found, names, rows, one=investor)


def _irregular(
    office: Office,
    at: Stamp,
    found: TokenAsOf,
    transaction: TxHash,
    head: StatementContent,
) -> StatementContent:
    moved = office.register.movements(at, found.address, transaction)
    forced = tuple(each for each in moved if each.forced)
    if not forced:
        raise NotIrregular(transaction, found.code)
    concerned = (
        InvestorId(one)
        for each in forced
        for one in (each.line.from_investor, each.line.to_investor)
    )
    return irregular_content(head, _names(office, concerned), forced)


def _names(office: Office, investors: Iterable[InvestorId]) -> Mapping[InvestorId, Addressee]:
    return office.names(tuple(dict.fromkeys(each for each in investors if each)))


def _write(office: Office, file: Path, made: Rendered) -> Written:
    files = {file: made.content, _beside(file, MANIFEST): made.manifest.text.encode()}
    if office.signer is not None:
        organisation = office.session.organisation_of(office.signer.address)
        signature = office.signer.sign_message(made.manifest.text.encode(), made.manifest.chain_id)
        signed = SignedManifest(office.signer.address, organisation, signature)
        files[_beside(file, SIGNATURE)] = signed.text.encode()
    write_new_together(files)
    return Written(tuple(files), made.manifest)


def _beside(file: Path, ending: str) -> Path:
    return file.with_name(file.name + ending)

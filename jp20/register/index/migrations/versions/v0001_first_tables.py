"""The first tables of the index."""

from typing import Any

import sqlalchemy as sa
from alembic import op

revision = "0001"
down_revision = None


class _AsItComes(sa.types.UserDefinedType[Any]):
    """SQLite's column that converts nothing."""

    def get_col_spec(self, **_: object) -> str:
        return "BLOB"


NUMBER = sa.Numeric(78, 0).with_variant(_AsItComes(), "sqlite")
ADDRESS = sa.Text().with_variant(sa.Text(collation="C"), "postgresql")


def upgrade() -> None:
    op.create_table(
        "addresses",
        sa.Column("id", sa.Integer, primary_key=True, autoincrement=False),
        sa.Column("address", ADDRESS, nullable=False, unique=True),
    )
    op.create_table(
        "arriving",
        sa.Column("token", sa.Integer, primary_key=True, autoincrement=False),
        sa.Column("block", sa.BigInteger, primary_key=True, autoincrement=False),
        sa.Column("value", NUMBER),
        sqlite_with_rowid=False,
    )
    op.create_index("arriving_by_block", "arriving", ["block"])
    op.create_table(
        "balances",
        sa.Column("token", sa.Integer, primary_key=True, autoincrement=False),
        sa.Column("account", sa.Integer, primary_key=True, autoincrement=False),
        sa.Column("block", sa.BigInteger, primary_key=True, autoincrement=False),
        sa.Column("units", NUMBER),
        sa.Column("splits", NUMBER),
        sqlite_with_rowid=False,
    )
    op.create_table(
        "blocks",
        sa.Column("block", sa.BigInteger, primary_key=True, autoincrement=False),
        sa.Column("hash", sa.LargeBinary, nullable=False),
        sa.Column("time", sa.BigInteger, nullable=False),
        sqlite_with_rowid=False,
    )
    op.create_table(
        "consents",
        sa.Column("token", sa.Integer, primary_key=True, autoincrement=False),
        sa.Column("id", NUMBER, primary_key=True, autoincrement=False),
        sa.Column("block", sa.BigInteger, primary_key=True, autoincrement=False),
        sa.Column("from", sa.Integer),
        sa.Column("to", sa.Integer),
        sa.Column("agent", sa.Integer),
        sa.Column("quantity_units", NUMBER),
        sa.Column("quantity_splits", NUMBER),
        sa.Column("deadline", NUMBER),
        sa.Column("status", sa.Integer),
        sqlite_with_rowid=False,
    )
    op.create_index("consents_by_block", "consents", ["block"])
    op.create_table(
        "contracts",
        sa.Column("address", sa.Integer, primary_key=True, autoincrement=False),
        sa.Column("kind", sa.SmallInteger, nullable=False),
        sa.Column("block", sa.BigInteger, nullable=False),
    )
    op.create_table(
        "decisions",
        sa.Column("block", sa.BigInteger, primary_key=True, autoincrement=False),
        sa.Column("log", sa.Integer, primary_key=True, autoincrement=False),
        sa.Column("case_id", sa.LargeBinary, nullable=False),
        sa.Column("document_hash", sa.LargeBinary, nullable=False),
        sa.Column("request", sa.LargeBinary),
        sa.Column("proposer", NUMBER, nullable=False),
        sa.Column("signers", sa.Text, nullable=False),
        sa.Column("executor", NUMBER, nullable=False),
        sa.Column("key", sa.Integer, nullable=False),
        sqlite_with_rowid=False,
    )
    op.create_table(
        "events",
        sa.Column("block", sa.BigInteger, primary_key=True, autoincrement=False),
        sa.Column("log", sa.Integer, primary_key=True, autoincrement=False),
        sa.Column("emitter", sa.Integer, nullable=False),
        sa.Column("kind", sa.Text, nullable=False),
        sa.Column("arguments", sa.Text, nullable=False),
        sa.Column("decision", sa.Integer),
        sqlite_with_rowid=False,
    )
    op.create_index("events_by_emitter", "events", ["emitter", "block", "log"])
    op.create_table(
        "executed",
        sa.Column("case_id", sa.LargeBinary, primary_key=True, autoincrement=False),
        sa.Column("root", sa.LargeBinary, primary_key=True, autoincrement=False),
        sa.Column("block", sa.BigInteger, primary_key=True, autoincrement=False),
        sa.Column("value", NUMBER),
        sqlite_with_rowid=False,
    )
    op.create_index("executed_by_block", "executed", ["block"])
    op.create_table(
        "executions",
        sa.Column("case_id", sa.LargeBinary, primary_key=True, autoincrement=False),
        sa.Column("root", sa.LargeBinary, primary_key=True, autoincrement=False),
        sa.Column("call", NUMBER, primary_key=True, autoincrement=False),
        sa.Column("block", sa.BigInteger, primary_key=True, autoincrement=False),
        sa.Column("request", sa.LargeBinary),
        sa.Column("organisation", NUMBER),
        sa.Column("key", sa.Integer),
        sa.Column("at_block", NUMBER),
        sa.Column("at_transaction", sa.LargeBinary),
        sa.Column("at_log", NUMBER),
        sa.Column("at_time", NUMBER),
        sqlite_with_rowid=False,
    )
    op.create_index("executions_by_block", "executions", ["block"])
    op.create_table(
        "factors",
        sa.Column("token", sa.Integer, primary_key=True, autoincrement=False),
        sa.Column("block", sa.BigInteger, primary_key=True, autoincrement=False),
        sa.Column("value", sa.Text),
        sqlite_with_rowid=False,
    )
    op.create_index("factors_by_block", "factors", ["block"])
    op.create_table(
        "facts",
        sa.Column("platform", sa.Integer, primary_key=True, autoincrement=False),
        sa.Column("wallet", sa.Integer, primary_key=True, autoincrement=False),
        sa.Column("block", sa.BigInteger, primary_key=True, autoincrement=False),
        sa.Column("value", NUMBER),
        sqlite_with_rowid=False,
    )
    op.create_index("facts_by_block", "facts", ["block"])
    op.create_table(
        "followed",
        sa.Column("token", sa.Integer, primary_key=True, autoincrement=False),
        sa.Column("block", sa.BigInteger, primary_key=True, autoincrement=False),
        sa.Column("value", sa.Integer),
        sqlite_with_rowid=False,
    )
    op.create_index("followed_by_block", "followed", ["block"])
    op.create_table(
        "frozen",
        sa.Column("token", sa.Integer, primary_key=True, autoincrement=False),
        sa.Column("account", sa.Integer, primary_key=True, autoincrement=False),
        sa.Column("block", sa.BigInteger, primary_key=True, autoincrement=False),
        sa.Column("units", NUMBER),
        sa.Column("splits", NUMBER),
        sqlite_with_rowid=False,
    )
    op.create_index("frozen_by_block", "frozen", ["block"])
    op.create_table(
        "halted",
        sa.Column("platform", sa.Integer, primary_key=True, autoincrement=False),
        sa.Column("block", sa.BigInteger, primary_key=True, autoincrement=False),
        sa.Column("value", NUMBER),
        sqlite_with_rowid=False,
    )
    op.create_index("halted_by_block", "halted", ["block"])
    op.create_table(
        "heads",
        sa.Column("block", sa.BigInteger, primary_key=True, autoincrement=False),
        sa.Column("hash", sa.LargeBinary, nullable=False),
        sa.Column("time", sa.BigInteger, nullable=False),
    )
    op.create_table(
        "keys",
        sa.Column("key", sa.Integer, primary_key=True, autoincrement=False),
        sa.Column("block", sa.BigInteger, primary_key=True, autoincrement=False),
        sa.Column("organisation", NUMBER),
        sa.Column("number", NUMBER),
        sa.Column("active", sa.Boolean),
        sqlite_with_rowid=False,
    )
    op.create_index("keys_by_block", "keys", ["block"])
    op.create_table(
        "movements",
        sa.Column("block", sa.BigInteger, primary_key=True, autoincrement=False),
        sa.Column("log", sa.Integer, primary_key=True, autoincrement=False),
        sa.Column("token", sa.Integer, nullable=False),
        sa.Column("giver", sa.Integer, nullable=False),
        sa.Column("taker", sa.Integer, nullable=False),
        sa.Column("units", NUMBER, nullable=False),
        sa.Column("splits", sa.SmallInteger, nullable=False),
        sa.Column("why", sa.SmallInteger, nullable=False),
        sa.Column("reference", NUMBER),
        sa.Column("reference_hash", sa.LargeBinary),
        sa.Column("decision", sa.Integer),
        sqlite_with_rowid=False,
    )
    op.create_table(
        "organisations",
        sa.Column("organisation", NUMBER, primary_key=True, autoincrement=False),
        sa.Column("block", sa.BigInteger, primary_key=True, autoincrement=False),
        sa.Column("name", sa.Text),
        sa.Column("active", sa.Boolean),
        sa.Column("keys", sa.Text),
        sqlite_with_rowid=False,
    )
    op.create_index("organisations_by_block", "organisations", ["block"])
    op.create_table(
        "paused",
        sa.Column("token", sa.Integer, primary_key=True, autoincrement=False),
        sa.Column("block", sa.BigInteger, primary_key=True, autoincrement=False),
        sa.Column("value", sa.Boolean),
        sqlite_with_rowid=False,
    )
    op.create_index("paused_by_block", "paused", ["block"])
    op.create_table(
        "promised",
        sa.Column("token", sa.Integer, primary_key=True, autoincrement=False),
        sa.Column("account", sa.Integer, primary_key=True, autoincrement=False),
        sa.Column("block", sa.BigInteger, primary_key=True, autoincrement=False),
        sa.Column("value", sa.Text),
        sqlite_with_rowid=False,
    )
    op.create_index("promised_by_block", "promised", ["block"])
    op.create_table(
        "record_dates",
        sa.Column("token", sa.Integer, primary_key=True, autoincrement=False),
        sa.Column("number", NUMBER, primary_key=True, autoincrement=False),
        sa.Column("block", sa.BigInteger, primary_key=True, autoincrement=False),
        sa.Column("value", NUMBER),
        sqlite_with_rowid=False,
    )
    op.create_index("record_dates_by_block", "record_dates", ["block"])
    op.create_table(
        "requests",
        sa.Column("request", sa.LargeBinary, primary_key=True, autoincrement=False),
        sa.Column("block", sa.BigInteger, primary_key=True, autoincrement=False),
        sa.Column("request_target", sa.Integer),
        sa.Column("request_selector", sa.LargeBinary),
        sa.Column("request_root", sa.LargeBinary),
        sa.Column("request_calls", NUMBER),
        sa.Column("request_case_id", sa.LargeBinary),
        sa.Column("request_document_hash", sa.LargeBinary),
        sa.Column("request_parties", sa.Text),
        sa.Column("request_rule", NUMBER),
        sa.Column("proposer", NUMBER),
        sa.Column("key", sa.Integer),
        sa.Column("at_block", NUMBER),
        sa.Column("at_transaction", sa.LargeBinary),
        sa.Column("at_log", NUMBER),
        sa.Column("at_time", NUMBER),
        sa.Column("signatures", sa.Text),
        sa.Column("signed_at", NUMBER),
        sa.Column("cancelled", sa.Boolean),
        sqlite_with_rowid=False,
    )
    op.create_index("requests_by_block", "requests", ["block"])
    op.create_table(
        "restrained",
        sa.Column("token", sa.Integer, primary_key=True, autoincrement=False),
        sa.Column("account", sa.Integer, primary_key=True, autoincrement=False),
        sa.Column("block", sa.BigInteger, primary_key=True, autoincrement=False),
        sa.Column("value", sa.Text),
        sqlite_with_rowid=False,
    )
    op.create_index("restrained_by_block", "restrained", ["block"])
    op.create_table(
        "restraints",
        sa.Column("token", sa.Integer, primary_key=True, autoincrement=False),
        sa.Column("id", NUMBER, primary_key=True, autoincrement=False),
        sa.Column("block", sa.BigInteger, primary_key=True, autoincrement=False),
        sa.Column("holder", sa.Integer),
        sa.Column("kind", sa.Integer),
        sa.Column("quantity_units", NUMBER),
        sa.Column("quantity_splits", NUMBER),
        sa.Column("until", NUMBER),
        sa.Column("claimant", sa.LargeBinary),
        sa.Column("rank", NUMBER),
        sqlite_with_rowid=False,
    )
    op.create_index("restraints_by_block", "restraints", ["block"])
    op.create_table(
        "roles",
        sa.Column("organisation", NUMBER, primary_key=True, autoincrement=False),
        sa.Column("scope", sa.Integer, primary_key=True, autoincrement=False),
        sa.Column("block", sa.BigInteger, primary_key=True, autoincrement=False),
        sa.Column("value", sa.Integer),
        sqlite_with_rowid=False,
    )
    op.create_index("roles_by_block", "roles", ["block"])
    op.create_table(
        "rules",
        sa.Column("kind", NUMBER, primary_key=True, autoincrement=False),
        sa.Column("selector", sa.LargeBinary, primary_key=True, autoincrement=False),
        sa.Column("block", sa.BigInteger, primary_key=True, autoincrement=False),
        sa.Column("value", NUMBER),
        sqlite_with_rowid=False,
    )
    op.create_index("rules_by_block", "rules", ["block"])
    op.create_table(
        "state",
        sa.Column("id", sa.Integer, primary_key=True, autoincrement=False),
        sa.Column("chain_id", NUMBER, nullable=False),
        sa.Column("genesis", sa.LargeBinary, nullable=False),
        sa.Column("consortium", ADDRESS, nullable=False),
        sa.Column("first", sa.BigInteger, nullable=False),
        sa.Column("block", sa.BigInteger, nullable=False),
        sa.Column("hash", sa.LargeBinary, nullable=False),
        sa.Column("time", sa.BigInteger, nullable=False),
        sa.Column("final", sa.BigInteger, nullable=False),
    )
    op.create_table(
        "supply",
        sa.Column("token", sa.Integer, primary_key=True, autoincrement=False),
        sa.Column("block", sa.BigInteger, primary_key=True, autoincrement=False),
        sa.Column("value", NUMBER),
        sqlite_with_rowid=False,
    )
    op.create_index("supply_by_block", "supply", ["block"])
    op.create_table(
        "suspensions",
        sa.Column("platform", sa.Integer, primary_key=True, autoincrement=False),
        sa.Column("investor", NUMBER, primary_key=True, autoincrement=False),
        sa.Column("block", sa.BigInteger, primary_key=True, autoincrement=False),
        sa.Column("organisation", NUMBER),
        sa.Column("since", NUMBER),
        sa.Column("confirmed_by", NUMBER),
        sa.Column("confirmed_at", NUMBER),
        sqlite_with_rowid=False,
    )
    op.create_index("suspensions_by_block", "suspensions", ["block"])
    op.create_table(
        "targets",
        sa.Column("target", sa.Integer, primary_key=True, autoincrement=False),
        sa.Column("block", sa.BigInteger, primary_key=True, autoincrement=False),
        sa.Column("kind", NUMBER),
        sa.Column("scope", sa.Integer),
        sqlite_with_rowid=False,
    )
    op.create_index("targets_by_block", "targets", ["block"])
    op.create_table(
        "terms",
        sa.Column("token", sa.Integer, primary_key=True, autoincrement=False),
        sa.Column("block", sa.BigInteger, primary_key=True, autoincrement=False),
        sa.Column("terms_name", sa.Text),
        sa.Column("terms_symbol", sa.Text),
        sa.Column("terms_code", sa.Text),
        sa.Column("terms_product", sa.Text),
        sa.Column("terms_right", sa.Text),
        sa.Column("terms_perfection", sa.Text),
        sa.Column("terms_decimals", NUMBER),
        sa.Column("terms_cap", NUMBER),
        sa.Column("terms_lot_size", NUMBER),
        sa.Column("terms_unit_price", NUMBER),
        sa.Column("terms_issuer_account", sa.Integer),
        sa.Column("terms_maturity", NUMBER),
        sa.Column("terms_locked_until", NUMBER),
        sa.Column("terms_holder_cap", NUMBER),
        sa.Column("terms_placement", sa.Integer),
        sa.Column("terms_classes", NUMBER),
        sa.Column("terms_residencies", NUMBER),
        sa.Column("terms_whole_position_only", sa.Boolean),
        sa.Column("terms_consent_required", sa.Boolean),
        sa.Column("terms_expired_may_dispose", sa.Boolean),
        sa.Column("terms_early_redemption", sa.Boolean),
        sa.Column("terms_partial_redemption", sa.Boolean),
        sa.Column("terms_holder_redemption", sa.Boolean),
        sa.Column("terms_term_sheet_hash", sa.LargeBinary),
        sa.Column("terms_extra", sa.LargeBinary),
        sa.Column("maturity", NUMBER),
        sa.Column("locked_until", NUMBER),
        sqlite_with_rowid=False,
    )
    op.create_index("terms_by_block", "terms", ["block"])
    op.create_table(
        "tokens",
        sa.Column("token", sa.Integer, primary_key=True, autoincrement=False),
        sa.Column("block", sa.BigInteger, primary_key=True, autoincrement=False),
        sa.Column("platform", sa.Integer),
        sa.Column("code", sa.Text),
        sa.Column("version", NUMBER),
        sa.Column("issuer", NUMBER),
        sa.Column("registrar", NUMBER),
        sa.Column("at_block", NUMBER),
        sa.Column("at_transaction", sa.LargeBinary),
        sa.Column("at_log", NUMBER),
        sa.Column("at_time", NUMBER),
        sqlite_with_rowid=False,
    )
    op.create_index("tokens_by_block", "tokens", ["block"])
    op.create_table(
        "trades",
        sa.Column("token", sa.Integer, primary_key=True, autoincrement=False),
        sa.Column("commitment", NUMBER, primary_key=True, autoincrement=False),
        sa.Column("block", sa.BigInteger, primary_key=True, autoincrement=False),
        sa.Column("value", sa.LargeBinary),
        sqlite_with_rowid=False,
    )
    op.create_index("trades_by_block", "trades", ["block"])
    op.create_table(
        "transactions",
        sa.Column("block", sa.BigInteger, primary_key=True, autoincrement=False),
        sa.Column("log", sa.Integer, primary_key=True, autoincrement=False),
        sa.Column("hash", sa.LargeBinary, nullable=False),
        sqlite_with_rowid=False,
    )
    op.create_index("transactions_by_hash", "transactions", [sa.text("substr(hash, 1, 8)")])

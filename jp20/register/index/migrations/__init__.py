"""The revisions of the index's tables, for alembic."""

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Final

from sqlalchemy import Connection, Engine

if TYPE_CHECKING:
    from alembic.config import Config

_FOLDER: Final = Path(__file__).parent


def bring_up_to_date(engine: Engine, revision: str = "head") -> None:
    """Makes the tables, or brings those of an earlier version up to date: all of it or nothing."""
    from alembic import command

    with engine.begin() as connection, _config(connection) as config:
        command.upgrade(config, revision)


def is_up_to_date(connection: Connection) -> bool:
    """Whether the tables are those of this version."""
    from alembic.migration import MigrationContext
    from alembic.script import ScriptDirectory

    with _config(connection) as config:
        head = ScriptDirectory.from_config(config).get_current_head()
    return MigrationContext.configure(connection).get_current_revision() == head


@contextmanager
def _config(connection: Connection) -> Iterator["Config"]:
    from alembic.config import Config

    config = Config()
    config.set_main_option("script_location", str(_FOLDER).replace("%", "%%"))
    config.set_main_option("path_separator", "os")
    config.attributes["connection"] = connection
    yield config

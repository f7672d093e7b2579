"""The revisions of the index's tables, for alembic."""

from collections.abc import Iterable
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

from sqlalchemy import Connection, Engine

if TYPE_CHECKING:
    from alembic.config import Config
    from alembic.script import ScriptDirectory

_FOLDER: Final = Path(__file__).parent


def bring_up_to_date(engine: Engine, revision: str = "head") -> None:
    """Makes the tables, or brings earlier ones to a revision: all of it or nothing."""
    from alembic.runtime.environment import EnvironmentContext

    config, scripts = _scripts()

    def steps(now: Any, context: object) -> Iterable[Any]:
        return scripts._upgrade_revs(revision, now)

    with (
        engine.begin() as connection,
        EnvironmentContext(config, scripts, fn=steps, destination_rev=revision) as environment,
    ):
        environment.configure(connection=connection, transactional_ddl=False)
        environment.run_migrations()


def is_up_to_date(connection: Connection) -> bool:
    """Whether the tables are those of this version."""
    from alembic.migration import MigrationContext

    _, scripts = _scripts()
    now = MigrationContext.configure(connection).get_current_revision()
    return now == scripts.get_current_head()


def _scripts() -> "tuple[Config, ScriptDirectory]":
    from alembic.config import Config
    from alembic.script import ScriptDirectory

    config = Config()
    config.set_main_option("script_location", str(_FOLDER).replace("%", "%%"))
    config.set_main_option("path_separator", "os")
    return config, ScriptDirectory.from_config(config)

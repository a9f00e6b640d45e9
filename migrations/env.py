"""Alembic's environment: the connection is handed over by `diagnostics.migrations`, never made here."""

from alembic import context

from diagnostics.models import Base


def run() -> None:
    """Runs the migrations inside the transaction that the caller opened."""
    connection = context.config.attributes["connection"]
    context.configure(
        connection=connection,
        target_metadata=Base.metadata,
        render_as_batch=True,
        compare_type=True,
        transaction_per_migration=False,
    )
    context.run_migrations()


run()

"""What Versions are found by, and which still wait to be found; how many Checks one row stands for; lists by source."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0008"
down_revision = "0007"
branch_labels = None
depends_on = None

ID = sa.BigInteger().with_variant(sa.Integer(), "sqlite")

# Whatever writes a Version, a trigger knows. SQLite's index can only be told what to forget word by word.
SQLITE = (
    "CREATE VIRTUAL TABLE version_words USING fts5(words, content='', detail=none, tokenize='ascii')",
    "CREATE TRIGGER unindexed_insert AFTER INSERT ON versions BEGIN"
    " INSERT OR IGNORE INTO unindexed (version_id, page_id) VALUES (new.id, new.page_id); END",
    "CREATE TRIGGER unindexed_update AFTER UPDATE OF article ON versions WHEN old.article <> new.article BEGIN"
    " INSERT OR IGNORE INTO unindexed (version_id, page_id, was) VALUES (old.id, old.page_id, old.article); END",
    "CREATE TRIGGER unindexed_delete AFTER DELETE ON versions BEGIN"
    " INSERT OR IGNORE INTO unindexed (version_id, page_id, was) VALUES (old.id, old.page_id, old.article); END",
)
# DO UPDATE, which changes nothing, and not DO NOTHING: it waits for who is just taking the row away.
POSTGRESQL = (
    "CREATE TABLE version_words (version_id bigint PRIMARY KEY, words integer[] NOT NULL)",
    "CREATE INDEX ix_version_words_words ON version_words USING gin (words) WITH (fastupdate = off)",
    """
    CREATE FUNCTION note_unindexed() RETURNS trigger LANGUAGE plpgsql AS $$
    BEGIN
        IF TG_OP = 'DELETE' THEN
            INSERT INTO unindexed (version_id, page_id) VALUES (OLD.id, OLD.page_id)
            ON CONFLICT (version_id) DO UPDATE SET page_id = excluded.page_id;
        ELSE
            INSERT INTO unindexed (version_id, page_id) VALUES (NEW.id, NEW.page_id)
            ON CONFLICT (version_id) DO UPDATE SET page_id = excluded.page_id;
        END IF;
        RETURN NULL;
    END $$
    """,
    "CREATE TRIGGER unindexed_insert AFTER INSERT OR DELETE ON versions FOR EACH ROW EXECUTE FUNCTION note_unindexed()",
    "CREATE TRIGGER unindexed_update AFTER UPDATE OF article ON versions"
    " FOR EACH ROW WHEN (OLD.article IS DISTINCT FROM NEW.article) EXECUTE FUNCTION note_unindexed()",
)


# A Change's and a Finding's source is its page's, which never has another.
SQLITE_SOURCES = tuple(
    f"CREATE TRIGGER source_of_{table} AFTER INSERT ON {table} BEGIN UPDATE {table} SET source ="  # noqa: S608 - two names
    " (SELECT source FROM pages WHERE id = new.page_id) WHERE id = new.id; END"
    for table in ("changes", "findings")
)
POSTGRESQL_SOURCES = (
    """
    CREATE FUNCTION take_source_of_page() RETURNS trigger LANGUAGE plpgsql AS $$
    BEGIN
        SELECT source INTO NEW.source FROM pages WHERE id = NEW.page_id;
        RETURN NEW;
    END $$
    """,
    *(
        f"CREATE TRIGGER source_of_{table} BEFORE INSERT ON {table} FOR EACH ROW EXECUTE FUNCTION take_source_of_page()"
        for table in ("changes", "findings")
    ),
)


def _take_sources(statements: tuple[str, ...]) -> None:
    for table, time in (("changes", "at"), ("findings", "opened_at")):
        op.add_column(table, sa.Column("source", sa.Text(), nullable=False, server_default=""))
        op.execute(f"UPDATE {table} SET source = (SELECT source FROM pages WHERE pages.id = {table}.page_id)")  # noqa: S608 - of two names
        op.create_index(f"ix_{table}_source_{time}", table, ["source", time])
    for statement in statements:
        op.execute(statement)


def upgrade() -> None:
    """What is there already waits as well."""
    op.add_column("checks", sa.Column("times", sa.Integer(), nullable=False, server_default="1"))
    op.create_table(
        "unindexed",
        sa.Column("version_id", ID, autoincrement=False, nullable=False),
        sa.Column("page_id", ID, nullable=False),
        sa.Column("was", sa.Text(), nullable=True),
        sa.PrimaryKeyConstraint("version_id", name="pk_unindexed"),
    )
    op.create_index("ix_pages_source_next_check", "pages", ["source", "next_check"])
    op.drop_index("ix_pages_source", "pages")
    server = op.get_bind().dialect.name == "postgresql"
    for statement in POSTGRESQL if server else SQLITE:
        op.execute(statement)
    _take_sources(POSTGRESQL_SOURCES if server else SQLITE_SOURCES)
    op.execute("INSERT INTO unindexed (version_id, page_id) SELECT id, page_id FROM versions")

"""Bodies written against others, under digests of half the length; what the database holds is taken over as it is."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0007"
down_revision = "0006"
branch_labels = None
depends_on = None

ID = sa.BigInteger().with_variant(sa.Integer(), "sqlite")
TIME = sa.DateTime(timezone=True)
# Rows at a time, each of which may be a whole page.
SLICE = 100


def upgrade() -> None:
    """Every body there is was written by itself."""
    op.create_table(
        "bodies",
        sa.Column("id", ID, nullable=False),
        sa.Column("base", ID, nullable=True),
        sa.Column("step", sa.Integer(), nullable=False),
        sa.Column("digest", sa.LargeBinary(), nullable=False),
        sa.Column("stored_at", TIME, nullable=False),
        sa.Column("packed", sa.LargeBinary(), nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_bodies"),
        sa.ForeignKeyConstraint(["base"], ["bodies.id"], name="fk_bodies_base_bodies"),
        sa.UniqueConstraint("digest", name="uq_bodies_digest"),
    )
    op.create_index(op.f("ix_bodies_base"), "bodies", ["base"])
    connection = op.get_bind()
    if connection.dialect.name == "postgresql":
        # What zstd made small no other compression makes smaller.
        op.execute("ALTER TABLE bodies ALTER COLUMN packed SET STORAGE EXTERNAL")
        op.execute(
            "INSERT INTO bodies (step, digest, stored_at, packed) SELECT 0, decode(digest, 'hex'), stored_at, packed"
            " FROM blobs"
        )
    else:
        _copy(connection)
    op.drop_table("blobs")


def _copy(connection: sa.Connection) -> None:
    """Row by row: this database has no function for it."""
    after = ""
    query = sa.text("SELECT digest, stored_at, packed FROM blobs WHERE digest > :after ORDER BY digest LIMIT :slice")
    put = sa.text("INSERT INTO bodies (step, digest, stored_at, packed) VALUES (0, :digest, :stored_at, :packed)")
    while found := connection.execute(query, {"after": after, "slice": SLICE}).all():
        for digest, stored_at, packed in found:
            values = {"digest": bytes.fromhex(digest), "stored_at": stored_at, "packed": packed}
            connection.execute(put, values)
        after = found[-1][0]

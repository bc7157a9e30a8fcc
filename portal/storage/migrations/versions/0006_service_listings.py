"""Let listings have places, hours, prices, areas, contracts and versions; give organisations an HSDS identifier."""

from __future__ import annotations

import uuid
from typing import Any

import sqlalchemy as sa
from alembic import op

revision = "0006"
down_revision = "0005"
branch_labels = None
depends_on = None

NAMESPACE = uuid.UUID("b9a9c8a4-52c1-4d8c-8a6b-6d0b3a0c4e57")
MODES = ("visit", "home", "phone", "online")


def upgrade() -> None:
    """Add tables and columns; the contract of each listing there is becomes its first recorded one."""
    _widen_service()
    _name_organizations()
    _make_tables()
    op.execute(
        "INSERT INTO service_contract (service_id, ocid, contract_id, recorded_at) "
        "SELECT id, ocid, contract_id, created_at FROM service WHERE ocid IS NOT NULL AND contract_id IS NOT NULL"
    )


def _widen_service() -> None:
    new: list[sa.Column[Any]] = [
        sa.Column("ineligibility", sa.Text(), nullable=False, server_default=""),
        sa.Column("ineligibility_en", sa.Text(), nullable=True),
        sa.Column("documents", sa.JSON(), nullable=False, server_default="[]"),
        sa.Column("email", sa.String(length=254), nullable=True),
        sa.Column("languages", sa.JSON(), nullable=False, server_default="[]"),
        sa.Column("capacity_unit", sa.String(length=40), nullable=True),
        sa.Column("available", sa.Integer(), nullable=True),
        sa.Column("maximum", sa.Integer(), nullable=True),
        sa.Column("available_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("alert", sa.Text(), nullable=False, server_default=""),
        sa.Column("alert_en", sa.Text(), nullable=True),
    ]
    with op.batch_alter_table("service") as table:
        for column in new:
            table.add_column(column)
    with op.batch_alter_table("service") as table:
        for name in ("ineligibility", "documents", "languages", "alert"):
            table.alter_column(name, server_default=None)


def _name_organizations() -> None:
    with op.batch_alter_table("organization") as table:
        table.add_column(sa.Column("hsds_id", sa.String(length=36), nullable=True))
    connection = op.get_bind()
    organization = sa.table("organization", sa.column("id", sa.Integer), sa.column("hsds_id", sa.String))
    for (number,) in connection.execute(sa.select(organization.c.id)).all():
        made = str(uuid.uuid5(NAMESPACE, f"organization|{number}|{uuid.uuid4()}"))
        connection.execute(organization.update().where(organization.c.id == number).values(hsds_id=made))
    with op.batch_alter_table("organization") as table:
        table.alter_column("hsds_id", existing_type=sa.String(length=36), nullable=False)
        table.create_unique_constraint(op.f("uq_organization_hsds_id"), ["hsds_id"])


def _make_tables() -> None:
    _make_place_tables()
    op.create_table(
        "service_price",
        sa.Column("service_id", sa.Integer(), nullable=False),
        sa.Column("number", sa.Integer(), nullable=False),
        sa.Column("amount_fen", sa.BigInteger(), nullable=False),
        sa.Column("option", sa.String(length=100), nullable=False),
        sa.Column("option_en", sa.String(length=100), nullable=True),
        sa.CheckConstraint("amount_fen >= 0", name=op.f("ck_service_price_amount_not_negative")),
        sa.ForeignKeyConstraint(["service_id"], ["service.id"], name=op.f("fk_service_price_service_id_service")),
        sa.PrimaryKeyConstraint("service_id", "number", name=op.f("pk_service_price")),
    )
    op.create_table(
        "service_area",
        sa.Column("service_id", sa.Integer(), nullable=False),
        sa.Column("region_code", sa.String(length=12), nullable=False),
        sa.ForeignKeyConstraint(["service_id"], ["service.id"], name=op.f("fk_service_area_service_id_service")),
        sa.PrimaryKeyConstraint("service_id", "region_code", name=op.f("pk_service_area")),
    )
    op.create_index(op.f("ix_service_area_region_code"), "service_area", ["region_code"])
    op.create_table(
        "service_contract",
        sa.Column("service_id", sa.Integer(), nullable=False),
        sa.Column("ocid", sa.String(length=200), nullable=False),
        sa.Column("contract_id", sa.String(length=200), nullable=False),
        sa.Column("recorded_at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(["service_id"], ["service.id"], name=op.f("fk_service_contract_service_id_service")),
        sa.PrimaryKeyConstraint("service_id", "ocid", "contract_id", name=op.f("pk_service_contract")),
    )
    op.create_index("ix_service_contract_contract", "service_contract", ["ocid", "contract_id"])
    op.create_table(
        "service_version",
        sa.Column("service_id", sa.Integer(), nullable=False),
        sa.Column("number", sa.Integer(), nullable=False),
        sa.Column("act", sa.String(length=20), nullable=False),
        sa.Column("said", sa.Text(), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("ledger_position", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(["service_id"], ["service.id"], name=op.f("fk_service_version_service_id_service")),
        sa.PrimaryKeyConstraint("service_id", "number", name=op.f("pk_service_version")),
    )
    op.create_table(
        "service_report",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("service_id", sa.Integer(), nullable=False),
        sa.Column("person_id", sa.Integer(), nullable=False),
        sa.Column("text", sa.Text(), nullable=False),
        sa.Column("sent_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("answer", sa.Text(), nullable=True),
        sa.Column("answered_at", sa.DateTime(timezone=True), nullable=True),
        sa.ForeignKeyConstraint(["service_id"], ["service.id"], name=op.f("fk_service_report_service_id_service")),
        sa.ForeignKeyConstraint(["person_id"], ["person.id"], name=op.f("fk_service_report_person_id_person")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_service_report")),
    )
    op.create_index(op.f("ix_service_report_service_id"), "service_report", ["service_id"])


def _make_place_tables() -> None:
    op.create_table(
        "service_place",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("service_id", sa.Integer(), nullable=False),
        sa.Column("number", sa.Integer(), nullable=False),
        sa.Column("hsds_id", sa.String(length=36), nullable=False),
        sa.Column("mode", sa.Enum(*MODES, name="mode", native_enum=False, create_constraint=True, length=40),
                  nullable=False),
        sa.Column("name", sa.String(length=200), nullable=False),
        sa.Column("name_en", sa.String(length=200), nullable=True),
        sa.Column("address", sa.String(length=200), nullable=False),
        sa.Column("address_en", sa.String(length=200), nullable=True),
        sa.Column("postal_code", sa.String(length=12), nullable=True),
        sa.Column("region_code", sa.String(length=12), nullable=True),
        sa.Column("transportation", sa.Text(), nullable=False),
        sa.Column("transportation_en", sa.Text(), nullable=True),
        sa.Column("latitude", sa.Double(), nullable=True),
        sa.Column("longitude", sa.Double(), nullable=True),
        sa.Column("url", sa.String(length=300), nullable=True),
        sa.Column("phone", sa.String(length=60), nullable=True),
        sa.Column("accessibility", sa.Text(), nullable=False),
        sa.Column("accessibility_en", sa.Text(), nullable=True),
        sa.Column("notes", sa.Text(), nullable=False),
        sa.Column("notes_en", sa.Text(), nullable=True),
        sa.CheckConstraint(
            "(latitude IS NULL) = (longitude IS NULL)", name=op.f("ck_service_place_both_coordinates")
        ),
        sa.ForeignKeyConstraint(["service_id"], ["service.id"], name=op.f("fk_service_place_service_id_service")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_service_place")),
        sa.UniqueConstraint("hsds_id", name=op.f("uq_service_place_hsds_id")),
        sa.UniqueConstraint("service_id", "number", name=op.f("uq_service_place_service_id_number")),
    )
    op.create_index(op.f("ix_service_place_service_id"), "service_place", ["service_id"])
    op.create_index(op.f("ix_service_place_region_code"), "service_place", ["region_code"])
    op.create_table(
        "service_hours",
        sa.Column("place_id", sa.Integer(), nullable=False),
        sa.Column("weekday", sa.Integer(), nullable=False),
        sa.Column("opens_at", sa.String(length=5), nullable=False),
        sa.Column("closes_at", sa.String(length=5), nullable=False),
        sa.CheckConstraint("weekday BETWEEN 1 AND 7", name=op.f("ck_service_hours_weekday")),
        sa.CheckConstraint("opens_at < closes_at", name=op.f("ck_service_hours_order")),
        sa.ForeignKeyConstraint(["place_id"], ["service_place.id"], name=op.f("fk_service_hours_place_id_service_place")),
        sa.PrimaryKeyConstraint("place_id", "weekday", "opens_at", name=op.f("pk_service_hours")),
    )

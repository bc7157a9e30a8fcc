"""Tables of services: the listing, its places with their hours, prices, areas, contracts and versions."""

from __future__ import annotations

from datetime import date, datetime
from typing import TYPE_CHECKING

from sqlalchemy import (
    JSON,
    BigInteger,
    CheckConstraint,
    Date,
    ForeignKey,
    Index,
    String,
    Text,
    UniqueConstraint,
    bindparam,
    case,
    exists,
    func,
    or_,
    select,
)
from sqlalchemy.orm import Mapped, column_property, mapped_column, relationship

from portal.kernel import clock
from portal.procurement.models import Contract
from portal.procurement.rules import ContractStatus
from portal.services.listing.hours import Span
from portal.services.rules import Delivery, Mode, ServiceStatus, status_of
from portal.storage.database import Model

if TYPE_CHECKING:
    from sqlalchemy import ColumnElement


class ServiceContract(Model):
    """A contract under which a service is or was delivered; the ring has the same as a link (`delivers`)."""

    __tablename__ = "service_contract"
    __table_args__ = (Index("ix_service_contract_contract", "ocid", "contract_id"),)

    service_id: Mapped[int] = mapped_column(ForeignKey("service.id"), primary_key=True)
    ocid: Mapped[str] = mapped_column(String(200), primary_key=True)
    contract_id: Mapped[str] = mapped_column(String(200), primary_key=True)
    recorded_at: Mapped[datetime]


class Service(Model):
    """A service that residents can use (HSDS `service`)."""

    __tablename__ = "service"
    __table_args__ = (
        CheckConstraint("minimum_age IS NULL OR maximum_age IS NULL OR minimum_age <= maximum_age", name="ages"),
    )

    # Identification
    id: Mapped[int] = mapped_column(primary_key=True)
    hsds_id: Mapped[str] = mapped_column(String(36), unique=True)
    name: Mapped[str] = mapped_column(String(200))
    name_en: Mapped[str | None] = mapped_column(String(200))
    # What it is
    description: Mapped[str] = mapped_column(Text)
    description_en: Mapped[str | None] = mapped_column(Text)
    category_code: Mapped[str | None] = mapped_column(String(20), index=True)
    region_code: Mapped[str | None] = mapped_column(String(12), index=True)
    # Who may use it, how, at what price
    eligibility: Mapped[str] = mapped_column(Text, default="")
    eligibility_en: Mapped[str | None] = mapped_column(Text)
    ineligibility: Mapped[str] = mapped_column(Text, default="")
    ineligibility_en: Mapped[str | None] = mapped_column(Text)
    minimum_age: Mapped[int | None]
    maximum_age: Mapped[int | None]
    application_process: Mapped[str] = mapped_column(Text, default="")
    application_process_en: Mapped[str | None] = mapped_column(Text)
    documents: Mapped[list[str]] = mapped_column(JSON, default=list)
    fees: Mapped[str] = mapped_column(Text, default="")
    fees_en: Mapped[str | None] = mapped_column(Text)
    # Where and when, where it is told for all places at once
    phone: Mapped[str | None] = mapped_column(String(60))
    email: Mapped[str | None] = mapped_column(String(254))
    address: Mapped[str | None] = mapped_column(String(200))
    schedule: Mapped[str] = mapped_column(Text, default="")
    schedule_en: Mapped[str | None] = mapped_column(Text)
    languages: Mapped[list[str]] = mapped_column(JSON, default=list)
    # How many places are free
    capacity_unit: Mapped[str | None] = mapped_column(String(40))
    available: Mapped[int | None]
    maximum: Mapped[int | None]
    available_at: Mapped[datetime | None]
    # Who provides and who pays
    provider_id: Mapped[int | None] = mapped_column(ForeignKey("organization.id"), index=True)
    buyer_id: Mapped[int | None] = mapped_column(ForeignKey("organization.id"), index=True)
    ocid: Mapped[str | None] = mapped_column(String(200), index=True)
    contract_id: Mapped[str | None] = mapped_column(String(200))
    # Lifecycle
    said_status: Mapped[ServiceStatus] = mapped_column("status", default=ServiceStatus.ACTIVE)
    alert: Mapped[str] = mapped_column(Text, default="")
    alert_en: Mapped[str | None] = mapped_column(Text)
    assured_on: Mapped[date | None]
    created_at: Mapped[datetime]
    changed_at: Mapped[datetime] = mapped_column(index=True)

    places: Mapped[list[ServicePlace]] = relationship(cascade="all, delete-orphan", order_by="ServicePlace.number")
    prices: Mapped[list[ServicePrice]] = relationship(cascade="all, delete-orphan", order_by="ServicePrice.number")
    areas: Mapped[list[ServiceArea]] = relationship(cascade="all, delete-orphan", order_by="ServiceArea.region_code")
    if TYPE_CHECKING:
        delivery: Mapped[str]  # computed from the contracts, below

    @property
    def status(self) -> ServiceStatus:
        """Tell the state of today, from the office's word and the contracts."""
        return status_of(self.said_status, Delivery(self.delivery))

    @property
    def area_codes(self) -> list[str]:
        """List the regions that are served; the service's own region where none is named."""
        named = [area.region_code for area in self.areas]
        return named or ([self.region_code] if self.region_code else [])

    @property
    def voice(self) -> str | None:
        """Tell the first number to call: the service's, else that of a place."""
        return self.phone or next((place.phone for place in self.places if place.phone), None)


class ServicePlace(Model):
    """One way to use a service: at a place, at home, by phone or online, with its opening hours."""

    __tablename__ = "service_place"
    __table_args__ = (
        UniqueConstraint("service_id", "number"),
        CheckConstraint("(latitude IS NULL) = (longitude IS NULL)", name="both_coordinates"),
    )

    # Identification
    id: Mapped[int] = mapped_column(primary_key=True)
    service_id: Mapped[int] = mapped_column(ForeignKey("service.id"), index=True)
    number: Mapped[int]
    hsds_id: Mapped[str] = mapped_column(String(36), unique=True)
    # Where
    mode: Mapped[Mode]
    name: Mapped[str] = mapped_column(String(200), default="")
    name_en: Mapped[str | None] = mapped_column(String(200))
    address: Mapped[str] = mapped_column(String(200), default="")
    address_en: Mapped[str | None] = mapped_column(String(200))
    postal_code: Mapped[str | None] = mapped_column(String(12))
    region_code: Mapped[str | None] = mapped_column(String(12), index=True)
    transportation: Mapped[str] = mapped_column(Text, default="")
    transportation_en: Mapped[str | None] = mapped_column(Text)
    latitude: Mapped[float | None]
    longitude: Mapped[float | None]
    url: Mapped[str | None] = mapped_column(String(300))
    # How to reach it, and what helps people with disabilities
    phone: Mapped[str | None] = mapped_column(String(60))
    accessibility: Mapped[str] = mapped_column(Text, default="")
    accessibility_en: Mapped[str | None] = mapped_column(Text)
    # When
    notes: Mapped[str] = mapped_column(Text, default="")
    notes_en: Mapped[str | None] = mapped_column(Text)

    hours: Mapped[list[ServiceHours]] = relationship(
        cascade="all, delete-orphan", order_by="[ServiceHours.weekday, ServiceHours.opens_at]"
    )

    @property
    def spans(self) -> list[Span]:
        """List the openings of a week."""
        return [Span(hour.weekday, hour.opens_at, hour.closes_at) for hour in self.hours]


class ServiceHours(Model):
    """One opening of a place on one day of the week (1 is Monday)."""

    __tablename__ = "service_hours"
    __table_args__ = (
        CheckConstraint("weekday BETWEEN 1 AND 7", name="weekday"),
        CheckConstraint("opens_at < closes_at", name="order"),
    )

    place_id: Mapped[int] = mapped_column(ForeignKey("service_place.id"), primary_key=True)
    weekday: Mapped[int] = mapped_column(primary_key=True)
    opens_at: Mapped[str] = mapped_column(String(5), primary_key=True)
    closes_at: Mapped[str] = mapped_column(String(5))


class ServicePrice(Model):
    """What residents pay for something (HSDS `cost_option`); free is 0, never absent."""

    __tablename__ = "service_price"
    __table_args__ = (CheckConstraint("amount_fen >= 0", name="amount_not_negative"),)

    service_id: Mapped[int] = mapped_column(ForeignKey("service.id"), primary_key=True)
    number: Mapped[int] = mapped_column(primary_key=True)
    amount_fen: Mapped[int] = mapped_column(BigInteger)
    option: Mapped[str] = mapped_column(String(100), default="")
    option_en: Mapped[str | None] = mapped_column(String(100))


class ServiceArea(Model):
    """A region whose residents are served (HSDS `service_area`)."""

    __tablename__ = "service_area"

    service_id: Mapped[int] = mapped_column(ForeignKey("service.id"), primary_key=True)
    region_code: Mapped[str] = mapped_column(String(12), primary_key=True, index=True)


class ServiceReport(Model):
    """What a resident found wrong in a listing, for its office; only the answer is public."""

    __tablename__ = "service_report"

    # Identification
    id: Mapped[int] = mapped_column(primary_key=True)
    service_id: Mapped[int] = mapped_column(ForeignKey("service.id"), index=True)
    person_id: Mapped[int] = mapped_column(ForeignKey("person.id"))
    # What was said
    text: Mapped[str] = mapped_column(Text)
    sent_at: Mapped[datetime]
    # What the office says
    answer: Mapped[str | None] = mapped_column(Text)
    answered_at: Mapped[datetime | None]

    service: Mapped[Service] = relationship()


class ServiceVersion(Model):
    """What was published of a service in one act: the bytes that the ledger commits to."""

    __tablename__ = "service_version"

    # Identification
    service_id: Mapped[int] = mapped_column(ForeignKey("service.id"), primary_key=True)
    number: Mapped[int] = mapped_column(primary_key=True)
    # What was said
    act: Mapped[str] = mapped_column(String(20))
    said: Mapped[str] = mapped_column(Text)
    # Lifecycle
    at: Mapped[datetime]
    ledger_position: Mapped[int]


_TODAY = bindparam("today_in_shanghai", callable_=clock.today, type_=Date())
_OURS = (ServiceContract.service_id == Service.id,)
_JOINED = (Contract.ocid == ServiceContract.ocid) & (Contract.contract_id == ServiceContract.contract_id)
_IN_FORCE = or_(
    Contract.status.is_(None), Contract.status.not_in((ContractStatus.CANCELLED, ContractStatus.TERMINATED))
)
_BEGINS = func.coalesce(Contract.starts_on, Contract.signed_on, _TODAY)
_ENDS = func.coalesce(Contract.ends_on, _TODAY)


def _some(*conditions: ColumnElement[bool]) -> ColumnElement[bool]:
    """Ask whether a service has a contract that meets conditions."""
    query = select(ServiceContract.service_id).join(Contract, _JOINED).where(*_OURS, *conditions)
    return exists(query.correlate_except(ServiceContract, Contract))


Service.delivery = column_property(
    case(
        (_some(_IN_FORCE, _BEGINS <= _TODAY, _ENDS >= _TODAY), Delivery.CURRENT.value),
        (_some(_IN_FORCE, _BEGINS > _TODAY), Delivery.AHEAD.value),
        (_some(), Delivery.OVER.value),
        else_=Delivery.UNKNOWN.value,
    )
)

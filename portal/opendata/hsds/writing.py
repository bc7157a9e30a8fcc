"""Writing our services, organisations and places as HSDS objects."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC
from typing import TYPE_CHECKING

from flask_babel import gettext

from portal.classification.queries import organization_type_name
from portal.kernel.money import FEN_PER_YUAN
from portal.opendata.hsds import places, rules, taxonomies
from portal.opendata.hsds.rules import Json, child_id, without_unknown
from portal.services.rules import LANGUAGE_NAMES, WAITING_TEXTS, Delivery, ServiceStatus, numbered
from portal.web import links

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence
    from datetime import datetime

    from portal.parties.models import Organization
    from portal.procurement.models import Contract
    from portal.ratings.models import RatingSummary
    from portal.services.models import Service


@dataclass(frozen=True)
class Around:
    """What services are written with: organisations by number, contracts and newest figures by service."""

    organizations: Mapping[int, Organization]
    contracts: Mapping[int, Sequence[Contract]]
    summaries: Mapping[int, RatingSummary]


def service_summary(service: Service, around: Around) -> Json:
    """Write a service with what it has only one of."""
    provider = around.organizations.get(service.provider_id or 0)
    return without_unknown({
        "id": service.hsds_id,
        "organization_id": provider.hsds_id if provider else None,
        "name": service.name,
        "alternate_name": service.name_en,
        "description": service.description,
        "url": links.absolute("pages.service", service_id=service.id),
        "email": service.email,
        "status": service.status.value,
        "application_process": numbered(service.application_process),
        "fees_description": service.fees,
        "eligibility_description": _eligibility(service),
        "minimum_age": service.minimum_age,
        "maximum_age": service.maximum_age,
        "assured_date": service.assured_on.isoformat() if service.assured_on else None,
        "alert": _alert(service),
        "last_modified": moment(service.changed_at),
        "organization": organization(provider) if provider else None,
    })  # fmt: skip


def minimal_service(service: Service) -> Json:
    """Write of a service only what names it."""
    return {"id": service.hsds_id, "name": service.name, "status": service.status.value}


def full_service(service: Service, around: Around) -> Json:
    """Write a service with everything that belongs to it."""
    contracts = around.contracts.get(service.id, ())
    return without_unknown({
        **service_summary(service, around),
        "additional_urls": [_contract_url(service, one) for one in contracts],
        "phones": places.phones(service.hsds_id, service.phone, service_id=service.hsds_id),
        "schedules": places.own_schedules(service),
        "service_areas": [places.service_area(service, code) for code in service.area_codes],
        "service_at_locations": [places.service_at_location(service, place) for place in places.located(service)],
        "languages": [_language(service, code) for code in service.languages],
        "funding": _funding(service, around),
        "cost_options": _cost_options(service),
        "required_documents": [
            {"id": child_id(service.hsds_id, "document", name), "service_id": service.hsds_id, "document": name}
            for name in service.documents
        ],
        "capacities": _capacities(service),
        "attributes": _attributes(service, around),
        "contracts": [_contract(one, around) for one in contracts],
        "rating_summary": _rating(around.summaries.get(service.id)),
    })  # fmt: skip


def organization(found: Organization) -> Json:
    """Write an organisation."""
    kind = organization_type_name(found.type_code)
    identifiers = []
    if found.identifier:
        identifiers.append(without_unknown({
            "id": child_id(found.hsds_id, "identifier", f"{found.scheme}:{found.identifier}"),
            "organization_id": found.hsds_id,
            "identifier_scheme": found.scheme,
            "identifier_type": found.scheme or "local",
            "identifier": found.identifier,
        }))  # fmt: skip
    return without_unknown({
        "id": found.hsds_id,
        "name": found.name,
        "alternate_name": found.name_en,
        "description": f"{found.name}（{kind}）" if kind else found.name,
        "website": found.website if rules.is_uri(found.website) else None,
        "legal_status": kind,
        "uri": links.absolute("pages.organization", organization_id=found.id),
        "phones": places.phones(found.hsds_id, found.phone, organization_id=found.hsds_id),
        "organization_identifiers": identifiers,
    })  # fmt: skip


def moment(value: datetime) -> str:
    """Write a moment as HSDS does, to the millisecond."""
    return value.astimezone(UTC).isoformat(timespec="milliseconds").replace("+00:00", "Z")


def _eligibility(service: Service) -> str:
    excluded = gettext("Not for: %(whom)s") % {"whom": service.ineligibility} if service.ineligibility else ""
    return "\n".join(filter(None, (service.eligibility, excluded)))


def _alert(service: Service) -> str:
    waiting = service.said_status is ServiceStatus.ACTIVE and service.status is ServiceStatus.INACTIVE
    return service.alert or (gettext(WAITING_TEXTS[Delivery(service.delivery)]) if waiting else "")


def _language(service: Service, code: str) -> Json:
    name = gettext(LANGUAGE_NAMES[code]) if code in LANGUAGE_NAMES else code
    return {
        "id": child_id(service.hsds_id, "language", code),
        "service_id": service.hsds_id,
        "code": code,
        "name": name,
    }


def _funding(service: Service, around: Around) -> list[Json]:
    """Name who pays; in HSDS the organisation of a funding is the one that gets the money."""
    buyer = around.organizations.get(service.buyer_id or 0)
    provider = around.organizations.get(service.provider_id or 0)
    if buyer is None:
        return []
    return [without_unknown({
        "id": child_id(service.hsds_id, "funding", buyer.hsds_id),
        "service_id": service.hsds_id,
        "organization_id": provider.hsds_id if provider else None,
        "source": buyer.name,
    })]  # fmt: skip


def _cost_options(service: Service) -> list[Json]:
    return [
        without_unknown({
            "id": child_id(service.hsds_id, "cost", price.number),
            "service_id": service.hsds_id,
            "amount": _yuan(price.amount_fen),
            "currency": "CNY",
            "option": price.option,
        })
        for price in service.prices
    ]  # fmt: skip


def _yuan(fen: int) -> int | float:
    whole, rest = divmod(fen, FEN_PER_YUAN)
    return fen / FEN_PER_YUAN if rest else whole


def _capacities(service: Service) -> list[Json]:
    if service.available is None or service.available_at is None:
        return []
    unit = service.capacity_unit or gettext("places")
    return [without_unknown({
        "id": child_id(service.hsds_id, "capacity", unit),
        "service_id": service.hsds_id,
        "unit": {"id": rules.term_id(f"unit:{unit}"), "name": unit},
        "available": service.available,
        "maximum": service.maximum,
        "updated": moment(service.available_at),
    })]  # fmt: skip


def _attributes(service: Service, around: Around) -> list[Json]:
    parent = service.hsds_id
    found = [taxonomies.attribute(parent, "service", f"{taxonomies.CATEGORIES}:{service.category_code}", "category")]
    for label, link_type, values in (
        (gettext("Paid for by"), "ocds:buyer", _buyer_names(service, around)),
        (gettext("Contract"), "ocds:contract", [_key(one) for one in around.contracts.get(service.id, ())]),
        (gettext("Not for"), "ineligibility", [service.ineligibility] if service.ineligibility else []),
        (gettext("How it is used"), "mode", sorted({place.mode.value for place in service.places})),
    ):
        found += [
            {
                "id": child_id(parent, link_type, value), "link_id": parent, "link_entity": "service",
                "link_type": link_type, "label": label, "value": value,
            }
            for value in values
        ]  # fmt: skip
    return [one for one in found if one is not None]


def _buyer_names(service: Service, around: Around) -> Iterable[str]:
    buyer = around.organizations.get(service.buyer_id or 0)
    return [buyer.name] if buyer else []


def _key(contract: Contract) -> str:
    return f"{contract.ocid}#{contract.contract_id}"


def _contract_url(service: Service, contract: Contract) -> Json:
    return {
        "id": child_id(service.hsds_id, "url", _key(contract)), "service_id": service.hsds_id,
        "label": gettext("Contract: %(title)s") % {"title": contract.title}, "url": _address(contract),
    }  # fmt: skip


def _address(contract: Contract) -> str:
    return f"{links.absolute('procurement.process', ocid=contract.ocid)}#{contract.anchor}"


def _contract(contract: Contract, around: Around) -> Json:
    supplier = around.organizations.get(contract.supplier_id or 0)
    period = without_unknown({
        "startDate": contract.starts_on.isoformat() if contract.starts_on else None,
        "endDate": contract.ends_on.isoformat() if contract.ends_on else None,
    })  # fmt: skip
    return without_unknown({
        "ocid": contract.ocid, "contract_id": contract.contract_id, "title": contract.title,
        "supplier": supplier.name if supplier else contract.supplier_name, "period": period or None,
        "url": _address(contract),
    })  # fmt: skip


def _rating(summary: RatingSummary | None) -> Json | None:
    if summary is None:
        return None
    return without_unknown({
        "n": summary.n,
        "mean": round(summary.mean, 2) if summary.counts else None,
        "by_level": summary.counts,
        "as_of": summary.as_of.isoformat(),
        "url": links.absolute("ratings.show", service_id=summary.service_id, summary_id=summary.id),
    })  # fmt: skip

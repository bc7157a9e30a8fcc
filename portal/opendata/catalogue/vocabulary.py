"""The words of DCAT-AP: addresses of controlled vocabularies, and what each of them is.

The range shapes of DCAT-AP 3.0.1 ask for the class of everything that is pointed to; the European vocabularies say it
at addresses of their own, so the catalogue repeats it.
Source: https://semiceu.github.io/DCAT-AP/releases/3.0.1/
"""

from __future__ import annotations

from rdflib import Namespace, URIRef
from rdflib.namespace import DCTERMS, SKOS

AUTHORITY = "http://publications.europa.eu/resource/authority/"
ADMS = Namespace("http://www.w3.org/ns/adms#")
DCATAP = Namespace("http://data.europa.eu/r5r/")
SPDX = Namespace("http://spdx.org/rdf/terms#")
VCARD = Namespace("http://www.w3.org/2006/vcard/ns#")
IANA = "https://www.iana.org/assignments/media-types/"
LANGUAGES = {"zh": URIRef(AUTHORITY + "language/ZHO"), "en": URIRef(AUTHORITY + "language/ENG")}
THEMES = URIRef(AUTHORITY + "data-theme")
PUBLIC = URIRef(AUTHORITY + "access-right/PUBLIC")
STABLE = URIRef(AUTHORITY + "planned-availability/STABLE")
CHINA = URIRef(AUTHORITY + "country/CHN")
GOVERNMENT = URIRef("http://purl.org/adms/publishertype/LocalAuthority")
ATTRIBUTION = URIRef("http://purl.org/adms/licencetype/Attribution")
SHA256 = SPDX.checksumAlgorithm_sha256
LABELS = {
    "GOVE": "Government and public sector", "ECON": "Economy and finance", "SOCI": "Population and society",
    "HEAL": "Health", "EDUC": "Education, culture and sport",
}  # fmt: skip

# By extension: the code of the European vocabulary "file type", and the media type where IANA has registered one.
FILES = {
    "csv": ("CSV", "text/csv"),
    "jsonl": ("JSON", ""),
    "json": ("JSON", "application/json"),
    "jsonld": ("JSON_LD", "application/ld+json"),
    "xlsx": ("XLSX", "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"),
    "parquet": ("PARQUET", "application/vnd.apache.parquet"),
    "zip": ("ZIP", "application/zip"),
    "gz": ("GZIP", "application/gzip"),
    "atom": ("ATOM", "application/atom+xml"),
    "rss": ("RSS", ""),
    "feed.json": ("JSON", ""),
}
NAMES = {
    "csv": "CSV", "jsonl": "JSON Lines", "json": "JSON", "jsonld": "JSON-LD", "xlsx": "Excel", "parquet": "Parquet",
    "zip": "ZIP", "gz": "GZIP", "atom": "Atom", "rss": "RSS", "feed.json": "JSON Feed",
}  # fmt: skip
CLASSES = {
    "frequency": DCTERMS.Frequency,
    "language": DCTERMS.LinguisticSystem,
    "file-type": DCTERMS.MediaTypeOrExtent,
    "access-right": DCTERMS.RightsStatement,
    "country": DCTERMS.Location,
    "data-theme": SKOS.Concept,
    "planned-availability": SKOS.Concept,
}


def name_of(ending: str) -> str:
    """Name a format for people by its extension."""
    inner = ending.removesuffix(".gz")
    name = NAMES.get(inner, inner.upper())
    return name if inner == ending else f"{name}, {NAMES['gz']}"


def authority(table: str, code: str) -> URIRef:
    """Tell the address of a code in one of the European vocabularies."""
    return URIRef(f"{AUTHORITY}{table}/{code}")

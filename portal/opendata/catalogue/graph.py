"""The catalogue as a graph by DCAT-AP 3: made of what datasets, feeds and settings declare.

Every node has an address (there is none without a name), so that the same data are written as the same bytes.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from flask import current_app
from rdflib import DCAT, DCTERMS, FOAF, RDF, SKOS, XSD, Graph, Literal, URIRef

from portal.classification import queries as classification
from portal.exporting.formats.table import FORMATS as FILE_FORMATS
from portal.feeds import registry as feeds
from portal.feeds.formats import FORMATS as FEED_FORMATS
from portal.kernel import clock
from portal.opendata.catalogue import facts
from portal.opendata.catalogue import vocabulary as words
from portal.opendata.catalogue.facts import Spoken
from portal.opendata.rules import LICENCES
from portal.web import links, locale

if TYPE_CHECKING:
    from collections.abc import Mapping

    from rdflib.term import Node

    from portal.exporting.snapshots import Kept
    from portal.opendata.catalogue.facts import Catalogued, Span
    from portal.settings import Settings

PREFIXES = {
    "dcat": DCAT, "dct": DCTERMS, "foaf": FOAF, "skos": SKOS, "vcard": words.VCARD, "xsd": XSD, "dcatap": words.DCATAP,
    "spdx": words.SPDX,
}  # fmt: skip


class Catalogue:
    """Builds the graph of one portal."""

    def __init__(self, settings: Settings) -> None:
        """Begin with an empty graph."""
        self.graph = Graph(bind_namespaces="none")
        for prefix, namespace in PREFIXES.items():
            self.graph.bind(prefix, namespace)
        self._settings = settings
        self._site = links.public_url()
        self._licence = URIRef(settings.licence_url)
        self._snapshot_day, self._in_snapshot = facts.newest_snapshot()
        self.catalog, self.publisher, self.contact = (self._here(name) for name in ("catalog", "publisher", "contact"))

    def build(self) -> Graph:
        """Describe everything."""
        spans = facts.spans()
        self._describe_publisher()
        self._describe_catalog(spans)
        described = {one.name: self._describe_dataset(one, spans) for one in facts.catalogued()}
        paths = {str(rule.rule) for rule in current_app.url_map.iter_rules()}
        for name, said in facts.read()["service"].items():
            if said["openapi"] in paths:
                self._describe_service(name, said, described)
        return self.graph

    def _describe_publisher(self) -> None:
        name = Spoken(self._settings.publisher_name, self._settings.publisher_name_en or self._settings.publisher_name)
        self._say(self.publisher, RDF.type, FOAF.Agent)
        self._tell(self.publisher, FOAF.name, name)
        self._say(self.publisher, FOAF.homepage, self._document("/"))
        self._say(self.publisher, DCTERMS.type, self._concept(words.GOVERNMENT, "Local authority"))
        self._say(self.contact, RDF.type, words.VCARD.Kind)
        self._say(self.contact, words.VCARD.fn, Literal(self._settings.publisher_name))
        if self._settings.contact_email:
            self._say(self.contact, words.VCARD.hasEmail, URIRef(f"mailto:{self._settings.contact_email}"))
        self._say(self.contact, words.VCARD.hasURL, URIRef(links.absolute("opendata.data", locale=locale.CHINESE)))
        self._say(self._licence, RDF.type, DCTERMS.LicenseDocument)
        if self._settings.licence_url in LICENCES:
            self._say(self._licence, DCTERMS.type, self._concept(words.ATTRIBUTION, "Attribution"))

    def _describe_catalog(self, spans: Mapping[str, Span]) -> None:
        title = facts.told("Open data")
        publisher = self._settings.publisher_name
        self._say(self.catalog, RDF.type, DCAT.Catalog)
        self._tell(self.catalog, DCTERMS.title, Spoken(f"{publisher} {title.chinese}", f"{publisher}: {title.english}"))
        about = facts.told(
            "Everything that is published here can be taken away whole, in formats for machines and for "
            "spreadsheets, without an account."
        )
        self._tell(self.catalog, DCTERMS.description, about)
        self._describe_common(self.catalog, ["GOVE"])
        self._say(self.catalog, FOAF.homepage, self._document("/data"))
        self._say(words.THEMES, RDF.type, SKOS.ConceptScheme)
        self._say(words.THEMES, DCTERMS.title, Literal("Data theme", lang="en"))
        self._say(self.catalog, DCAT.themeTaxonomy, words.THEMES)
        self._say(self.catalog, DCTERMS.license, self._licence)
        if spans:
            self._date(self.catalog, min(span.first for span in spans.values()), DCTERMS.issued)
            self._date(self.catalog, max(span.last for span in spans.values()), DCTERMS.modified)

    def _describe_dataset(self, one: Catalogued, spans: Mapping[str, Span]) -> URIRef:
        dataset, span = self._here(f"dataset-{one.name}"), spans.get(one.facts.pages)
        self._say(self.catalog, DCAT.dataset, dataset)
        self._say(dataset, RDF.type, DCAT.Dataset)
        self._say(dataset, DCTERMS.identifier, Literal(str(dataset)))
        self._tell(dataset, DCTERMS.title, one.title)
        self._tell(dataset, DCTERMS.description, one.description)
        self._describe_common(dataset, one.facts.themes)
        self._keywords(dataset, one.facts.keywords, one.facts.keywords_en)
        self._code(dataset, DCTERMS.accrualPeriodicity, "frequency", one.facts.frequency)
        self._say(dataset, DCAT.landingPage, self._document(f"/data/{one.list_name}" if one.list_name else "/data"))
        if one.facts.standard:
            self._say(dataset, DCTERMS.conformsTo, self._standard(one.facts.standard))
        if span is not None:
            self._date(dataset, span.first, DCTERMS.issued)
            self._date(dataset, span.last, DCTERMS.modified)
            if one.facts.covers_time:
                self._say(dataset, DCTERMS.temporal, self._period(one.name, span))
        self._describe_files(dataset, one, span)
        return dataset

    def _describe_files(self, dataset: URIRef, one: Catalogued, span: Span | None) -> None:
        if one.list_name:
            for ending in FILE_FORMATS:
                self._distribution(dataset, one, f"/data/{one.list_name}.{ending}", Spoken("", ""), span)
            if feeds.find(one.list_name) is not None:
                newest = Spoken("最新五十条", "the newest 50")
                for ending in FEED_FORMATS:
                    self._distribution(dataset, one, f"/{one.list_name}.{ending}", newest, span)
        for path, name in one.files:
            self._distribution(dataset, one, path, name, span)
        for path, file in self._in_snapshot.get(one.name, {}).items():
            on = self._snapshot_day
            made = self._distribution(dataset, one, path, Spoken(f"{on} 快照", f"snapshot of {on}"), None)
            self._measure(made, file)

    def _measure(self, made: URIRef, file: Kept) -> None:
        """Say of a file that never changes how many bytes it has, and their SHA-256."""
        checksum = URIRef(f"{made}-sha256")
        self._say(made, DCTERMS.issued, Literal(self._snapshot_day, datatype=XSD.date))
        self._say(made, DCAT.byteSize, Literal(str(file.size), datatype=XSD.nonNegativeInteger))
        self._say(made, words.SPDX.checksum, checksum)
        self._say(checksum, RDF.type, words.SPDX.Checksum)
        self._say(checksum, words.SPDX.algorithm, words.SHA256)
        self._say(checksum, words.SPDX.checksumValue, Literal(file.sha256, datatype=XSD.hexBinary))
        self._say(words.SHA256, RDF.type, words.SPDX.ChecksumAlgorithm)

    def _distribution(self, dataset: URIRef, one: Catalogued, path: str, part: Spoken, span: Span | None) -> URIRef:
        file = path.rpartition("/")[2]
        ending, url = file.partition(".")[2], URIRef(self._site + path)
        made, name = self._here("file" + path.replace("/", "-")), words.name_of(ending)
        self._say(dataset, DCAT.distribution, made)
        self._say(made, RDF.type, DCAT.Distribution)
        self._say(made, DCAT.accessURL, url)
        self._say(made, DCAT.downloadURL, url)
        self._tell(made, DCTERMS.title, _joined(one.title, part, name))
        self._tell(made, DCTERMS.description, one.description)
        self._describe_format(made, ending)
        self._say(made, DCTERMS.license, self._licence)
        self._say(made, words.DCATAP.availability, self._concept(words.STABLE, "Stable"))
        if one.facts.standard:
            self._say(made, DCTERMS.conformsTo, self._standard(one.facts.standard))
        if span is not None:
            self._date(made, span.first, DCTERMS.issued)
            self._date(made, span.last, DCTERMS.modified)
        return made

    def _describe_format(self, made: URIRef, ending: str) -> None:
        """Say what a file is by its extension; of one that the vocabularies do not know nothing is said."""
        inner = ending.removesuffix(".gz")
        code, media = words.FILES.get(inner, ("", ""))
        if code:
            self._code(made, DCTERMS["format"], "file-type", code)
        packed = words.FILES["gz"][1] if inner != ending else ""
        for predicate, said in ((DCAT.mediaType, media), (DCAT.compressFormat, packed)):
            if said:
                self._say(URIRef(words.IANA + said), RDF.type, DCTERMS.MediaType)
                self._say(made, predicate, URIRef(words.IANA + said))

    def _describe_service(self, name: str, said: Mapping[str, object], described: Mapping[str, URIRef]) -> None:
        service, served = self._here(f"service-{name}"), _texts(said["serves"]) or list(described)
        self._say(self.catalog, DCAT.service, service)
        self._say(service, RDF.type, DCAT.DataService)
        self._tell(service, DCTERMS.title, Spoken(str(said["title"]), str(said["title_en"])))
        self._tell(service, DCTERMS.description, Spoken(str(said["description"]), str(said["description_en"])))
        self._describe_common(service, ["GOVE"])
        self._keywords(service, _texts(said["keywords"]), _texts(said["keywords_en"]))
        self._say(service, DCAT.endpointURL, URIRef(self._site + str(said["endpoint"])))
        self._say(service, DCAT.endpointDescription, URIRef(self._site + str(said["openapi"])))
        self._say(service, DCTERMS.conformsTo, self._standard(str(said["standard"])))
        self._say(service, DCTERMS.license, self._licence)
        self._code(service, DCTERMS["format"], "file-type", "JSON")
        for one in served:
            if one in described:
                self._say(service, DCAT.servesDataset, described[one])

    def _describe_common(self, node: URIRef, themes: object) -> None:
        """Say who publishes something, whom to ask, what it is about, where, in which languages and for whom."""
        self._say(node, DCTERMS.publisher, self.publisher)
        self._say(node, DCAT.contactPoint, self.contact)
        for theme in _texts(themes):
            concept = words.authority("data-theme", theme)
            self._say(node, DCAT.theme, self._concept(concept, words.LABELS[theme]))
            self._say(concept, SKOS.inScheme, words.THEMES)
        self._say(words.CHINA, RDF.type, DCTERMS.Location)
        self._say(node, DCTERMS.spatial, self._region() or words.CHINA)
        for language in words.LANGUAGES.values():
            self._say(language, RDF.type, DCTERMS.LinguisticSystem)
            self._say(node, DCTERMS.language, language)
        self._say(words.PUBLIC, RDF.type, DCTERMS.RightsStatement)
        self._say(node, DCTERMS.accessRights, words.PUBLIC)

    def _region(self) -> URIRef | None:
        code = self._settings.region
        if not code:
            return None
        region = self._here("region")
        self._say(region, RDF.type, DCTERMS.Location)
        self._say(region, DCTERMS.identifier, Literal(code))
        self._say(region, SKOS.prefLabel, Literal(classification.region_name(code), lang="zh"))
        return region

    def _period(self, name: str, span: Span) -> URIRef:
        period = self._here(f"period-{name}")
        self._say(period, RDF.type, DCTERMS.PeriodOfTime)
        self._say(period, DCAT.startDate, Literal(clock.day_of(span.first), datatype=XSD.date))
        self._say(period, DCAT.endDate, Literal(clock.day_of(span.last), datatype=XSD.date))
        return period

    def _standard(self, name: str) -> URIRef:
        said = facts.read()["standard"][name]
        standard = URIRef(said["url"])
        self._say(standard, RDF.type, DCTERMS.Standard)
        self._say(standard, DCTERMS.title, Literal(said["title"], lang="en"))
        return standard

    def _concept(self, concept: URIRef, label: str) -> URIRef:
        self._say(concept, RDF.type, SKOS.Concept)
        self._say(concept, SKOS.prefLabel, Literal(label, lang="en"))
        return concept

    def _document(self, path: str) -> URIRef:
        document = URIRef(self._site + path)
        self._say(document, RDF.type, FOAF.Document)
        return document

    def _code(self, node: URIRef, predicate: URIRef, table: str, code: str) -> None:
        said = words.authority(table, code)
        self._say(said, RDF.type, words.CLASSES[table])
        self._say(node, predicate, said)

    def _keywords(self, node: URIRef, chinese: object, english: object) -> None:
        for language, texts in (("zh", chinese), ("en", english)):
            for text in _texts(texts):
                self._say(node, DCAT.keyword, Literal(text, lang=language))

    def _date(self, node: URIRef, value: object, predicate: URIRef) -> None:
        self._say(node, predicate, Literal(value, datatype=XSD.dateTime))

    def _tell(self, node: URIRef, predicate: URIRef, text: Spoken) -> None:
        self._say(node, predicate, Literal(text.chinese, lang="zh"))
        self._say(node, predicate, Literal(text.english, lang="en"))

    def _say(self, node: URIRef, predicate: URIRef, value: Node) -> None:
        self.graph.add((node, predicate, value))

    def _here(self, name: str) -> URIRef:
        return URIRef(f"{self._site}/catalog#{name}")


def _joined(title: Spoken, part: Spoken, name: str) -> Spoken:
    chinese, english = ([text for text in (said, name) if text] for said in (part.chinese, part.english))
    return Spoken(f"{title.chinese}（{'，'.join(chinese)}）", f"{title.english} ({', '.join(english)})")


def _texts(values: object) -> list[str]:
    """Read a list of texts from the data file."""
    return [str(value) for value in values] if isinstance(values, (list, tuple)) else []

"""Forms of officials who merge organisations."""

from __future__ import annotations

from flask_babel import lazy_gettext

from portal.web.forms import NumberField, ParagraphField, PortalForm

LONGEST_REASON = 500
LARGEST_NUMBER = 2**31 - 1
PUBLIC = lazy_gettext("It is published with the history of the organisation: write no names of people.")
IN_THE_OFFICE = lazy_gettext("Officials see it here; it is not published. Write no names of people.")


class MergeForm(PortalForm):
    """Merge an organisation into another one."""

    kept_id = NumberField(
        lazy_gettext("Number of the organisation to keep"),
        most=LARGEST_NUMBER,
        hint=lazy_gettext("It stands in the address of its page: 12 in /organizations/12."),
    )
    reason = ParagraphField(lazy_gettext("Why are they one organisation?"), LONGEST_REASON, hint=PUBLIC)


class UndoMergeForm(PortalForm):
    """Undo a merge."""

    reason = ParagraphField(lazy_gettext("Why are they not one organisation?"), LONGEST_REASON, hint=PUBLIC)


class ApartForm(PortalForm):
    """Say that two organisations are two."""

    reason = ParagraphField(lazy_gettext("Why are they two organisations?"), LONGEST_REASON, hint=IN_THE_OFFICE)


class UndoApartForm(PortalForm):
    """Undo that two organisations were told apart."""

    reason = ParagraphField(lazy_gettext("Why may they be one after all?"), LONGEST_REASON, hint=IN_THE_OFFICE)

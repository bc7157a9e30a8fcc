"""Forms of officials who decide what belongs to one purchase."""

from __future__ import annotations

from typing import TYPE_CHECKING

from flask_babel import gettext, lazy_gettext
from wtforms import RadioField, SelectMultipleField
from wtforms.fields.choices import SelectChoice
from wtforms.validators import InputRequired, ValidationError

from portal.web.forms import LineField, ParagraphField, PortalForm

if TYPE_CHECKING:
    from collections.abc import Iterable

SAME, OTHER, LATER = "same", "other", "later"
LONGEST_REASON = 500
PUBLIC = lazy_gettext("It is published with the history of the purchase: write no names of people.")


class FurtherField(SelectMultipleField):  # type: ignore[misc]  # WTForms has no types
    """Some of what else is suggested; what was joined in the meantime is told, not joined again."""

    def pre_validate(self, form: object) -> None:
        """Refuse what is not suggested (any more)."""
        del form
        if set(self.data or ()) - {str(choice.value) for choice in self.choices}:
            raise ValidationError(gettext("Something you ticked is no longer suggested. Look at the list again."))


class JoiningForm(PortalForm):
    """Join processes; those that plainly differ only when a box says that somebody has read how."""

    despite = SelectMultipleField(
        lazy_gettext("These look like different purchases"), choices=[], validate_choice=False
    )

    def has_read(self, name: str) -> bool:
        """Tell whether the box of a pair, by its name, was ticked."""
        return name in (self.despite.data or ())


class DecideForm(JoiningForm):
    """Decide about a suggestion."""

    verdict = RadioField(
        lazy_gettext("Are these one purchase?"),
        [InputRequired(lazy_gettext("Choose one of the three answers."))],
        choices=[
            SelectChoice(SAME, lazy_gettext("Yes, one purchase: join them")),
            SelectChoice(OTHER, lazy_gettext("No, different purchases: do not suggest it again")),
            SelectChoice(LATER, lazy_gettext("I cannot tell yet: keep it for later")),
        ],
    )
    also = FurtherField(lazy_gettext("These probably belong to it too; tick what you have checked"), choices=[])
    reason = ParagraphField(lazy_gettext("Reason"), LONGEST_REASON, required=False, hint=PUBLIC)

    def offer(self, further: Iterable[tuple[str, str]]) -> None:
        """Set what else can be joined in the same act: (ocid, title)."""
        self.also.choices = [SelectChoice(ocid, title) for ocid, title in further]


class JoinForm(JoiningForm):
    """Join a purchase to another one that nothing suggested."""

    ocid = LineField(
        lazy_gettext("Number of the other purchase"),
        300,
        hint=lazy_gettext("As it stands on its page, for example ocds-demo00-1; or the address of the page."),
    )
    reason = ParagraphField(lazy_gettext("Why is it the same purchase?"), LONGEST_REASON, hint=PUBLIC)

    @property
    def number(self) -> str:
        """Give the number that was typed, also where it is the address of a page."""
        return str(self.ocid.data).rsplit("/processes/", 1)[-1].split("?", 1)[0].split("#", 1)[0].strip("/ ")


class UndoForm(PortalForm):
    """Undo a join."""

    reason = ParagraphField(lazy_gettext("Why is it not the same purchase?"), LONGEST_REASON, hint=PUBLIC)

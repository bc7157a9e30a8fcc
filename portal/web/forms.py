"""The one way a form is answered, and the fields that forms are made of."""

from __future__ import annotations

from http import HTTPStatus
from typing import TYPE_CHECKING, TypeVar

from flask import Response, make_response, redirect, render_template, request
from flask_babel import gettext, lazy_gettext
from flask_wtf import FlaskForm
from wtforms import SelectField, SelectMultipleField, StringField, TextAreaField
from wtforms.fields.choices import SelectChoice
from wtforms.validators import DataRequired, InputRequired, Optional, ValidationError

from portal.kernel.errors import PortalError
from portal.kernel.text import clean_line, clean_text, nfkc_fold
from portal.web.errors import told

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable

    from flask.typing import ResponseReturnValue
    from wtforms import Field

Result = TypeVar("Result")
FormT = TypeVar("FormT", bound="PortalForm")
Label = str  # or lazy: a LazyString stands for one wherever it is shown
LONGEST_NUMBER = 20
REQUIRED = lazy_gettext("Fill this in.")
STALE = lazy_gettext("This page was open for too long. Nothing is lost: check it and send it again.")


class PortalForm(FlaskForm):
    """A form with a token against forged requests; messages lazy, text cleaned."""

    def __init__(self, *args: object, **kwargs: object) -> None:
        """Begin without a message above the form."""
        super().__init__(*args, **kwargs)
        self.general_errors: list[str] = []

    def put_error(self, error: PortalError) -> None:
        """Put a domain error beside the field it names, else above the form."""
        field = self._fields.get(error.field) if error.field else None
        if field is None:
            self.general_errors.append(told(error))
        else:
            field.errors = [*field.errors, told(error)]

    @property
    def is_stale(self) -> bool:
        """Tell whether the token was missing, old or foreign."""
        return "csrf_token" in self.errors


class LengthAtMost:
    """Refuse a text that is too long, saying how long it is and may be."""

    def __init__(self, most: int) -> None:
        """Keep the limit, in characters."""
        self.most = most

    def __call__(self, form: object, field: Field) -> None:
        """Check one field."""
        del form
        length = len(field.data or "")
        if length > self.most:
            message = gettext("Shorten this to %(most)s characters; it has %(length)s.")
            raise ValidationError(message % {"most": self.most, "length": length})


class LineField(StringField):
    """One line of text: cleaned, of limited length, required unless said otherwise."""

    def __init__(
        self, label: Label, max_length: int = 100, *, required: bool = True, hint: Label = "", **kw: object
    ) -> None:
        """Take the label, the longest length in characters, and a hint shown above the field."""
        super().__init__(label, _rules(max_length, required=required), filters=[_cleaned(clean_line)], **kw)
        self.hint, self.max_length = hint, max_length


class ParagraphField(TextAreaField):
    """Several lines of text: cleaned, of limited length, required unless said otherwise."""

    def __init__(
        self, label: Label, max_length: int = 2000, *, required: bool = True, hint: Label = "", **kw: object
    ) -> None:
        """Take the label, the longest length in characters, and a hint shown above the field."""
        super().__init__(label, _rules(max_length, required=required), filters=[_cleaned(clean_text)], **kw)
        self.hint, self.max_length = hint, max_length


class NumberField(LineField):
    """A whole number above nought, typed as people type it (full-width digits too); None when left empty."""

    def __init__(self, label: Label, *, most: int, required: bool = True, hint: Label = "", **kw: object) -> None:
        """Take the label, the largest number, and a hint shown above the field."""
        super().__init__(label, LONGEST_NUMBER, required=required, hint=hint, **kw)
        self.most = most
        self.number: int | None = None

    def pre_validate(self, form: object) -> None:
        """Read the number."""
        del form
        raw = nfkc_fold(self.data or "").replace(",", "").replace(" ", "")
        self.number = None
        if not raw:
            return
        if not (raw.isascii() and raw.isdigit()) or not 0 < int(raw) <= self.most:
            message = gettext("Write a whole number from 1 to %(most)s, with digits.")
            raise ValidationError(message % {"most": self.most})
        self.number = int(raw)


class ChoiceField(SelectField):
    """A choice from a list that is only known when the form is made."""

    def __init__(self, label: Label, *, required: bool = True, hint: Label = "", **kw: object) -> None:
        """Take the label and a hint; `offer` sets the list."""
        super().__init__(
            label, [DataRequired(REQUIRED)] if required else [Optional()], choices=[], validate_choice=False, **kw
        )
        self.hint, self.codes = hint, frozenset[str]()

    def offer(self, pairs: Iterable[tuple[str, str]]) -> None:
        """Set what can be chosen: (code, name)."""
        choices = [SelectChoice(code, name) for code, name in pairs]
        self.codes = frozenset(str(choice.value) for choice in choices)
        self.choices = [SelectChoice("", lazy_gettext("Choose")), *choices]

    def pre_validate(self, form: object) -> None:
        """Refuse what was not offered."""
        del form
        if self.data and self.data not in self.codes:
            raise ValidationError(gettext("Choose one of the list."))


class SeveralField(SelectMultipleField):
    """Several of a list that is only known when the form is made."""

    def __init__(self, label: Label, *, hint: Label = "", required: bool = True, **kw: object) -> None:
        """Take the label and a hint; `offer` sets the list."""
        must = [InputRequired(lazy_gettext("Choose at least one."))] if required else [Optional()]
        super().__init__(label, must, choices=[], validate_choice=False, **kw)
        self.hint, self.codes = hint, frozenset[str]()

    def offer(self, pairs: Iterable[tuple[str, str]]) -> None:
        """Set what can be chosen: (code, name)."""
        offered = dict(pairs)
        self.choices, self.codes = [SelectChoice(code, name) for code, name in offered.items()], frozenset(offered)

    def pre_validate(self, form: object) -> None:
        """Refuse what was not offered."""
        del form
        if set(self.data or ()) - self.codes:
            raise ValidationError(gettext("Choose one of the list."))


def handle(
    form: FormT,
    *,
    act: Callable[[FormT], Result],
    then: str | Callable[[Result], str],
    template: str,
    **context: object,
) -> ResponseReturnValue:
    """Answer a form: show it, or act on it and go on, or show it again with what is wrong.

    Returns:
        200 with the form on GET; 303 to `then` when it worked; 422 with what was typed and the
        messages beside their fields when not, also for a stale form, which gets a fresh token.
        A domain error that is no fault of the input keeps its own status (409, say).
    """
    if request.method != "POST":
        return render_template(template, form=form, **context)
    status = HTTPStatus.UNPROCESSABLE_ENTITY
    if form.validate():
        try:
            result = act(form)
        except PortalError as error:
            if error.status in {HTTPStatus.NOT_FOUND, HTTPStatus.FORBIDDEN, HTTPStatus.GONE}:
                raise
            status = error.status
            form.put_error(error)
        else:
            return redirect(then(result) if callable(then) else then, HTTPStatus.SEE_OTHER)
    if form.is_stale:
        form.general_errors.append(str(STALE))
    response: Response = make_response(render_template(template, form=form, **context))
    response.status_code = status
    return response


def _rules(max_length: int, *, required: bool) -> list[object]:
    return [DataRequired(REQUIRED) if required else Optional(), LengthAtMost(max_length)]


def _cleaned(clean: Callable[[str], str]) -> Callable[[str | None], str | None]:
    return lambda raw: None if raw is None else clean(raw)

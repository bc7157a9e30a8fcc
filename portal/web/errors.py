"""Errors become one page, or one `application/problem+json`; nothing else turns them into answers."""

from __future__ import annotations

import json
import logging
from datetime import date
from http import HTTPStatus
from typing import TYPE_CHECKING

from flask import Response, render_template, request
from flask_babel import gettext, lazy_gettext
from werkzeug.exceptions import HTTPException, MethodNotAllowed

from portal.kernel.errors import PortalError, Reason
from portal.web import links
from portal.web.locale import ENGLISH, day, spoken_in

if TYPE_CHECKING:
    from flask import Flask
    from flask.typing import ResponseReturnValue

log = logging.getLogger(__name__)

MESSAGES = {
    400: lazy_gettext("The request cannot be read. Go back and try again."),
    403: lazy_gettext("Your role does not allow this. Ask your administrator."),
    404: lazy_gettext("There is nothing at this address."),
    405: lazy_gettext("This address cannot be used that way."),
    410: lazy_gettext("What was here has been deleted."),
    413: lazy_gettext("That is too much text or too large a file. Shorten it and send it again."),
    429: lazy_gettext("That was too often. Wait a little and try again."),
    500: lazy_gettext("Something is broken on our side. Nothing of what you sent was kept. Try again later."),
    503: lazy_gettext("The portal is being looked after. Try again in a minute."),
}
EXPLAINED = "/api/"
FAULT_KEY = "sanwen.fault"
MACHINE_PATHS = ("/api/", "/ocds/", "/hsds/", "/ledger/tile/", "/ledger/checkpoint", "/ledger/openings/", "/ledger/key")


def init_app(app: Flask) -> None:
    """Answer every error of the application."""
    app.register_error_handler(PortalError, _answer_portal_error)
    app.register_error_handler(HTTPException, _answer_http_error)
    app.register_error_handler(Exception, _answer_fault)


def told(error: PortalError) -> str:
    """Tell an error's message in the reader's language."""
    message = str(gettext(error.message))
    params = {name: day(value) if isinstance(value, date) else value for name, value in error.params.items()}
    return message % params if params else message


def told_reason(reason: str) -> str:
    """Tell why something was refused in the reader's language; what is no reason is a message itself."""
    if not isinstance(reason, Reason):
        return str(gettext(reason))
    values = {name: told_reason(one) if isinstance(one, Reason) else one for name, one in reason.values.items()}
    message = str(gettext(reason.message))
    return message % values if values else message


def _answer_portal_error(error: PortalError) -> ResponseReturnValue:
    return _answer(error.status, error.code, told(error), english=str(error))


def _answer_http_error(error: HTTPException) -> ResponseReturnValue:
    status = error.code or 500
    if status < HTTPStatus.BAD_REQUEST:
        return error.get_response()
    answer = _answer_plainly(HTTPStatus(status))
    if isinstance(error, MethodNotAllowed) and error.valid_methods:
        answer.headers["Allow"] = ", ".join(sorted(error.valid_methods))
    return answer


def _answer_fault(error: Exception) -> ResponseReturnValue:
    log.error("request failed: %s %s", request.method, request.path, exc_info=error)
    request.environ[FAULT_KEY] = True
    return _answer_plainly(HTTPStatus.INTERNAL_SERVER_ERROR)


def _answer_plainly(status: HTTPStatus) -> Response:
    message = MESSAGES.get(status, MESSAGES[400])
    with spoken_in(ENGLISH):
        english = str(message)
    return _answer(status, f"http-{int(status)}", str(message), english=english)


def _answer(status: HTTPStatus, code: str, message: str, *, english: str) -> Response:
    """Answer with a page, or for machines with a problem that says it in English too: they name no language."""
    if request.path.startswith(MACHINE_PATHS) or _prefers_json():
        problem = {"type": _type(code), "title": message, "title_en": english, "status": int(status), "code": code}
        body = json.dumps(problem, ensure_ascii=False)
        return Response(body, status=status, content_type="application/problem+json; charset=utf-8")
    page = render_template("errors/page.html", status=int(status), code=code, message=message)
    return Response(page, status=status, headers={"Cache-Control": "no-store"})


def _type(code: str) -> str:
    """Give the address where an error is explained; what HTTP itself explains has none (RFC 9457, 4.2.1)."""
    if request.path.startswith(EXPLAINED) and not code.startswith("http-"):
        return f"{links.public_url()}/data/api#problem-{code}"
    return "about:blank"


def _prefers_json() -> bool:
    accepted = request.accept_mimetypes
    return accepted["application/json"] > accepted["text/html"]

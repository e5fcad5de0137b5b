"""Every error as a problem (RFC 9457): what is wrong, which field, and what to do. Never a traceback."""

from __future__ import annotations

from typing import Any

import structlog
from fastapi import FastAPI
from fastapi.exceptions import RequestValidationError
from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import JSONResponse, Response

from tizmoret.errors import ArgumentMismatch, PlanRefused, TizmoretError

log = structlog.get_logger(__name__)

MEDIA_TYPE = "application/problem+json"
_CURES = {
    404: "Look at /api/openapi.json for the addresses there are.",
    405: "Look at /api/openapi.json for the methods of this address.",
    415: "Send application/json.",
}


def problem(
    status: int, code: str, detail: str, *, cure: str = "", field: str | None = None, headers: dict[str, str] | None = None, **more: Any
) -> JSONResponse:
    """A problem document. `code` is stable; `detail` and `cure` are sentences for people."""
    body = {
        "type": f"urn:tizmoret:problem:{code}",
        "title": code.replace("-", " ").capitalize(),
        "status": status,
        "detail": detail,
        "code": code,
        "cure": cure,
        **({"field": field} if field else {}),
        **more,
    }
    return JSONResponse(body, status, headers=headers, media_type=MEDIA_TYPE)


def install(app: FastAPI) -> None:
    app.add_exception_handler(TizmoretError, _ours)
    app.add_exception_handler(RequestValidationError, _invalid)
    app.add_exception_handler(HTTPException, _http)
    app.add_exception_handler(Exception, _unexpected)


async def _ours(request: Request, error: Exception) -> Response:
    assert isinstance(error, TizmoretError)
    return refusal(error)


def refusal(error: TizmoretError) -> Response:
    """One of our errors as a problem document."""
    more: dict[str, Any] = {}
    if isinstance(error, PlanRefused):
        more["findings"] = [{"step": finding.step, "message": finding.message, "cure": finding.cure} for finding in error.findings]
    field = f"args.{error.argument}" if isinstance(error, ArgumentMismatch) else error.field
    headers = {503: {"Retry-After": "2"}, 401: {"WWW-Authenticate": "Bearer"}}.get(error.status)
    return problem(error.status, error.code, error.detail, cure=error.cure, field=field, headers=headers, **more)


async def _invalid(request: Request, error: Exception) -> Response:
    assert isinstance(error, RequestValidationError)
    first = error.errors()[0]
    field = ".".join(str(part) for part in first["loc"][1:]) or str(first["loc"][0])
    if first["type"] == "json_invalid":
        return problem(
            400, "malformed-json", f"The body is not JSON: {first.get('ctx', {}).get('error', first['msg'])}.", cure="Send valid JSON."
        )
    return problem(
        422, "bad-input", f"`{field}` cannot be used: {first['msg']}.", cure="See /api/openapi.json for what it takes.", field=field
    )


async def _http(request: Request, error: Exception) -> Response:
    assert isinstance(error, HTTPException)
    code = {404: "not-found", 405: "method-not-allowed", 413: "too-large", 415: "unsupported-media-type"}.get(error.status_code, "http")
    headers = dict(error.headers) if error.headers else None
    return problem(error.status_code, code, f"{error.detail}.", cure=_CURES.get(error.status_code, ""), headers=headers)


async def _unexpected(request: Request, error: Exception) -> Response:
    if isinstance(error, RecursionError):
        return problem(400, "too-deep", "The body is nested too deep.", cure="Send a flatter value.")
    log.error("a request failed", path=request.url.path, exc_info=error)
    return problem(500, "internal", "Something went wrong here.", cure="Try again; the log says what happened.")

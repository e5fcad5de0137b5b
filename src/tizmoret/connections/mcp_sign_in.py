"""Signing in to an MCP server that wants it (https://modelcontextprotocol.io/specification/2026-07-28/basic/authorization).

The server says who lets people in (RFC 9728), who says where (RFC 8414, or OpenID Connect), and there we say who we are: as the client that a
person has registered, else by a document of ours (client id metadata), else by registering at once (RFC 7591). All of it over the guarded way."""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any, TypeVar
from urllib.parse import urlsplit

import httpx2
from pydantic import BaseModel

from tizmoret.connections.connection import Wanted, check_address
from tizmoret.connections.mcp_held import held_of, held_text
from tizmoret.connections.sign_in import Attempt, Back, SignIn
from tizmoret.errors import BadInput, StepFailed, TryAgain
from tizmoret.tools.providers.guarded import Way, received
from tizmoret.tools.providers.oauth import Client, Issuer, ask

if TYPE_CHECKING:
    from mcp.shared.auth import OAuthClientInformationFull, OAuthMetadata, ProtectedResourceMetadata

NAME = "Tizmoret"
MAX_BYTES = 256 * 1024  # of a document
_PING = {"jsonrpc": "2.0", "id": 1, "method": "ping"}
_ACCEPT = {"Accept": "application/json, text/event-stream"}
_GRANTS = ["authorization_code", "refresh_token"]

M = TypeVar("M", bound=BaseModel)


@dataclass(frozen=True, slots=True)
class _Door:
    """Of one server. resource: what its tokens are for. scope: what is to be asked for; empty: it does not say."""

    resource: str
    scope: str
    metadata: OAuthMetadata


async def begin(wanted: Wanted, client: Client | None, back: Back, way: Way) -> Attempt:
    """Raises BadInput, StepFailed, TryAgain."""
    from mcp.client.auth.utils import union_scopes

    if wanted.options.get("command"):
        raise BadInput("Nobody signs in to a program of this machine.", cure="Give it a secret.", field="address")
    door = await _door(wanted.address, way)
    held = held_of(wanted)
    scope = union_scopes((held.wants or held.scope) if held else "", door.scope) or ""
    told = door.metadata
    tag = f"mcp-{hashlib.sha256(str(told.issuer).encode()).hexdigest()[:16]}"
    own = client or await _known_as(told, back, tag, scope, way)
    asks = {"prompt": "consent"} if "offline_access" in scope.split() else {}
    says = told.authorization_response_iss_parameter_supported is True
    name = urlsplit(str(told.issuer)).netloc
    issuer = Issuer(name, str(told.authorization_endpoint), str(told.token_endpoint), asks, str(told.issuer), says, door.resource)
    if client is not None and client.secret:
        own = replace(client, basic="client_secret_post" not in (told.token_endpoint_auth_methods_supported or ()))
    options = {"signed_in": True, **({"client_id": client.id} if client is not None else {})}
    asking = ask(issuer, own, scope.split(), back.of(tag))
    return Attempt(replace(wanted, options=options, secret=None), issuer, own, asking)


def brought(known: Wanted) -> Client | None:
    """The client that a person has registered there; one that we have registered ourselves is registered anew."""
    held = held_of(known)
    return held.client if held is not None and known.options.get("client_id") else None


SIGN_IN = SignIn(begin, held_text, brought)


async def _door(address: str, way: Way) -> _Door:
    from mcp.client.auth.utils import extract_resource_metadata_from_www_auth, extract_scope_from_www_auth, get_client_metadata_scopes

    knocked, _ = await _asked(way, "POST", address, json=_PING, headers=_ACCEPT)
    resource = await _resource(address, extract_resource_metadata_from_www_auth(knocked), way)
    metadata = await _metadata(address, resource, way)
    scope = get_client_metadata_scopes(extract_scope_from_www_auth(knocked), resource, metadata, _GRANTS)
    return _Door(str(resource.resource) if resource else _canonical(address), scope or "", metadata)


async def _resource(address: str, told: str | None, way: Way) -> ProtectedResourceMetadata | None:
    """None for a server that says nothing of it, as before 2025-06-18."""
    from mcp.client.auth.utils import build_protected_resource_metadata_discovery_urls
    from mcp.shared.auth import ProtectedResourceMetadata
    from mcp.shared.auth_utils import check_resource_allowed

    for url in build_protected_resource_metadata_discovery_urls(told, address):
        found = await _document(way, url, ProtectedResourceMetadata)
        if found is not None:
            if not check_resource_allowed(requested_resource=_canonical(address), configured_resource=str(found.resource)):
                detail = f"What {url[:200]} says is of another server, {str(found.resource)[:200]}."
                raise StepFailed(detail, cure="Check the address.", field="address")
            return found
    return None


async def _metadata(address: str, resource: ProtectedResourceMetadata | None, way: Way) -> OAuthMetadata:
    """Raises StepFailed where it is of another issuer, or signs nobody in as we do."""
    from mcp.client.auth.utils import build_oauth_authorization_server_metadata_discovery_urls as places
    from mcp.client.auth.utils import issuers_match
    from mcp.shared.auth import OAuthMetadata

    server = str(resource.authorization_servers[0]) if resource else None
    parts = urlsplit(address)
    expected = server or f"{parts.scheme}://{parts.netloc}"
    for url in places(server, address):
        found = await _document(way, url, OAuthMetadata)
        if found is None:
            continue
        if str(found.issuer) != expected and not issuers_match(str(found.issuer), expected):
            raise StepFailed(f"{expected[:200]} calls itself {str(found.issuer)[:200]}.", cure="Tell who runs it.", field="address")
        if "*" in expected or "S256" not in (found.code_challenge_methods_supported or ()):
            raise StepFailed(f"{expected[:200]} does not sign in by PKCE with S256.", cure="Connect with a secret.", field="address")
        for endpoint in (found.authorization_endpoint, found.token_endpoint, found.registration_endpoint):
            if endpoint is not None:
                check_address(str(endpoint), "address", secret=True)
        return found
    raise StepFailed("Nobody can sign in at this server.", cure="Connect it with a secret, if it gave one.", field="address")


async def _known_as(told: OAuthMetadata, back: Back, tag: str, scope: str, way: Way) -> Client:
    document = back.document_of(tag)
    if told.client_id_metadata_document_supported is True and document:
        return Client(document)
    if told.registration_endpoint is None:
        cure = f"Register a client there, with the address {back.of(tag)}, and give its id."
        raise BadInput(f"{urlsplit(str(told.issuer)).netloc} lets in only who is registered there.", cure=cure, field="clientId")
    return await _registered(told, back.of(tag), scope, way)


async def _registered(told: OAuthMetadata, redirect: str, scope: str, way: Way) -> Client:
    from mcp.client.auth import OAuthRegistrationError
    from mcp.client.auth.oauth2 import check_registration_usable

    name = urlsplit(str(told.issuer)).netloc
    answer, content = await _asked(way, "POST", str(told.registration_endpoint), json=client_metadata(redirect, scope, told))
    try:
        if answer.status_code not in (200, 201):
            raise OAuthRegistrationError(f"it answered {answer.status_code}")
        made = _client_information(content)
        check_registration_usable(made)
    except (ValueError, OAuthRegistrationError) as error:
        cure = f"Register a client there, with the address {redirect}, and give its id."
        raise StepFailed(f"{name} did not register us: {' '.join(str(error).split())[:200]}.", cure=cure, field="clientId") from error
    method = made.token_endpoint_auth_method or "client_secret_basic"
    secret = "" if method == "none" else made.client_secret or ""
    return Client(made.client_id, secret, basic=bool(secret) and method == "client_secret_basic")


def client_metadata(redirect: str, scope: str = "", told: OAuthMetadata | None = None) -> dict[str, Any]:
    """Who we are, as we register (RFC 7591) and as our own document says it. We keep no secret that we were not given."""
    offered: Sequence[str] = (told.token_endpoint_auth_methods_supported if told else None) or ("none",)
    method = next((one for one in ("none", "client_secret_post", "client_secret_basic") if one in offered), "none")
    web = redirect.startswith("https://")
    return {
        "client_name": NAME, "redirect_uris": [redirect], "grant_types": _GRANTS, "response_types": ["code"],
        "token_endpoint_auth_method": method, "application_type": "web" if web else "native", **({"scope": scope} if scope else {}),
    }  # fmt: skip


def _client_information(content: bytes) -> OAuthClientInformationFull:
    from mcp.shared.auth import OAuthClientInformationFull

    return OAuthClientInformationFull.model_validate_json(content)


def _canonical(address: str) -> str:
    from mcp.shared.auth_utils import resource_url_from_server_url

    return resource_url_from_server_url(address)


async def _document(way: Way, url: str, model: type[M]) -> M | None:
    """None where there is none at this address."""
    answer, content = await _asked(way, "GET", url, headers={"Accept": "application/json"})
    if answer.status_code >= 500 or answer.status_code == 429:
        raise TryAgain(f"{urlsplit(url).netloc} answered {answer.status_code}.", cure="Try again in a moment.", field="address")
    if answer.status_code != 200:
        return None
    try:
        return model.model_validate_json(content)
    except ValueError:
        return None


async def _asked(way: Way, method: str, url: str, **rest: Any) -> tuple[httpx2.Response, bytes]:
    """Raises StepFailed for what may not be reached, TryAgain for what cannot."""
    check_address(url, "address", secret=False)
    try:
        async with way.client() as http, http.stream(method, url, **rest) as answer:
            # What answers a knock may be a stream without end; its head is all that is needed.
            streams = answer.headers.get("content-type", "").startswith("text/event-stream")
            return answer, b"" if streams else await received(answer, MAX_BYTES, "The answer", cure="Tell who runs the server.")
    except httpx2.HTTPError as error:
        raise TryAgain(f"{urlsplit(url).netloc} cannot be reached: {type(error).__name__}.", cure="Check the address.") from error

"""Settings: read once from the environment, then passed on. Nothing else in the project reads `os.environ` for them."""

from __future__ import annotations

import contextlib
import os
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Literal
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from tizmoret.errors import BadInput

if TYPE_CHECKING:
    from ipaddress import IPv4Network, IPv6Network

DEFAULT_MODEL = "google:gemini-2.5-flash"


Dispatch = Literal["inline", "dbos"]


@dataclass(frozen=True, slots=True)
class MailServer:
    host: str
    port: int
    user: str
    encrypted: bool  # from the first byte; else by STARTTLS, but on this machine

    @property
    def here(self) -> bool:
        import ipaddress

        with contextlib.suppress(ValueError):
            return ipaddress.ip_address(self.host).is_loopback
        return self.host == "localhost"


@dataclass(frozen=True, slots=True)
class MailAccount:
    imap: MailServer
    smtp: MailServer
    sender: str
    password: str = field(repr=False)


@dataclass(frozen=True, slots=True)
class DavServer:
    """Calendars and contacts of the first workspace, while it has connected none of its own."""

    address: str
    user: str
    password: str = field(repr=False)


@dataclass(frozen=True, slots=True)
class RegisteredClient:
    """This installation, as a service knows it to which people sign in. secret: empty where it has none."""

    id: str
    secret: str = field(repr=False, default="")


@dataclass(frozen=True, slots=True)
class Settings:
    home: Path  # database, workspaces and the owner token live below it
    database_url: str | None  # a Postgres of the user's own; None: the embedded one
    model: str | None  # provider:name as pydantic-ai writes it; None: offline planner
    host: str
    port: int
    timezone: ZoneInfo
    slots: int  # steps of one execution that run at the same time
    other_models: tuple[str, ...] = ()  # that planner and agents go over to when theirs fails, in order; then none
    budget_tokens: int | None = None  # that one execution may use; None: no limit
    budget_dollars: float | None = None  # the same in money, as far as prices are known
    model_url: str | None = None  # a server that speaks the provider's protocol, instead of the provider's own
    executions: int = 2000  # that this process drives at the same time; the others wait in the table
    workspace_executions: int = 1000  # of them, of one workspace
    dispatch: Dispatch = "inline"  # who says which process gets an execution
    retention_days: int = 90  # after which an execution that has ended is removed; 0 keeps all
    mail: MailAccount | None = None  # None: mail is not offered
    search: str | None = None  # the address of a SearXNG server; None: the web is not searched
    dav: DavServer | None = None
    networks: tuple[IPv4Network | IPv6Network, ...] = ()  # inside, that connections may reach
    keys: tuple[bytes, ...] = field(default=(), repr=False)  # that secrets are sealed with: by the first; none: one kept in the home
    google: RegisteredClient | None = None  # None: whoever connects an account brings one
    microsoft: RegisteredClient | None = None
    tools: tuple[str, ...] = ()  # Python modules of the user's own whose TOOLS join the catalog

    def address_of(self, model: str | None) -> str | None:
        """Where `model` is asked, if not at its provider: `model_url` is an address of the first model's provider and of no other."""
        if model is None or self.model is None or _provider(model) != _provider(self.model):
            return None
        return self.model_url

    @property
    def workspaces(self) -> Path:
        return self.home / "workspaces"

    @classmethod
    def from_env(cls, env: Mapping[str, str] = os.environ) -> Settings:
        """Raises BadInput naming the variable at fault."""
        model = env.get("TIZMORET_MODEL") or (DEFAULT_MODEL if env.get("GEMINI_API_KEY") or env.get("GOOGLE_API_KEY") else None)
        return cls(
            home=Path(env.get("TIZMORET_HOME") or Path.home() / ".tizmoret").expanduser().absolute(),
            database_url=env.get("DATABASE_URL") or None,
            model=None if model == "offline" else model,
            host=env.get("TIZMORET_HOST") or "127.0.0.1",
            port=_whole_number(env, "TIZMORET_PORT", 3000, 0, 65535),
            timezone=_timezone(env),
            slots=_whole_number(env, "TIZMORET_SLOTS", 5, 1, 10_000),
            other_models=_names(env, "TIZMORET_OTHER_MODELS"),
            budget_tokens=_whole_number(env, "TIZMORET_BUDGET_TOKENS", 0, 0, 10**12) or None,
            budget_dollars=_dollars(env, "TIZMORET_BUDGET_DOLLARS"),
            model_url=_address(env, "TIZMORET_MODEL_URL"),
            executions=_whole_number(env, "TIZMORET_EXECUTIONS", 2000, 1, 100_000),
            workspace_executions=_whole_number(env, "TIZMORET_WORKSPACE_EXECUTIONS", 1000, 1, 100_000),
            dispatch=_dispatch(env),
            retention_days=_whole_number(env, "TIZMORET_RETENTION_DAYS", 90, 0, 36_500),
            mail=_mail(env),
            search=_address(env, "TIZMORET_SEARCH"),
            dav=_dav(env),
            networks=_networks(env),
            keys=_keys(env),
            google=_client(env, "TIZMORET_GOOGLE"),
            microsoft=_client(env, "TIZMORET_MICROSOFT"),
            tools=_names(env, "TIZMORET_TOOLS"),
        )


def _provider(model: str) -> str:
    """`openai` of `openai-chat:gpt-4o`."""
    return model.partition(":")[0].partition("-")[0]


def _names(env: Mapping[str, str], variable: str) -> tuple[str, ...]:
    return tuple(name.strip() for name in env.get(variable, "").split(",") if name.strip())


def _mail(env: Mapping[str, str]) -> MailAccount | None:
    """The mailbox, where either of its servers is set; then all of it must be."""
    if not env.get("TIZMORET_IMAP") and not env.get("TIZMORET_SMTP"):
        return None
    from email.utils import parseaddr  # with the others of this kind a third of the time of --help

    imap, smtp = _mail_server(env, "TIZMORET_IMAP"), _mail_server(env, "TIZMORET_SMTP")
    sender = env.get("TIZMORET_MAIL_FROM") or (smtp.user if "@" in smtp.user else f"{smtp.user}@{smtp.host}")
    if "@" not in parseaddr(sender)[1] or not sender.isprintable():
        raise BadInput(
            "TIZMORET_MAIL_FROM is no address.", cure="Set it to one such as Dana <dana@example.com>.", field="TIZMORET_MAIL_FROM"
        )
    password = env.get("TIZMORET_MAIL_PASSWORD")
    if not password:
        raise BadInput("TIZMORET_MAIL_PASSWORD is not set.", cure="Set it to the mailbox's password.", field="TIZMORET_MAIL_PASSWORD")
    return MailAccount(imap, smtp, sender, password)


def _mail_server(env: Mapping[str, str], name: str) -> MailServer:
    """imaps://user@host:993, imap:// (STARTTLS), smtps://, smtp://. Raises BadInput naming the setting."""
    from urllib.parse import unquote, urlsplit

    kind = name.removeprefix("TIZMORET_").lower()
    parts = urlsplit(env.get(name, ""))
    try:
        port = parts.port
    except ValueError:
        port = -1
    if parts.scheme not in (kind, f"{kind}s") or not parts.hostname or not parts.username or port == -1 or parts.password:
        cure = f"Set it to {kind}s://user@host; the password goes into TIZMORET_MAIL_PASSWORD."
        raise BadInput(f"{name} is not the address of a mail server.", cure=cure, field=name)
    encrypted = parts.scheme.endswith("s")
    usual = {"imap": (143, 993), "smtp": (587, 465)}[kind][encrypted]
    return MailServer(parts.hostname, port or usual, unquote(parts.username), encrypted)


def _dav(env: Mapping[str, str]) -> DavServer | None:
    name = "TIZMORET_DAV"
    if not env.get(name):
        return None
    from urllib.parse import unquote, urlsplit

    parts = urlsplit(env[name])
    if parts.scheme not in ("http", "https") or not parts.hostname or not parts.username or parts.password:
        cure = "Set it to https://user@host; the password goes into TIZMORET_DAV_PASSWORD."
        raise BadInput(f"{name} is not the address of a CalDAV or CardDAV server.", cure=cure, field=name)
    password = env.get("TIZMORET_DAV_PASSWORD")
    if not password:
        raise BadInput("TIZMORET_DAV_PASSWORD is not set.", cure="Set it to the password of that user.", field="TIZMORET_DAV_PASSWORD")
    return DavServer(parts._replace(netloc=parts.netloc.rpartition("@")[2]).geturl(), unquote(parts.username), password)


def _client(env: Mapping[str, str], name: str) -> RegisteredClient | None:
    id, secret = env.get(f"{name}_CLIENT_ID", ""), env.get(f"{name}_CLIENT_SECRET", "")
    if secret and not id:
        raise BadInput(f"{name}_CLIENT_ID is not set.", cure="Set it to the id that the secret belongs to.", field=f"{name}_CLIENT_ID")
    return RegisteredClient(id, secret) if id else None


def _networks(env: Mapping[str, str]) -> tuple[IPv4Network | IPv6Network, ...]:
    import ipaddress

    name = "TIZMORET_NETWORKS"
    try:
        return tuple(ipaddress.ip_network(text) for text in _names(env, name))
    except ValueError as error:
        raise BadInput(
            f"{name} cannot be used: {error}.", cure="Set it to networks such as 10.0.0.0/8, with commas between.", field=name
        ) from error


def _keys(env: Mapping[str, str]) -> tuple[bytes, ...]:
    """Does not repeat what is wrong: it may be nearly right."""
    import base64
    import binascii

    name = "TIZMORET_KEY"
    keys = []
    for text in _names(env, name):
        with contextlib.suppress(binascii.Error, ValueError):
            keys.append(base64.b64decode(text, validate=True))
    if len(keys) != len(_names(env, name)) or any(len(key) != 32 for key in keys):
        cure = "Make one with: openssl rand -base64 32. A new one goes before the old one, with a comma between."
        raise BadInput(f"{name} is not 32 bytes in base64.", cure=cure, field=name)
    return tuple(keys)


def _whole_number(env: Mapping[str, str], name: str, default: int, low: int, high: int) -> int:
    text = env.get(name) or str(default)
    if not text.isdecimal() or not low <= int(text) <= high:
        raise BadInput(f"{name} is set to {text!r}.", cure=f"Set it to a whole number from {low} to {high}.", field=name)
    return int(text)


def _dollars(env: Mapping[str, str], name: str) -> float | None:
    text = env.get(name)
    if not text:
        return None
    if not text.replace(".", "", 1).isdecimal() or not text.isascii() or float(text) <= 0:
        raise BadInput(f"{name} is set to {text!r}.", cure="Set it to an amount such as 0.50.", field=name)
    return float(text)


def _dispatch(env: Mapping[str, str]) -> Dispatch:
    match env.get("TIZMORET_DISPATCH") or "inline":
        case "inline" | "dbos" as chosen:
            return chosen
        case other:
            raise BadInput(f"TIZMORET_DISPATCH is set to {other!r}.", cure="Set it to inline or dbos.", field="TIZMORET_DISPATCH")


def _address(env: Mapping[str, str], name: str) -> str | None:
    url = env.get(name) or None
    if url is not None and not url.startswith(("http://", "https://")):
        raise BadInput(f"{name} is set to {url!r}.", cure="Set it to an http or https address.", field=name)
    return url


def _timezone(env: Mapping[str, str]) -> ZoneInfo:
    name = env.get("TIZMORET_TIMEZONE") or "Asia/Jerusalem"
    try:
        return ZoneInfo(name)
    except (ZoneInfoNotFoundError, ValueError) as error:
        raise BadInput(
            f"TIZMORET_TIMEZONE is set to {name!r}.", cure="Set it to an IANA zone such as Asia/Jerusalem.", field="TIZMORET_TIMEZONE"
        ) from error

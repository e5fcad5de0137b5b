"""web.fetch: pages from a real local server, and no way into the machine's own network."""

from __future__ import annotations

import asyncio
import contextlib
import gzip
import ipaddress
import socket
from collections.abc import AsyncIterator, Sequence
from dataclasses import dataclass, field
from pathlib import Path

import pytest
from pydantic import ValidationError

from tests.unit.tools.conftest import MakeCall
from tests.unit.tools.office_files import pdf_file
from tizmoret.catalog.tool import Call
from tizmoret.errors import StepFailed, TizmoretError, TooLarge, TryAgain
from tizmoret.tools.providers import web_access
from tizmoret.tools.providers.web_access import WebAccess, is_public
from tizmoret.tools.web import FetchPage, Page, fetch

pytestmark = pytest.mark.anyio

INSIDE = [
    "0.0.0.0", "0.1.2.3", "10.0.0.1", "10.255.255.255", "100.64.0.1", "100.127.255.254", "127.0.0.1", "127.1.2.3", "127.255.255.254",
    "169.254.0.1", "169.254.169.254", "168.63.129.16", "172.16.0.1", "172.31.255.255", "192.0.0.1", "192.0.0.170", "192.0.2.1", "192.88.99.1",
    "192.168.0.1", "192.168.255.255", "198.18.0.1", "198.19.255.255", "198.51.100.7", "203.0.113.9", "224.0.0.1", "239.255.255.250",
    "240.0.0.1", "255.255.255.255", "::", "::1", "::2", "::7f00:1", "::ffff:127.0.0.1", "::ffff:10.0.0.1", "::ffff:8.8.8.8",
    "::ffff:169.254.169.254", "::ffff:0:127.0.0.1", "64:ff9b::7f00:1", "64:ff9b::a9fe:a9fe", "64:ff9b::808:808", "64:ff9b:1::a00:1", "100::1",
    "2001::1", "2001:0:4136:e378:8000:63bf:3fff:fdd2", "2001:10::1", "2001:20::1", "2001:db8::1", "2002:7f00:1::", "2002:a00:1::1", "2002:808:808::",
    "3fff::1", "5f00::1", "fc00::1", "fd00:ec2::254", "fd12:3456::1", "fe80::1", "fe80::1%eth0", "fe80::a9fe:a9fe", "febf::1", "fec0::1", "ff02::1",
    "ff05::2", "4000::1", "8000::1",
]  # fmt: skip
OUTSIDE = [
    "1.1.1.1",
    "8.8.8.8",
    "93.184.216.34",
    "172.15.0.1",
    "172.32.0.1",
    "192.167.1.1",
    "223.255.255.254",
    "2606:4700:4700::1111",
    "2a00:1450::200e",
]


@pytest.mark.parametrize("address", INSIDE)
def test_an_address_that_may_lead_inside_is_not_public(address: str) -> None:
    assert not is_public(ipaddress.ip_address(address))


def test_there_are_enough_of_them() -> None:
    assert len(set(INSIDE)) >= 60


@pytest.mark.parametrize("address", OUTSIDE)
def test_an_ordinary_address_is_public(address: str) -> None:
    assert is_public(ipaddress.ip_address(address))


@dataclass
class Server:
    """A real HTTP/1.1 server: path to (status, headers, body). Keeps what it was asked."""

    pages: dict[str, tuple[int, dict[str, str], bytes]] = field(default_factory=dict)
    asked: list[tuple[str, str]] = field(default_factory=list)  # path, Host header
    connections: int = 0
    port: int = 0

    async def serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        self.connections += 1
        try:
            head = (await reader.readuntil(b"\r\n\r\n")).decode()
        except asyncio.IncompleteReadError:
            writer.close()
            return
        path = head.split(" ")[1]
        host = next(line.partition(":")[2].strip() for line in head.splitlines() if line.lower().startswith("host:"))
        self.asked.append((path, host))
        status, headers, body = self.pages.get(path, (404, {}, b""))
        lines = [f"HTTP/1.1 {status} X", *(f"{name}: {value}" for name, value in headers.items()), f"Content-Length: {len(body)}", "", ""]
        writer.write("\r\n".join(lines).encode() + body)
        with contextlib.suppress(ConnectionError):
            await writer.drain()
        writer.close()

    def access(self, *hosts: str) -> WebAccess:
        """Access in which these names are this server, and it may be reached."""

        async def resolve(host: str, port: int) -> Sequence[str]:
            if host not in (hosts or ("office.example",)):
                raise OSError("no such host")
            return ["127.0.0.1"]

        return WebAccess(resolve=resolve, allowed=lambda address: str(address) == "127.0.0.1")

    def url(self, path: str, host: str = "office.example") -> str:
        return f"http://{host}:{self.port}{path}"


@pytest.fixture
async def server() -> AsyncIterator[Server]:
    own = Server()
    listening = await asyncio.start_server(own.serve, "127.0.0.1", 0)
    own.port = listening.sockets[0].getsockname()[1]
    yield own
    listening.close()


def html(title: str, *paragraphs: str) -> bytes:
    body = "".join(f"<p>{paragraph}</p>" for paragraph in paragraphs)
    return f"<html><head><title>{title}</title></head><body><nav>Menu Home About</nav><article><h1>{title}</h1>{body}</article></body></html>".encode()  # noqa: E501


PAGE = {"Content-Type": "text/html; charset=utf-8"}


async def page(call: MakeCall, access: WebAccess, url: str) -> Page:
    own: Call = call(providers={WebAccess: access})
    return Page.model_validate(await fetch(FetchPage(url=url), own))


async def test_a_page_comes_as_its_title_and_text(server: Server, call: MakeCall) -> None:
    server.pages["/a"] = (200, PAGE, html("מחירי התבואה", "מחיר החיטה עלה השבוע בשלושה אחוזים לעומת החודש שעבר.", "השוק יציב."))
    got = await page(call, server.access(), server.url("/a"))
    assert got.title == "מחירי התבואה"
    assert "מחיר החיטה עלה השבוע" in got.text
    assert "<" not in got.text
    assert server.asked == [("/a", f"office.example:{server.port}")]


async def test_what_comes_is_labelled_untrusted() -> None:
    assert fetch.capability.label.integrity == "untrusted"
    assert fetch.capability.effect == "none"


@pytest.mark.parametrize(
    ("kind", "body", "text"),
    [
        ("text/plain; charset=windows-1255", "שלום".encode("cp1255"), "שלום"),
        ("text/plain; charset=nobody-knows", "שלום".encode(), "שלום"),
        ("application/json", b'{"price": 1210}', '{"price": 1210}'),
        ("text/html", b"<html><body>one line</body></html>", "one line"),
        ("text/html", b"", ""),
    ],
)
async def test_other_kinds_of_text_are_read_too(server: Server, call: MakeCall, kind: str, body: bytes, text: str) -> None:
    server.pages["/a"] = (200, {"Content-Type": kind}, body)
    assert (await page(call, server.access(), server.url("/a"))).text == text


async def test_a_pdf_is_read_as_a_document(server: Server, call: MakeCall, tmp_path: Path) -> None:
    body = pdf_file(tmp_path / "a.pdf", "Grain prices", "Wheat costs 1,210 a ton.").read_bytes()
    server.pages["/a.pdf"] = (200, {"Content-Type": "application/pdf"}, body)
    got = await page(call, server.access(), server.url("/a.pdf"))
    assert "Wheat costs 1,210 a ton." in got.text
    assert got.title == "Grain prices"


async def test_what_is_no_text_is_refused(server: Server, call: MakeCall) -> None:
    server.pages["/a"] = (200, {"Content-Type": "image/png"}, b"\x89PNG")
    with pytest.raises(StepFailed, match="image/png"):
        await page(call, server.access(), server.url("/a"))
    server.pages["/b"] = (200, {"Content-Type": "application/pdf"}, b"no pdf")
    with pytest.raises(StepFailed, match="cannot be read"):
        await page(call, server.access(), server.url("/b"))


@pytest.mark.parametrize("address", INSIDE)
async def test_a_name_for_an_inside_address_makes_no_connection(server: Server, call: MakeCall, address: str) -> None:
    async def resolve(host: str, port: int) -> Sequence[str]:
        return ["93.184.216.34", address]  # one public address does not excuse the other

    with pytest.raises(StepFailed, match="not on the public internet"):
        await page(call, WebAccess(resolve=resolve), server.url("/a"))
    assert server.connections == 0


@pytest.mark.parametrize(
    "host",
    ["localhost", "127.0.0.1", "[::1]", "2130706433", "0x7f000001", "0177.0.0.1", "127.1", "0", "[::ffff:127.0.0.1]", "[::ffff:7f00:1]", "127.0.0.1."],  # noqa: E501
)  # fmt: skip
async def test_no_way_of_writing_this_machine_is_let_through(server: Server, call: MakeCall, host: str) -> None:
    with pytest.raises(StepFailed):
        await page(call, WebAccess(), f"http://{host}:{server.port}/")
    assert server.connections == 0


async def test_a_name_that_changes_its_mind_is_asked_once(server: Server, call: MakeCall, monkeypatch: pytest.MonkeyPatch) -> None:
    """DNS rebinding: public at the first question, this machine ever after."""
    answers = iter(["93.184.216.34"])
    questions = 0

    async def resolve(host: str, port: int) -> Sequence[str]:
        nonlocal questions
        questions += 1
        return [next(answers, "127.0.0.1")]

    connected: list[str] = []

    async def connect(_loop: object, _socket: socket.socket, address: tuple[str, int]) -> None:
        connected.append(address[0])
        raise ConnectionRefusedError

    monkeypatch.setattr(asyncio.get_running_loop().__class__, "sock_connect", connect)
    with pytest.raises(TryAgain):
        await page(call, WebAccess(resolve=resolve), server.url("/a"))
    assert (questions, connected, server.connections) == (1, ["93.184.216.34"], 0)
    with pytest.raises(StepFailed):
        await page(call, WebAccess(resolve=resolve), server.url("/a"))
    assert connected == ["93.184.216.34"]


async def test_each_redirect_is_checked_anew(server: Server, call: MakeCall) -> None:
    server.pages["/out"] = (302, {"Location": "/in"}, b"")
    server.pages["/in"] = (200, PAGE, html("Arrived", "You have come to the right place after all of that."))
    server.pages["/away"] = (302, {"Location": f"http://metadata.internal:{server.port}/in"}, b"")
    got = await page(call, server.access(), server.url("/out"))
    assert (got.title, got.url) == ("Arrived", server.url("/in"))

    async def resolve(host: str, port: int) -> Sequence[str]:
        return {"office.example": ["127.0.0.1"], "metadata.internal": ["169.254.169.254"]}[host]

    asked = len(server.asked)
    with pytest.raises(StepFailed, match=r"metadata\.internal is not on the public internet"):
        await page(call, WebAccess(resolve, allowed=lambda address: address.is_loopback), server.url("/away"))
    assert len(server.asked) == asked + 1


@pytest.mark.parametrize(
    "location",
    [
        "file:///etc/passwd",
        "ftp://office.example/",
        "gopher://office.example/",
        "javascript:alert(1)",
        "http://",
        "http://a:b@office.example/",
    ],
)
async def test_a_redirect_to_something_else_than_a_page_is_refused(server: Server, call: MakeCall, location: str) -> None:
    server.pages["/a"] = (301, {"Location": location}, b"")
    with pytest.raises(StepFailed):
        await page(call, server.access(), server.url("/a"))


async def test_redirects_end_after_three(server: Server, call: MakeCall) -> None:
    server.pages["/loop"] = (302, {"Location": "/loop"}, b"")
    with pytest.raises(StepFailed, match="more than 3 times"):
        await page(call, server.access(), server.url("/loop"))
    assert len(server.asked) == 4


@pytest.mark.parametrize(
    "url",
    [
        "file:///etc/passwd", "ftp://example.com/", "gopher://example.com/", "data:text/html,x", "javascript:alert(1)", "//example.com/", "example.com",  # noqa: E501
        "http://", "http:///path", "http://user:secret@example.com/", "http://example.com:22/", "http://example.com:25/", "http://example.com:0/",
        "http://example.com:99999/", "http://exa mple.com/", "http://example.com/\r\nHost: evil", "http://[::1", "http://" + "a" * 1_995, "https://user@example.com",
    ],
)  # fmt: skip
async def test_what_is_not_the_address_of_a_page_is_refused_before_any_question(call: MakeCall, url: str) -> None:
    async def resolve(host: str, port: int) -> Sequence[str]:
        raise AssertionError(f"asked for {host}")

    with pytest.raises((TizmoretError, ValidationError)):
        await page(call, WebAccess(resolve=resolve), url)


@pytest.mark.parametrize(("status", "kind"), [(404, StepFailed), (403, StepFailed), (500, TryAgain), (503, TryAgain)])
async def test_a_refusal_is_final_and_a_fault_may_be_tried_again(
    server: Server, call: MakeCall, status: int, kind: type[Exception]
) -> None:
    server.pages["/a"] = (status, {}, b"")
    with pytest.raises(StepFailed, match=str(status)) as failure:
        await page(call, server.access(), server.url("/a"))
    assert type(failure.value) is kind


async def test_the_server_says_when_to_try_again(server: Server, call: MakeCall) -> None:
    server.pages["/a"] = (429, {"Retry-After": "7"}, b"")
    with pytest.raises(TryAgain) as failure:
        await page(call, server.access(), server.url("/a"))
    assert failure.value.after == 7


async def test_a_page_over_the_limit_is_refused_also_when_it_was_packed(server: Server, call: MakeCall) -> None:
    server.pages["/big"] = (200, PAGE, b"x" * (6 * 2**20))
    server.pages["/bomb"] = (200, {**PAGE, "Content-Encoding": "gzip"}, gzip.compress(b"x" * (200 * 2**20), 1))
    for path in ("/big", "/bomb"):
        with pytest.raises(TooLarge):
            await page(call, server.access(), server.url(path))


async def test_a_server_that_never_answers_is_given_up(call: MakeCall, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(web_access, "SECONDS", 0.3)
    done = asyncio.Event()

    async def hang(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        await done.wait()
        writer.close()

    listening = await asyncio.start_server(hang, "127.0.0.1", 0)
    silent = Server(port=listening.sockets[0].getsockname()[1])
    with pytest.raises(TryAgain, match="did not come within"):
        await page(call, silent.access(), silent.url("/"))
    done.set()
    listening.close()


async def test_a_host_that_is_down_may_be_tried_again(call: MakeCall) -> None:
    free = socket.socket()
    free.bind(("127.0.0.1", 0))
    port = free.getsockname()[1]
    free.close()
    gone = Server(port=port)
    with pytest.raises(TryAgain, match="does not answer"):
        await page(call, gone.access(), gone.url("/"))
    with pytest.raises(StepFailed, match="There is no host"):
        await page(call, gone.access(), gone.url("/", host="nowhere.example"))


async def test_no_proxy_of_the_environment_is_used(server: Server, call: MakeCall, monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("HTTP_PROXY", "http_proxy", "ALL_PROXY", "all_proxy"):
        monkeypatch.setenv(name, "http://127.0.0.1:1")
    server.pages["/a"] = (200, PAGE, html("Direct", "This page came without any detour at all."))
    assert (await page(call, server.access(), server.url("/a"))).title == "Direct"


async def test_a_page_is_shown_in_short(server: Server) -> None:
    shown = fetch.show(Page(url="https://a.example/", title="T", text="word " * 1_000), "he")
    assert shown.startswith("T (1,000 מילים)")
    assert len(shown) < 1_700

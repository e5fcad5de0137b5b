"""Connections as the API and the command line give them: added, listed, tested, removed; the secret goes in and never comes out."""

from __future__ import annotations

import json
import sys
from pathlib import Path

import httpx2
import pytest

from tests.integration.cli.program import Program
from tests.integration.server.conftest import ServerThread
from tests.wire import mcp_server
from tests.wire.orchard import KEY, orchard
from tests.wire.radicale import PASSWORD, DavUser, Radicale
from tizmoret.settings import Settings


@pytest.fixture
def someone(dav: Radicale) -> DavUser:
    person = dav.user()
    person.calendar("a-main")
    return person


def test_over_http(open_settings: Settings, someone: DavUser) -> None:
    server = ServerThread(open_settings)
    try:
        client = server.start().client
        body = {"name": "home", "kind": "dav", "address": someone.address, "user": someone.name}
        refused = client.post("/api/connections", json={**body, "secret": "wrong"})
        assert (refused.status_code, refused.json()["code"]) == (422, "bad-input")
        assert "wrong" not in refused.text.replace("wrong password", "")

        made = client.post("/api/connections", json={**body, "secret": PASSWORD})
        assert (made.status_code, made.json()["offers"]) == (201, ["calendar a-main"])
        listed = client.get("/api/connections")
        assert [one["name"] for one in listed.json()] == ["home"]
        assert PASSWORD not in made.text + listed.text
        assert client.post("/api/connections/home/test").json()["trouble"] == ""
        assert client.delete("/api/connections/home").status_code == 204
        assert client.delete("/api/connections/home").status_code == 404
    finally:
        server.stop()


def test_at_the_command_line(tmp_path: Path, database_url: str, someone: DavUser) -> None:
    program = Program(tmp_path / "home", DATABASE_URL=database_url, TIZMORET_NETWORKS="127.0.0.0/8")
    add = ("connect", "add", "dav", "home", someone.address, "--user", someone.name)

    no_secret = program(*add)
    assert (no_secret.code, "TIZMORET_SECRET" in no_secret.err) == (2, True)
    wrong = program(*add, env={"TIZMORET_SECRET": "not it"})
    assert (wrong.code, "did not let" in wrong.err, "not it" in wrong.err) == (2, True, False)

    made = program(*add, "--json", env={"TIZMORET_SECRET": PASSWORD})
    assert (made.code, json.loads(made.out)["offers"]) == (0, ["calendar a-main"])
    assert "home · dav" in program("connect", "list").out
    assert program("connect", "test", "home").code == 0
    assert program("connect", "remove", "home").code == 0
    assert program("connect", "remove", "home").code == 2
    assert PASSWORD not in "".join(path.read_text(errors="replace") for path in (tmp_path / "home").rglob("*.log*"))


def test_an_openapi_document_at_the_command_line(tmp_path: Path, database_url: str) -> None:
    program = Program(tmp_path / "home", DATABASE_URL=database_url, TIZMORET_NETWORKS="127.0.0.0/8")
    with orchard() as service:
        file = tmp_path / "orchard.json"
        file.write_text(httpx2.get(service.document).text)
        assert program("connect", "add", "openapi", "orchard", str(file)).code == 2  # where is its server?
        assert program("connect", "add", "openapi", "orchard", "nowhere.json").code == 2
        made = program("connect", "add", "openapi", "orchard", str(file), "--base", service.address, "--only", "/trees", "--json",
                       env={"TIZMORET_SECRET": KEY})  # fmt: skip
        assert made.code == 0, made.err
        name = next(one for one in json.loads(made.out)["offers"] if one.startswith("list_trees"))
        assert not [one for one in json.loads(made.out)["offers"] if one.startswith("order")]
        assert name in program("tools").out
        tried = program("try", f"orchard.{name}")
        assert (tried.code, "\n[]\n" in tried.out) == (0, True)
        assert program("connect", "test", "orchard").code == 0


@pytest.mark.long
def test_an_mcp_server_at_the_command_line(tmp_path: Path, database_url: str) -> None:
    program = Program(tmp_path / "home", DATABASE_URL=database_url)
    made = program("connect", "add", "mcp", "notary", "--json", "--", sys.executable, mcp_server.__file__, str(tmp_path))
    assert made.code == 0, made.err
    assert "register_deed" in json.loads(made.out)["offers"]
    tried = program("try", "notary.count_words", "--text", "one two")
    assert (tried.code, '"words": 2' in tried.out) == (0, True)

    (tmp_path / "description").write_text("Something else")
    assert program("connect", "test", "notary").code == 1
    assert program("try", "notary.count_words", "--text", "one two").code == 1
    assert "count_words (put aside)" not in program("connect", "approve", "notary").out
    assert program("try", "notary.count_words", "--text", "one two").code == 0


def test_over_http_no_program_is_started(open_settings: Settings) -> None:
    server = ServerThread(open_settings)
    try:
        client = server.start().client
        body = {"name": "notary", "kind": "mcp", "address": "/bin/sh"}
        assert client.post("/api/connections", json={**body, "command": ["/bin/sh"]}).status_code == 422
        assert client.post("/api/connections", json=body).status_code == 422
    finally:
        server.stop()

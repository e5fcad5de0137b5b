"""web.watch: what came and went on a page since the last look, over a real local server."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.unit.tools.conftest import MakeCall
from tests.unit.tools.test_web import PAGE, Server, html
from tests.unit.tools.test_web import server as server
from tizmoret.errors import Conflict, StepFailed
from tizmoret.tools.providers.web_access import WebAccess
from tizmoret.tools.watching import Watched, WatchPage, watch

pytestmark = pytest.mark.anyio
WHEAT, BARLEY, OATS = ("Wheat costs 1,210 shekels a ton this week.", "Barley stays where it was all winter.", "Oats are new on the market.")


@pytest.fixture
def access(server: Server) -> WebAccess:
    server.pages["/a"] = (200, PAGE, html("Grain prices", WHEAT, BARLEY))
    return server.access()


async def look(call: MakeCall, access: WebAccess, url: str, key: str) -> Watched:
    return Watched.model_validate(await watch(WatchPage(url=url), call(key=key, providers={WebAccess: access})))


async def test_the_first_look_notes_and_the_next_ones_tell_what_changed(server: Server, access: WebAccess, call: MakeCall) -> None:
    url = server.url("/a")
    first = await look(call, access, url, "one")
    assert (first.since, first.changed, first.title) == (None, False, "Grain prices")
    assert not (await look(call, access, url, "two")).changed
    server.pages["/a"] = (200, PAGE, html("Grain prices", WHEAT, OATS))
    third = await look(call, access, url, "three")
    assert (third.changed, third.added, third.removed) == (True, [OATS], [BARLEY])
    assert third.since is not None
    assert not (await look(call, access, url, "four")).changed


async def test_a_call_that_is_repeated_after_a_crash_gives_what_it_gave(server: Server, access: WebAccess, call: MakeCall) -> None:
    url = server.url("/a")
    await look(call, access, url, "one")
    server.pages["/a"] = (200, PAGE, html("Grain prices", WHEAT, OATS))
    assert await look(call, access, url, "two") == await look(call, access, url, "two")
    assert (await look(call, access, url, "two")).added == [OATS]


async def test_it_can_be_taken_back_until_somebody_looks_again(server: Server, access: WebAccess, call: MakeCall) -> None:
    url, own = server.url("/a"), call(key="one", providers={WebAccess: access})
    assert watch.undo is not None
    first = await look(call, access, url, "one")
    await watch.undo(WatchPage(url=url), first, own)
    await watch.undo(WatchPage(url=url), first, own)  # after a crash
    assert (await look(call, access, url, "two")).since is None
    server.pages["/a"] = (200, PAGE, html("Grain prices", OATS))
    third = await look(call, access, url, "three")
    with pytest.raises(Conflict):
        await watch.undo(WatchPage(url=url), first, call(key="one"))
    await watch.undo(WatchPage(url=url), third, call(key="three"))
    assert (await look(call, access, url, "four")).changed, "it is as if the third look had not been"


async def test_what_is_kept_and_cannot_be_read_counts_as_never_seen(
    server: Server, access: WebAccess, call: MakeCall, tmp_path: Path
) -> None:
    url = server.url("/a")
    await look(call, access, url, "one")
    (kept,) = (tmp_path / "workspace" / "watched").iterdir()
    kept.write_text("{")
    assert (await look(call, access, url, "two")).since is None
    kept.unlink()
    kept.mkdir()
    with pytest.raises(StepFailed, match="could not be kept"):
        await look(call, access, url, "three")


async def test_a_long_page_is_compared_in_a_moment(server: Server, access: WebAccess, call: MakeCall) -> None:
    lines = [f"line {number} of the list" for number in range(9_000)]
    server.pages["/long"] = (200, {"Content-Type": "text/plain"}, "\n".join(lines).encode())
    url = server.url("/long")
    await look(call, access, url, "one")
    server.pages["/long"] = (200, {"Content-Type": "text/plain"}, "\n".join(["new", *lines[1:]]).encode())
    found = await look(call, access, url, "two")
    assert (found.added, found.removed) == (["new"], ["line 0 of the list"])

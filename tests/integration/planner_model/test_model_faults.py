"""What goes wrong on the way to a model and back: waited out where it passes, and said with its cure where it does not."""

from __future__ import annotations

import time
import traceback
from collections.abc import Callable

import pytest
from wire import WireServer
from wire.server import KEY, Fail, Raw

from tizmoret.errors import Unavailable
from tizmoret.planner.model import Limits, ModelPlanner
from tizmoret.planner.model.connect import key_variable
from tizmoret.planner.planner import Planned

from .conftest import BAD, GOOD, QUICK, Protocol, a_request

pytestmark = pytest.mark.anyio
Make = Callable[..., ModelPlanner]


async def failure(planner: ModelPlanner) -> Unavailable:
    """The error that planning ends in. It has a cure, and neither it nor its traceback holds a key."""
    with pytest.raises(Unavailable) as caught:
        await planner.plan(a_request())
    assert caught.value.cure
    assert KEY not in "".join(traceback.format_exception(caught.value))
    return caught.value


@pytest.mark.parametrize("status", [429, 500, 503])
async def test_a_passing_fault_is_waited_out(server: WireServer, planner: Make, status: int) -> None:
    server.fail(status).fail(status).fail(status).answer(GOOD)
    assert isinstance(await planner().plan(a_request()), Planned)


async def test_an_overload_is_waited_out(protocol: Protocol, server: WireServer, planner: Make) -> None:
    server.fail(protocol.overload).fail(protocol.overload).answer(GOOD)
    assert isinstance(await planner().plan(a_request()), Planned)


@pytest.mark.parametrize(("status", "said"), [(429, "too often"), (500, "500"), (503, "503")])
async def test_a_fault_that_does_not_pass_ends_in_an_error_with_a_cure(server: WireServer, planner: Make, status: int, said: str) -> None:
    server.always(Fail(status))
    assert said in (await failure(planner())).detail
    assert len(server.requests) == 4


async def test_the_provider_is_waited_for_as_long_as_it_asks(server: WireServer, planner: Make) -> None:
    server.fail(429, retry_after=1).answer(GOOD)
    began = time.monotonic()
    assert isinstance(await planner().plan(a_request()), Planned)
    assert time.monotonic() - began >= 1


async def test_a_provider_that_asks_for_too_long_a_wait_is_not_waited_for(server: WireServer, planner: Make) -> None:
    server.fail(429, retry_after=600)
    assert "600 seconds" in (await failure(planner())).detail


async def test_a_refused_key_names_its_variable(protocol: Protocol, planner: Make, monkeypatch: pytest.MonkeyPatch) -> None:
    if not protocol.paid:
        pytest.skip("it asks for no key")
    variable = key_variable(protocol.model)
    monkeypatch.setenv(variable, "secret-wrong-key-8812")
    error = await failure(planner())
    assert variable in error.cure
    assert "secret" not in str(error)
    assert "8812" not in "".join(traceback.format_exception(error))


@pytest.mark.parametrize("status", [400, 401, 403, 404])
async def test_a_refusal_is_not_repeated(server: WireServer, planner: Make, status: int) -> None:
    server.fail(status, message=f"no {KEY}")
    await failure(planner())
    assert len(server.requests) == 1


@pytest.mark.parametrize("pieces", [0, 1, 4])
async def test_a_cut_stream_is_asked_for_again(server: WireServer, planner: Make, pieces: int) -> None:
    server.cut_after(pieces, GOOD).answer(GOOD)
    assert isinstance(await planner().plan(a_request()), Planned)


async def test_a_cut_in_the_middle_of_a_repair_goes_on_with_the_repair(server: WireServer, planner: Make) -> None:
    server.answer(BAD).cut_after(3, GOOD).answer(GOOD)
    assert isinstance(await planner().plan(a_request()), Planned)
    assert server.requests[2].body == server.requests[1].body


async def test_repairs_are_counted_over_cuts(server: WireServer, planner: Make) -> None:
    server.answer(BAD).answer(BAD).cut_after(3, GOOD).answer(BAD).cut_after(3, GOOD).answer(GOOD)
    assert isinstance(await planner().plan(a_request()), Planned)
    assert len(server.requests) == 6


async def test_streams_that_are_always_cut_end_in_an_error(server: WireServer, planner: Make) -> None:
    for _ in range(4):
        server.cut_after(3, GOOD)
    assert "connection" in (await failure(planner())).detail


@pytest.mark.parametrize(
    "raw",
    [
        Raw(b""), Raw(b"", "text/event-stream"), Raw(b"<html>busy</html>", "text/html"), Raw(b"data: {nope\n\n", "text/event-stream"),
        Raw(b"data: [1, 2]\n\n", "text/event-stream"), Raw(b"\xff\xfe\x00", "text/event-stream"),
        Raw(b"data: null\n\n", "text/event-stream"),
        Raw(b'data: {"type": "response.output_text.delta", "delta": 5}\n\n', "text/event-stream"),
        Raw(b'data: {"candidates": [{"content": {"parts": [{"text": "{\\"goal\\": \\"\\ud800\\"}"}]}}]}\n\n', "text/event-stream"),
        Raw(b'data: {"choices": [{"index": 0, "delta": {"content": [1]}}]}\n\n', "text/event-stream"),
    ],
    ids=["nothing", "empty stream", "html", "broken json", "list", "bytes", "null", "wrong type", "lone surrogate", "wrong content"],
)  # fmt: skip
async def test_an_answer_that_is_none_ends_in_an_error(server: WireServer, planner: Make, raw: Raw) -> None:
    server.always(raw)
    await failure(planner(Limits(planning=2, tries=2, wait=0.01)))


async def test_a_model_that_never_answers_is_left(server: WireServer, planner: Make) -> None:
    server.hang().hang()
    assert "in time" in (await failure(planner(Limits(request=0.3, tries=2, wait=0.01)))).detail


async def test_planning_has_an_end_whatever_the_model_does(server: WireServer, planner: Make) -> None:
    server.answer(GOOD, pieces=30, pause=0.5)
    ready = planner(Limits(planning=1))
    await ready.load()  # loading the library is no part of its second
    assert "within 1 seconds" in (await failure(ready)).detail


async def test_nobody_there(protocol: Protocol) -> None:
    planner = ModelPlanner(protocol.model, url="http://127.0.0.1:1" + protocol.path, limits=QUICK)
    assert "connection" in (await failure(planner)).detail

"""The way to connected servers: to the address that was checked, whatever a name answers the next time."""

from __future__ import annotations

import ipaddress
from collections.abc import Sequence

import httpx2
import pytest

from tests.wire.answers import answering
from tizmoret.errors import StepFailed
from tizmoret.tools.providers.guarded import Way

pytestmark = pytest.mark.anyio

HERE = (ipaddress.ip_network("127.0.0.0/8"),)


class Names:
    """A name server that answers each question with the next of these."""

    def __init__(self, *answers: Sequence[str]) -> None:
        self.answers = list(answers)

    async def __call__(self, host: str, port: int) -> Sequence[str]:
        return self.answers.pop(0)


async def test_a_name_leads_to_the_address_that_was_checked_and_is_still_told() -> None:
    with answering(content=b"hello") as server:
        port = httpx2.URL(server.address).port
        async with Way(HERE, resolve=Names(["127.0.0.1"])).client() as http:
            assert (await http.get(f"http://farm.example:{port}/a?b=c")).content == b"hello"
    ((_, path, headers),) = server.asked
    assert (path, headers["Host"]) == ("/a?b=c", f"farm.example:{port}")


@pytest.mark.parametrize("second", [["127.0.0.1"], ["93.184.215.14", "10.0.0.1"], ["169.254.169.254"], ["::ffff:127.0.0.1"], []])
async def test_a_name_that_answers_otherwise_the_second_time_is_refused(second: list[str]) -> None:
    with answering() as server:
        names = Names(["93.184.215.14"], second)
        way = Way(resolve=names)
        await way.addresses(httpx2.URL("http://farm.example"))
        async with way.client() as http:
            with pytest.raises(StepFailed, match="not on the public internet"):
                await http.get(f"http://farm.example:{httpx2.URL(server.address).port}/")
    assert server.asked == []


async def test_another_address_of_the_same_answer_is_tried_where_the_first_is_down() -> None:
    with answering(content=b"up") as server:
        port = httpx2.URL(server.address).port
        async with Way(HERE, resolve=Names(["127.0.0.99", "127.0.0.1"])).client() as http:
            assert (await http.get(f"http://farm.example:{port}/")).content == b"up"


async def test_a_redirect_is_not_followed() -> None:
    with answering() as inside, answering(status=302, headers={"Location": inside.address}) as server:
        async with Way(HERE).client() as http:
            assert (await http.get(server.address)).status_code == 302
        assert inside.asked == []


@pytest.mark.parametrize("address", ["10.0.0.1", "192.168.1.1", "127.0.0.1", "169.254.169.254", "::1", "fd00::1", "0.0.0.0", "224.0.0.1"])
async def test_only_an_opened_network_is_reached_inside(address: str) -> None:
    place = ipaddress.ip_address(address)
    assert not Way().allows(place)
    assert not Way((ipaddress.ip_network("172.16.0.0/12"),)).allows(place)
    assert Way((ipaddress.ip_network(address),)).allows(place)

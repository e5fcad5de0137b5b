"""A place that an agent outside is told at, on this machine, which the operator has opened for that."""

from __future__ import annotations

import dataclasses
import ipaddress
from collections.abc import Iterator

import pytest

from tests.wire.receiver import Receiver, receiver
from tizmoret.settings import Settings


@pytest.fixture
def place() -> Iterator[Receiver]:
    with receiver() as made:
        yield made


@pytest.fixture
def open_settings(settings: Settings) -> Settings:
    return dataclasses.replace(settings, networks=(ipaddress.ip_network("127.0.0.0/8"),))

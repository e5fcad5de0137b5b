"""Whom a connection trusts: the certificates of this machine."""

from __future__ import annotations

import functools
import ssl

import httpx2


@functools.cache
def trusted() -> ssl.SSLContext:
    """Read once in a process. It takes 25 ms, with which every client that made its own began, also one for plain HTTP."""
    return httpx2.create_ssl_context(trust_env=False)

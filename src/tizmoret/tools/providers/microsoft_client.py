"""Where Microsoft's interfaces are, and how one signs in there."""

from __future__ import annotations

from dataclasses import dataclass

from tizmoret.tools.providers.oauth import Issuer

AT_ONCE = 4  # requests of one mailbox; a fifth is refused


@dataclass(frozen=True, slots=True)
class Endpoints:
    """server: one that speaks as Microsoft does, instead of Microsoft."""

    server: str = ""

    @property
    def issuer(self) -> Issuer:
        host = self.server or "https://login.microsoftonline.com"
        base, asks = f"{host}/common/oauth2/v2.0", {"response_mode": "query", "prompt": "select_account"}
        return Issuer("Microsoft", f"{base}/authorize", f"{base}/token", asks, id=f"{host}/*/v2.0")

    @property
    def graph(self) -> str:
        return f"{self.server or 'https://graph.microsoft.com'}/v1.0"

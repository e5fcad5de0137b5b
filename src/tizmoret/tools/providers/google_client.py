"""Where Google's interfaces are, and how one signs in there."""

from __future__ import annotations

from dataclasses import dataclass

from tizmoret.tools.providers.oauth import Issuer


@dataclass(frozen=True, slots=True)
class Endpoints:
    """server: one that speaks as Google does, instead of Google."""

    server: str = ""

    @property
    def issuer(self) -> Issuer:
        asks = {"access_type": "offline", "prompt": "consent"}  # else there is no refresh token, or only at the first time
        authorize = f"{self.server or 'https://accounts.google.com'}/o/oauth2/v2/auth"
        token = f"{self.server or 'https://oauth2.googleapis.com'}/token"
        return Issuer("Google", authorize, token, asks, id=self.server or "https://accounts.google.com")

    @property
    def people(self) -> str:
        return f"{self.server or 'https://people.googleapis.com'}/v1"

    @property
    def calendar(self) -> str:
        return f"{self.server or 'https://www.googleapis.com'}/calendar/v3"

    @property
    def gmail(self) -> str:
        return f"{self.server or 'https://gmail.googleapis.com'}/gmail/v1"

    @property
    def drive(self) -> str:
        return f"{self.server or 'https://www.googleapis.com'}/drive/v3"

    @property
    def drive_uploads(self) -> str:
        return f"{self.server or 'https://www.googleapis.com'}/upload/drive/v3"

"""Everything that can go wrong, as one tree. Each error has a stable code, a sentence, and a cure.

TizmoretError
├── BadInput               the caller sent something that cannot be used; `field` names it
│   ├── ArgumentMismatch   a step's argument does not fit its tool
│   ├── SignInFailed       nobody came back from a sign-in elsewhere with what lets us in; `field` says what it was
│   └── PlanRefused        a plan did not pass `check`; `findings` say why
├── NotSignedIn            no token, or a wrong one
├── Forbidden              a known caller without the right to do this
├── NotFound               no such thing in this workspace (never "not yours": that would tell it exists)
├── Conflict               the thing is no longer in the state that this needs
├── TooLarge               over a documented limit
├── Unavailable            something outside (database, model, provider) does not answer; try again later
├── StepFailed             raised by a tool: the step cannot succeed as it is
│   ├── TryAgain           raised by a tool: a passing fault, the engine may repeat the call
│   ├── SignInNeeded       a server wants a person to sign in there, for the first time or again
│   └── ModelFailed        raised by an agent: its model will not do it; another one may
└── Fenced                 this process no longer owns the execution; stop writing at once
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import ClassVar, Protocol


class Finding(Protocol):
    """What a refusal says of one fault (see `plan.check`)."""

    @property
    def step(self) -> str | None: ...
    @property
    def message(self) -> str: ...
    @property
    def cure(self) -> str: ...


class TizmoretError(Exception):
    """The root. `detail` is one sentence for a person, `cure` says what to do about it, `field` names the input at fault."""

    code: ClassVar[str] = "internal"
    status: ClassVar[int] = 500  # HTTP status (RFC 9110)

    def __init__(self, detail: str, *, cure: str = "", field: str | None = None) -> None:
        super().__init__(detail)
        self.detail = detail
        self.cure = cure
        self.field = field

    def __str__(self) -> str:
        return f"{self.detail} {self.cure}".strip()


class BadInput(TizmoretError):
    code = "bad-input"
    status = 422


class ArgumentMismatch(BadInput):
    code = "argument-mismatch"

    def __init__(self, step: str, argument: str, detail: str, *, cure: str = "") -> None:
        super().__init__(detail, cure=cure, field=f"{step}.{argument}" if argument else step)
        self.step = step
        self.argument = argument

    @classmethod
    def nothing_found(cls, step: str, argument: str, uses: str) -> ArgumentMismatch:
        """A list that must hold something is empty, because a step before it found nothing."""
        cure = "The step before it found nothing: see what it looked for, and ask for something that is there."
        return cls(step, argument, f"There is nothing for {uses} to work on: `{argument}` is empty.", cure=cure)


class PlanRefused(BadInput):
    code = "plan-refused"

    def __init__(self, findings: Sequence[Finding]) -> None:
        first = findings[0]
        more = f" (and {len(findings) - 1} more)" if len(findings) > 1 else ""
        super().__init__(f"The plan was refused: {first.message}{more}", cure=first.cure, field=first.step)
        self.findings = tuple(findings)


class SignInFailed(BadInput):
    """field: state (of another sign-in, used, or over), iss (of another issuer), error (a no), redirect (not registered), clientId."""

    code = "sign-in-failed"


class NotSignedIn(TizmoretError):
    code = "not-signed-in"
    status = 401


class Forbidden(TizmoretError):
    code = "forbidden"
    status = 403


class NotFound(TizmoretError):
    code = "not-found"
    status = 404


class Conflict(TizmoretError):
    code = "conflict"
    status = 409


class TooLarge(TizmoretError):
    code = "too-large"
    status = 413


class Unavailable(TizmoretError):
    code = "unavailable"
    status = 503


class StepFailed(TizmoretError):
    """A tool raises this when repeating the call would fail the same way."""

    code = "step-failed"


class TryAgain(StepFailed):
    """A tool raises this for a passing fault. `after` is the number of seconds the other side asked us to wait."""

    code = "try-again"

    def __init__(self, detail: str, *, cure: str = "", field: str | None = None, after: float | None = None) -> None:
        super().__init__(detail, cure=cure, field=field)
        self.after = after


class SignInNeeded(StepFailed):
    """Nothing was done; no repeat helps before a person has signed in."""

    code = "sign-in-needed"
    status = 422


class ModelFailed(StepFailed):
    """The model of an agent refuses: its key, its quota, its filter. The engine goes over to another one where there is one."""

    code = "model-failed"


class OtherPlan(StepFailed):
    """A tool or an agent raises this when its step is not the way, whoever does it: the planner is asked for another plan and told why."""

    code = "other-plan"


class Fenced(TizmoretError):
    code = "fenced"
    status = 409

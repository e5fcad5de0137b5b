"""The messages of A2A 1.0 as they come over JSON-RPC, and its errors. Fields that we do not know are passed over, as the protocol wishes.

https://a2a-protocol.org/v1.0.0/specification"""

from __future__ import annotations

from datetime import datetime
from typing import Any, Literal
from uuid import UUID

from pydantic import BaseModel, ConfigDict, Field
from pydantic.alias_generators import to_camel

from tizmoret.errors import BadInput, Conflict, NotFound, PlanRefused, TizmoretError, TooLarge
from tizmoret.push_configs import Wanted

VERSION = "1.0"
VERSION_HEADER = "A2A-Version"
CARD_PATH = "/.well-known/agent-card.json"
MAX_PAGE = 100

TaskState = Literal[
    "TASK_STATE_SUBMITTED", "TASK_STATE_WORKING", "TASK_STATE_COMPLETED", "TASK_STATE_FAILED", "TASK_STATE_CANCELED",
    "TASK_STATE_INPUT_REQUIRED", "TASK_STATE_REJECTED", "TASK_STATE_AUTH_REQUIRED",
]  # fmt: skip


class RpcError(Exception):
    """Any error of the protocol. reason: its name; data: more of it, as text by name."""

    code = -32603
    reason = "INTERNAL_ERROR"

    def __init__(self, message: str, **data: str) -> None:
        super().__init__(message)
        self.message = message
        self.data = data

    def json(self) -> dict[str, Any]:
        detail = {"@type": "type.googleapis.com/google.rpc.ErrorInfo", "reason": self.reason, "domain": "a2a-protocol.org"}
        return {"code": self.code, "message": self.message, "data": [{**detail, "metadata": self.data}]}


class Unparsable(RpcError):
    code, reason = -32700, "PARSE_ERROR"


class InvalidRequest(RpcError):
    code, reason = -32600, "INVALID_REQUEST"


class MethodNotFound(RpcError):
    code, reason = -32601, "METHOD_NOT_FOUND"


class InvalidParams(RpcError):
    code, reason = -32602, "INVALID_PARAMS"


class TaskNotFound(RpcError):
    code, reason = -32001, "TASK_NOT_FOUND"


class TaskNotCancelable(RpcError):
    code, reason = -32002, "TASK_NOT_CANCELABLE"


class UnsupportedOperation(RpcError):
    code, reason = -32004, "UNSUPPORTED_OPERATION"


class ContentTypeNotSupported(RpcError):
    code, reason = -32005, "CONTENT_TYPE_NOT_SUPPORTED"


class VersionNotSupported(RpcError):
    code, reason = -32009, "VERSION_NOT_SUPPORTED"


def error_of(error: TizmoretError) -> RpcError:
    """One of ours in the protocol's words, with its cure."""
    kind: type[RpcError] = RpcError
    match error:
        case NotFound():
            kind = TaskNotFound
        case BadInput() | PlanRefused() | TooLarge():
            kind = InvalidParams
        case Conflict():
            kind = UnsupportedOperation
    return kind(error.detail, code=error.code, cure=error.cure, **({"field": error.field} if error.field else {}))


class _Shape(BaseModel):
    model_config = ConfigDict(alias_generator=to_camel, populate_by_name=True, extra="ignore")


class Part(_Shape):
    """One of text, data, raw and url is there."""

    text: str | None = None
    data: Any = None
    raw: str | None = None
    url: str | None = None
    media_type: str = ""


class Message(_Shape):
    message_id: str = Field(min_length=1, max_length=500)
    role: Literal["ROLE_USER"]
    parts: list[Part] = Field(min_length=1, max_length=100)
    context_id: str = Field("", max_length=500)
    task_id: str = Field("", max_length=500)


class Authentication(_Shape):
    """What goes into the header Authorization, and nothing that would end that header."""

    scheme: str = Field(min_length=1, max_length=50, pattern=r"^[A-Za-z0-9!#$%&'*+.^_`|~-]+$")
    credentials: str = Field(min_length=1, max_length=4_000, pattern=r"^[!-~]([ -~]*[!-~])?$")


class PushConfig(_Shape):
    """Where a task's client wants to be told of it."""

    id: str = Field("", max_length=100, pattern=r"^[!-~]*$")
    url: str = Field(min_length=1, max_length=2_000)
    token: str = Field("", max_length=1_000, pattern=r"^[!-~]*$")
    authentication: Authentication | None = None

    def wanted(self, task: UUID) -> Wanted:
        """One that has no id is the one of its task, so that a repeat makes no second."""
        shown = self.authentication
        scheme, credentials = (shown.scheme, shown.credentials) if shown else ("", "")
        return Wanted(self.id or str(task), self.url, scheme, self.token, credentials)


class CreatePushConfig(PushConfig):
    task_id: str = Field(min_length=1, max_length=500)


class OfPushConfig(_Shape):
    """What GetTaskPushNotificationConfig and DeleteTaskPushNotificationConfig take."""

    task_id: str = Field(min_length=1, max_length=500)
    id: str = Field(min_length=1, max_length=100, pattern=r"^[!-~]+$")


class ListPushConfigs(_Shape):
    task_id: str = Field(min_length=1, max_length=500)
    page_size: int = Field(50, ge=1, le=MAX_PAGE)
    page_token: str = Field("", max_length=100, pattern=r"^[!-~]*$")


class Configuration(_Shape):
    accepted_output_modes: list[str] = []
    history_length: int | None = Field(None, ge=0)
    return_immediately: bool = False
    task_push_notification_config: PushConfig | None = None


class SendMessage(_Shape):
    message: Message
    configuration: Configuration = Configuration()


class OfTask(_Shape):
    """What GetTask, CancelTask and SubscribeToTask take."""

    id: str = Field(min_length=1, max_length=500)
    history_length: int | None = Field(None, ge=0)


class ListTasks(_Shape):
    context_id: str = Field("", max_length=500)
    status: TaskState | Literal["TASK_STATE_UNSPECIFIED"] = "TASK_STATE_UNSPECIFIED"
    page_size: int = Field(50, ge=1, le=MAX_PAGE)
    page_token: str = Field("", max_length=500)
    history_length: int | None = Field(None, ge=0)
    status_timestamp_after: datetime | None = None
    include_artifacts: bool = False

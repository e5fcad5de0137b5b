"""The places that a task's client wants to be told at: set, looked at and removed, by whoever may follow the task."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from tizmoret.a2a.service import Service, id_of
from tizmoret.a2a.wire import CreatePushConfig, ListPushConfigs, OfPushConfig
from tizmoret.push_configs import PushConfig


async def create(service: Service, asked: CreatePushConfig) -> dict[str, Any]:
    """Raises TaskNotFound, TizmoretError."""
    task = (await service.seen(id_of(asked.task_id))).execution.id
    wanted = asked.wanted(task)
    await service.tizmoret.push_configs.set(task, wanted, key=service.key, workspace=service.workspace)
    return _told(task, wanted)


async def get(service: Service, asked: OfPushConfig) -> dict[str, Any]:
    """Raises TaskNotFound, also for a place that there is not."""
    task = (await service.seen(id_of(asked.task_id))).execution.id
    return _told(task, await service.tizmoret.push_configs.get(task, asked.id, workspace=service.workspace))


async def list_all(service: Service, asked: ListPushConfigs) -> dict[str, Any]:
    """Page by page. Raises TaskNotFound."""
    task = (await service.seen(id_of(asked.task_id))).execution.id
    found = await service.tizmoret.push_configs.list(task, after=asked.page_token, limit=asked.page_size + 1, workspace=service.workspace)
    told = [_told(task, one) for one in found[: asked.page_size]]
    return {"configs": told, "nextPageToken": told[-1]["id"] if len(found) > asked.page_size else ""}


async def delete(service: Service, asked: OfPushConfig) -> dict[str, Any]:
    """Raises TaskNotFound."""
    task = (await service.seen(id_of(asked.task_id))).execution.id
    await service.tizmoret.push_configs.delete(task, asked.id, workspace=service.workspace)
    return {}


def _told(task: UUID, config: PushConfig) -> dict[str, Any]:
    """Its token and credentials are told to nobody but the place itself."""
    made: dict[str, Any] = {"id": config.id, "taskId": str(task), "url": config.url}
    if config.scheme:
        made["authentication"] = {"scheme": config.scheme}
    return made

"""Git repositories that lie in the workspace: their history and their files, read without the git program."""

from __future__ import annotations

import asyncio
import datetime as dt
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

from pydantic import AwareDatetime, BaseModel, ConfigDict, Field

from tizmoret.catalog.tool import Call, Kind, Text, Tool, tool
from tizmoret.errors import NotFound, StepFailed
from tizmoret.plan.labels import Label
from tizmoret.plan.model import Language
from tizmoret.tools.models import Period
from tizmoret.words import normalise

if TYPE_CHECKING:
    from dulwich.repo import Repo

LABEL = Label("untrusted", "internal", frozenset({"repository"}))
MOST_WALKED = 20_000  # commits looked at for one answer
MAX_FILE = 1_000_000  # bytes


class _Arguments(BaseModel):
    model_config = ConfigDict(extra="forbid")
    repository: str = Field("", max_length=200, description="its folder under repositories/; may stay empty where there is one")


class History(_Arguments):
    query: Annotated[str, Kind("words")] = Field("", max_length=300, description="words of the message or the author; empty: all")
    period: Annotated[Period | None, Kind("period")] = None
    path: str = Field("", max_length=1000, description="only commits that touch this file or folder")
    limit: int = Field(50, ge=1, le=500)


class Commit(BaseModel):
    id: str
    author: str
    at: AwareDatetime
    message: str


class Commits(BaseModel):
    repository: str
    commits: list[Commit]


class ReadFile(_Arguments):
    path: str = Field(min_length=1, max_length=1000, description="of the file, or of a folder to list")
    revision: str = Field("HEAD", max_length=100, description="a branch, tag or commit")


class FileText(BaseModel):
    path: str
    text: Annotated[str, Kind("text")]
    entries: list[str] = Field(description="of a folder: the names in it")


def _open(folder: Path, name: str) -> Repo:
    """The repository of that name. Raises NotFound, StepFailed where the name is needed."""
    from dulwich.errors import NotGitRepository
    from dulwich.repo import Repo

    root = folder / "repositories"
    known = sorted(path.name for path in root.iterdir() if path.is_dir() and not path.is_symlink()) if root.is_dir() else []
    if not name and len(known) == 1:
        name = known[0]
    if name not in known:
        cure = f"There are: {', '.join(known)}." if known else "Put a clone into the folder repositories of the workspace."
        if not name and known:
            raise StepFailed("It is not clear which repository is meant.", cure=cure, field="repository")
        raise NotFound(f"There is no repository “{name}”.", cure=cure, field="repository")
    try:
        return Repo(str(root / name))
    except NotGitRepository as error:
        raise StepFailed(f"The folder {name} is no Git repository.", cure="Clone one there.", field="repository") from error


def _history(args: History, folder: Path, zone: dt.tzinfo) -> Commits:
    repo = _open(folder, args.repository)
    wanted = normalise(args.query)
    found: list[Commit] = []
    try:
        paths = [args.path.strip("/").encode()] if args.path.strip("/") else None
        for entry in repo.get_walker(max_entries=MOST_WALKED, paths=paths):
            commit = entry.commit
            message, author = commit.message.decode("utf-8", "replace").strip(), commit.author.decode("utf-8", "replace")
            at = dt.datetime.fromtimestamp(commit.commit_time, dt.UTC)
            if args.period is not None and not args.period.holds(at.astimezone(zone).date()):
                continue
            if wanted and not all(word in normalise(f"{message} {author}") for word in wanted.split()):
                continue
            found.append(Commit(id=commit.id.decode()[:12], author=author, at=at, message=message))
            if len(found) == args.limit:
                break
    except KeyError:  # no commit yet
        return Commits(repository=Path(repo.path).name, commits=[])
    finally:
        repo.close()
    return Commits(repository=Path(repo.path).name, commits=found)


def _file(args: ReadFile, folder: Path) -> FileText:
    from dulwich.objects import Blob, Tree
    from dulwich.objectspec import parse_commit

    repo = _open(folder, args.repository)
    path = args.path.strip("/")
    try:
        found = tree = repo[parse_commit(repo, args.revision).tree]
        if path != "." and isinstance(tree, Tree):
            found = repo[tree.lookup_path(repo.__getitem__, path.encode())[1]]
    except (KeyError, ValueError) as error:
        raise NotFound(f"There is no “{path}” at {args.revision}.", cure="Read “.” to list the files.", field="path") from error
    finally:
        repo.close()
    if isinstance(found, Tree):
        return FileText(path=path, text="", entries=[name.decode("utf-8", "replace") for name in found])
    if not isinstance(found, Blob) or len(found.data) > MAX_FILE:
        raise StepFailed(f"“{path}” is larger than {MAX_FILE:,} bytes.", cure="Read another file.", field="path")
    try:
        return FileText(path=path, text=found.data.decode("utf-8"), entries=[])
    except UnicodeDecodeError as error:
        raise StepFailed(f"“{path}” is no text.", cure="Read another file.", field="path") from error


def _show_commits(found: Commits, language: Language) -> str:
    if not found.commits:
        return "לא נמצאו שינויים." if language == "he" else "No commits were found."
    return "\n".join(
        f"- {one.id[:8]} · {one.at:%d.%m.%Y} · {one.author.split(' <')[0]} · {one.message.splitlines()[0]}" for one in found.commits
    )


@tool(
    "git.history",
    title=Text(he="היסטוריית Git", en="Git history"),
    description=Text(
        he="מציג את השינויים (commits) במאגר Git לפי מילים, תקופה וקובץ", en="List the commits of a Git repository by words, period and file"
    ),
    examples={
        "he": ["אילו commits היו השבוע במאגר", "מי שינה את הקובץ במאגר הקוד", "היסטוריית השינויים בקוד", "אילו קומיטים היו החודש"],
        "en": [
            "which commits were made this week", "who changed the file in the repository", "the commit history of the code",
            "which commits were made this month",
        ],
    },
    show=_show_commits, label=LABEL, timeout=60, seconds=0.5,
)  # fmt: skip
async def history(args: History, call: Call) -> Commits:
    return await asyncio.to_thread(_history, args, call.folder, call.timezone)


@tool(
    "git.read",
    title=Text(he="קריאת קובץ ממאגר", en="Read a file of a repository"),
    description=Text(he="קורא קובץ או תיקייה ממאגר Git, בכל גרסה", en="Read a file or list a folder of a Git repository, at any revision"),
    examples={
        "he": ["קרא את README מהמאגר", "אילו קבצים יש במאגר הקוד"],
        "en": ["read the README of the repository", "which files are in the code repository"],
    },
    show=lambda file, language: "\n".join(file.entries) if file.entries else file.text[:2000], label=LABEL, timeout=60, seconds=0.3,
)  # fmt: skip
async def read(args: ReadFile, call: Call) -> FileText:
    return await asyncio.to_thread(_file, args, call.folder)


TOOLS: tuple[Tool, ...] = (history, read)

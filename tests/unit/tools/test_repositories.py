from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from dulwich import porcelain

from tests.unit.tools.conftest import MakeCall
from tizmoret.errors import NotFound, StepFailed
from tizmoret.tools.repositories import Commits, FileText, History, ReadFile, history, read

pytestmark = pytest.mark.anyio


@pytest.fixture
def repository(tmp_path: Path) -> Path:
    """Two commits, of 1 December and of 5 January."""
    root = tmp_path / "workspace" / "repositories" / "code"
    root.mkdir(parents=True)
    repo = porcelain.init(str(root))
    for day, name, text, message in (
        (1764547200, "README.md", "# קוד", "תיעוד ראשון"),
        (1767571200, "src/a.py", "print(1)", "Add the program"),
    ):
        path = root / name
        path.parent.mkdir(exist_ok=True)
        path.write_text(text)
        porcelain.add(repo, [str(path)])
        porcelain.commit(
            repo, message=message.encode(), author=b"Dana <d@x.il>", committer=b"Dana <d@x.il>", commit_timestamp=day, author_timestamp=day,
            commit_timezone=0, author_timezone=0,
        )  # fmt: skip
    repo.close()
    return root


async def messages(call: Any, **args: Any) -> list[str]:
    return [commit.message for commit in Commits.model_validate(await history(History(**args), call)).commits]


async def test_history_by_words_period_and_path(repository: Path, call: MakeCall) -> None:
    assert await messages(call()) == ["Add the program", "תיעוד ראשון"]
    assert await messages(call(), query="תיעוד") == ["תיעוד ראשון"]
    assert await messages(call(), query="dana") == ["Add the program", "תיעוד ראשון"]
    assert await messages(call(), period={"start": "2025-12-01", "end": "2025-12-31"}) == ["תיעוד ראשון"]
    assert await messages(call(), path="src", repository="code") == ["Add the program"]


async def test_files_and_folders_are_read_at_a_revision(repository: Path, call: MakeCall) -> None:
    assert FileText.model_validate(await read(ReadFile(path="README.md"), call())).text == "# קוד"
    assert FileText.model_validate(await read(ReadFile(path="."), call())).entries == ["README.md", "src"]
    first = Commits.model_validate(await history(History(query="תיעוד"), call())).commits[0].id
    with pytest.raises(NotFound, match=r"src/a\.py"):
        await read(ReadFile(path="src/a.py", revision=first), call())


@pytest.mark.parametrize("name", ["other", "../..", "code/src"])
async def test_only_what_lies_in_the_folder_is_opened(repository: Path, call: MakeCall, name: str) -> None:
    with pytest.raises(NotFound, match="no repository"):
        await messages(call(), repository=name)


async def test_where_several_lie_the_name_is_needed(repository: Path, call: MakeCall) -> None:
    (repository.parent / "empty").mkdir()
    with pytest.raises(StepFailed, match="not clear"):
        await messages(call())
    with pytest.raises(StepFailed, match="no Git repository"):
        await messages(call(), repository="empty")

"""Members, keys and workspaces from the command line, and the server that they count in."""

from __future__ import annotations

import re

import pytest

from tests.integration.cli.program import Program
from tizmoret.access.secrets import read_secret

pytestmark = pytest.mark.xdist_group("cli")


def key_in(text: str) -> str:
    found = next(line for line in text.splitlines() if line.startswith("tzm_"))
    assert read_secret(found) is not None
    return found


@pytest.mark.long
def test_a_member_comes_gets_a_key_another_role_and_goes(program: Program) -> None:
    added = program("member", "add", "Dana", "--role", "viewer")
    assert added.code == 0
    assert "tizmoret key create 'Dana'" in added.out
    key = key_in(program("key", "create", "Dana", "--name", "laptop", "--days", "30").out)
    listed = program("key", "list").out
    assert key[:12] in listed
    assert key not in listed
    assert program("member", "role", "Dana", "member").code == 0
    members = {one["name"]: one for one in program("member", "list", "--json").lines[0]}
    assert (members["Dana"]["role"], members["Dana"]["keys"], members["owner"]["role"]) == ("member", 1, "owner")
    assert program("key", "revoke", key).out == f"Revoked: {key[:12]}… of Dana\n"
    assert program("key", "list").out == "There are no keys.\n"
    assert program("member", "remove", "Dana").code == 0
    assert not [path for path in (program.home / "logs").iterdir() if key in path.read_text()]


@pytest.mark.long
def test_another_workspace_has_members_of_its_own(program: Program) -> None:
    made = program("workspace", "create", "החווה", "--owner", "נועה")
    key_in(made.out)
    assert program("member", "add", "Gil", "--workspace", "החווה").code == 0
    assert [one["name"] for one in program("member", "list", "-w", "החווה", "--json").lines[0]] == ["נועה", "Gil"]
    assert "Gil" not in program("member", "list").out
    assert program("workspace", "rename", "הכרם", "-w", "החווה").code == 0
    assert re.findall(r"הכרם|Home", program("workspace", "list").out) == ["Home", "הכרם"]


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (["member", "add", "Dana", "--role", "king"], "no role. Give viewer, member, admin or owner."),
        (["member", "remove", "owner"], "stays"),
        (["key", "revoke", "tzm_12345678"], "There is no key tzm_12345678."),
        (["member", "list", "-w", "nowhere"], "There is no workspace nowhere."),
    ],
)
def test_what_cannot_be_is_one_sentence_with_its_cure(program: Program, words: list[str], said: str) -> None:
    ended = program(*words)
    assert ended.code in (1, 2)
    assert said in ended.err
    assert ended.err.count("\n") == 1

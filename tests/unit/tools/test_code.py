"""Code that people and models write runs in a sandbox: it computes, and nothing else."""

from __future__ import annotations

import os
import subprocess
import sys
from typing import Any

import pytest
from pydantic import ValidationError

from tests.unit.tools.conftest import MakeCall
from tizmoret.errors import StepFailed
from tizmoret.tools.code import MOST_PRINTED, TOOLS, Ran, RunCode, run

pytestmark = pytest.mark.anyio


async def ran(call: MakeCall, code: str, **more: Any) -> Ran:
    return Ran.model_validate(await run(RunCode(code=code, **more), call()))


@pytest.mark.parametrize(
    ("code", "value"),
    [
        ("2 ** 64 % 1000", 616), ("x = [n * n for n in range(4)]\nsum(x)", 14), ("x = 1", None), ("{'a': (1, 2)}", {"a": [1, 2]}),
        ("import json, re, math\n[json.loads('[1]'), re.sub('a', 'b', 'aa'), math.floor(2.5)]", [[1], "bb", 2]),
        ("import datetime\ndatetime.date(2026, 3, 1)", "2026-03-01"), ("'שלום'[::-1]", "םולש"), ("float('inf')", None),
    ],
)  # fmt: skip
async def test_the_value_of_the_last_line_is_the_result(call: MakeCall, code: str, value: Any) -> None:
    assert (await ran(call, code)).value == value


async def test_it_finds_its_inputs_and_what_it_prints_is_kept(call: MakeCall) -> None:
    found = await ran(call, "print('rows:', len(rows))\nsum(row['tons'] for row in rows)", inputs={"rows": [{"tons": 1.5}, {"tons": 2}]})
    assert (found.value, found.printed, found.cut) == (3.5, "rows: 2\n", False)


async def test_what_json_cannot_hold_is_text(call: MakeCall) -> None:
    assert "A" in str((await ran(call, "class A:\n    pass\nA()")).value)


async def test_printing_without_end_is_cut(call: MakeCall) -> None:
    found = await ran(call, "for _ in range(100):\n    print('x' * 10_000)")
    assert (len(found.printed), found.cut) == (MOST_PRINTED, True)


@pytest.mark.parametrize(
    ("code", "says"),
    [
        ("1 +", "expression"), ("1 / 0", "ZeroDivisionError"), ("nobody", "NameError"), ("while True:\n    pass", "TimeoutError"),
        ("'x' * 10 ** 10", "MemoryError"), ("x = []\nwhile True:\n    x.append('y' * 1000)", "Error"), ("def f():\n    f()\nf()", "RecursionError"),
        ("import time\ntime.sleep(60)", "TimeoutError"), ("open('/etc/passwd').read()", "PermissionError"),
        ("open('x', 'w').write('y')", "PermissionError"), ("import os\nos.environ['PATH']", "Error"), ("import os\nos.system('id')", "Error"),
        ("import socket", "ModuleNotFoundError"), ("import subprocess", "ModuleNotFoundError"), ("import ctypes", "ModuleNotFoundError"),
        ("__import__('os').listdir('/')", "Error"), ("().__class__.__bases__[0].__subclasses__()", "Error"),
    ],
)  # fmt: skip
async def test_it_can_do_nothing_but_compute_and_not_for_long(call: MakeCall, code: str, says: str) -> None:
    with pytest.raises(StepFailed) as caught:
        await ran(call, code, seconds=0.5)
    assert says in caught.value.detail
    assert caught.value.cure


@pytest.mark.parametrize("name", ["not a name", "1", "", "__builtins__", "x" * 61])
def test_inputs_have_names_that_code_can_use(name: str) -> None:
    with pytest.raises(ValidationError):
        RunCode(code="1", inputs={name: "x"})


async def test_two_runs_know_nothing_of_each_other(call: MakeCall) -> None:
    await ran(call, "secret = 1")
    with pytest.raises(StepFailed):
        await ran(call, "secret")


def test_a_process_that_has_run_code_ends_as_it_should() -> None:
    """The library's asynchronous client brought it down as it ended."""
    program = (
        "import asyncio\nfrom tizmoret.tools.code import RunCode, _run\n"
        "for code in ('1', '2'):\n    asyncio.run(asyncio.to_thread(_run, RunCode(code=code)))\n"
    )
    ended = subprocess.run([sys.executable, "-c", program], env=os.environ, capture_output=True, timeout=60, check=False)
    assert (ended.returncode, ended.stderr) == (0, b"")


def test_it_changes_nothing_and_says_so() -> None:
    assert [tool.capability.effect for tool in TOOLS] == ["none"]

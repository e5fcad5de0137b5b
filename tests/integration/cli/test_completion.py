"""The Tab key in a real shell."""

import os
import subprocess
import sys
from pathlib import Path

ASKED = """
eval "$(tizmoret completion bash)"
ask() { COMP_WORDS=("$@"); COMP_CWORD=$(($# - 1)); "${function}" tizmoret; echo "${COMPREPLY[@]}"; }
found="$(complete -p tizmoret)"; found="${found% tizmoret}"; function="${found##* }"
ask tizmoret rem
ask tizmoret reminders ""
ask tizmoret run --on-failure ""
"""


def test_bash_completes_commands_and_the_values_of_an_option() -> None:
    env = {**os.environ, "PATH": f"{Path(sys.executable).parent}:{os.environ['PATH']}"}
    told = subprocess.run(["bash", "--norc", "-c", ASKED], env=env, capture_output=True, text=True, timeout=60, check=True)
    assert told.stdout.splitlines() == ["reminders", "done later dismiss", "keep ask undo"]

"""The catalog of sentences: complete, used, and the same values in both languages."""

import re
import string
from pathlib import Path

import pytest

from tizmoret.cli import messages
from tizmoret.cli.messages import ui_language
from tizmoret.cli.sentences import ALL as MESSAGES

SOURCE = Path(messages.__file__).parent
PREFIXES = ("status.", "effect.", "gate.")  # keys that are put together from a status, an effect, a purpose or a decision


def _values(sentence: str) -> set[str]:
    return {name for _, name, _, _ in string.Formatter().parse(sentence) if name}


@pytest.mark.parametrize("key", MESSAGES)
def test_each_sentence_exists_in_both_languages_with_the_same_values(key: str) -> None:
    he, en = MESSAGES[key]
    assert he.strip()
    assert en.strip()
    assert _values(he) == _values(en)


@pytest.mark.parametrize("key", [key for key in MESSAGES if key not in ("doctor.python", "plan.free")])
def test_the_hebrew_is_hebrew_and_the_english_is_english(key: str) -> None:
    he, en = MESSAGES[key]
    assert re.search("[א-ת]", he)
    assert not re.search("[א-ת]", en)


def test_every_key_that_the_commands_name_is_there_and_every_one_there_is_named() -> None:
    source = "\n".join(path.read_text() for path in SOURCE.rglob("*.py") if path.parent.name != "sentences")
    named = {key for key in re.findall(r'"([a-z]+(?:\.[a-z_0-9]+)?)"', source) if key in MESSAGES}
    asked = set(re.findall(r'(?:say|words|hint|patience)\(\s*"([a-z_.0-9]+)"', source))
    assert asked <= set(MESSAGES)
    assert set(MESSAGES) - named - {key for key in MESSAGES if key.startswith(PREFIXES)} == set()


def test_every_state_and_effect_has_its_word() -> None:
    from typing import get_args

    from tizmoret.plan.capability import Effect
    from tizmoret.views import Approval, ApprovalStatus, ExecutionStatus, StepStatus

    purposes = get_args(Approval.model_fields["purpose"].annotation)
    wanted = {f"status.{name}" for name in (*get_args(ExecutionStatus), *get_args(StepStatus))}
    wanted |= {f"effect.{name}" for name in get_args(Effect)} | {f"gate.{name}" for name in purposes}
    wanted |= {f"gate.{name}" for name in get_args(ApprovalStatus) if name != "pending"}
    assert wanted <= set(MESSAGES)


@pytest.mark.parametrize(
    ("env", "language"),
    [
        ({}, "en"),
        ({"LANG": "he_IL.UTF-8"}, "he"),
        ({"LANG": "iw_IL"}, "he"),
        ({"LANG": "he_IL.UTF-8", "LC_ALL": "C"}, "en"),
        ({"LANG": "he_IL.UTF-8", "TIZMORET_LANG": "en"}, "en"),
        ({"LANG": "en_US.UTF-8", "TIZMORET_LANG": "he"}, "he"),
        ({"LANG": "en_US.UTF-8", "TIZMORET_LANG": ""}, "en"),
    ],
)
def test_the_language_is_what_was_asked_for_else_the_locales(env: dict[str, str], language: str) -> None:
    assert ui_language(env) == language

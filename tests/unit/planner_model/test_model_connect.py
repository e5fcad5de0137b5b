"""From a model's name to a client for it, and what is said when that cannot be."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest
from pydantic import BaseModel

from tizmoret.catalog.catalog import Catalog
from tizmoret.catalog.tool import Call, Text, tool
from tizmoret.errors import BadInput, Unavailable
from tizmoret.planner.choose import choose_planner
from tizmoret.planner.model import ModelPlanner
from tizmoret.planner.model.connect import connect, key_variable
from tizmoret.settings import Settings


@pytest.fixture(autouse=True)
def _no_keys(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("GEMINI_API_KEY", "GOOGLE_API_KEY", "OPENAI_API_KEY", "OPENAI_BASE_URL", "OLLAMA_BASE_URL", "ANTHROPIC_API_KEY"):
        monkeypatch.delenv(name, raising=False)


@pytest.mark.parametrize(
    ("model", "variable"),
    [
        ("google:gemini-2.5-flash", "GEMINI_API_KEY"),
        ("openai:gpt-4o", "OPENAI_API_KEY"),
        ("openai-chat:gpt-4o", "OPENAI_API_KEY"),
        ("ollama:qwen3", "OLLAMA_BASE_URL"),
    ],
)
def test_a_missing_key_is_named(model: str, variable: str) -> None:
    with pytest.raises(Unavailable, match=variable):
        connect(model)


@pytest.mark.parametrize("model", ["gemini-2.5-flash", "", "nobody:model", "google:"])
def test_a_name_that_is_no_model_is_bad_input_of_its_variable(model: str) -> None:
    with pytest.raises(BadInput) as caught:
        connect(model)
    assert caught.value.field == "TIZMORET_MODEL"
    assert caught.value.cure


def test_a_missing_package_says_how_to_install_it(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "pydantic_ai.providers.openai", None)
    with pytest.raises(Unavailable, match=r"pip install 'tizmoret\[openai\]'"):
        connect("openai:gpt-4o")


def test_an_address_of_our_own_is_used(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("GEMINI_API_KEY", "k")
    monkeypatch.setenv("OPENAI_API_KEY", "k")
    assert connect("google:gemini-2.5-flash", "http://127.0.0.1:9").base_url == "http://127.0.0.1:9"
    assert connect("openai:gpt-4o", "http://127.0.0.1:9/v1").base_url == "http://127.0.0.1:9/v1/"
    assert connect("ollama:qwen3", "http://127.0.0.1:9/v1").base_url == "http://127.0.0.1:9/v1/"


def test_the_variable_of_an_unlisted_provider_is_guessed_from_its_name() -> None:
    assert key_variable("mistral:large") == "MISTRAL_API_KEY"


class Empty(BaseModel):
    pass


def _show(_output: object, _language: object) -> str:
    return ""


@tool("nothing.do", title=Text(he="כלום", en="Nothing"), description=Text(he="כלום", en="Nothing"), show=_show)
async def nothing(args: Empty, call: Call) -> Empty:
    return Empty()


def test_a_model_of_the_settings_is_used_and_none_means_offline(tmp_path: Path) -> None:
    env, catalog = {"TIZMORET_HOME": str(tmp_path), "GEMINI_API_KEY": "k"}, Catalog([nothing], [])
    settings = Settings.from_env({**env, "TIZMORET_MODEL": "openai:gpt-4o", "TIZMORET_MODEL_URL": "http://127.0.0.1:9/v1"})
    chosen = choose_planner(settings, catalog)
    assert isinstance(chosen, ModelPlanner)
    assert chosen.name == "openai:gpt-4o"
    assert settings.model_url == "http://127.0.0.1:9/v1"
    assert choose_planner(Settings.from_env({**env, "TIZMORET_MODEL": "offline"}), catalog).name == "offline"


def test_an_empty_catalog_is_said_at_start(tmp_path: Path) -> None:
    with pytest.raises(BadInput, match="no tool"):
        choose_planner(Settings.from_env({"TIZMORET_HOME": str(tmp_path)}), Catalog([], []))


def test_an_address_that_is_none_is_bad_input(tmp_path: Path) -> None:
    with pytest.raises(BadInput, match="TIZMORET_MODEL_URL"):
        Settings.from_env({"TIZMORET_HOME": str(tmp_path), "TIZMORET_MODEL_URL": "file:///etc/passwd"})


def test_choosing_a_model_loads_no_model_library() -> None:
    """`import pydantic_ai` costs more than a second: `tizmoret --help` must not pay it."""
    code = "import sys, tizmoret.planner.choose; assert 'pydantic_ai' not in sys.modules and 'openai' not in sys.modules"
    subprocess.run([sys.executable, "-c", code], check=True, timeout=60)

"""YAML of others: what is no plain data, and what would bring the loader down, is refused."""

from __future__ import annotations

import pytest
import yaml

from tizmoret.yaml_text import read_yaml


def test_plain_data_is_read() -> None:
    assert read_yaml("a: [1, x]\nb: {c: תבואה}\n") == {"a": [1, "x"], "b": {"c": "תבואה"}}


@pytest.mark.parametrize("text", ["[" * 60_000, "a: " + "{a: " * 20_000, "- " * 50_000, "&a [*a, " * 900])
def test_what_nests_too_deep_is_refused_and_the_process_lives(text: str) -> None:
    with pytest.raises((ValueError, yaml.YAMLError)):
        read_yaml(text)


def test_a_tag_makes_nothing() -> None:
    with pytest.raises(yaml.YAMLError):
        read_yaml("!!python/object/apply:os.system [exit]")

"""Keys: random, whole, and showing nothing of themselves."""

from __future__ import annotations

import pytest

from tizmoret.access.secrets import new_secret, read_secret
from tizmoret.ids import uuid7


def test_a_key_says_which_workspace_it_opens_and_is_never_the_same_twice() -> None:
    workspace = uuid7()
    made = [new_secret("tzm_", workspace) for _ in range(100)]
    assert len({one.text for one in made}) == len({one.prefix for one in made}) == 100
    for one in made:
        assert read_secret(one.text) == one
        assert one.text not in repr(one)
        assert one.hash.hex() not in repr(one)


@pytest.mark.parametrize(
    "spoil", [lambda text: text[:-1], lambda text: text + "A", lambda text: "tzx_" + text[4:], lambda text: text[:9] + "+" + text[10:]]
)
def test_what_is_cut_or_altered_is_no_key(spoil: object) -> None:
    assert callable(spoil)
    text = new_secret("tzm_", uuid7()).text
    assert read_secret(spoil(text)) is None

"""The files of migrations as they are shipped."""

from __future__ import annotations

import hashlib

from tizmoret.store.migrate import migrations


def test_the_files_are_numbered_without_a_gap_and_each_number_once() -> None:
    known = migrations()
    assert [migration.number for migration in known] == list(range(1, len(known) + 1))


def test_the_hash_is_that_of_the_file_as_it_is() -> None:
    for migration in migrations():
        assert migration.hash == hashlib.sha256(migration.text.encode()).hexdigest()
        assert migration.text.strip().endswith(";")

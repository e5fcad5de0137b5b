"""The files of migrations as they are shipped."""

from __future__ import annotations

import hashlib

from tizmoret.store.migrate import migrations


def test_the_files_are_in_order_and_each_number_is_there_once() -> None:
    known = migrations()
    numbers = [migration.number for migration in known]
    assert numbers == sorted(set(numbers))


def test_the_hash_is_that_of_the_file_as_it_is() -> None:
    for migration in migrations():
        assert migration.hash == hashlib.sha256(migration.text.encode()).hexdigest()
        assert migration.text.strip().endswith(";")

"""The process in which SQL runs: its own, because DuckDB's limits do not hold inside one function call.

`repeat('a', 4000000000)` ran 38 s past an interrupt and past `memory_limit` when tried in-process. Here the operating system bounds memory
and time, and the parent can kill. Run as a file, isolated (-I), without environment: it imports nothing of ours.
Reads {"tables", "sql", "limit"} as JSON from stdin, writes {"columns", "rows", "total"} or {"error"} to stdout."""

import contextlib
import datetime
import decimal
import json
import math
import sys

MEMORY = 1536 * 1024 * 1024  # bytes of address space; DuckDB and Python reserve about 500 MB before the first query
SECONDS = 20  # of processor time
ANSWER = 32 * 1024 * 1024  # characters: what is written here fills the parent's memory

# Before any SQL of others runs; the last one makes the rest final. Replacement scans would read this process's variables.
LOCKS = (
    "set python_enable_replacements = false",
    "set enable_external_access = false",
    "set autoinstall_known_extensions = false",
    "set autoload_known_extensions = false",
    "set allow_community_extensions = false",
    "set lock_configuration = true",
)


def bound() -> None:
    try:
        import resource
    except ImportError:  # Windows: the parent's timeout remains
        return
    for limit, value in (
        (resource.RLIMIT_AS, MEMORY),
        (resource.RLIMIT_CPU, SECONDS),
        (resource.RLIMIT_FSIZE, 0),
        (resource.RLIMIT_CORE, 0),
    ):
        with contextlib.suppress(ValueError, OSError):  # a limit that this system does not know
            resource.setrlimit(limit, (value, value))


def quoted(name: str) -> str:
    return '"' + name.replace('"', '""') + '"'


def plain(value: object) -> object:
    if isinstance(value, decimal.Decimal):
        return int(value) if value == value.to_integral_value() else float(value)
    if isinstance(value, float) and not math.isfinite(value):
        return None
    if isinstance(value, datetime.datetime | datetime.date | datetime.time):
        return value.isoformat()
    if value is None or isinstance(value, bool | int | float | str):
        return value
    return str(value)


def run(job: dict) -> dict:  # type: ignore[type-arg]  # JSON, checked by the parent on both sides
    import duckdb

    connection = duckdb.connect(":memory:", config={"threads": 1, "memory_limit": "256MB"})
    for table in job["tables"]:
        columns = ", ".join(f"{quoted(column['name'])} {column['type']}" for column in table["columns"])
        connection.execute(f"create table {quoted(table['name'])} ({columns})")
        values = ", ".join(f"unnest(${place}::varchar[])::{column['type']}" for place, column in enumerate(table["columns"], 1))
        connection.execute(f"insert into {quoted(table['name'])} select {values}", table["values"])
    for lock in LOCKS:
        connection.execute(lock)
    statements = connection.extract_statements(job["sql"])
    if len(statements) != 1 or statements[0].type != duckdb.StatementType.SELECT:
        return {"error": "not-select"}
    cursor = connection.execute(statements[0])
    rows = [[plain(value) for value in row] for row in cursor.fetchmany(job["limit"] + 1)]
    return {"columns": [column[0] for column in cursor.description or ()], "rows": rows}


def main() -> None:
    job = json.load(sys.stdin.buffer)  # bytes: without environment the locale says nothing of UTF-8
    bound()
    try:
        answer = run(job)
    except MemoryError:
        answer = {"error": "memory"}
    except Exception as error:  # whatever DuckDB says of somebody's SQL goes back to them
        answer = {"error": "memory" if "Out of Memory" in str(error) or "allocate" in str(error) else str(error)[:1000]}
    written = json.dumps(answer, ensure_ascii=False)
    sys.stdout.buffer.write(written.encode() if len(written) <= ANSWER else b'{"error": "memory"}')


if __name__ == "__main__":
    main()

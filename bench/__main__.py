"""`python -m bench`: print the figures; with `--write`, put them into docs/figures.md. `python -m bench scale`: those of many,
`python -m bench dashboard`: those of the page, `python -m bench planner`: those of the offline planner, `python -m bench planning`: those of
a plan that is still being written and of previews, `python -m bench access`: those of keys."""

from __future__ import annotations

import sys

import uvloop

from bench import access, engine, makespan, planning, scale, starting
from bench.page import publish


def main() -> None:
    if "scale" in sys.argv:
        name, rows = "scale", uvloop.run(scale.run(large="--large" in sys.argv))
    elif "dashboard" in sys.argv:
        from bench import dashboard  # a browser is needed for no other figure

        name, rows = "dashboard", dashboard.run()
    elif "planner" in sys.argv:
        from bench import planner  # reads the sets of requests among the tests

        name, rows = "planner", uvloop.run(planner.run())
    elif "planning" in sys.argv:
        name, rows = "planning", uvloop.run(planning.run())
    elif "access" in sys.argv:
        name, rows = "access", uvloop.run(access.run())
    else:
        name, rows = "measured", starting.run() + makespan.run() + uvloop.run(engine.run())
    publish(name, rows, write="--write" in sys.argv)


if __name__ == "__main__":
    main()

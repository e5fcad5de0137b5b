#!/bin/sh
# Put uv into .tools, from the package index.
set -e
python=$(sh scripts/python.sh)
if ! "$python" -m venv --clear .tools >/dev/null 2>&1; then
    rm -rf .tools
    echo "$python cannot make virtual environments. On Debian or Ubuntu: apt-get install python3-venv" >&2
    exit 1
fi
.tools/bin/python -m pip install --quiet --disable-pip-version-check --no-input 'uv>=0.9,<1' </dev/null

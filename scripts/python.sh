#!/bin/sh
# Print the path of a Python 3.11 or newer.
for name in python3 python3.14 python3.13 python3.12 python3.11 python; do
    path=$(command -v "$name" 2>/dev/null) || continue
    if "$path" -c 'import sys; sys.exit(sys.version_info < (3, 11))' 2>/dev/null; then
        "$path" -c 'import sys; print(sys.executable)'
        exit 0
    fi
done
echo "Tizmoret needs Python 3.11 or newer; none was found on the PATH. Install one and try again." >&2
exit 1

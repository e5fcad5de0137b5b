#!/bin/sh
# The browser tests need Chromium. Install Debian's where that is possible; else say how to get it.
for name in "${TIZMORET_CHROMIUM:-}" chromium chromium-browser google-chrome; do
    [ -n "$name" ] && command -v "$name" >/dev/null 2>&1 && exit 0
done
if [ "$(id -u)" = 0 ] && command -v apt-get >/dev/null 2>&1; then
    echo "Installing Chromium for the browser tests ..."
    if apt-get update -qq >/dev/null 2>&1 && apt-get install -y -qq --no-install-recommends chromium >/dev/null 2>&1; then
        exit 0
    fi
fi
echo "There is no Chromium, so the browser tests will not run. Install it (Debian: apt-get install chromium) or set TIZMORET_CHROMIUM." >&2

#!/bin/sh
# The browser tests need Chromium. Install Debian's where that is possible; else say how to get it.
for name in "${TIZMORET_CHROMIUM:-}" chromium chromium-browser google-chrome; do
    [ -n "$name" ] && command -v "$name" >/dev/null 2>&1 && exit 0
done
if [ "$(id -u)" = 0 ] && command -v apt-get >/dev/null 2>&1; then
    echo "Installing Chromium for the browser tests ..."
    export DEBIAN_FRONTEND=noninteractive
    # An index that is hours old often still serves; a mirror that is away must not stop the other tests.
    apt-get -qq update </dev/null >/dev/null 2>&1 || true
    # The fonts have Hebrew letters; without any the page would be measured in empty boxes.
    apt-get -qq install -y --no-install-recommends chromium fonts-dejavu-core </dev/null >/dev/null 2>&1 || true
    command -v chromium >/dev/null 2>&1 && exit 0
fi
echo "There is no Chromium, so the browser tests will not run. Install it (Debian: apt-get install chromium) or set TIZMORET_CHROMIUM." >&2

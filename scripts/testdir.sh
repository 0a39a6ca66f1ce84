#!/usr/bin/env bash
# Prints where tests keep what they throw away: in memory, if there is much of it and programs may run
# there. Copying a database for each test is most of what they wait for on a disk.
set -euo pipefail
usual=${TMPDIR:-/tmp}
memory=/dev/shm
wanted=$((8 << 20)) # KiB

free=$(df --output=avail "$memory" 2>/dev/null | tail -n 1) || free=0
[ "${free:-0}" -ge "$wanted" ] || { echo "$usual"; exit 0; }
try=$(mktemp "$memory/try.XXXXXX" 2>/dev/null) || { echo "$usual"; exit 0; }
trap 'rm -f "$try"' EXIT
printf '#!/bin/sh\n' >"$try" && chmod +x "$try"
"$try" 2>/dev/null && echo "$memory" || echo "$usual"

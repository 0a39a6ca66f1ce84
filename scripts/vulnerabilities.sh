#!/usr/bin/env bash
# Runs govulncheck ($1: its module@version). Without its database there is nothing to check against:
# that is said, and is no failure of the code.
set -uo pipefail

output=$(go run "$1" ./... 2>&1)
status=$?
if [ $status -ne 0 ] && grep -qE 'fetching vulnerabilities|vuln.go.dev' <<<"$output"; then
	echo "govulncheck: its database cannot be reached from here; not checked"
	exit 0
fi
printf '%s\n' "$output" | tail -n 20
exit $status

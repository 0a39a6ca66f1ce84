#!/usr/bin/env bash
# Installs what the tests stand on, where it is missing: PostgreSQL, Redis, SQLite's shell, Chromium, npm, a C compiler and
# the software of others that people sign in to with us. What has no Debian package goes into .tools/.
set -euo pipefail
cd "$(dirname "$0")/.."

missing=()
ls /usr/lib/postgresql/*/bin/postgres >/dev/null 2>&1 || command -v postgres >/dev/null || missing+=(postgresql)
command -v redis-server >/dev/null || missing+=(redis-server)
command -v sqlite3 >/dev/null || missing+=(sqlite3) # makes the backups that operations.md speaks of
command -v chromium >/dev/null || missing+=(chromium fonts-dejavu-core)
fc-list 2>/dev/null | grep -q 'Inter' || missing+=(fonts-inter) # pictures of the pages: it stands for system-ui
[ -e /usr/lib/apache2/modules/mod_auth_openidc.so ] || missing+=(libapache2-mod-auth-openidc) # no server is started: that is another package
python3 -c 'import ensurepip, venv' 2>/dev/null || missing+=(python3 python3-venv)
command -v npm >/dev/null || missing+=(npm)
command -v gcc >/dev/null || missing+=(gcc libc6-dev) # for the race detector

if [ ${#missing[@]} -ne 0 ]; then
	if ! command -v apt-get >/dev/null; then
		echo "The tests need: ${missing[*]}. Install them with your package manager." >&2
		exit 1
	fi
	sudo=
	[ "$(id -u)" -eq 0 ] || sudo=sudo
	export DEBIAN_FRONTEND=noninteractive
	$sudo apt-get update -qq
	$sudo apt-get install -y -qq --no-install-recommends "${missing[@]}" >/dev/null
fi

wanted=e2e/clients/authlib/requirements.txt
if ! cmp -s "$wanted" .tools/authlib/installed.txt; then
	rm -rf .tools/authlib
	python3 -m venv .tools/authlib
	.tools/authlib/bin/pip install -q --disable-pip-version-check -r "$wanted"
	cp "$wanted" .tools/authlib/installed.txt
fi

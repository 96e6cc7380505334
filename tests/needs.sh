#!/bin/sh
# What the tests use beyond Python packages: found where it is, installed where that can be done without asking, and
# otherwise left to the tests to skip aloud. Never fails.
have_postgres() {
    command -v initdb >/dev/null 2>&1 || ls /usr/lib/postgresql/*/bin/initdb >/dev/null 2>&1
}

have_chromium() {
    command -v chromium >/dev/null 2>&1 || command -v chromium-browser >/dev/null 2>&1 ||
        command -v google-chrome >/dev/null 2>&1
}

wanted=""
have_postgres || wanted="$wanted postgresql"
have_chromium || wanted="$wanted chromium"
command -v openssl >/dev/null 2>&1 || wanted="$wanted openssl"
[ -z "$wanted" ] && exit 0

if [ "$(id -u)" = 0 ] && command -v apt-get >/dev/null 2>&1; then
    echo "installing for the tests:$wanted"
    export DEBIAN_FRONTEND=noninteractive
    apt-get update -qq >/dev/null 2>&1
    missing=""
    for package in $wanted; do
        apt-get install -qq -y --no-install-recommends "$package" >/dev/null 2>&1 || missing="$missing $package"
    done
    wanted="$missing"
    [ -z "$wanted" ] && exit 0
fi
echo "not installed, and not installable here:$wanted. The tests that need it are skipped."
exit 0

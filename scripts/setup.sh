#!/bin/sh
# Make what the installation needs inside the checkout: .venv, node_modules, static/vendor.
# Usage: scripts/setup.sh base|dev     (dev adds what tests, checks and benchmarks need)
# Safe to run again: each step is done once per content of the lock file it comes from.
set -eu
cd "$(dirname "$0")/.."
set_of_packages=${1:-base}

stop() {
    printf '\n%s\n' "$1" >&2
    shift
    for line in "$@"; do printf '  %s\n' "$line" >&2; done
    exit 2
}

# The first Python that is new enough: the one asked for with PYTHON=, else the usual names.
find_python() {
    for candidate in ${PYTHON:-python3 python3.14 python3.13 python3.12 python3.11 python}; do
        if "$candidate" -c 'import sys; sys.exit(sys.version_info < (3, 11))' 2>/dev/null; then
            command -v "$candidate"
            return
        fi
    done
}

digest() {
    .venv/bin/python -c 'import hashlib, pathlib, sys
print(hashlib.sha256(b"".join(pathlib.Path(p).read_bytes() for p in sys.argv[1:])).hexdigest())' "$@"
}

done_before() { # stamp file, digest
    [ -f "$1" ] && [ "$(cat "$1")" = "$2" ]
}

make_venv() {
    if .venv/bin/python -c 'import pip, sys; sys.exit(sys.version_info < (3, 11))' 2>/dev/null; then return; fi
    python=$(find_python)
    [ -n "$python" ] || stop "Fanlight needs Python 3.11 or later; none was found (python3 here: $(python3 --version 2>&1 || echo none))." \
        "On Debian or Ubuntu:  apt-get install python3 python3-venv" \
        "Elsewhere:            install Python 3.11 or later, then name it: make demo PYTHON=/path/to/python3"
    "$python" -c 'import venv, ensurepip' 2>/dev/null || stop "The venv module of $python is missing." \
        "On Debian or Ubuntu:  apt-get install python3-venv" \
        "Elsewhere:            install the package that brings venv and ensurepip for this Python."
    echo "Making .venv with $("$python" --version)"
    rm -rf .venv
    "$python" -m venv .venv || stop "$python could not make a virtual environment in .venv." \
        "See the message above; a full disk or a read-only folder are the usual reasons."
}

install_python_packages() {
    # The development set holds the base set: an up-to-date development environment needs nothing more.
    if done_before .venv/installed-dev "$(digest requirements/dev.txt)"; then return; fi
    if [ "$set_of_packages" = base ] && done_before .venv/installed-base "$(digest requirements/base.txt)"; then return; fi
    echo "Installing Python packages ($set_of_packages)"
    .venv/bin/python -m pip install -qq --disable-pip-version-check --require-hashes \
        -r "requirements/$set_of_packages.txt" || stop "The Python packages could not be installed." \
        "Without a connection to a package index, see docs/getting-started.md, \"Without the internet\"."
    digest "requirements/$set_of_packages.txt" > ".venv/installed-$set_of_packages"
}

check_node() {
    command -v node >/dev/null 2>&1 || stop "Node.js 20 or later is needed once, to fetch the pages' scripts and styles; there is none." \
        "On Debian or Ubuntu:  apt-get install nodejs npm" \
        "On macOS:             brew install node"
    node -e 'process.exit(Number(process.versions.node.split(".")[0]) < 20 ? 1 : 0)' ||
        stop "Node.js 20 or later is needed; this is $(node --version)." "Install a newer Node.js and try again."
    command -v npm >/dev/null 2>&1 || stop "npm is missing (Node.js is there)." \
        "On Debian or Ubuntu:  apt-get install npm"
}

install_front_end() {
    lock=$(digest package.json package-lock.json)
    if ! done_before node_modules/.installed "$lock"; then
        check_node
        echo "Installing front-end packages"
        npm ci --ignore-scripts --no-audit --no-fund --loglevel=error || stop "The front-end packages could not be installed." \
            "Without a connection to a package index, see docs/getting-started.md, \"Without the internet\"."
        echo "$lock" > node_modules/.installed
    fi
    served=$(digest package-lock.json scripts/vendor.mjs)
    if ! done_before static/vendor/.made "$served"; then
        check_node
        node scripts/vendor.mjs
        echo "$served" > static/vendor/.made
    fi
}

case $set_of_packages in base | dev) ;; *) stop "usage: scripts/setup.sh base|dev" ;; esac
make_venv
install_python_packages
install_front_end

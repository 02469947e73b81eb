#!/bin/sh
# Everything that can be said about the code without running it: all checks run, then the verdict.
set -u
cd "$(dirname "$0")/.."
failed=""

try() {
    name=$1
    shift
    printf '%s\n' "-- $name"
    "$@" || failed="$failed, $name"
}

deployed() { # the settings of a well-made installation: nothing may be reported
    FANLIGHT_HTTPS=true FANLIGHT_HOSTS=fanlight.example.org FANLIGHT_VAR=build/check-var \
        FANLIGHT_SECRET_KEY="$(.venv/bin/python -c 'import secrets; print(secrets.token_urlsafe(60))')" \
        FANLIGHT_FINGERPRINT_KEY="$(.venv/bin/python -c 'import secrets; print(secrets.token_urlsafe(60))')" \
        .venv/bin/python manage.py check --deploy --fail-level WARNING
}

try "lint" .venv/bin/ruff check .
try "format" .venv/bin/ruff format --check .
try "types" .venv/bin/mypy .
try "import contracts" .venv/bin/lint-imports
try "deployment" deployed
try "missing migrations" .venv/bin/python manage.py makemigrations --check --dry-run

if [ -n "$failed" ]; then
    printf '\nFailed: %s\n' "${failed#, }" >&2
    exit 1
fi
echo "All checks passed."

#!/bin/sh
# Set up .venv with everything pinned in requirements.lock; uv where it is present, pip otherwise.
set -eu
PYTHON="${PYTHON:-python3}"
VENV="${VENV:-.venv}"

"$PYTHON" -c 'import sys; sys.exit(sys.version_info < (3, 11))' || {
    echo "jointlab needs Python 3.11 or newer; this is $("$PYTHON" --version). Name another with: make PYTHON=python3.12 ..." >&2
    exit 1
}
if command -v uv >/dev/null 2>&1; then
    [ -x "$VENV/bin/python" ] || uv venv --quiet --python "$PYTHON" "$VENV"
    uv pip install --quiet --python "$VENV/bin/python" -r requirements.lock
    uv pip install --quiet --python "$VENV/bin/python" --no-deps -e .
else
    [ -x "$VENV/bin/pip" ] || "$PYTHON" -m venv "$VENV" || {
        rm -rf "$VENV"
        echo "Python's venv module is not complete. On Debian and Ubuntu: apt-get install python3-venv" >&2
        exit 1
    }
    echo "Installing into $VENV (about a minute the first time) ..."
    "$VENV/bin/pip" install --quiet --disable-pip-version-check -r requirements.lock
    "$VENV/bin/pip" install --quiet --disable-pip-version-check --no-deps -e .
fi
# As an installer leaves it, also where the environment forbids Python to write bytecode: start-up takes a third.
"$VENV/bin/python" -m compileall -q -j 0 -x '/(plotly|_plotly_utils|mypy|mypyc|virtualenv|babel)/' src "$VENV"/lib/python*/site-packages || true
echo "Ready: $VENV"

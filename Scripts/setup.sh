#!/bin/bash
# Installs what is missing of the system's packages, and nothing else. Says what it does.
set -euo pipefail

packages=(libopenblas-dev libsqlite3-dev libjpeg-dev libpng-dev libwebp-dev libgif-dev libtiff-dev
  zlib1g-dev libssl-dev sqlite3 python3)
least_swift=6.2

fail() {
  printf 'setup: %s\n' "$@" >&2
  exit 1
}

check_swift() {
  command -v swift >/dev/null || fail \
    "there is no 'swift' in PATH; Counterpoise needs Swift $least_swift or newer." \
    "Install it from https://www.swift.org/install/linux and run this again."
  local text version
  text=$(swift --version 2>&1) || fail "'swift --version' fails: $text"
  version=$(sed -nE 's/.*Swift version ([0-9]+\.[0-9]+).*/\1/p' <<<"$text" | head -n 1)
  [ -n "$version" ] || fail "cannot read the version in what 'swift --version' says: $text"
  # The older of the two comes first.
  [ "$(printf '%s\n' "$least_swift" "$version" | sort -V | head -n 1)" = "$least_swift" ] || fail \
    "Swift $version at $(command -v swift) is too old; Counterpoise needs $least_swift or newer." \
    "Install it from https://www.swift.org/install/linux and run this again."
}

# Those of the packages that dpkg does not know as installed.
missing_packages() {
  local package
  for package in "${packages[@]}"; do
    dpkg-query -W -f '${Status}\n' "$package" 2>/dev/null | grep -q '^install ok installed$' ||
      printf '%s\n' "$package"
  done
}

# Runs a command as root: directly, or with sudo.
as_root() {
  if [ "$(id -u)" -eq 0 ]; then
    "$@"
  elif command -v sudo >/dev/null; then
    sudo "$@"
  else
    fail "needs root and there is no sudo. As root, run:" "  apt-get install ${missing[*]}"
  fi
}

check_swift

if ! command -v dpkg-query >/dev/null || ! command -v apt-get >/dev/null; then
  echo "setup: no apt here, so nothing is checked. Needed with headers: OpenBLAS, SQLite 3.37" \
    "or newer, libjpeg-turbo, libpng, libwebp, giflib 5.1 or newer," \
    "libtiff (4.5 or newer bounds its memory), zlib," \
    "OpenSSL's libcrypto; and the commands sqlite3 and python3." >&2
  exit 0
fi

mapfile -t missing < <(missing_packages)
if [ "${#missing[@]}" -eq 0 ]; then
  echo "setup: nothing is missing."
  exit 0
fi

echo "setup: installing ${missing[*]}"
as_root env DEBIAN_FRONTEND=noninteractive apt-get -qq update ||
  fail "'apt-get update' failed; is there a network, and no other apt running?"
as_root env DEBIAN_FRONTEND=noninteractive \
  apt-get -qq install -y --no-install-recommends "${missing[@]}" >/dev/null ||
  fail "'apt-get install ${missing[*]}' failed; its messages are above."
echo "setup: done."

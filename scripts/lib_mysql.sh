# Shared by the scripts of this folder that need MySQL; sourced, not run.
#
# Where MySQL comes from:
#   1. $KEYSPAN_MYSQLD, or a MySQL 8.0 or newer `mysqld` on PATH (MariaDB does not count);
#   2. otherwise the prefix: MySQL of Debian unstable, unpacked into .prefix/ of the checkout by
#      scripts/mysql_prefix, and started through that prefix's own dynamic loader, because its C
#      library is newer than the one of Debian 12.

KEYSPAN_SOURCE=$(cd "$(dirname "${BASH_SOURCE[0]}")/.." && pwd)
KEYSPAN_PREFIX=${KEYSPAN_PREFIX:-$KEYSPAN_SOURCE/.prefix}

say() { printf '%s\n' "$*" >&2; }
die() { printf '%s: %s\n' "${0##*/}" "$*" >&2; exit 1; }

# Prints where PATH has the program; the script of this folder with the same name does not count.
on_path() { type -aP "$1" | grep -vxF "$KEYSPAN_SOURCE/scripts/$1" | head -n 1; }

# Prints the path of a usable mysqld of this system; fails when there is none.
system_mysqld() {
  local candidate version
  for candidate in "${KEYSPAN_MYSQLD:-}" "$(on_path mysqld)" /usr/sbin/mysqld; do
    [ -n "$candidate" ] && [ -x "$candidate" ] || continue
    version=$("$candidate" --no-defaults --version 2>/dev/null) || continue
    case $version in *MariaDB*) continue ;; esac
    if [[ $version =~ Ver\ ([0-9]+)\. ]] && [ "${BASH_REMATCH[1]}" -ge 8 ]; then
      printf '%s\n' "$candidate"
      return 0
    fi
  done
  return 1
}

# Sets prefix_loader: the command words that start a program of the prefix.
find_prefix_loader() {
  local root=$KEYSPAN_PREFIX/root arch loader
  arch=$(dpkg-architecture -qDEB_HOST_MULTIARCH 2>/dev/null || gcc -print-multiarch 2>/dev/null ||
    printf '%s-linux-gnu' "$(uname -m)")
  loader=$(compgen -G "$root/usr/lib/$arch/ld-linux*.so.?" | head -n 1)
  [ -n "$loader" ] || return 1
  prefix_loader=("$loader" --library-path
    "$root/usr/lib/$arch:$root/usr/lib/mysql/private:$root/usr/lib/mysql-router:$root/usr/lib")
}

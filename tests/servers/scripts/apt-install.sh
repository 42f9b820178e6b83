#!/bin/sh
# Installs Debian packages, one run at a time on a machine, and starts none of their services:
#
#   apt-install.sh PACKAGE…
set -eu

exec 9>/var/lock/cullet-test-servers.lock
flock 9
# Another run may have installed them meanwhile.
if dpkg --status "$@" >/dev/null 2>&1; then exit 0; fi

# Debian asks this program before it starts a service; 101 means no.
policy=/usr/sbin/policy-rc.d
if [ ! -e "$policy" ]; then
  trap 'rm -f "$policy"' EXIT
  trap 'exit 1' HUP INT TERM
  printf '#!/bin/sh\nexit 101\n' >"$policy"
  chmod 755 "$policy"
fi

export DEBIAN_FRONTEND=noninteractive
# Package lists that cannot be renewed may still name what is wanted.
apt-get -q update || true
# A service that started all the same would inherit the lock with file 9.
apt-get -q install -y --no-install-recommends -o DPkg::Lock::Timeout=300 "$@" 9>&-

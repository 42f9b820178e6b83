#!/bin/sh
# Builds a Docker image with every server of the tests from Debian's packages, for machines that cannot pull one:
#
#   build-image.sh [TAG]
#
# Needs root on Debian, and a Docker engine. CULLET_TEST_DEBIAN_MIRROR names another mirror.
set -eu
here=$(dirname "$0")
tag=${1:-cullet/test-servers:bookworm}
suite=${tag##*:}
# Else the one from which this machine gets its own packages.
mirror=${CULLET_TEST_DEBIAN_MIRROR:-$(
  apt-get indextargets --format '$(SITE)' 'Created-By: Packages' "Codename: $suite" | head -n 1
)}

exec 8>/var/lock/cullet-test-image.lock
flock 8
if docker image inspect "$tag" >/dev/null 2>&1; then exit 0; fi

command -v debootstrap >/dev/null || sh "$here/apt-install.sh" debootstrap
root=$(mktemp -d)
trap 'rm -rf "$root"' EXIT
trap 'exit 1' HUP INT TERM

# Without a mirror debootstrap takes its own default.
debootstrap --variant=minbase "$suite" "$root" ${mirror:+"$mirror"}
# Debian asks this program before it starts a service; 101 means no.
printf '#!/bin/sh\nexit 101\n' >"$root/usr/sbin/policy-rc.d"
chmod 755 "$root/usr/sbin/policy-rc.d"
DEBIAN_FRONTEND=noninteractive chroot "$root" apt-get -q install -y --no-install-recommends \
  redis-server memcached mariadb-server postgresql

cd "$root"
postgres=$(echo usr/lib/postgresql/*/bin)
# What the packages set up for services of the machine, and what only people read, is left out.
tar --create --one-file-system \
  --exclude=./proc/* --exclude=./sys/* --exclude=./dev/* --exclude=./usr/share/doc --exclude=./usr/share/man \
  --exclude=./usr/share/locale --exclude=./var/cache/apt --exclude=./var/lib/apt/lists --exclude=./var/lib/mysql \
  --exclude=./var/lib/postgresql . |
  docker import --change "ENV PATH=/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin:/$postgres" - "$tag"

#!/bin/sh
# Starts a Docker engine where none answers and this machine can run one:
#
#   start-docker.sh           ends with 0 when an engine answers, else says why not and ends with 1
#   start-docker.sh --stop    stops the engine that this script started, and no other
set -u
here=$(dirname "$0")
state=/var/run/cullet-docker
pid_file=$state/dockerd.pid
log=$state/dockerd.log

answers() {
  timeout 5 docker info >/dev/null 2>&1
}

give_up() {
  echo "No Docker engine: $1" >&2
  exit 1
}

if [ "${1:-}" = --stop ]; then
  [ -f "$pid_file" ] || exit 0
  pid=$(cat "$pid_file")
  # Debian's other processes may have got the id of an engine that died.
  if grep -q '^dockerd$' "/proc/$pid/comm" 2>/dev/null; then
    kill "$pid"
    while kill -0 "$pid" 2>/dev/null; do sleep 0.2; done
  fi
  rm -rf "$state"
  exit 0
fi

if answers; then
  echo "A Docker engine answers already"
  exit 0
fi
[ "$(id -u)" = 0 ] || give_up "none answers, and only root can start one"
if ! command -v dockerd >/dev/null || ! command -v docker >/dev/null; then
  command -v apt-get >/dev/null || give_up "dockerd is not installed, and this is not Debian"
  sh "$here/apt-install.sh" docker.io || give_up "the package docker.io cannot be installed"
fi

mkdir -p "$state"
# Containers use the host's network, so the engine needs neither a bridge nor the rights to make one.
setsid dockerd --bridge=none --iptables=false --ip6tables=false --pidfile="$pid_file" \
  >"$log" 2>&1 </dev/null &
dockerd=$!
for _ in $(seq 60); do
  if answers; then
    echo "Started a Docker engine (log: $log)"
    exit 0
  fi
  kill -0 "$dockerd" 2>/dev/null || break
  sleep 0.5
done
kill "$dockerd" 2>/dev/null
tail -n 5 "$log" >&2
give_up "dockerd does not run here (log: $log)"

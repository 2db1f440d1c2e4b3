# What the scripts beside it share. They are POSIX shell, so that they run in every image.
set -eu
cd "$(dirname "$0")/.."
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT

# Pulumi adds to the file; the one in the repository stays as it is.
cp stacks/main.yaml Pulumi.main.yaml

pulumi() {
  command pulumi --non-interactive --color never "$@"
}

# The names of the secrets, one a line.
secrets() {
  grep -v '^#' secrets.txt
}

require_secrets() {
  for name in "$@"; do
    if [ -z "$(printenv "$name")" ]; then
      echo "$name is not set: make it a secret of the CI system for this job." >&2
      exit 1
    fi
  done
}

# Keeps what a command prints in a file, shows it, and ends as the command did.
keep() {
  file=$1
  shift
  status=0
  "$@" >"$file" 2>&1 || status=$?
  cat "$file"
  return "$status"
}

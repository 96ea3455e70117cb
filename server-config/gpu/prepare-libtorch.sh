#!/usr/bin/env bash
# Makes the folder of native libraries that a GPU host without a network needs: PyTorch 2.7.1 built for CUDA 12.8, from
# PyTorch's own archive for C++. Runs on any machine with a network, curl, unzip and 10 GB of free disk; it needs neither
# a GPU nor Python.
#
#   prepare-libtorch.sh TARGET [ARCHIVE]
#
# TARGET   the folder to make; copy it to the GPU host, anywhere (docs/gpu-host.md says how the server finds it)
# ARCHIVE  the archive's address or file, where it is mirrored or was downloaded before
set -euo pipefail

version=2.7.1
flavor=cu128
archive=${2:-https://download.pytorch.org/libtorch/$flavor/libtorch-cxx11-abi-shared-with-deps-$version%2B$flavor.zip}

if [ $# -lt 1 ] || [ -e "$1" ]; then
  echo "usage: prepare-libtorch.sh TARGET [ARCHIVE], where TARGET is not there yet" >&2
  exit 2
fi
target=$1
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT

if [ -f "$archive" ]; then
  file=$archive
else
  file=$work/libtorch.zip
  curl --fail --location --output "$file" "$archive"
fi

# of the archive only the libraries, not the headers, and not the static ones
unzip -q "$file" 'libtorch/lib/*.so*' 'libtorch/build-version' -d "$work"
found=$(cat "$work/libtorch/build-version")
if [ "$found" != "$version+$flavor" ]; then
  echo "The archive holds PyTorch $found, but the application needs $version+$flavor." >&2
  exit 1
fi
libraries=$work/libtorch/lib
if [ ! -e "$libraries/libtorch_cuda.so" ]; then
  echo "The archive has no libtorch_cuda.so: it is a build without CUDA." >&2
  exit 1
fi

# The archive's run-time compiler has a hash in its name, under which PyTorch finds it, but nobody else does.
compiler=$(cd "$libraries" && ls | grep -E '^libnvrtc(-[0-9a-f]+)?\.so\.[0-9]+$' | head -1 || true)
if [ -n "$compiler" ] && [ ! -e "$libraries/libnvrtc.so.12" ]; then
  ln -s "$compiler" "$libraries/libnvrtc.so.12"
fi

mkdir -p "$(dirname "$target")"
mv "$libraries" "$target"
cat > "$target/environment" <<SETTINGS
# for the shell that starts the server: . $(basename "$target")/environment
export PYTORCH_LIBRARY_PATH=\$(cd "\$(dirname "\${BASH_SOURCE[0]}")" && pwd)
export PYTORCH_VERSION=$version
export PYTORCH_FLAVOR=$flavor
SETTINGS
du -sh "$target"

#!/bin/sh
# SPDX-License-Identifier: MIT
# pkg_config.sh <prefix> <compiler> <main.cpp> <program>: compiles and runs with nothing but pkg-config.
set -eu
command -v pkg-config >/dev/null || { echo "skipped: no pkg-config"; exit 4; }
flags=$(PKG_CONFIG_PATH="$1/share/pkgconfig" pkg-config --cflags fluxpp)
# shellcheck disable=SC2086
"$2" -std=c++20 $flags "$3" -o "$4" -pthread
"$4"

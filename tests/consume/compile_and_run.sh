#!/bin/sh
# SPDX-License-Identifier: MIT
# compile_and_run.sh <program> <compiler> <arguments...>
set -eu
program=$1
shift
"$@" -o "$program"
"$program"

#!/bin/sh
# Stands in for rustc (RUSTC_WRAPPER) and compiles one of the two hashbrowns with the group of eight
# bytes that kernels without SIMD registers get.
#
# hashbrown picks its group by target: SSE2 or NEON where available, but never under Miri, which
# interprets no vector instructions. `--cfg miri` for that one crate is therefore the switch. It
# changes nothing else there, and no other crate sees it: the generic code of hashbrown is compiled
# again in `bench`, with the same flags as everything else. `-C target-feature=-sse2` would work
# too, but would change the calling convention of one crate among others.
case "$CARGO_PKG_NAME $CARGO_PKG_VERSION" in
"hashbrown 0.16."*) exec "$@" --cfg miri ;;
*) exec "$@" ;;
esac

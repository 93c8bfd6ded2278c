#!/bin/sh
# Stands in for rustc (RUSTC_WRAPPER) and compiles one of the two hashbrowns with its group of eight
# bytes, the one that kernels without SIMD registers get.
#
# hashbrown picks its group by target: SSE2 or NEON where there is such a thing, but never under
# Miri, which interprets no vector instructions. `--cfg miri` for that one crate is therefore the
# switch. It changes nothing else there, and no other crate sees it: what is generic in hashbrown is
# compiled again in `bench`, with the same flags as everything else. `-C target-feature=-sse2` would
# do it too, but would change the calling convention of one crate among others.
case "$CARGO_PKG_NAME $CARGO_PKG_VERSION" in
"hashbrown 0.16."*) exec "$@" --cfg miri ;;
*) exec "$@" ;;
esac

/* heptad: hashes of words and of bytes. */
#ifndef HEPTAD_HASH_H
#define HEPTAD_HASH_H

#include "base.h"

#ifdef __cplusplus
extern "C" {
#endif

/* The hash of a word, and of `count` bytes, under a seed: what sets and maps use, and fit for a
 * heptad_table. hash_word is a bijection for each seed, which unhash_word undoes. Any seed will do; one that nobody can
 * guess, another per table and boot, keeps others from choosing keys that crowd one place: two different strings of n
 * bytes have equal hashes under n / 7 + 2 of 2^60 seeds at most. `bytes` may be null if `count` is 0. */
uint64_t heptad_hash_word(uint64_t seed, uint64_t word);
uint64_t heptad_unhash_word(uint64_t seed, uint64_t hash);
uint64_t heptad_hash_bytes(uint64_t seed, const void *bytes, size_t count);

#ifdef __cplusplus
}
#endif
#endif

/* heptad: maps without a lock, of keys of any length. heptad.h has the rules for all handles. */
#ifndef HEPTAD_INDIRECT_H
#define HEPTAD_INDIRECT_H

#include "base.h"
#include "lockfree.h"

#ifdef __cplusplus
extern "C" {
#endif

/* Private fields. */
typedef struct heptad_indirect {
    uint32_t version;
    uint32_t state;
    HEPTAD_ALIGNED_8 uint64_t body[15];
} heptad_indirect;

HEPTAD_STATIC_ASSERT(indirect_bytes, sizeof(heptad_indirect) == 128);
HEPTAD_STATIC_ASSERT(indirect_body, offsetof(heptad_indirect, body) == 8);

/* ---------------------------------------------------------------- maps without a lock, of keys of any length
 *
 * A heptad_lockfree whose keys are yours: strings, paths, tuples, in memory of yours. Same memory, same
 * progress, same errors, and everything about rebuilding, reclaiming and attaching is the same.
 *
 * The map holds one word for a key: a reference, which is an index or an address of yours, and bits of the
 * key's hash where the reference has none. `hash_bits` says which bits are the hash's. Those of a reference
 * are ignored, and are 0 in results. There should be as many as the map has buckets, in powers of two, lest buckets
 * crowd: 20 do for two and a half million entries, and more are fine. Two proposals: */
#define HEPTAD_HASH_BITS_OF_INDICES (~HEPTAD_WORD(0) << 32)        /* for indices below 2^32 */
#define HEPTAD_HASH_BITS_OF_ADDRESSES (~HEPTAD_WORD(0) << 48 | 15) /* for 16-aligned ones below 2^48 */
/*
 * An operation gets the hash of a key, a good one in all of its hash bits as heptad_hash_bytes is, and a
 * pointer, which the map only passes to `equal`: not 0 if the reference stands for that key. `equal` is called
 * for references with the same hash bits alone, so rarely for another key; inside an operation, in whatever
 * context that runs, perhaps for a key that is being taken out. It may not change the map: an operation that
 * looks for a key begins anew each time the key's home changes meanwhile.
 *
 * WHEN THE MEMORY OF A KEY MAY BE USED AGAIN. While a key is in the map its memory does not change. When it
 * has been taken out, which answers its reference, others may still compare with it: it has to stay readable
 * and the same until every operation that began before has ended. Your kernel's grace periods show when; or
 * heptad_indirect_grace_start and _elapsed, for a map made with counters or functions; or keep all keys until
 * the map is gone. When an insertion fails, or answers that the key was there, the map has not kept the
 * reference it was given, and nobody else has seen it. */

/* As heptad_lockfree_init, _init_counted, _init_with, _format, _attach, _join, _reap and _destroy; the memory is
 * that of heptad_lockfree_bytes.
 * _NULL also without `equal`, _ARGUMENT for hash bits of none or all. An attach or join needs the same hash
 * bits, or the answer is _FOREIGN, and to understand the references: indices or offsets, no addresses. Shared
 * memory is that of heptad_lockfree_shared_bytes. */
int heptad_indirect_init(heptad_indirect *map, void *memory, size_t bytes, uint64_t seed,
                         uint64_t hash_bits,
                         int (*equal)(uint64_t reference, const void *key, void *context),
                         void *context);
int heptad_indirect_init_counted(heptad_indirect *map, void *memory, size_t bytes, uint64_t seed,
                                 uint64_t hash_bits,
                                 int (*equal)(uint64_t reference, const void *key, void *context),
                                 void *context, void *counters, size_t counters_bytes);
int heptad_indirect_init_with(heptad_indirect *map, void *memory, size_t bytes, uint64_t seed,
                              uint64_t hash_bits,
                              int (*equal)(uint64_t reference, const void *key, void *context),
                              void *context, const heptad_reclaim *reclaim);
int heptad_indirect_format(void *memory, size_t bytes, uint64_t seed, size_t members, uint64_t hash_bits);
int heptad_indirect_attach(heptad_indirect *map, void *memory, size_t bytes, uint64_t hash_bits,
                           int (*equal)(uint64_t reference, const void *key, void *context),
                           void *context);
int heptad_indirect_join(heptad_indirect *map, void *memory, size_t bytes, size_t member,
                         uint64_t hash_bits,
                         int (*equal)(uint64_t reference, const void *key, void *context),
                         void *context);
int heptad_indirect_reap(const heptad_indirect *map, size_t member);
int heptad_indirect_destroy(const heptad_indirect *map);

/* As those of a heptad_lockfree. A rebuild under another seed does not part keys whose hash bits are the same.
 * A check looks at words, not at keys. */
int heptad_indirect_release(heptad_indirect *map,
                            void (*on_release)(void *memory, size_t bytes, void *context),
                            void *context);
int heptad_indirect_rebuild(const heptad_indirect *map, void *memory, size_t bytes, uint64_t seed);
int heptad_indirect_rebuild_if_needed(const heptad_indirect *map, void *memory, size_t bytes,
                                      uint64_t seed);
int heptad_indirect_needs_rebuild(const heptad_indirect *map);
int heptad_indirect_repair(heptad_indirect *map, size_t *released);
int heptad_indirect_help(const heptad_indirect *map, size_t steps);
int heptad_indirect_reclaim(const heptad_indirect *map, void **memory, size_t *bytes);
int heptad_indirect_check(const heptad_indirect *map);
size_t heptad_indirect_len(const heptad_indirect *map);
size_t heptad_indirect_capacity(const heptad_indirect *map);
int heptad_indirect_seed(const heptad_indirect *map, uint64_t *seed);
int heptad_indirect_stats(const heptad_indirect *map, heptad_shared_stats *stats);

/* Notes in `started` which operations are under way; and have those ended since? Then the memory of keys that
 * were taken out before the start may be used again. 0 for ever if nobody counts: after heptad_indirect_init
 * and _attach. Never waits: call it now and then. */
int heptad_indirect_grace_start(const heptad_indirect *map, uint64_t *started);
int heptad_indirect_grace_elapsed(const heptad_indirect *map, uint64_t started);

/* The reference that stands for `key`, and its value, if it is there; both results may be null. */
int heptad_indirect_get(const heptad_indirect *map, uint64_t hash, const void *key,
                        uint64_t *reference, uint64_t *value);

/* found[i] = 1, references[i] and values[i] those of keys[i], of hash hashes[i]; or all 0 if it is not there.
 * Each lookup is atomic by itself, the batch is not. No result overlaps another, hashes, keys or the handle,
 * or the answer is _OVERLAPPING; results in the map's own memory are not found out. */
int heptad_indirect_get_many(const heptad_indirect *map, const uint64_t *hashes,
                             const void *const *keys, size_t count, uint64_t *references,
                             uint64_t *values, uint8_t *found);

/* As those of a heptad_lockfree. A key that is new is stored as `reference`; one that is there keeps the
 * reference it has. */
int heptad_indirect_get_or_insert(const heptad_indirect *map, uint64_t hash, const void *key,
                                  uint64_t reference, uint64_t value, uint64_t *present);
int heptad_indirect_insert(const heptad_indirect *map, uint64_t hash, const void *key,
                           uint64_t reference, uint64_t value, uint64_t *previous);
int heptad_indirect_replace(const heptad_indirect *map, uint64_t hash, const void *key,
                            uint64_t value, uint64_t *previous);
int heptad_indirect_add(const heptad_indirect *map, uint64_t hash, const void *key,
                        uint64_t reference, uint64_t addend, uint64_t *sum);
int heptad_indirect_modify(const heptad_indirect *map, uint64_t hash, const void *key,
                           uint64_t (*change)(uint64_t value, void *context), void *context,
                           uint64_t *previous);
int heptad_indirect_insert_or_modify(const heptad_indirect *map, uint64_t hash, const void *key,
                                     uint64_t reference, uint64_t value,
                                     uint64_t (*change)(uint64_t value, void *context),
                                     void *context, uint64_t *previous);
int heptad_indirect_compare_and_set(const heptad_indirect *map, uint64_t hash, const void *key,
                                    uint64_t reference, int expected, uint64_t expected_value,
                                    uint64_t value, int *was_present, uint64_t *previous);

/* As heptad_lockfree_insert_evicting, with references in place of keys: `choose` finds one in each entry's `key`, and
 * that of the entry that goes is written to `old_reference`. A key that is there keeps the one it has: then nothing
 * is written there. */
int heptad_indirect_insert_evicting(const heptad_indirect *map, uint64_t hash, const void *key,
                                    uint64_t reference, uint64_t value,
                                    size_t (*choose)(const heptad_entry *entries, size_t count, void *context),
                                    void *context, uint64_t *old_reference, uint64_t *old_value);

/* As heptad_lockfree_fetch_update and _compare_and_remove. If there was a value before, the reference of the key goes
 * to `stored` too, which may be null. */
int heptad_indirect_fetch_update(const heptad_indirect *map, uint64_t hash, const void *key,
                                 uint64_t reference,
                                 int (*change)(uint64_t *value, int is_present, void *context),
                                 void *context, uint64_t *stored, uint64_t *previous);
int heptad_indirect_compare_and_remove(const heptad_indirect *map, uint64_t hash, const void *key,
                                       int expected, uint64_t expected_value, int *was_present,
                                       uint64_t *stored, uint64_t *previous);

/* Takes `key` out, or does if `condition` is not 0 for its value. 1 if so, and its reference and value are
 * written to the last two arguments, which may be null. _remove_if writes them also if the key stays, and whether it
 * was there to `was_present`, which may be null. During a rebuild _FULL and _BUSY; _NULL if there is no condition.
 * Every function that removes a key reports its reference. */
int heptad_indirect_remove(const heptad_indirect *map, uint64_t hash, const void *key,
                           uint64_t *reference, uint64_t *value);
int heptad_indirect_remove_if(const heptad_indirect *map, uint64_t hash, const void *key,
                              int (*condition)(uint64_t value, void *context), void *context,
                              int *was_present, uint64_t *reference, uint64_t *previous);

/* As heptad_lockfree_retain and _clear, with references in place of keys; `removed`, which may be null, is called for
 * each entry that was taken out, after that. No keys are compared. */
int heptad_indirect_retain(const heptad_indirect *map,
                           int (*keep)(uint64_t reference, uint64_t value, void *context),
                           void (*removed)(uint64_t reference, uint64_t value, void *context),
                           void *context);
int heptad_indirect_clear(const heptad_indirect *map,
                          void (*removed)(uint64_t reference, uint64_t value, void *context),
                          void *context);

/* As heptad_lockfree_each, with references in place of keys. */
int heptad_indirect_each(const heptad_indirect *map,
                         int (*visit)(uint64_t reference, uint64_t value, void *context),
                         void *context);

#ifdef __cplusplus
}
#endif
#endif

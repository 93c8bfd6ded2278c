/* heptad: maps without a lock. heptad.h has the rules for all handles. */
#ifndef HEPTAD_LOCKFREE_H
#define HEPTAD_LOCKFREE_H

#include "base.h"

#ifdef __cplusplus
extern "C" {
#endif

/* Private fields. */
typedef struct heptad_lockfree {
    uint32_t version;
    uint32_t state;
    HEPTAD_ALIGNED_8 uint64_t body[15];
} heptad_lockfree;

HEPTAD_STATIC_ASSERT(lockfree_bytes, sizeof(heptad_lockfree) == 128);
HEPTAD_STATIC_ASSERT(lockfree_body, offsetof(heptad_lockfree, body) == 8);

/* ---------------------------------------------------------------- maps without a lock
 *
 * A map that cores, interrupt handlers, NMIs and processes use at the same time, from 64-bit keys to 64-bit
 * values. Every function but init, attach, join and release takes a const handle, and may be called while the
 * same or another one is stopped anywhere in the middle, to any depth. Nothing waits: an operation that is
 * stopped or killed in the middle blocks no other, and leaves one slot unused at the most. Reading writes
 * nothing to the map; in one with counters it counts itself there.
 *
 * Changing the value of a key that is there needs no room: it is never _FULL, but during a rebuild that
 * finds no room. For an insertion _FULL comes when a key's places are all taken and no neighbour's entry can
 * move. A map made for n entries takes n, unless the keys were chosen to crowd together. _BUSY says that
 * running operations have reserved the places; the same call may succeed later. Reading never fails; removing
 * does only during a rebuild that finds no room.
 *
 * A function of yours that is passed to one of these is called while nothing is reserved. It may read the
 * same map. It is called once, and once more each time the key's home changes meanwhile; the last result
 * counts. If it changes the same map itself, that may be a change of the key's home, and so force another
 * call: after at most 128 calls during which the home changed, the result is _REENTRANT, and the operation has
 * changed nothing; what your function did is not undone. A slow function under heavy traffic may end so too.
 * Functions that get none of yours do not do that, and are too short for others to do it by chance.
 *
 * ATOMICS. These maps need them at 64 bits. Where the processor has none (heptad_is_lock_free() is 0), init
 * and attach return _UNSUPPORTED; a lock in their place would hang in an interrupt handler.
 *
 * MEMORY ORDER. What a context did before it changed a key is visible to every context that has seen the
 * change: by reading the value, by finding the key present, or by finding it absent after a removal. So a
 * value may be an index or an address of data that was written before, and no barrier of yours is needed.
 * All operations on one map, whatever their keys, take effect in one order, each between its call and its
 * return: of two contexts that insert a key each and then look for the other's, one finds it. A batch, a walk,
 * a count is not one operation but one for each key.
 *
 * VERSIONS. A key's home counts its changes modulo 2^29. An operation that stands still while exactly a
 * multiple of that many changes are made to one home, after which it shows the same places, does not notice:
 * it may return a wrong value, or change what it has not seen. Do not stop a context in the middle of an
 * operation for seconds, by a debugger or a hypervisor, while others change the same keys all the time.
 *
 * A set is a map whose values are all 0: it costs the same. In a full map of 10,000 entries a lookup touches
 * 1.4 lines on average, a change of a value 1.4, an insertion 2.0 and a removal 1.7. A lookup and a removal
 * touch 7 lines at most, a change 97. That is outside a rebuild, and for one attempt: an operation starts
 * again each time another one changes the key's home meanwhile. */

/* Bytes of memory for a map of `entries` entries, about 30.4 for each; 0 if no address space could. */
size_t heptad_lockfree_bytes(size_t entries);

/* Makes an empty map in the memory, as large as fits. Writes all of it. Calls from other cores, with the
 * same handle, get _HANDLE or _BUSY until it is made. Errors as for heptad_set_init.
 *
 * The three differ in what becomes of old memory when the map is rebuilt. After heptad_lockfree_init it
 * stays the map's until the release; that costs nothing. After _init_counted every operation is counted, by two
 * atomic additions in HEPTAD_COUNTER_LINES lines of yours, and heptad_lockfree_reclaim returns old memory
 * when no operation can be in it; a context that is killed inside an operation ends that for good. After
 * _init_with your functions say when: _NULL if one of them is null. They are copied. */
int heptad_lockfree_init(heptad_lockfree *map, void *memory, size_t bytes, uint64_t seed);

#define HEPTAD_COUNTER_LINES 17
int heptad_lockfree_init_counted(heptad_lockfree *map, void *memory, size_t bytes, uint64_t seed,
                                 void *counters, size_t counters_bytes);

/* Your kernel's RCU, say. `on_enter` and `on_leave` are called around each operation, in any context, and nest;
 * `on_leave` gets what `on_enter` returned. `has_elapsed` gets what `start` returned, does not wait, and is not
 * 0 only if each on_enter that had returned before that start was called has been followed by its on_leave.
 *
 * They also keep two orders between cores, by a full barrier in `on_enter` and in `start`, say, and a release in
 * `on_leave` that `has_elapsed` acquires. What was written before a `start` is seen by each operation that this
 * `start` does not wait for. What an operation read or wrote before its `on_leave` comes before the answer of
 * the `has_elapsed` that waited for it.
 *
 * A period that has elapsed stays so: after `has_elapsed` has returned not 0 it does so again for the same
 * number, also between an `on_enter` and its `on_leave`, by whichever context. For the map calls it once outside,
 * and then once more inside; if it forgets an answer, no memory is ever released.
 *
 * None of the four calls for the map: that would call them again, without end. */
typedef struct heptad_reclaim {
    uint64_t (*on_enter)(void *context);
    void (*on_leave)(uint64_t inside, void *context);
    uint64_t (*start)(void *context);
    int (*has_elapsed)(uint64_t started, void *context);
    void *context;
} heptad_reclaim;
HEPTAD_STATIC_ASSERT(reclaim_bytes, sizeof(heptad_reclaim) == 5 * sizeof(void *));

int heptad_lockfree_init_with(heptad_lockfree *map, void *memory, size_t bytes, uint64_t seed,
                              const heptad_reclaim *reclaim);

/* SHARED MEMORY. One process formats the memory, at any time before the others come; then all attach, the
 * formatting one too, each at the address that it has mapped the memory at. All are equal: none owns the map,
 * and when one dies the others have all that it had. Everyone who can write the memory is trusted to write it by
 * these functions alone, and so with every answer; but no operation begins that the first lines of the memory
 * would lead out of it, if they have changed since the attach.
 *
 * heptad_lockfree_shared_bytes: bytes of memory. _format writes all of the memory; nobody may be attached to it.
 * Errors as for init. `members` is 0, or how many numbers there are for members: an operation that is killed
 * leaves up to one place reserved, which in memory without members stays so for good.
 *
 * Such a map cannot be rebuilt: _rebuild is _SHARED. The next table would be found by its address, which is another
 * one in each process, and no process knows when the others have left the old one. Format memory for the most
 * entries that there will be; or format and fill a second map, let all attach to it, and destroy the first. What
 * killed operations have left, _reap and _repair release. */
size_t heptad_lockfree_shared_bytes(size_t entries, size_t members);
int heptad_lockfree_format(void *memory, size_t bytes, uint64_t seed, size_t members);

/* Opens a handle for the map in shared memory. Memory errors as for init;
 * _FOREIGN if no shared map of this kind is there, _VERSION if it is of another layout, _CORRUPT if its first
 * lines are damaged. _attach is for memory without members, and _join for a member, whose number is less than
 * `members`: _MEMBER otherwise, and _LIVE while another handle has the number. A member is one context: it calls
 * one function at a time, and none from a signal or interrupt handler that comes in the middle of another; such
 * a handler has a number and a handle of its own. _attach and reading write nothing, so that memory without
 * members may be mapped read-only; a change is a fault then. */
int heptad_lockfree_attach(heptad_lockfree *map, void *memory, size_t bytes);
int heptad_lockfree_join(heptad_lockfree *map, void *memory, size_t bytes, size_t member);

/* Releases what a dead member had reserved, and its number, while everyone goes on: after its process was waited
 * for, say. It must be dead: never call this for a member that may go on. The handle is another member's. _BUSY while
 * another member does this, or a living one is in the middle of an operation on the same place: call again.
 * A member that dies in here is reaped as any other, and until then reaping anyone else is _BUSY: if several are
 * dead, reap them in turn until each is done. _destroy stops nobody from reaping. _MEMBER for no number, or the
 * handle's own. */
int heptad_lockfree_reap(const heptad_lockfree *map, size_t member);

/* Ends the map in shared memory: an attach or join from now on is _FOREIGN. Those that are attached may go on; the
 * memory may be used otherwise when all have released. Anyone who is attached may do this. _MEMBER in private
 * memory. */
int heptad_lockfree_destroy(const heptad_lockfree *map);

/* Ends a handle, when none of its functions is under way, and calls `on_release`, which may be null, for each
 * piece of memory that you provided, with its size: one, unless the map was
 * rebuilt. What stands there stays as it is: others may be attached to it. */
int heptad_lockfree_release(heptad_lockfree *map,
                            void (*on_release)(void *memory, size_t bytes, void *context),
                            void *context);

/* Gives the map other memory, of another size or under another seed, while everyone works on. Returns at
 * once, and the memory is the map's; the entries move bucket by bucket, whenever something is changed and by
 * heptad_lockfree_help. A change moves 42 entries at most, reads move none, nobody waits. If the new memory
 * has no room for some entry, changes at its home are _FULL, until another rebuild, into a third piece,
 * goes on from there. Writes all of the memory. _BUSY while a rebuild is running that is not stuck,
 * _TOO_SMALL for the entries that are there, _SHARED in shared memory (see there); memory errors
 * as for init, and _OVERLAPPING too for memory of the map's tables, old ones that are not released yet among them,
 * of its counters or of the handle. Memory of another live map is not known: do not provide it, both break.
 * _if_needed returns _NOT_REQUIRED unless heptad_lockfree_needs_rebuild says so. */
int heptad_lockfree_rebuild(const heptad_lockfree *map, void *memory, size_t bytes, uint64_t seed);
int heptad_lockfree_rebuild_if_needed(const heptad_lockfree *map, void *memory, size_t bytes,
                                      uint64_t seed);

/* Should the map be rebuilt, and why? 0 if not. Reads every line. */
enum {
    HEPTAD_NEED_SIZE = 1,  /* it has more entries than it was made for: into larger memory */
    HEPTAD_NEED_FLOOD = 2, /* a home is more crowded than chance allows: under another seed */
    HEPTAD_NEED_LEAKS = 3  /* contexts that were killed have reserved a sixteenth of the slots, or more than 8 of one
                            * home: into any memory, or heptad_lockfree_repair */
};
int heptad_lockfree_needs_rebuild(const heptad_lockfree *map);

/* Does `steps` parts of a running rebuild at most, of one bucket each: for an idle loop or a timer, so that it
 * ends even if nobody changes anything. 1 if nothing is left to do. _FULL as above; _BUSY: call again. */
int heptad_lockfree_help(const heptad_lockfree *map, size_t steps);

/* Releases the oldest memory, once its entries have all moved and no operation can be in it. 1 if so, and
 * `memory` and `bytes`, which may not be null, say which; 0 if there is none yet. Never waits: call it now
 * and then. Always 0 for a map without counters or functions of yours: it gives nothing back before the
 * release. */
int heptad_lockfree_reclaim(const heptad_lockfree *map, void **memory, size_t *bytes);

/* Releases what contexts have reserved that were killed in an operation, in a map that nobody uses: no
 * operation is under way, through any handle, in any process; else entries get lost. `released`, which may be
 * null, gets the number of places; stats say 0 reserved then. Calls meanwhile with the same handle get _BUSY. */
int heptad_lockfree_repair(heptad_lockfree *map, size_t *released);

/* Checks every entry of a map that nobody uses meanwhile: after attaching to memory that may be damaged.
 * _CORRUPT. Such a map is safe to use, but may answer anything. */
int heptad_lockfree_check(const heptad_lockfree *map);

/* Entries, counted: exact when nobody changes anything meanwhile, and never more than could be there; an
 * entry that a rebuild moves meanwhile may not be counted. Reads a line per bucket. And the number of entries that the
 * map takes for certain. */
size_t heptad_lockfree_len(const heptad_lockfree *map);
size_t heptad_lockfree_capacity(const heptad_lockfree *map);

/* The seed of the hash. */
int heptad_lockfree_seed(const heptad_lockfree *map, uint64_t *seed);

typedef struct heptad_shared_stats {
    uint64_t entries;
    uint64_t overflow;            /* entries in a group: a hit reads a line more */
    uint64_t overflowing_buckets; /* buckets with such entries: a miss reads a line more for each */
    uint64_t buckets;
    uint64_t all_slots;
    uint64_t reserved;            /* by operations under way, or by contexts that were killed */
    uint64_t most_reserved;       /* the most of these that one home goes without, of its 25 */
    uint64_t fullest_home;        /* the most entries of one home; 21 is the end */
    uint64_t bytes;               /* of all memory that the map has, old and new tables included */
} heptad_shared_stats;
HEPTAD_STATIC_ASSERT(shared_stats_bytes, sizeof(heptad_shared_stats) == 72);
HEPTAD_STATIC_ASSERT(shared_stats_last, offsetof(heptad_shared_stats, bytes) == 64);

/* Counts how the entries lie, while they may change; during a rebuild in all tables that take part. What a
 * rebuild has copied is not reserved. Reads every line, and two for each entry in a group. */
int heptad_lockfree_stats(const heptad_lockfree *map, heptad_shared_stats *stats);

/* The value of `key`, if there is one: to `value`, which may be null. */
int heptad_lockfree_get(const heptad_lockfree *map, uint64_t key, uint64_t *value);

/* As heptad_map_get_many: each lookup is atomic by itself, the batch is not. Results in the map's own memory
 * are not found out. */
int heptad_lockfree_get_many(const heptad_lockfree *map, const uint64_t *keys, size_t count,
                             uint64_t *values, uint8_t *found);

/* Gives `key` a value if it has none. 1 if it is new; 0 if it had one, which stays, and is written to
 * `present`, which may be null. _FULL, _BUSY. */
int heptad_lockfree_get_or_insert(const heptad_lockfree *map, uint64_t key, uint64_t value,
                                  uint64_t *present);

/* Gives `key` a value. 1 if it is new; 0 if it had one, which is written to `previous`, which may be null.
 * _FULL, _BUSY. */
int heptad_lockfree_insert(const heptad_lockfree *map, uint64_t key, uint64_t value,
                           uint64_t *previous);

/* Gives `key` a value if it has one. 1 if it had, and the old one is written to `previous`, which may be
 * null. _FULL, _BUSY. */
int heptad_lockfree_replace(const heptad_lockfree *map, uint64_t key, uint64_t value,
                            uint64_t *previous);

/* Adds to the value of `key`, as to 0 if it has none, modulo 2^64, and writes the sum to `sum`, which may be
 * null. 1 if it is new. _FULL, _BUSY. */
int heptad_lockfree_add(const heptad_lockfree *map, uint64_t key, uint64_t addend, uint64_t *sum);

/* Takes `key` out. 1 if it had a value, which is written to `value`, which may be null. During a rebuild
 * _FULL and _BUSY, as above. */
int heptad_lockfree_remove(const heptad_lockfree *map, uint64_t key, uint64_t *value);

/* What compare_and_set expects of the present value. */
enum {
    HEPTAD_WHATEVER = 0,
    HEPTAD_EXISTS = 1,
    HEPTAD_NOT_EXISTS = 2,
    HEPTAD_VALUE = 3 /* the one that is passed as expected_value; for the others that is ignored */
};

/* If the value of `key` is as expected, makes it `value`, or takes the key out. 1 if it took place, 0 if
 * not; whether there was a value before goes to `was_present`, and if so the value to `previous`; both may
 * be null. A value that is there already takes place without a write. _FULL and _BUSY, compare_and_remove only
 * during a rebuild; _ARGUMENT for an expectation that there is not. */
int heptad_lockfree_compare_and_set(const heptad_lockfree *map, uint64_t key, int expected,
                                    uint64_t expected_value, uint64_t value, int *was_present,
                                    uint64_t *previous);
int heptad_lockfree_compare_and_remove(const heptad_lockfree *map, uint64_t key, int expected,
                                       uint64_t expected_value, int *was_present,
                                       uint64_t *previous);

/* Takes `key` out if `condition` is not 0 for its value. 1 if it took place, 0 if not; whether there was a value
 * before goes to `was_present`, and if so the value to `previous`, taken out or not; both may be null. _REENTRANT;
 * _NULL if there is no condition. */
int heptad_lockfree_remove_if(const heptad_lockfree *map, uint64_t key,
                              int (*condition)(uint64_t value, void *context), void *context,
                              int *was_present, uint64_t *previous);

/* Makes of the value of `key`, if it has one, what `change` says. 1 if it had one, which is written to
 * `previous`, which may be null. _FULL, _BUSY, _REENTRANT; _NULL if
 * there is no function. */
int heptad_lockfree_modify(const heptad_lockfree *map, uint64_t key,
                           uint64_t (*change)(uint64_t value, void *context), void *context,
                           uint64_t *previous);

/* The same, but a key that has no value gets `value`, or what `make` says. 1 if it is new, 0 if it had a
 * value, which is written to `previous`, which may be null. _FULL, _BUSY, _REENTRANT;
 * _NULL. */
int heptad_lockfree_insert_or_modify(const heptad_lockfree *map, uint64_t key, uint64_t value,
                                     uint64_t (*change)(uint64_t value, void *context),
                                     void *context, uint64_t *previous);
int heptad_lockfree_insert_with_or_modify(const heptad_lockfree *map, uint64_t key,
                                          uint64_t (*make)(void *context),
                                          uint64_t (*change)(uint64_t value, void *context),
                                          void *context, uint64_t *previous);

/* For a cache: as _insert, but if `key` is new and its places are all taken, another entry goes. `choose` gets the
 * `count` entries, 1 to 21, that share a home with `key`, and returns the index of the one that goes; one that is too
 * large stands for the last. 1 if there was room for a new key. 0 if `key` had a value, and 2 if an entry had to go:
 * that entry is written to `old_key` and `old_value`, which may be null. One exchange hides that entry and shows the
 * new one: a reader finds one of both. Entries of other homes are not moved, so in a cache of 10,000 entries the
 * first goes a little before it is full, and in the end it holds 14,000. _BUSY if no entry can go at this moment,
 * _REENTRANT, _FULL only in a rebuild that finds no room; _NULL if there is no function. */
int heptad_lockfree_insert_evicting(const heptad_lockfree *map, uint64_t key, uint64_t value,
                                    size_t (*choose)(const heptad_entry *entries, size_t count, void *context),
                                    void *context, uint64_t *old_key, uint64_t *old_value);

/* Makes of the value of `key`, or its absence, what `change` says: it gets the value, or 0 if there is
 * none, in *value, may change it, and returns whether the key is to have it. 1 if there was a value before,
 * which is written to `previous`, which may be null. _FULL, _BUSY, _REENTRANT;
 * _NULL. */
int heptad_lockfree_fetch_update(const heptad_lockfree *map, uint64_t key,
                                 int (*change)(uint64_t *value, int is_present, void *context),
                                 void *context, uint64_t *previous);

/* Calls `visit` for every entry until it returns 0; 1 if it never did. A key that is present all the time
 * comes exactly once, with a value that it had meanwhile; one that comes or goes meanwhile, once or not at
 * all; one that a rebuild moves meanwhile, perhaps twice. _NULL if there is no function. */
int heptad_lockfree_each(const heptad_lockfree *map,
                         int (*visit)(uint64_t key, uint64_t value, void *context), void *context);

/* Takes out the entries for which `keep` returns 0, each by itself; all of them. Entries that come
 * meanwhile may be left out. Errors as for heptad_lockfree_remove; other entries are gone then. _NULL if there
 * is no function. */
int heptad_lockfree_retain(const heptad_lockfree *map,
                           int (*keep)(uint64_t key, uint64_t value, void *context), void *context);
int heptad_lockfree_clear(const heptad_lockfree *map);

#ifdef __cplusplus
}
#endif
#endif

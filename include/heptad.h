/*
 * heptad: hash tables for kernels, the C interface.
 *
 * Freestanding C99, or C++98. No allocation, no globals, no system call, no FP register on a soft-float target:
 * you provide every byte that a table uses, and no function waits for another.
 *
 *     heptad/swiss.h     heptad_set        64-bit keys
 *                        heptad_map        64-bit keys with 64-bit values
 *                        heptad_table      64-bit entries, with your own hash and equality
 *     heptad/sized.h     heptad_sized_map  64-bit keys with values of a size that init is given
 *     heptad/robin.h     heptad_robin      64-bit keys, sorted, in one piece of memory that the set grows into
 *                        heptad_robin_map  the same with 64-bit values
 *     heptad/lockfree.h  heptad_lockfree   64-bit keys with 64-bit values, shared by cores, interrupts and processes
 *     heptad/indirect.h  heptad_indirect   the same with keys of any length, which you keep
 *     heptad/hash.h      hashes of words and of bytes
 *     heptad/base.h      versions, errors, memory
 *
 * This header does not include those of functions that are in no library:
 *
 *     heptad/inline.h    lookups that the compiler inlines; heptad/probe.h is a part of it
 *     heptad/growing.h   sets, maps and tables that grow with an allocator of yours; heptad/malloc.h has malloc's
 *     heptad/growing_robin.h   the same for sorted ones
 *     heptad/typed.h     maps of keys and values of any type, and of strings
 *
 * Each header can be included by itself. What follows holds for all of them.
 *
 * HANDLES. A table is a handle of 128 bytes (192 if it is sorted), which you place where you like, and lines
 * of 64 bytes in memory that you provide:
 *
 *     static heptad_set seen = HEPTAD_INIT;
 *     static HEPTAD_LINES(seen_lines, 16);                 // 16 groups of seven: room for 105 keys
 *
 *     heptad_set_init(&seen, seen_lines, sizeof seen_lines, seed, HEPTAD_LOAD_15_16);
 *
 * A handle starts out as HEPTAD_INIT or as zeros (a static one without an initialiser, calloc), is live from
 * its init to its release, and may then be initialised again. A live one stays where it was initialised: a
 * release or a change by way of a copy or at another address is HEPTAD_ERROR_COPY. A heptad_lockfree or a
 * heptad_indirect does not know its address: a copy of one works as long as the handle lives, and only one of
 * them may be released, or the memory is returned twice.
 * Memory that you provide is the table's alone until the table is released or leaves it by a move; what stands in
 * it before does not matter.
 *
 * RESULTS. A function that returns int fails with a negative code, heptad_strerror() has a text for it, and
 * has then changed nothing and written no result, unless its text says so. Otherwise 1 means yes,
 * found, new; and 0 means no, absent, not new, or just done. So test `== 1` or `> 0`. An _insert_evicting may return 2:
 * new, in the place of another entry; and a _needs_rebuild a reason. heptad_error_name() of all these is "HEPTAD_OK".
 * Places for results lie neither in a live handle nor in the memory of a table: batches and moves of one owner's
 * tables check that, other calls do not.
 *
 * ERRORS. Every function that takes a handle can return HEPTAD_ERROR_NULL, _MISALIGNED, _VERSION and
 * _HANDLE for a handle that is null, misaligned, of another version, or not live; _NULL and
 * _MISALIGNED for a result pointer that may not be null or cannot be right; _OVERLAPPING for arrays
 * that run past the end of the address space; and _BUSY while another operation changes the table.
 * The texts below name only the errors beyond these. Length and capacity of such a handle are 0.
 *
 * CONCURRENCY. A heptad_lockfree or heptad_indirect has no owner: see there. Of the others: one owner, or many
 * readers. Functions that take a const handle may run on several cores at once, all others need the table to
 * themselves. Put a lock around it and mask interrupts. If you forget, or a callback calls back: init, release
 * and every change claim the handle by one exchange before they do anything, and until they end other calls
 * for it return HEPTAD_ERROR_BUSY. What is interrupted in a function with a const handle cannot be seen.
 * Processors without such an exchange (Armv6-M, RISC-V without A) look and then store: mask interrupts there.
 *
 * CALLBACKS may call for other tables. For the table that they are called for: from inside a change, nothing, it
 * is _BUSY; from inside a function with a const handle, others with a const handle. A change there cannot be
 * seen, and spoils the table. For heptad_lockfree and heptad_indirect see there; but no callback releases the
 * handle that it is called for.
 *
 * They return. After one that did not (longjmp, an exception, a thread that was ended) the handle is busy
 * for good, and its table may be halfway through a change. Set the handle to HEPTAD_INIT: whatever the table
 * used is yours again, contents lost, and both may be initialised anew. Only do so if that call can never go
 * on. A heptad_lockfree or heptad_indirect stays in use, but reclaim may never release its memory.
 *
 * WHERE EACH FUNCTION MAY BE CALLED. Interrupt handlers, NMIs and signal handlers are other callers, on the
 * core that they interrupt too; so is a callback.
 *
 *     in any context                      heptad_abi_version, _strerror, hashes, _bytes; heptad_growth_help;
 *                                         of a heptad_lockfree or heptad_indirect all with a const handle,
 *                                         but for a member of shared memory one at a time
 *     in any, if none changes the table   of the other tables all with a const handle
 *     where no other call for the handle  init, attach, join, release; of the other tables all that change it
 *       is under way
 *
 * No function sleeps or masks interrupts.
 *
 * STACK. No function takes more than 4 KiB, and no lookup of one key more than 512 bytes; what your own functions
 * take comes on top. docs/kernel.md has the sums of frames, operation by operation.
 *
 * MEMORY ORDER. heptad_set, _map, _sized_map, _table, _robin and _robin_map order nothing between cores: your lock
 * does. heptad_lockfree and heptad_indirect do, see there. A core that finds a handle live sees all that its init
 * wrote, but for the functions of heptad/inline.h.
 *
 * COST is counted in cache lines. `span` is that of heptad_stats: 0 unless keys collide in floods, or a
 * table of fewer than 64 groups is filled to the brim.
 */
#ifndef HEPTAD_H
#define HEPTAD_H

#include "heptad/base.h"
#include "heptad/hash.h"
#include "heptad/indirect.h"
#include "heptad/lockfree.h"
#include "heptad/robin.h"
#include "heptad/sized.h"
#include "heptad/swiss.h"

#endif

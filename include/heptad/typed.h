/* heptad: maps with keys and values of any type, and of strings.
 *
 *     HEPTAD_TYPED_MAP(name, key_type, value_type, hash, equal)
 *     HEPTAD_STRING_MAP(name, value_type)            keys are copied
 *     HEPTAD_BORROWED_STRING_MAP(name, value_type)   keys stay where they are
 *
 * Each declares a type `name`, a type `name_entry` of a key and a value, and these functions:
 *
 *     int name_init(name *map, const heptad_allocator *allocator, uint64_t seed)
 *     int name_release(name *map)
 *     value_type *name_find(const name *map, key_type key)        null if there is none
 *     value_type *name_at(name *map, key_type key)                of zeros if it is new; null: no memory
 *     int name_put(name *map, key_type key, value_type value)     1 if it is new, 0 if it replaced one
 *     int name_remove(name *map, key_type key)                    1 if it was there
 *     int name_remove_entry(name *map, name_entry *entry)         in a walk: the current one
 *     int name_clear(name *map, void (*visit)(name_entry *entry, void *context), void *context)
 *                                                                 `visit` may be null, or sees each entry before it
 *                                                                 goes; it does not call for this map. The memory stays
 *
 * `hash(seed, key)` is a hash of 64 good bits, heptad_hash_word for integers; `equal(one, other)` is not 0 for equal
 * keys. They may be macros.
 *
 *     HEPTAD_TYPED_MAP(ages, uint32_t, short, heptad_hash_word, HEPTAD_EQUAL)
 *
 * Entries are copied byte by byte, and lie side by side in memory of the allocator, in the order of insertion until one
 * is removed: the last one takes the place of a removed one. HEPTAD_FOR_EACH walks over them from the last to the
 * first, so that the current one may be removed. A pointer to an entry or value is good until the next insertion or
 * removal. A lookup touches 1.2 lines of the table on average, and the entry.
 *
 * One owner, as a heptad_table, which holds the number of an entry and 32 bits of its hash. At most 2^32 - 1 entries.
 * Errors: _MEMORY if the allocator has none; _NULL without an allocator; _CAPACITY; _HANDLE for a map of zeros, one
 * that was released, or one whose init failed; _COPY for changes by way of a copy, but that _put writes the value of a
 * key that is there. What stands in the structure before its init does not matter: so release a live one first. The
 * pointer to the map itself is not null: that is not checked. */
#ifndef HEPTAD_TYPED_H
#define HEPTAD_TYPED_H

#include "growing.h"
#include "hash.h"
#include "inline.h"

#ifdef __cplusplus
extern "C" {
#endif

/* For keys that `==` compares. */
#define HEPTAD_EQUAL(one, other) ((one) == (other))

/* Walks over all entries; `entry` is a name_entry pointer that you declare, and may be removed. */
#define HEPTAD_FOR_EACH(entry, map)                                                           \
    for ((entry) = (map)->count ? (map)->entries + (map)->count : (map)->entries;             \
         (entry) != (map)->entries && (entry)--;)

/* A string of any bytes. */
typedef struct heptad_text {
    const char *start;
    size_t count;
} heptad_text;

/* Of a C string. */
HEPTAD_STATIC heptad_text heptad_text_of(const char *string)
{
    heptad_text text = { NULL, 0 };
    for (text.start = string; string[text.count]; text.count++) {
    }
    return text;
}

HEPTAD_STATIC uint64_t heptad_text_hash(uint64_t seed, heptad_text text)
{
    return heptad_hash_bytes(seed, text.start, text.count);
}

HEPTAD_STATIC int heptad_text_equal(heptad_text one, heptad_text other)
{
    size_t at = 0;
    if (one.count != other.count) {
        return 0;
    }
    while (at < one.count && one.start[at] == other.start[at]) {
        at++;
    }
    return at == one.count;
}

/* Copies a text into memory of the allocator, and ends it with a zero byte. 0 if there is no memory. */
HEPTAD_STATIC int heptad_text_keep(const heptad_allocator *allocator, heptad_text *text)
{
    size_t at;
    char *copy = HEPTAD_AS(char *, allocator->allocate(text->count + 1, 1, allocator->context));
    if (!copy) {
        return 0;
    }
    for (at = 0; at < text->count; at++) {
        copy[at] = text->start[at];
    }
    copy[text->count] = 0;
    text->start = copy;
    return 1;
}

HEPTAD_STATIC void heptad_text_drop(const heptad_allocator *allocator, heptad_text text)
{
    union {
        const char *start;
        void *memory;
    } copy;
    copy.start = text.start;
    allocator->release(copy.memory, text.count + 1, 1, allocator->context);
}

#define HEPTAD_NO_BYTES (sizeof(char) - 1)

/* Writes zeros over a value. */
HEPTAD_STATIC void heptad_zero(void *value, size_t bytes)
{
    unsigned char *next = HEPTAD_AS(unsigned char *, value);
    while (bytes--) {
        *next++ = 0;
    }
}

/* Keys that are stored as they are. */
#define HEPTAD_KEEP_AS_IT_IS(allocator, key) 1
#define HEPTAD_DROP_AS_IT_IS(allocator, key) ((void)0)

/* The hash of an entry in the table: the bits of its key's hash that it has, twice. */
HEPTAD_INLINE uint64_t heptad_typed_hash(uint64_t entry, void *context)
{
    (void)context;
    return (entry & ~HEPTAD_WORD(0) << 32) | entry >> 32;
}

/* May a type be copied byte by byte? */
#if defined(__cplusplus) && __cplusplus >= 201103L
#define HEPTAD_IS_PLAIN(type) __is_trivially_copyable(type)
#else
#define HEPTAD_IS_PLAIN(type) 1
#endif

#define HEPTAD_TYPED_MAP(name, key_type, value_type, hash, equal) \
    HEPTAD_TYPED_MAP_KEEPING(name, key_type, value_type, hash, equal, HEPTAD_KEEP_AS_IT_IS, HEPTAD_DROP_AS_IT_IS)
#define HEPTAD_STRING_MAP(name, value_type)                                                     \
    HEPTAD_TYPED_MAP_KEEPING(name, heptad_text, value_type, heptad_text_hash, heptad_text_equal, \
                             heptad_text_keep, heptad_text_drop)
#define HEPTAD_BORROWED_STRING_MAP(name, value_type) \
    HEPTAD_TYPED_MAP(name, heptad_text, value_type, heptad_text_hash, heptad_text_equal)

/* The map itself. `keep(allocator, &key)` makes a new key the map's own, and returns 0 if it cannot;
 * `drop(allocator, key)` ends that. A word of the table is the number of an entry below, and 32 bits of its key's hash
 * above. */
#define HEPTAD_TYPED_MAP_KEEPING(name, key_type, value_type, hash, equal, keep, drop)                  \
    typedef struct name##_entry {                                                                      \
        key_type key;                                                                                  \
        value_type value;                                                                              \
    } name##_entry;                                                                                    \
    HEPTAD_STATIC_ASSERT(name##_entry_is_plain, HEPTAD_IS_PLAIN(name##_entry));                        \
    typedef struct name {                                                                              \
        heptad_growing_table table;                                                                    \
        name##_entry *entries;                                                                         \
        size_t count;                                                                                  \
        size_t room;                                                                                   \
        uint64_t seed;                                                                                 \
    } name;                                                                                            \
    /* What is looked for: a key and its hash bits, or an entry by its number. */                      \
    typedef struct name##_wanted {                                                                     \
        const name##_entry *entries;                                                                   \
        const key_type *key;                                                                           \
        uint64_t word;                                                                                 \
    } name##_wanted;                                                                                   \
    HEPTAD_STATIC int name##_is_wanted(uint64_t word, const void *key, void *context)                  \
    {                                                                                                  \
        const name##_wanted *wanted = HEPTAD_AS(const name##_wanted *, key);                           \
        (void)context;                                                                                 \
        if (!wanted->key) {                                                                            \
            return word == wanted->word;                                                               \
        }                                                                                              \
        return (word ^ wanted->word) >> 32 == 0                                                        \
            && equal(wanted->entries[word & 0xFFFFFFFF].key, *wanted->key);                            \
    }                                                                                                  \
    HEPTAD_STATIC name##_wanted name##_want(const name *map, const key_type *key)                      \
    {                                                                                                  \
        name##_wanted wanted;                                                                          \
        wanted.entries = map->entries;                                                                 \
        wanted.key = key;                                                                              \
        wanted.word = hash(map->seed, *key) & ~HEPTAD_WORD(0) << 32;                                   \
        return wanted;                                                                                 \
    }                                                                                                  \
    HEPTAD_STATIC int name##_init(name *map, const heptad_allocator *allocator, uint64_t seed)         \
    {                                                                                                  \
        heptad_growing_table none = { HEPTAD_INIT, NULL, 0, NULL, NULL, NULL };                        \
        map->table = none;                                                                             \
        map->entries = NULL;                                                                           \
        map->count = map->room = 0;                                                                    \
        map->seed = seed;                                                                              \
        return heptad_growing_table_init(&map->table, allocator, 0, HEPTAD_LOAD_7_8, heptad_typed_hash, \
                                         name##_is_wanted, NULL);                                      \
    }                                                                                                  \
    HEPTAD_STATIC value_type *name##_find(const name *map, key_type key)                               \
    {                                                                                                  \
        name##_wanted wanted = name##_want(map, &key);                                                 \
        uint64_t word = 0;                                                                             \
        return heptad_inline_table_find(&map->table.table, heptad_typed_hash(wanted.word, NULL), &wanted, \
                                        &word, name##_is_wanted)                                       \
                == 1                                                                                   \
            ? &map->entries[word & 0xFFFFFFFF].value                                                   \
            : NULL;                                                                                    \
    }                                                                                                  \
    /* Room for one more entry: in the array that there is, or in a copy of it that has more. */       \
    HEPTAD_STATIC int name##_make_room(const name *map, name##_entry **array, size_t *entries)         \
    {                                                                                                  \
        const heptad_allocator *allocator = map->table.allocator;                                      \
        size_t at, room = map->room ? 2 * map->room : 8, most = ~HEPTAD_NO_BYTES / sizeof **array;     \
        name##_entry *copy;                                                                            \
        *array = map->entries;                                                                         \
        *entries = map->room;                                                                          \
        if (!allocator) {                                                                              \
            return HEPTAD_ERROR_HANDLE;                                                                \
        }                                                                                              \
        if (map->count < map->room) {                                                                  \
            return HEPTAD_OK;                                                                          \
        }                                                                                              \
        while (HEPTAD_WORD(most) >> 32) {                                                              \
            most >>= 1;                                                                                \
        }                                                                                              \
        room = room < most ? room : most;                                                              \
        if (map->count >= most) {                                                                      \
            return HEPTAD_ERROR_CAPACITY;                                                              \
        }                                                                                              \
        copy = HEPTAD_AS(name##_entry *, allocator->allocate(room * sizeof *copy, 64, allocator->context));\
        if (!copy) {                                                                                   \
            return HEPTAD_ERROR_MEMORY;                                                                \
        }                                                                                              \
        for (at = 0; at < map->count; at++) {                                                          \
            copy[at] = map->entries[at];                                                               \
        }                                                                                              \
        *array = copy;                                                                                 \
        *entries = room;                                                                               \
        return HEPTAD_OK;                                                                              \
    }                                                                                                  \
    /* Takes that array in place of the one before, or releases it: the other one is gone then. */     \
    HEPTAD_STATIC void name##_settle(name *map, name##_entry *array, size_t room, int takes)           \
    {                                                                                                  \
        if (array != map->entries) {                                                                   \
            name##_entry *gone = takes ? map->entries : array;                                         \
            heptad_release_lines(map->table.allocator, gone, (takes ? map->room : room) * sizeof *gone);\
            map->entries = takes ? array : map->entries;                                               \
            map->room = takes ? room : map->room;                                                      \
        }                                                                                              \
    }                                                                                                  \
    /* Puts in an entry for a key that has none: its value is not written. Memory goes after the table has accepted. */\
    HEPTAD_STATIC int name##_insert_new(name *map, key_type key)                                       \
    {                                                                                                  \
        name##_wanted wanted = name##_want(map, &key);                                                 \
        name##_entry *array;                                                                           \
        size_t room;                                                                                   \
        int result = name##_make_room(map, &array, &room);                                             \
        if (result != HEPTAD_OK) {                                                                     \
            return result;                                                                             \
        }                                                                                              \
        if (!keep(map->table.allocator, &key)) {                                                       \
            result = HEPTAD_ERROR_MEMORY;                                                              \
        } else {                                                                                       \
            result = heptad_growing_table_insert_unique(                                               \
                &map->table, heptad_typed_hash(wanted.word, NULL), wanted.word | map->count);          \
            if (result != HEPTAD_OK) {                                                                 \
                drop(map->table.allocator, key);                                                       \
            }                                                                                          \
        }                                                                                              \
        name##_settle(map, array, room, result == HEPTAD_OK);                                          \
        if (result == HEPTAD_OK) {                                                                     \
            map->entries[map->count++].key = key;                                                      \
        }                                                                                              \
        return result;                                                                                 \
    }                                                                                                  \
    HEPTAD_STATIC value_type *name##_at(name *map, key_type key)                                       \
    {                                                                                                  \
        value_type *value = name##_find(map, key);                                                     \
        if (!value && name##_insert_new(map, key) == HEPTAD_OK) {                                      \
            value = &map->entries[map->count - 1].value;                                               \
            heptad_zero(value, sizeof *value);                                                         \
        }                                                                                              \
        return value;                                                                                  \
    }                                                                                                  \
    HEPTAD_STATIC int name##_put(name *map, key_type key, value_type value)                            \
    {                                                                                                  \
        value_type *present = name##_find(map, key);                                                   \
        int result;                                                                                    \
        if (present) {                                                                                 \
            *present = value;                                                                          \
            return 0;                                                                                  \
        }                                                                                              \
        result = name##_insert_new(map, key);                                                          \
        if (result == HEPTAD_OK) {                                                                     \
            map->entries[map->count - 1].value = value;                                                \
            return 1;                                                                                  \
        }                                                                                              \
        return result;                                                                                 \
    }                                                                                                  \
    /* The word of an entry is found by its number, and renamed when the entry takes another place. */ \
    HEPTAD_STATIC int name##_remove_entry(name *map, name##_entry *entry)                              \
    {                                                                                                  \
        uint64_t at = HEPTAD_WORD(entry - map->entries), last = map->count - 1;                        \
        name##_wanted wanted = name##_want(map, &entry->key);                                          \
        uint64_t hash_of_it = heptad_typed_hash(wanted.word, NULL);                                    \
        int result;                                                                                    \
        wanted.word |= at;                                                                             \
        wanted.key = NULL;                                                                             \
        result = heptad_table_remove(&map->table.table, hash_of_it, &wanted, NULL);                    \
        if (result != 1) {                                                                             \
            return result;                                                                             \
        }                                                                                              \
        drop(map->table.allocator, entry->key);                                                        \
        map->count--;                                                                                  \
        if (at != last) {                                                                              \
            wanted = name##_want(map, &map->entries[last].key);                                        \
            hash_of_it = heptad_typed_hash(wanted.word, NULL);                                         \
            wanted.word |= last;                                                                       \
            wanted.key = NULL;                                                                         \
            heptad_table_replace(&map->table.table, hash_of_it, &wanted, (wanted.word ^ last) | at, NULL);\
            *entry = map->entries[last];                                                               \
        }                                                                                              \
        return result;                                                                                 \
    }                                                                                                  \
    HEPTAD_STATIC int name##_remove(name *map, key_type key)                                           \
    {                                                                                                  \
        name##_wanted wanted = name##_want(map, &key);                                                 \
        uint64_t word = 0;                                                                             \
        int result = heptad_table_find(&map->table.table, heptad_typed_hash(wanted.word, NULL), &wanted, &word); \
        return result == 1 ? name##_remove_entry(map, &map->entries[word & 0xFFFFFFFF]) : result;                                                                                 \
    }                                                                                                  \
    /* Ends all entries, which the table has no more; `visit`, which may be null, sees each before. */ \
    HEPTAD_STATIC void name##_drop_all(name *map, void (*visit)(name##_entry *entry, void *context), void *context)\
    {                                                                                                  \
        name##_entry *entry;                                                                           \
        HEPTAD_FOR_EACH(entry, map) {                                                                  \
            if (visit) {                                                                               \
                visit(entry, context);                                                                 \
            }                                                                                          \
            drop(map->table.allocator, entry->key);                                                    \
        }                                                                                              \
        map->count = 0;                                                                                \
    }                                                                                                  \
    HEPTAD_STATIC int name##_clear(name *map, void (*visit)(name##_entry *entry, void *context), void *context)\
    {                                                                                                  \
        int result = heptad_table_clear(&map->table.table);                                            \
        if (result == HEPTAD_OK) {                                                                     \
            name##_drop_all(map, visit, context);                                                      \
        }                                                                                              \
        return result;                                                                                 \
    }                                                                                                  \
    HEPTAD_STATIC int name##_release(name *map)                                                        \
    {                                                                                                  \
        int result = heptad_growing_table_release(&map->table);                                        \
        if (result == HEPTAD_OK) {                                                                     \
            name##_drop_all(map, NULL, NULL);                                                          \
            heptad_release_lines(map->table.allocator, map->entries, map->room * sizeof *map->entries);\
            map->entries = NULL;                                                                       \
            map->room = 0;                                                                             \
        }                                                                                              \
        return result;                                                                                 \
    }

#ifdef __cplusplus
}
#endif
#endif

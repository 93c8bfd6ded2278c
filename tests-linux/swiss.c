/* A table of one owner, with memory from kvmalloc that grows: its answers beside an array's. */
#include <linux/mm.h>
#include <linux/random.h>
#include <linux/slab.h>

#include <heptad.h>
#include <heptad/growing.h>
#include <heptad/inline.h>
#include <heptad/typed.h>

#include "check.h"

#define KEYS 20000
#define STEPS 200000

/* kvmalloc aligns as kmalloc does, to the next power of two for sizes that are one; vmalloc aligns to a page. */
static void *allocate(size_t bytes, size_t alignment, void *context)
{
    return kvmalloc(roundup_pow_of_two(max(bytes, alignment)), GFP_KERNEL);
}

static void release(void *memory, size_t bytes, size_t alignment, void *context)
{
    kvfree(memory);
}

static const heptad_allocator kernel_allocator = { allocate, release, NULL };

HEPTAD_TYPED_MAP(pages, u32, u16, heptad_hash_word, HEPTAD_EQUAL)

/* The types of heptad/typed.h compile and work too. */
static bool typed_maps_answer(void)
{
    pages owners;
    u16 *owner;
    bool is_good;

    if (pages_init(&owners, &kernel_allocator, 0x5eed) < 0) {
        return false;
    }
    is_good = pages_put(&owners, 4096, 7) >= 0 && (owner = pages_find(&owners, 4096)) && *owner == 7
        && !pages_find(&owners, 8192);
    pages_release(&owners);
    return is_good;
}

/* STEPS changes of a map and an array of what it should have; how many answers differ. */
static int wrong_answers(heptad_growing_map *map, u64 *expected)
{
    u64 state = get_random_u64() | 1;
    int step, wrong = 0;

    for (step = 0; step < STEPS; step++) {
        u64 number = next_number(&state), key = number % KEYS, value = 0;

        if (number >> 62 == 0) {
            int result = heptad_map_remove(&map->map, key, &value);

            wrong += result != (expected[key] > 0) || value != expected[key];
            expected[key] = 0;
        } else if (number >> 62 == 1) {
            int result = heptad_inline_map_get(&map->map, key, &value);

            wrong += result != (expected[key] > 0) || value != expected[key];
        } else {
            int result = heptad_growing_map_add(map, key, 1, &value);

            wrong += result != (expected[key] == 0) || value != ++expected[key];
        }
        if (step % 1024 == 0) {
            cond_resched();
        }
    }
    return wrong;
}

int use_swiss(void)
{
    heptad_growing_map map;
    u64 *expected = kvcalloc(KEYS, sizeof(*expected), GFP_KERNEL);

    if (!expected) {
        return -ENOMEM;
    }
    if (heptad_growing_map_init(&map, &kernel_allocator, 0, get_random_u64(), HEPTAD_LOAD_7_8) < 0) {
        kvfree(expected);
        return -ENOMEM;
    }
    check(wrong_answers(&map, expected) == 0, "a map of one owner answers as an array does, while it grows");
    pr_info("heptad: %zu entries at the end\n", heptad_map_len(&map.map));
    heptad_growing_map_release(&map);
    kvfree(expected);
    check(typed_maps_answer(), "a map of types from heptad/typed.h answers");
    return 0;
}

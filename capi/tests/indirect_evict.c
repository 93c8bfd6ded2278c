/* Maps without a lock whose keys are strings, in memory for less than all of them. */
#include "names.h"

static size_t least_value(const heptad_entry *entries, size_t count, void *context)
{
    size_t at, best = 0;
    CHECK(count >= 1 && count <= 21);
    for (at = 0; at < count; at++) {
        CHECK(entries[at].value == entries[at].key * 3);
        best = entries[at].value < entries[best].value ? at : best;
    }
    ++*(unsigned *)context;
    return best;
}

/* What goes is returned with its reference. */
static void a_map_without_room_evicts(void)
{
    heptad_indirect map = HEPTAD_INIT;
    uint64_t index, reference, value, len = 0;
    unsigned vain = 0, calls = 0, evictions = 0;
    int result;
    name_all();
    EQUAL(heptad_indirect_init(&map, lines, heptad_lockfree_bytes(60), 7, HEPTAD_HASH_BITS_OF_INDICES, has_name, &vain),
          HEPTAD_OK);
    for (index = 0; index < ENTRIES; index++) {
        const char *name = names[index];
        reference = value = 77;
        result = heptad_indirect_insert_evicting(&map, hash_of(name), name, index, index * 3, least_value, &calls,
                                                 &reference, &value);
        if (result == 2) {
            evictions++;
            CHECK(value == reference * 3 && reference < index);
            EQUAL(heptad_indirect_get(&map, hash_of(names[reference]), names[reference], NULL, NULL), 0);
        } else {
            EQUAL(result, 1);
            CHECK(reference == 77 && value == 77);
            len++;
        }
        EQUAL(calls, evictions);
        EQUAL(heptad_indirect_insert_evicting(&map, hash_of(name), name, 0, index * 3, least_value, &calls,
                                              &reference, &value), 0);
        CHECK(value == index * 3 && (result == 2 || reference == 77));
        EQUAL(heptad_indirect_get(&map, hash_of(name), name, &reference, NULL), 1);
        EQUAL(reference, index);
    }
    CHECK(evictions > 100);
    EQUAL(heptad_indirect_len(&map), len);
    EQUAL(heptad_indirect_check(&map), HEPTAD_OK);
}

int main(void)
{
    static const struct test_case cases[] = { CASE(a_map_without_room_evicts) };
    return RUN(cases);
}

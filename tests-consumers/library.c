/* A C library that counts with heptad; ANSWER is the name of its function. */
#include "heptad.h"

static HEPTAD_LINES(lines, 64);

uint64_t ANSWER(uint64_t seed);

uint64_t ANSWER(uint64_t seed)
{
    heptad_set set = HEPTAD_INIT;
    uint64_t number, found = 0;
    if (heptad_set_init(&set, lines, sizeof lines, seed, HEPTAD_LOAD_15_16) != HEPTAD_OK) {
        return 0;
    }
    for (number = 0; number < 400; number++) {
        heptad_set_insert(&set, number * number % 521);
    }
    for (number = 0; number < 521; number++) {
        found += (uint64_t)heptad_set_contains(&set, number);
    }
    heptad_set_release(&set, 0, 0);
    return 1000 * found + heptad_hash_word(seed, found) % 1000;
}

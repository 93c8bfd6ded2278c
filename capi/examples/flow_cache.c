/* Counts packets per flow in fixed memory; a flow is written out when another one needs its place. */
#include <heptad.h>
#include <stdio.h>

static heptad_map flows = HEPTAD_INIT;
static HEPTAD_LINES(lines, 32); /* 16 groups, keys and values: 105 flows */
static size_t position;         /* the clock's hand */

static void evict(void)
{
    uint64_t flow, packets;
    while (heptad_map_next(&flows, &position, &flow, &packets) != 1) {
        position = 0;
    }
    heptad_map_remove(&flows, flow, NULL);
    printf("%lu %lu\n", (unsigned long)packets, (unsigned long)flow);
}

int main(void)
{
    unsigned long flow;
    heptad_map_init(&flows, lines, sizeof lines, 0x5eed, HEPTAD_LOAD_15_16);
    while (scanf("%lu", &flow) == 1) {
        while (heptad_map_add(&flows, flow, 1, NULL) == HEPTAD_ERROR_FULL) { evict(); }
    }
    while (heptad_map_len(&flows) > 0) { evict(); }
    return 0;
}

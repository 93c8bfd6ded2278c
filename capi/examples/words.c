/*
 * words [-n COUNT] [FILE]: how many lines of a text are distinct, and its most frequent words.
 *
 * Reads a stream, line by line, and keeps each distinct line and word once: two heptad_tables hold
 * pointers to them. When a table is full it moves to twice the memory. A word is a run of letters, A to Z
 * in either case. What it prints is what sort and uniq would say.
 */
#define _POSIX_C_SOURCE 200809L
#include <heptad.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* A distinct string and how often it was seen. */
struct record {
    uint64_t count;
    size_t length;
    char bytes[];
};

/* A string somewhere, to look for. */
struct text {
    const char *bytes;
    size_t length;
};

/* The distinct strings, and the end of a block of memory for the next ones. */
struct strings {
    heptad_table table;
    char *free_bytes;
    size_t free_count;
};

enum { BLOCK_BYTES = 1 << 20, SEED = 0x5eed };

static void *or_die(void *memory)
{
    if (memory == NULL) {
        fputs("words: no memory\n", stderr);
        exit(1);
    }
    return memory;
}

/* Memory for a table. */
static void *lines_of(size_t bytes)
{
    void *memory = NULL;
    return or_die(posix_memalign(&memory, 64, bytes) == 0 ? memory : NULL);
}

static uint64_t hash_record(uint64_t entry, void *context)
{
    const struct record *record = (const struct record *)(uintptr_t)entry;
    (void)context;
    return heptad_hash_bytes(SEED, record->bytes, record->length);
}

static int is_text(uint64_t entry, const void *key, void *context)
{
    const struct record *record = (const struct record *)(uintptr_t)entry;
    const struct text *text = key;
    (void)context;
    return record->length == text->length && memcmp(record->bytes, text->bytes, text->length) == 0;
}

static void start(struct strings *strings)
{
    static const heptad_table unmade = HEPTAD_INIT;
    size_t bytes = heptad_set_bytes(1000, HEPTAD_LOAD_7_8);
    strings->table = unmade;
    strings->free_bytes = NULL;
    strings->free_count = 0;
    heptad_table_init(&strings->table, lines_of(bytes), bytes, HEPTAD_LOAD_7_8, hash_record, is_text,
                      NULL);
}

static struct record *new_record(struct strings *strings, struct text text)
{
    struct record *record;
    size_t bytes = (sizeof(struct record) + text.length + 7) & ~(size_t)7;
    if (bytes > strings->free_count) {
        strings->free_count = bytes > BLOCK_BYTES ? bytes : BLOCK_BYTES;
        strings->free_bytes = or_die(malloc(strings->free_count));
    }
    record = (struct record *)(void *)strings->free_bytes;
    strings->free_bytes += bytes;
    strings->free_count -= bytes;
    record->count = 0;
    record->length = text.length;
    memcpy(record->bytes, text.bytes, text.length);
    return record;
}

/* Moves a full table to twice the memory. */
static void grow(heptad_table *table)
{
    void *old;
    size_t bytes = heptad_set_bytes(heptad_table_capacity(table) + 1, HEPTAD_LOAD_7_8);
    int result = heptad_table_move(table, lines_of(bytes), bytes, &old, NULL);
    if (result < 0) {
        fprintf(stderr, "words: %s\n", heptad_strerror(result));
        exit(1);
    }
    free(old);
}

static void count(struct strings *strings, const char *bytes, size_t length)
{
    struct text text;
    uint64_t entry, hash = heptad_hash_bytes(SEED, bytes, length);
    text.bytes = bytes;
    text.length = length;
    if (heptad_table_find(&strings->table, hash, &text, &entry) != 1) {
        entry = (uintptr_t)new_record(strings, text);
        while (heptad_table_insert(&strings->table, hash, &text, entry, NULL) == HEPTAD_ERROR_FULL) {
            grow(&strings->table);
        }
    }
    ((struct record *)(uintptr_t)entry)->count++;
}

static int is_letter(char letter)
{
    return (letter >= 'a' && letter <= 'z') || (letter >= 'A' && letter <= 'Z');
}

static void count_words(struct strings *words, const char *line, size_t length)
{
    size_t first = 0, end;
    while (first < length) {
        for (end = first; end < length && is_letter(line[end]); end++) {
        }
        if (end > first) {
            count(words, line + first, end - first);
        }
        first = end + 1;
    }
}

/* The more frequent first; of equals, the one that a dictionary of bytes has first. */
static int by_count(const void *left, const void *right)
{
    const struct record *one = *(struct record *const *)left, *other = *(struct record *const *)right;
    size_t shorter = one->length < other->length ? one->length : other->length;
    int order;
    if (one->count != other->count) {
        return one->count < other->count ? 1 : -1;
    }
    order = memcmp(one->bytes, other->bytes, shorter);
    return order != 0 ? order : (one->length > other->length) - (one->length < other->length);
}

static void print_most_frequent(const struct strings *words, size_t limit)
{
    size_t position = 0, filled = 0, rank, length = heptad_table_len(&words->table);
    struct record **all = or_die(malloc((length + 1) * sizeof *all));
    uint64_t entry;
    while (heptad_table_next(&words->table, &position, &entry) == 1) {
        all[filled++] = (struct record *)(uintptr_t)entry;
    }
    qsort(all, filled, sizeof *all, by_count);
    for (rank = 0; rank < filled && rank < limit; rank++) {
        printf("%llu %.*s\n", (unsigned long long)all[rank]->count, (int)all[rank]->length,
               all[rank]->bytes);
    }
    free(all);
}

int main(int argc, char **argv)
{
    struct strings lines, words;
    FILE *file = stdin;
    char *line = NULL;
    size_t room = 0, limit = 10;
    ssize_t length;
    if (argc > 2 && strcmp(argv[1], "-n") == 0) {
        limit = strtoul(argv[2], NULL, 10);
        argc -= 2;
        argv += 2;
    }
    if (argc > 1 && (file = fopen(argv[1], "r")) == NULL) {
        perror(argv[1]);
        return 1;
    }
    start(&lines);
    start(&words);
    while ((length = getline(&line, &room, file)) >= 0) {
        if (length > 0 && line[length - 1] == '\n') {
            length--;
        }
        count(&lines, line, (size_t)length);
        count_words(&words, line, (size_t)length);
    }
    printf("%lu distinct lines\n", (unsigned long)heptad_table_len(&lines.table));
    print_most_frequent(&words, limit);
    return ferror(file) != 0;
}

/* Counts the words of a text, as `sort | uniq -c` counts lines: count_words <text */
#include <heptad/malloc.h>
#include <heptad/typed.h>
#include <stdio.h>

HEPTAD_STRING_MAP(words, unsigned long)

int main(void)
{
    words counts;
    words_entry *entry;
    char word[256];
    unsigned long *count = NULL;

    words_init(&counts, &heptad_malloc, 0x5eed);
    while (scanf("%255s", word) == 1 && (count = words_at(&counts, heptad_text_of(word))) != NULL) {
        ++*count;
    }
    HEPTAD_FOR_EACH(entry, &counts) {
        printf("%7lu %s\n", entry->value, entry->key.start);
    }
    return words_release(&counts);
}

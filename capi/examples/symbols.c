/* A symbol table: reads lines of an address and a name, and looks up the names of its command line. */
#include <heptad/malloc.h>
#include <heptad/typed.h>
#include <stdio.h>

HEPTAD_STRING_MAP(symbols, unsigned long)

int main(int count, char **names)
{
    symbols table;
    char name[256];
    unsigned long address, *found;
    int result = symbols_init(&table, &heptad_malloc, 0x5eed), next;

    while (result >= 0 && scanf("%lx %255s", &address, name) == 2) {
        result = symbols_put(&table, heptad_text_of(name), address);
    }
    for (next = 1; next < count; next++) {
        found = symbols_find(&table, heptad_text_of(names[next]));
        printf("%s %lx\n", names[next], found ? *found : 0);
    }
    return symbols_release(&table);
}

/* What the C tests share: a check, a list of cases, and the line that counts them. */
#ifndef CHECK_H
#define CHECK_H

#include <heptad.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define CHECK(condition)                                                              \
    do {                                                                              \
        if (!(condition)) {                                                           \
            printf("%s:%d: not so: %s\n", __FILE__, __LINE__, #condition);            \
            exit(1);                                                                  \
        }                                                                             \
    } while (0)

/* Two numbers, shown if they differ. */
#define EQUAL(left, right)                                                            \
    do {                                                                              \
        long long left_ = (long long)(left), right_ = (long long)(right);             \
        if (left_ != right_) {                                                        \
            printf("%s:%d: %s is %lld, not %lld\n", __FILE__, __LINE__, #left, left_, right_); \
            exit(1);                                                                  \
        }                                                                             \
    } while (0)

struct test_case {
    const char *name;
    void (*run)(void);
};

#define CASE(name) { #name, name }

#define RUN(cases) run_cases(cases, sizeof(cases) / sizeof(cases)[0])

static int run_cases(const struct test_case *cases, size_t count)
{
    size_t index;
    for (index = 0; index < count; index++) {
        printf("test %s ... ", cases[index].name);
        fflush(stdout);
        cases[index].run();
        printf("ok\n");
    }
    printf("test result: ok. %lu passed; 0 failed\n", (unsigned long)count);
    return 0;
}

#endif

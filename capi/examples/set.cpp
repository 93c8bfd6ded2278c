// heptad from C++: a set that owns its memory and is as safe to use as the standard library's.
#include <heptad.h>

#include <iostream>
#include <memory>
#include <stdexcept>

class Set {
    struct alignas(64) Line {
        unsigned char bytes[64];
    };
    std::unique_ptr<Line[]> lines;
    heptad_set set = HEPTAD_INIT;

    static int check(int result)
    {
        return result < 0 ? throw std::runtime_error(heptad_strerror(result)) : result;
    }

public:
    explicit Set(std::size_t capacity, std::uint64_t seed = 0x5eed)
    {
        std::size_t bytes = heptad_set_bytes(capacity, HEPTAD_LOAD_15_16);
        lines.reset(new Line[bytes / sizeof(Line)]);
        check(heptad_set_init(&set, lines.get(), bytes, seed, HEPTAD_LOAD_15_16));
    }
    Set(const Set &) = delete;
    bool insert(std::uint64_t key) { return check(heptad_set_insert(&set, key)) > 0; }
    bool contains(std::uint64_t key) const { return check(heptad_set_contains(&set, key)) > 0; }
    std::size_t size() const { return heptad_set_len(&set); }
};

int main()
{
    Set squares(1000);
    for (std::uint64_t number = 0; number < 1000; number++)
        squares.insert(number * number);
    std::cout << squares.size() << ' ' << squares.contains(961) << squares.contains(962) << '\n';
    return !(squares.size() == 1000 && squares.contains(961) && !squares.contains(962));
}

"""heptad from Python, by ctypes: a map of 64-bit words that counts the bytes of a text."""
import ctypes, sys

library = ctypes.CDLL(sys.argv[1] if len(sys.argv) > 1 else "libheptad.so.0.1")
u64, size, pointer = ctypes.c_uint64, ctypes.c_size_t, ctypes.c_void_p
library.heptad_strerror.restype = ctypes.c_char_p
library.heptad_map_bytes.argtypes, library.heptad_map_bytes.restype = [size, ctypes.c_int], size
library.heptad_map_init.argtypes = [pointer, pointer, size, u64, ctypes.c_int]
library.heptad_map_add.argtypes = [pointer, u64, u64, pointer]
library.heptad_map_get.argtypes = [pointer, u64, pointer]


def check(result):
    if result < 0:
        raise RuntimeError(library.heptad_strerror(result).decode())
    return result


class Counter:
    def __init__(self, capacity, seed=0x5EED):
        self.handle = (u64 * 16)(library.heptad_abi_version())  # HEPTAD_INIT
        needed = library.heptad_map_bytes(capacity, 0)
        self.memory = ctypes.create_string_buffer(needed + 63)
        start = (ctypes.addressof(self.memory) + 63) & ~63
        check(library.heptad_map_init(self.handle, start, needed, seed, 0))

    def add(self, key):
        check(library.heptad_map_add(self.handle, key, 1, None))

    def __getitem__(self, key):
        value = u64()  # stays 0 if there is no such key
        check(library.heptad_map_get(self.handle, key, ctypes.byref(value)))
        return value.value

counter = Counter(256)
for byte in b"a heptad is a group of seven":
    counter.add(byte)
counts = [counter[ord(letter)] for letter in "aez"]
print(counts)
assert counts == [3, 3, 0]

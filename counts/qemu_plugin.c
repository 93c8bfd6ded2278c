/* A plugin for QEMU's user mode that counts the instructions of a program between two marks.
 *
 * A mark is a system call whose second argument is START or END: counts/src/emulated.rs makes them by moving a file's
 * position, which every architecture spells alike. START sets the count to 0, END writes it to the file that the
 * argument `path` names, as a word of the host's order.
 *
 * Counted are the instructions of each block that is entered. A system call ends its block, so counts are exact up to
 * the instructions around the marks themselves, which a count of nothing shows.
 *
 * Debian ships no header of the interface, so its parts that are used here are declared
 * (version 1, QEMU 4.2 and later).
 */
#define _XOPEN_SOURCE 700
#include <fcntl.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>
#include <unistd.h>

#define EXPORT __attribute__((visibility("default")))

typedef uint64_t plugin_id;
struct qemu_plugin_tb;
typedef void on_block(plugin_id, struct qemu_plugin_tb *);
typedef void on_call(plugin_id, unsigned, int64_t, uint64_t, uint64_t, uint64_t, uint64_t, uint64_t, uint64_t, uint64_t,
                     uint64_t);

enum { INLINE_ADD_U64 = 0 };

void qemu_plugin_register_vcpu_tb_trans_cb(plugin_id, on_block *);
void qemu_plugin_register_vcpu_tb_exec_inline(struct qemu_plugin_tb *, int operation, void *word, uint64_t addend);
void qemu_plugin_register_vcpu_syscall_cb(plugin_id, on_call *);
size_t qemu_plugin_tb_n_insns(const struct qemu_plugin_tb *);

static const uint64_t START = 0x6865707461640001, END = 0x6865707461640002;

static uint64_t instructions;
static int file;

static void translated(plugin_id id, struct qemu_plugin_tb *block)
{
    (void)id;
    qemu_plugin_register_vcpu_tb_exec_inline(block, INLINE_ADD_U64, &instructions, qemu_plugin_tb_n_insns(block));
}

static void called(plugin_id id, unsigned processor, int64_t number, uint64_t first, uint64_t mark, uint64_t a3,
                   uint64_t a4, uint64_t a5, uint64_t a6, uint64_t a7, uint64_t a8)
{
    (void)id, (void)processor, (void)number, (void)first, (void)a3, (void)a4, (void)a5, (void)a6, (void)a7, (void)a8;
    if (mark == START) {
        instructions = 0;
    } else if (mark == END) {
        uint64_t count = instructions;
        if (pwrite(file, &count, sizeof count, 0) < 0)
            _exit(1);
    }
}

EXPORT int qemu_plugin_version = 1;

EXPORT int qemu_plugin_install(plugin_id id, const void *info, int argc, char **argv)
{
    static const char name[] = "path=";
    (void)info;
    if (argc != 1 || strncmp(argv[0], name, sizeof name - 1) != 0)
        return -1;
    file = open(argv[0] + sizeof name - 1, O_WRONLY | O_CREAT, 0600);
    if (file < 0)
        return -1;
    qemu_plugin_register_vcpu_tb_trans_cb(id, translated);
    qemu_plugin_register_vcpu_syscall_cb(id, called);
    return 0;
}

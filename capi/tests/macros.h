/* Names in lower case that some platform's headers define as macros. The C interface uses none of them: with
 * these in force, `heptad.h` still means the same.
 *
 * Function-like macros are left out: no parameter or member of the header is followed by a parenthesis. */
#ifndef MACROS_H
#define MACROS_H

/* Those that heptad.h includes come first: they are the platform's own. */
#include <stddef.h>
#include <stdint.h>

/* Windows: rpcndr.h, windef.h, objbase.h, excpt.h */
#define small char
#define hyper long
#define boolean unsigned char
#define byte unsigned char
#define near
#define far
#define huge
#define pascal
#define cdecl
#define interface struct
#define except __except
#define finally __finally
#define leave __leave
#define environ (*__p__environ())

/* Linux and other kernels */
#define current get_current()
#define min MIN
#define max MAX
#define swap SWAP
#define packed
#define aligned
#define barrier 1
#define fallthrough
#define notrace
#define noinline
#define asmlinkage
#define jiffies 1

/* glibc, BSDs, and what compilers define by themselves outside of strict modes */
#define major gnu_dev_major
#define minor gnu_dev_minor
#define index strchr
#define bcopy memmove
#define errno (*__errno_location())
#define unix 1
#define linux 1
#define i386 1
#define sun 1
#define arm 1
#define mips 1
#define sparc 1
#define complex _Complex
#define noreturn _Noreturn
#define st_atime st_atim.tv_sec
#define sa_handler __sigaction_handler
#define h_addr h_addr_list[0]

/* Qt, Arduino, Apple, 8051 compilers, ncurses */
#define slots
#define signals public
#define emit
#define forever for (;;)
#define check 1
#define verify 1
#define require 1
#define nil 0
#define bit 1
#define data
#define code
#define interrupt
#define clear 1
#define erase 1
#define move 1
#define refresh 1

/* What other people's code has been seen to define: short names, and the roles of registers. */
#define free 1
#define mask 1
#define tag 1
#define group 1
#define bucket 1
#define length 1
#define size 1
#define limit 1
#define type 1
#define node 1
#define list 1
#define u 1
#define p 1
#define s 1
#define n 1

#endif

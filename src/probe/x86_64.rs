//! The text of the x86_64 routines: the prelude and one file per routine, in one unit.

core::arch::global_asm!(
    include_str!("../../asm/x86_64/prelude.inc"),
    include_str!("../../asm/x86_64/match_slots.S"),
    include_str!("../../asm/x86_64/free_slot.S"),
    include_str!("../../asm/x86_64/find_word.S"),
    include_str!("../../asm/x86_64/find_words.S"),
    ".purgem FN_BEGIN",
    ".purgem FN_END",
    options(att_syntax, raw)
);

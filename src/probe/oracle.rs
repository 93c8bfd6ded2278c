//! The contract of the probe routines, written to be obvious and slow: what every backend is
//! compared with. It shares no arithmetic with them.

/// Byte `index` of `word`, by division.
fn byte(word: u64, index: u32) -> u64 {
    word / 256u64.pow(index) % 256
}

/// Slots of `word` that carry `slot_byte`, as bit `8 * s + 7` per slot `s`.
pub fn match_slots(word: u64, slot_byte: u64) -> u64 {
    let mut mask = 0;
    for slot in 1..=7 {
        if byte(word, slot) == slot_byte {
            mask += 2u64.pow(8 * slot + 7);
        }
    }
    mask
}

/// Which bytes of the words are not zero: bit `8 * g + s` for byte `s` of word `g`.
pub fn occupied(words: [u64; 8]) -> u64 {
    let mut mask = 0;
    for (group, word) in words.into_iter().enumerate() {
        for slot in 0..8 {
            if byte(word, slot) > 0 {
                mask += 2u64.pow(8 * group as u32 + slot);
            }
        }
    }
    mask
}

/// The lowest slot of `word` whose byte is zero, or 0 if none is.
pub fn free_slot(word: u64) -> u64 {
    (1..=7).find(|&slot| byte(word, slot) == 0).unwrap_or(0) as u64
}

/// Where a whole lookup ends, as indices into a table of `groups`.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Found {
    /// The entry at word `slot` of group `group`.
    At {
        /// Index of the group.
        group: usize,
        /// Index of the word in the group, 1..=7.
        slot: usize,
    },
    /// No entry.
    Absent,
    /// Only the stashed entries decide.
    MaybeStashed,
}

/// Looks `wanted` up in `groups` (a power of two of them), each of eight words.
pub fn find_word(groups: &[[u64; 8]], hash: u64, wanted: u64) -> Found {
    let count = groups.len() as u64;
    let tag = match byte(hash, 7) / 2 {
        0 => 1,
        high => high,
    };
    let class = tag % 8;
    let in_group = |group: u64, slot_byte: u64| {
        let words = &groups[group as usize];
        (1..8).find(|&slot| byte(words[0], slot as u32) == slot_byte && words[slot] == wanted)
    };

    let home = hash % count;
    if let Some(slot) = in_group(home, tag * 2) {
        return Found::At { group: home as usize, slot };
    }
    if groups[home as usize][0] / 2u64.pow(class as u32) % 2 == 0 {
        return Found::Absent;
    }
    let rotated = 0x9E37_79B9_7F4A_7C15u64.rotate_right(class as u32);
    let odd = rotated / 64 / 2 * 2 + 1;
    let alternate = (odd % count + count - home) % count;
    match in_group(alternate, tag * 2 + 1) {
        Some(slot) => Found::At { group: alternate as usize, slot },
        None => Found::MaybeStashed,
    }
}

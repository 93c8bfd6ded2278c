// Included once for each version of the crate, which is `tables` there.

use tables::{
    hash::{hash_bytes, hash_word, Keyed},
    layout::Line,
    robin_hood::{self, ByValue},
    storage::{Inline, Region},
    swiss::{Map, Set},
};

const SEED: u64 = 0x5eed;

/// A number that depends on each of the words, and on their order.
fn digest(words: impl Iterator<Item = u64>) -> u64 {
    words.fold(1, |sum, word| (sum.rotate_left(7) ^ word).wrapping_mul(0x2545_f491_4f6c_dd1d))
}

/// Says what the tables answer.
pub(crate) fn answers(say: &mut dyn FnMut(core::fmt::Arguments<'_>)) {
    say(format_args!("hash: words {:016x}, bytes {:016x}", words(), bytes()));

    let mut map: Map<u64, u64, Inline<64>> = Map::inline(Keyed::new(SEED));
    for number in 0..600u64 {
        let key = number * number % 977;
        match map.get_mut(&key) {
            Some(count) => *count += 1,
            None => drop(map.try_insert(key, 1)),
        }
    }
    map.retain(|key, _| key % 5 != 0);
    let entries = digest(map.iter().map(|(key, count)| key << 8 | count));
    say(format_args!("map: {} entries, {entries:016x}", map.len()));

    let mut set: Set<u64, Inline<16>> = Set::inline(Keyed::new(SEED));
    let taken = (0..200).filter(|&key| set.try_insert(key).is_ok()).count();
    let alone = (0..200).filter(|key| set.contains_word(*key)).count();
    let (mut together, keys) = (0, [3, 1000, 5, 2000, 7]);
    set.contains_many(&keys, |_, is_there| together += u32::from(is_there));
    say(format_args!("set: {taken} of 200 taken, {alone} found, {together} of 5 at once"));

    let mut lines = [const { Line::EMPTY }; 64];
    let region = Region::from_lines(&mut lines).expect("lines are aligned");
    let mut sorted = robin_hood::Set::new_in(region, ByValue).expect("there is room");
    for number in 0..150 {
        sorted.try_insert(hash_word(SEED, number)).expect("there is room");
    }
    for number in (0..150).step_by(3) {
        sorted.remove(hash_word(SEED, number));
    }
    let upper = sorted.range(1 << 63..).count();
    let keys = digest(sorted.iter());
    say(format_args!("sorted: {} keys, {upper} in the upper half, {keys:016x}", sorted.len()));

    #[cfg(feature = "lockfree")]
    shared(say);
}

fn words() -> u64 {
    digest((0..100).map(|word| hash_word(SEED, word)))
}

fn bytes() -> u64 {
    let text = b"The quick brown fox jumps over the lazy dog";
    digest((0..text.len()).map(|length| hash_bytes(SEED, &text[..length])))
}

#[cfg(feature = "lockfree")]
fn shared(say: &mut dyn FnMut(core::fmt::Arguments<'_>)) {
    use tables::lockfree::Map;

    let mut lines = [const { Line::EMPTY }; 128];
    let region = Region::from_lines(&mut lines).expect("lines are aligned");
    let map = Map::<u64, u64>::new_in(region, SEED).expect("there is room");
    for number in 0..250 {
        map.insert(number, number * 3).expect("there is room");
    }
    for number in 0..250 {
        map.fetch_update(number, |value| value.filter(|it| it % 2 == 0).map(|it| it + 1))
            .expect("there is room");
    }
    let sum: u64 = (0..250).filter_map(|number| map.get(number)).sum();
    say(format_args!("lockfree: {} entries, sum {sum}", map.len()));
}

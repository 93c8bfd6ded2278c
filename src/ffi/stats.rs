//! Statistics as C sees them.

use core::ffi::c_char;

use super::{
    batch::{ArrayOut, Batch, Count},
    results::Input,
};
use crate::swiss::Stats;

/// `heptad_stats`: the fields are those of [`Stats`], in 64 bits each.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
#[repr(C)]
#[allow(missing_docs)]
pub struct HeptadStats {
    pub groups: u64,
    pub len: u64,
    pub capacity: u64,
    pub displaced: u64,
    pub stashed: u64,
    pub span: u64,
    pub filter_bits: u64,
    pub full_groups: u64,
    pub bytes: u64,
}

// The header's `_Static_assert`s say the same.
const _: () = {
    assert!(size_of::<HeptadStats>() == 72);
    assert!(core::mem::offset_of!(HeptadStats, bytes) == 64);
};

impl From<Stats> for HeptadStats {
    fn from(stats: Stats) -> HeptadStats {
        HeptadStats {
            groups: stats.groups as u64,
            len: stats.len as u64,
            capacity: stats.capacity as u64,
            displaced: stats.displaced as u64,
            stashed: stats.stashed as u64,
            span: stats.span as u64,
            filter_bits: stats.filter_bits as u64,
            full_groups: stats.full_groups as u64,
            bytes: stats.bytes as u64,
        }
    }
}

impl HeptadStats {
    /// The fields, with the names that the header gives them.
    fn fields(&self) -> [(&'static str, u64); 9] {
        [
            ("groups", self.groups),
            ("len", self.len),
            ("capacity", self.capacity),
            ("displaced", self.displaced),
            ("stashed", self.stashed),
            ("span", self.span),
            ("filter_bits", self.filter_bits),
            ("full_groups", self.full_groups),
            ("bytes", self.bytes),
        ]
    }
}

/// The most digits of a number of 64 bits.
const DIGITS: usize = 20;

/// The decimal digits of `number`.
fn digits_of(mut number: u64, digits: &mut [u8; DIGITS]) -> &[u8] {
    let mut start = DIGITS;
    for (place, digit) in digits.iter_mut().enumerate().rev() {
        *digit = b'0' + (number % 10) as u8;
        (number, start) = (number / 10, place);
        if number == 0 {
            break;
        }
    }
    digits.get(start..).unwrap_or_default()
}

/// Writes a line for each field, as much as fits, and a zero byte. How many bytes all lines have, or a code.
#[unsafe(no_mangle)]
pub extern "C" fn heptad_stats_print(
    stats: Input<HeptadStats>,
    text: ArrayOut<c_char>,
    bytes: Count,
) -> isize {
    let opened = stats.open().and_then(|stats| {
        let (text, batch) = Batch::new(bytes, false, ()).write(text)?;
        batch.done().map(|()| (stats, text))
    });
    let (stats, text) = match opened {
        Ok(opened) => opened,
        Err(refusal) => return refusal.0 as isize,
    };
    let (mut count, mut places) = (0, text.iter_mut());
    // The last place is for the zero byte.
    let mut left = bytes.get().saturating_sub(1);
    for (name, number) in stats.fields() {
        let mut digits = [0; DIGITS];
        let digits = digits_of(number, &mut digits);
        for &byte in name.as_bytes().iter().chain(b" ").chain(digits).chain(b"\n") {
            count += 1;
            if left > 0 {
                left -= 1;
                places.next().map(|place| place.write(byte as c_char));
            }
        }
    }
    places.next().map(|place| place.write(0));
    count
}

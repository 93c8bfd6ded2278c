use core::mem::MaybeUninit;
use std::ptr;

use super::*;

#[repr(align(64))]
struct Aligned([MaybeUninit<u8>; 1024]);

#[test]
fn region_refuses_what_it_cannot_use() {
    let mut memory = Aligned([const { MaybeUninit::uninit() }; 1024]);
    let bytes = &mut memory.0;
    assert_eq!(Region::new(bytes).unwrap().lines(), 16);
    let region = Region::new(&mut bytes[64..200]).unwrap();
    assert_eq!((region.lines(), region.bytes()), (2, 136));
    let (first, rest) = region.split_at(1).unwrap();
    assert_eq!((first.bytes(), rest.lines(), rest.bytes()), (64, 1, 72));
    for start in 1..64 {
        let result = Region::new(&mut bytes[start..]);
        assert_eq!(result.unwrap_err(), Error::Misaligned { needed_bytes: 64 });
    }
    for len in 0..64 {
        let result = Region::new(&mut bytes[..len]);
        assert_eq!(result.unwrap_err(), Error::TooSmall { needed_bytes: 64, given_bytes: len });
    }
    let bytes = &mut bytes[..130];
    let start = bytes.as_mut_ptr().cast::<u8>();
    let (returned, len_bytes) = Region::new(bytes).unwrap().into_raw();
    assert_eq!((returned.as_ptr(), len_bytes), (start, 130), "to the last byte");
    // SAFETY: the bytes above, which nothing else uses now.
    let again = unsafe { Region::from_raw(returned.as_ptr(), len_bytes) };
    assert_eq!(again.unwrap().bytes(), 130);
    // SAFETY: null is answered with an error.
    let null = unsafe { Region::from_raw(ptr::null_mut(), 1024) };
    assert_eq!(null.unwrap_err(), Error::Null);
    assert!(Region::from_lines(&mut []).is_err());
}

#[cfg(feature = "alloc")]
#[test]
fn heap_refuses_what_cannot_be() {
    assert_eq!(Heap::try_with_lines(usize::MAX).unwrap_err(), Error::CapacityOverflow);
    let half = isize::MAX as usize / size_of::<Line>();
    if usize::BITS == 64 && !cfg!(miri) {
        let error = Heap::try_with_lines(half).unwrap_err();
        assert_eq!(error, Error::AllocationFailed { bytes: half * size_of::<Line>() });
    }
    assert_eq!(Heap::try_with_lines(0).unwrap().lines(), 0);
    assert_eq!(Heap::default().lines(), 0);
    assert!(Heap::try_with_lines(3).unwrap().base().is_aligned());
}

#[test]
fn inline_lines_move_with_the_storage() {
    let mut first = Inline::<2>::default();
    let second_line = first.base_mut().wrapping_add(1).cast::<u64>();
    // SAFETY: the storage has two lines.
    unsafe { second_line.write(42) };
    let second = std::convert::identity(first);
    let second_line = second.base().wrapping_add(1).cast::<u64>();
    // SAFETY: as above; a word that was written.
    assert_eq!(unsafe { second_line.read() }, 42);
    assert_eq!(second.lines(), 2);
}

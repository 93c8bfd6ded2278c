//! How references stand for keys that live elsewhere, in the caller's memory.

use core::{fmt, marker::PhantomData};

use crate::error::Error;

/// How references stand for keys that live elsewhere, in the caller's memory.
///
/// The word in the table is the reference, an index or an address, with bits of the key's hash in the
/// bits that the reference leaves free. The hash bits alone decide the key's home, so that the table
/// can move entries about without looking at keys.
///
/// # When a key's memory may be used for something else
///
/// While a key is in the map its memory must not change. After a removal has answered its reference,
/// other contexts may still be comparing with it: the memory must stay readable, and the same, until
/// every operation on the map that began before the removal ended has returned. A kernel knows that
/// from its grace periods; a program may simply keep all keys until the map is gone. A comparison with
/// a key that is being removed never decides an answer: the reader looks at the header once more.
///
/// An operation follows a reference only after it has seen it in the map. So no operation has followed one that an
/// insertion did not keep, because it failed or found the key there, and its memory is free at once.
///
/// # References that are addresses
///
/// Only a [`Reference`](Self::Reference) goes into a map, and only a map makes a [`Stored`] of it, for
/// [`is`](Self::is). So an implementation may follow the number without a check if safe code can make no
/// wrong `Reference`, and free no key too early: here each is borrowed for ever.
///
/// ```
/// # use core::mem::MaybeUninit;
/// # use heptad::{hash::hash_bytes, lockfree::{IndirectMap, Keys, Stored}, storage::Region};
/// /// The highest bits of a user's addresses, which are zero, and the lowest ones of aligned memory.
/// const HASH_BITS: u64 = 0xffff_0000_0000_000f;
///
/// #[repr(align(16))]
/// struct Name(&'static str);
///
/// #[derive(Clone, Copy)]
/// struct Address(&'static Name);
///
/// impl From<Address> for u64 {
///     fn from(address: Address) -> u64 {
///         let number = core::ptr::from_ref(address.0).expose_provenance() as u64;
///         assert_eq!(number & HASH_BITS, 0);
///         number
///     }
/// }
///
/// struct Names;
///
/// impl Keys for Names {
///     type Key = str;
///     type Reference = Address;
///     fn hash_bits(&self) -> u64 {
///         HASH_BITS
///     }
///     fn hash(&self, name: &str) -> u64 {
///         hash_bytes(7, name.as_bytes()).rotate_left(8)
///     }
///     fn is(&self, reference: Stored<Self>, name: &str) -> bool {
///         let address = core::ptr::with_exposed_provenance::<Name>(reference.number() as usize);
///         // SAFETY: the number of an `Address`, which has no hash bits: a `Name` that is never freed.
///         unsafe { (*address).0 == name }
///     }
/// }
///
/// # #[repr(align(64))]
/// # struct Pages([MaybeUninit<u8>; 8192]);
/// # let mut pages = Pages([MaybeUninit::uninit(); 8192]);
/// static INIT: Name = Name("init");
/// let pids = IndirectMap::<Names, u32>::new_in(Region::new(&mut pages.0)?, 0x5eed, Names)?;
/// assert_eq!(pids.insert("init", Address(&INIT), 1)?, None);
/// assert_eq!(pids.get("init"), Some(1));
/// # Ok::<(), heptad::Error>(())
/// ```
pub trait Keys {
    /// What callers look for.
    type Key: ?Sized;

    /// What insertions are given to stand for keys: a number of any kind, or a type of yours. The number that it
    /// becomes, without the [`hash_bits`](Self::hash_bits), is what the map keeps. What one thread inserts another one
    /// compares with: so it is [`Send`], as a `&T` is whose `T` threads may share.
    ///
    /// ```compile_fail,E0277
    /// # use heptad::lockfree::{Keys, Stored};
    /// struct OfOneThread(&'static core::cell::Cell<u64>);
    /// impl From<OfOneThread> for u64 { fn from(it: OfOneThread) -> u64 { it.0.get() } }
    ///
    /// struct Numbers;
    /// impl Keys for Numbers {
    ///     type Key = u64;
    ///     type Reference = OfOneThread;
    ///     fn hash_bits(&self) -> u64 { !0 << 32 }
    ///     fn hash(&self, key: &u64) -> u64 { *key << 32 }
    ///     fn is(&self, reference: Stored<Self>, key: &u64) -> bool { reference.number() == *key }
    /// }
    /// ```
    type Reference: Into<u64> + Send;

    /// The bits of a word that belong to the hash; the others are the reference's. Always the same, and neither
    /// none nor all: a map gets no table then ([`Error::HashBits`]). At least as many as the table has buckets, in
    /// powers of two, lest buckets stay empty and others crowd: 20 bits do for two and a half million entries.
    fn hash_bits(&self) -> u64;

    /// A hash of `key`. Only the bits of [`hash_bits`](Self::hash_bits) are used.
    fn hash(&self, key: &Self::Key) -> u64;

    /// Does `reference` stand for `key`?
    ///
    /// Must not change the map: a search begins anew each time the key's home changes meanwhile, and would
    /// never end. Nothing is reserved while this runs, so that it may panic.
    fn is(&self, reference: Stored<Self>, key: &Self::Key) -> bool;
}

/// The bits of a word that decide its home, in a map with `keys`.
pub(crate) fn home_mask<K: Keys>(keys: &K) -> Result<u64, Error> {
    match keys.hash_bits() {
        0 | u64::MAX => Err(Error::HashBits),
        hash_bits => Ok(hash_bits),
    }
}

/// A reference in a map with keys of `K`: what became of one [`Reference`](Keys::Reference) that an insertion was
/// given. Only maps make these.
///
/// ```compile_fail,E0451
/// # struct Names;
/// let number = heptad::lockfree::Stored::<Names> { number: 5, keys: core::marker::PhantomData };
/// ```
pub struct Stored<K: ?Sized> {
    number: u64,
    /// Of no other type of keys, not even one with another lifetime.
    keys: PhantomData<fn(&K) -> &K>,
}

impl<K: ?Sized> Stored<K> {
    pub(crate) fn of(number: u64) -> Self {
        Stored { number, keys: PhantomData }
    }

    /// The number that the reference became, without the [`hash_bits`](Keys::hash_bits).
    #[inline]
    pub fn number(self) -> u64 {
        self.number
    }
}

impl<K: ?Sized> fmt::Debug for Stored<K> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{:#x}", self.number)
    }
}

//! A polynomial modulo a prime, evaluated at a secret point.

/// The modulus, a Mersenne prime: reduction takes a mask, a shift and an addition.
const PRIME: u64 = (1 << 61) - 1;

/// The value at a point of `x^(n+1) + c1 x^n + ... + cn x^0`, for the coefficients pushed so far.
///
/// Two different sequences of coefficients are two different polynomials. Their difference has no more
/// roots than its degree, so no more points than that give both the same value.
#[derive(Clone, Copy, Debug)]
pub(super) struct Polynomial {
    /// Below 2^60.
    point: u64,
    /// Below 3 * 2^61, and congruent to the value.
    value: u64,
}

impl Polynomial {
    /// The polynomial `x`, at a point made of the upper 60 bits of `random`.
    #[inline(always)]
    pub(super) const fn at(random: u64) -> Polynomial {
        let point = random >> 4;
        Polynomial { point, value: point }
    }

    /// Multiplies by `x` and adds `coefficient`, which is below 2^60.
    #[inline(always)]
    pub(super) const fn push(&mut self, coefficient: u64) {
        // Below 3 * 2^121, so its upper part is below 3 * 2^60; with the lower part, below 2^61, and the
        // coefficient, the sum is below 3 * 2^61 again.
        let product = (self.value as u128).wrapping_mul(self.point as u128);
        self.value = (product as u64 & PRIME) + (product >> 61) as u64 + coefficient;
    }

    /// A number congruent to the value. Numbers of different values differ.
    #[inline(always)]
    pub(super) const fn value(&self) -> u64 {
        self.value
    }
}

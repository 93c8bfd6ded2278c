//! How keys are drawn: all alike often, or by Zipf's law.

use rand::{Rng, rngs::SmallRng};
use rand_distr::{Distribution, Zipf};

use crate::op::Draw;

/// That of the usual storage benchmarks.
const ZIPF_EXPONENT: f64 = 0.99;

/// `count` ranks below `entries`.
pub(crate) fn ranks(
    entries: usize,
    draw: Draw,
    count: usize,
    random: &mut SmallRng,
) -> impl Iterator<Item = usize> {
    let zipf = Zipf::new(entries as f64, ZIPF_EXPONENT).expect("a map has at least one entry");
    (0..count).map(move |_| match draw {
        Draw::Uniform => random.random_range(0..entries),
        Draw::Zipf => zipf.sample(random) as usize - 1,
    })
}

#[cfg(test)]
mod tests {
    use rand::SeedableRng;

    use super::*;

    #[test]
    fn zipf_draws_a_few_keys_often() {
        let mut random = SmallRng::seed_from_u64(5);
        let often = |draw, random: &mut SmallRng| {
            ranks(10_000, draw, 100_000, random).filter(|rank| *rank < 100).count()
        };
        // The hundred first of 10,000 have the share H(100, .99) / H(10000, .99) = .518.
        let zipf = often(Draw::Zipf, &mut random);
        assert!(zipf.abs_diff(51_800) < 1_000, "{zipf}");
        assert!(often(Draw::Uniform, &mut random).abs_diff(1_000) < 200);
    }
}

//! Exact fractions and their shown form (L1, L8). No floating point anywhere.

use crate::fields;

/// An exact fraction in lowest terms; the denominator is positive, or 0 for "nothing to divide by".
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Fraction {
    /// Numerator; carries the sign.
    pub num: i64,
    /// Denominator; 0 means that there is no value (n = 0).
    pub den: i64,
}

fields!(Fraction { num, den });

impl Fraction {
    /// `num / den` in lowest terms. A denominator of 0 gives the fraction without a value.
    #[must_use]
    pub fn new(num: i64, den: i64) -> Self {
        if den == 0 || num == i64::MIN || den == i64::MIN {
            return Self { num: 0, den: 0 };
        }
        let divisor = gcd(num.unsigned_abs(), den.unsigned_abs());
        let divisor = i64::try_from(divisor).unwrap_or(1).max(1) * den.signum();
        Self { num: num / divisor, den: den / divisor }
    }

    /// The difference `self - other`, exact; without a value if either has none or the result does not fit.
    #[must_use]
    pub fn minus(self, other: Self) -> Self {
        let none = Self { num: 0, den: 0 };
        if self.den == 0 || other.den == 0 {
            return none;
        }
        let product = |a: i64, b: i64| i128::from(a) * i128::from(b);
        let num = product(self.num, other.den) - product(other.num, self.den);
        let den = product(self.den, other.den);
        match (i64::try_from(num), i64::try_from(den)) {
            (Ok(num), Ok(den)) => Self::new(num, den),
            _ => none,
        }
    }

    /// The sum, exact; without a value as for [`Fraction::minus`].
    #[must_use]
    pub fn plus(self, other: Self) -> Self {
        self.minus(Self { num: -other.num, den: other.den })
    }

    /// The quotient, exact; without a value when `other` is 0 or has none, or when it does not fit.
    #[must_use]
    pub fn over(self, other: Self) -> Self {
        let product = |a: i64, b: i64| i64::try_from(i128::from(a) * i128::from(b)).unwrap_or(0);
        if self.den == 0 || other.den == 0 {
            return Self { num: 0, den: 0 };
        }
        Self::new(product(self.num, other.den), product(self.den, other.num))
    }

    /// The value times `factor` with two decimals, rounded half away from zero (L8): `Fraction::new(1, 3).shown(100)` is
    /// `"33.33"`. `None` without a value: no mean is never 0.
    #[must_use]
    pub fn shown(self, factor: u32) -> Option<String> {
        if self.den <= 0 {
            return None;
        }
        let den = i128::from(self.den);
        let cents = (i128::from(self.num.unsigned_abs()) * i128::from(factor) * 200 + den) / (2 * den);
        let cents = u64::try_from(cents).ok()?;
        let sign = if self.num < 0 && cents > 0 { "-" } else { "" };
        Some(format!("{sign}{}.{:02}", cents / 100, cents % 100))
    }

    /// Compares two fractions exactly; one without a value is the least.
    #[must_use]
    pub fn compare(self, other: Self) -> core::cmp::Ordering {
        match (self.den, other.den) {
            (0, 0) => core::cmp::Ordering::Equal,
            (0, _) => core::cmp::Ordering::Less,
            (_, 0) => core::cmp::Ordering::Greater,
            _ => (i128::from(self.num) * i128::from(other.den)).cmp(&(i128::from(other.num) * i128::from(self.den))),
        }
    }
}

fn gcd(mut a: u64, mut b: u64) -> u64 {
    while b != 0 {
        (a, b) = (b, a % b);
    }
    a
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn shown_with_two_decimals_half_away_from_zero() {
        for (num, den, factor, shown) in [
            (286, 115, 1, Some("2.49")),
            (19, 8, 1, Some("2.38")),
            (-19, 8, 1, Some("-2.38")),
            (1, 200, 1, Some("0.01")),
            (-1, 200, 1, Some("-0.01")),
            (1, 201, 1, Some("0.00")),
            (-1, 201, 1, Some("0.00")),
            (12, 19, 100, Some("63.16")),
            (59, 82, 100, Some("71.95")),
            (0, 5, 1, Some("0.00")),
            (5, 0, 1, None),
        ] {
            assert_eq!(Fraction::new(num, den).shown(factor).as_deref(), shown, "{num}/{den}");
        }
    }

    #[test]
    fn differences_are_taken_before_rounding() {
        let before = Fraction::new(12, 19);
        let after = Fraction::new(11, 19);
        assert_eq!(after.minus(before).shown(100).as_deref(), Some("-5.26"));
        assert_eq!(Fraction::new(1, 0).minus(before).shown(1), None);
    }

    #[test]
    fn sums_and_quotients_are_exact() {
        let (third, half, none) = (Fraction::new(1, 3), Fraction::new(1, 2), Fraction::new(0, 0));
        assert_eq!(third.plus(half), Fraction::new(5, 6));
        assert_eq!(third.over(half), Fraction::new(2, 3));
        assert_eq!(third.over(Fraction::new(0, 4)), none);
        assert_eq!((third.plus(none), none.over(third)), (none, none));
    }

    proptest! {
        #![proptest_config(ProptestConfig { cases: 256, ..ProptestConfig::default() })]
        #[test]
        fn rounding_is_never_off_by_more_than_half_a_cent(num in -1_000_000i64..1_000_000, den in 1i64..10_000) {
            let text = Fraction::new(num, den).shown(1).unwrap();
            let cents: i64 = text.replace('.', "").parse().unwrap();
            let twice_error = (cents * den - num * 100).abs() * 2;
            prop_assert!(twice_error <= den);
            if twice_error == den {
                prop_assert!((cents * den).abs() > (num * 100).abs(), "a half goes away from zero");
            }
        }
    }
}

//! Arithmetic modulo the SRP prime in constant time: a small safe face over aws-lc's big numbers, and the
//! only unsafe code of the product.
#![allow(unsafe_code)]

use std::os::raw::c_int;
use std::ptr::NonNull;
use std::sync::OnceLock;

use aws_lc_sys as ffi;
use zeroize::Zeroizing;

/// The library could not allocate.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("big number arithmetic failed")]
pub struct Failed;

type Result<T> = std::result::Result<T, Failed>;

/// A non-negative number, wiped on drop.
pub(crate) struct Number(NonNull<ffi::BIGNUM>);

// SAFETY: a BIGNUM has no thread affinity, and nothing mutates it after construction.
unsafe impl Send for Number {}
// SAFETY: as above; every use below takes it as const.
unsafe impl Sync for Number {}

impl Drop for Number {
    fn drop(&mut self) {
        // SAFETY: the pointer came from BN_new and is freed once.
        unsafe { ffi::BN_clear_free(self.0.as_ptr()) }
    }
}

impl Number {
    fn new() -> Result<Self> {
        // SAFETY: no arguments; null is checked.
        NonNull::new(unsafe { ffi::BN_new() }).map(Self).ok_or(Failed)
    }

    /// Big-endian, leading zeros allowed. As an exponent it counts with the length given here.
    pub(crate) fn from_bytes(bytes: &[u8]) -> Result<Self> {
        let number = Self::new()?;
        // SAFETY: the slice is valid for its length; the result is written into our own number.
        let done = unsafe { ffi::BN_bin2bn(bytes.as_ptr(), bytes.len(), number.0.as_ptr()) };
        if done.is_null() { Err(Failed) } else { Ok(number) }
    }

    pub(crate) fn is_zero(&self) -> bool {
        // SAFETY: the pointer is valid.
        unsafe { ffi::BN_is_zero(self.0.as_ptr()) == 1 }
    }
}

/// A number below the modulus, as everything but an exponent must be.
pub(crate) struct Element(Number);

impl Element {
    /// Big-endian without leading zeros.
    pub(crate) fn to_bytes(&self) -> Zeroizing<Vec<u8>> {
        let number = self.0.0.as_ptr();
        // SAFETY: BN_num_bytes says how much BN_bn2bin writes.
        unsafe {
            let mut out = Zeroizing::new(vec![0; ffi::BN_num_bytes(number) as usize]);
            let written = ffi::BN_bn2bin(number, out.as_mut_ptr());
            out.truncate(written);
            out
        }
    }

    pub(crate) fn is_zero(&self) -> bool {
        self.0.is_zero()
    }
}

/// Scratch space of one operation.
struct Context(NonNull<ffi::BN_CTX>);

impl Context {
    fn new() -> Result<Self> {
        // SAFETY: no arguments; null is checked.
        NonNull::new(unsafe { ffi::BN_CTX_new() }).map(Self).ok_or(Failed)
    }
}

impl Drop for Context {
    fn drop(&mut self) {
        // SAFETY: the pointer came from BN_CTX_new and is freed once.
        unsafe { ffi::BN_CTX_free(self.0.as_ptr()) }
    }
}

/// Arithmetic modulo one odd prime, with its Montgomery constants kept. Only the constant-time forms of each
/// operation are used, since verifiers and what follows from them are secret.
pub(crate) struct Modulus {
    n: Number,
    mont: NonNull<ffi::BN_MONT_CTX>,
}

// SAFETY: the Montgomery context is only read after construction.
unsafe impl Send for Modulus {}
// SAFETY: as above.
unsafe impl Sync for Modulus {}

impl Drop for Modulus {
    fn drop(&mut self) {
        // SAFETY: the pointer came from BN_MONT_CTX_new_for_modulus and is freed once.
        unsafe { ffi::BN_MONT_CTX_free(self.mont.as_ptr()) }
    }
}

impl Modulus {
    fn new(n: &[u8]) -> Result<Self> {
        let n = Number::from_bytes(n)?;
        let context = Context::new()?;
        // SAFETY: both pointers are valid; null is checked.
        let mont = unsafe { ffi::BN_MONT_CTX_new_for_modulus(n.0.as_ptr(), context.0.as_ptr()) };
        Ok(Self { n, mont: NonNull::new(mont).ok_or(Failed)? })
    }

    /// The prime of RFC 3526 group 15 (3072 bits).
    pub(crate) fn group_15() -> Result<&'static Self> {
        static GROUP: OnceLock<Result<Modulus>> = OnceLock::new();
        GROUP.get_or_init(|| Self::new(&super::srp::PRIME)).as_ref().map_err(|e| *e)
    }

    /// A big-endian number modulo the prime. Constant time when it is below the prime already; only numbers
    /// that strangers chose are not.
    pub(crate) fn element(&self, bytes: &[u8]) -> Result<Element> {
        let number = Number::from_bytes(bytes)?;
        // SAFETY: both pointers are valid.
        if unsafe { ffi::BN_ucmp(number.0.as_ptr(), self.n.0.as_ptr()) } < 0 {
            return Ok(Element(number));
        }
        result(|out, context| {
            // SAFETY: all pointers are valid.
            unsafe { ffi::BN_nnmod(out, number.0.as_ptr(), self.n.0.as_ptr(), context) }
        })
    }

    /// `base ^ exponent`, in time that depends only on the exponent's length.
    pub(crate) fn power(&self, base: &Element, exponent: &Number) -> Result<Element> {
        let (base, exponent, n) = (base.0.0.as_ptr(), exponent.0.as_ptr(), self.n.0.as_ptr());
        result(|out, context| {
            // SAFETY: all pointers are valid and `base` is below the modulus, as the function asks.
            unsafe { ffi::BN_mod_exp_mont_consttime(out, base, exponent, n, context, self.mont.as_ptr()) }
        })
    }

    pub(crate) fn multiply(&self, a: &Element, b: &Element) -> Result<Element> {
        let (a, b, mont) = (a.0.0.as_ptr(), b.0.0.as_ptr(), self.mont.as_ptr());
        // With one factor in Montgomery form the product is in plain form.
        let a = result(|out, context| {
            // SAFETY: all pointers are valid and `a` is below the modulus.
            unsafe { ffi::BN_to_montgomery(out, a, mont, context) }
        })?;
        result(|out, context| {
            // SAFETY: all pointers are valid and both factors are below the modulus.
            unsafe { ffi::BN_mod_mul_montgomery(out, a.0.0.as_ptr(), b, mont, context) }
        })
    }

    pub(crate) fn add(&self, a: &Element, b: &Element) -> Result<Element> {
        // SAFETY: all pointers are valid and both terms are below the modulus.
        result(|out, _| unsafe {
            ffi::BN_mod_add_quick(out, a.0.0.as_ptr(), b.0.0.as_ptr(), self.n.0.as_ptr())
        })
    }

    pub(crate) fn subtract(&self, a: &Element, b: &Element) -> Result<Element> {
        // SAFETY: all pointers are valid and both terms are below the modulus.
        result(|out, _| unsafe {
            ffi::BN_mod_sub_quick(out, a.0.0.as_ptr(), b.0.0.as_ptr(), self.n.0.as_ptr())
        })
    }
}

/// Runs an operation of the library that writes its reduced result into the given number.
fn result(call: impl FnOnce(*mut ffi::BIGNUM, *mut ffi::BN_CTX) -> c_int) -> Result<Element> {
    let out = Number::new()?;
    let context = Context::new()?;
    if call(out.0.as_ptr(), context.0.as_ptr()) == 1 { Ok(Element(out)) } else { Err(Failed) }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::srp::PRIME;

    /// The prime plus a small number; the prime ends in 64 one bits.
    fn prime_plus(small: i8) -> Vec<u8> {
        let mut bytes = vec![0; 1];
        bytes.extend(PRIME);
        let mut carry = i16::from(small);
        for byte in bytes.iter_mut().rev() {
            let sum = i16::from(*byte) + carry;
            *byte = sum.rem_euclid(256) as u8;
            carry = sum.div_euclid(256);
        }
        bytes
    }

    #[test]
    fn numbers_wrap_at_the_prime() {
        let group = Modulus::group_15().unwrap();
        let element = |small| group.element(&prime_plus(small)).unwrap();
        assert!(element(0).is_zero());
        assert_eq!(*element(5).to_bytes(), [5]);
        let (minus_2, three) = (element(-2), group.element(&[3]).unwrap());
        assert_eq!(*group.add(&minus_2, &three).unwrap().to_bytes(), [1]);
        assert_eq!(*group.subtract(&three, &minus_2).unwrap().to_bytes(), [5]);
        assert_eq!(*group.multiply(&minus_2, &minus_2).unwrap().to_bytes(), [4]);
        assert_eq!(group.multiply(&minus_2, &three).unwrap().to_bytes()[..], prime_plus(-6)[1..]);
    }

    #[test]
    fn powers() {
        let group = Modulus::group_15().unwrap();
        let power = |base: &[u8], exponent: &[u8]| {
            group.power(&group.element(base).unwrap(), &Number::from_bytes(exponent).unwrap()).unwrap()
        };
        assert_eq!(*power(&[2], &[0, 0, 10]).to_bytes(), [4, 0]);
        assert_eq!(*power(&[2], &[]).to_bytes(), [1]);
        assert!(power(&[], &[3]).is_zero());
        // Fermat.
        assert_eq!(*power(&[7], &prime_plus(-1)).to_bytes(), [1]);
    }
}

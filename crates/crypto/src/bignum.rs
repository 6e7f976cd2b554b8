//! Arithmetic modulo the SRP prime in constant time: a small safe face over aws-lc's big numbers, and the
//! only unsafe code of the product.
#![allow(unsafe_code)]

use std::ptr::NonNull;
use std::sync::OnceLock;

use aws_lc_sys as ffi;

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

    /// Big-endian, leading zeros allowed.
    pub(crate) fn from_bytes(bytes: &[u8]) -> Result<Self> {
        let number = Self::new()?;
        // SAFETY: the slice is valid for its length; the result is written into our own number.
        let done = unsafe { ffi::BN_bin2bn(bytes.as_ptr(), bytes.len(), number.0.as_ptr()) };
        if done.is_null() { Err(Failed) } else { Ok(number) }
    }

    /// Big-endian without leading zeros.
    pub(crate) fn to_bytes(&self) -> Vec<u8> {
        // SAFETY: BN_num_bytes says how much BN_bn2bin writes.
        unsafe {
            let mut out = vec![0; ffi::BN_num_bytes(self.0.as_ptr()) as usize];
            let written = ffi::BN_bn2bin(self.0.as_ptr(), out.as_mut_ptr());
            out.truncate(written);
            out
        }
    }

    pub(crate) fn is_zero(&self) -> bool {
        // SAFETY: the pointer is valid.
        unsafe { ffi::BN_is_zero(self.0.as_ptr()) == 1 }
    }
}

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

/// Arithmetic modulo one odd prime, with its Montgomery constants kept.
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

    /// `base ^ exponent`, in time that depends only on the exponent's length.
    pub(crate) fn power(&self, base: &Number, exponent: &Number) -> Result<Number> {
        let base = self.reduce(base)?;
        let out = Number::new()?;
        let context = Context::new()?;
        // SAFETY: all pointers are valid and `base` is below the modulus, as the function asks.
        let done = unsafe {
            ffi::BN_mod_exp_mont_consttime(
                out.0.as_ptr(),
                base.0.as_ptr(),
                exponent.0.as_ptr(),
                self.n.0.as_ptr(),
                context.0.as_ptr(),
                self.mont.as_ptr(),
            )
        };
        if done == 1 { Ok(out) } else { Err(Failed) }
    }

    pub(crate) fn multiply(&self, a: &Number, b: &Number) -> Result<Number> {
        self.combine(a, b, |out, a, b, n, context| {
            // SAFETY: all pointers are valid for the call.
            unsafe { ffi::BN_mod_mul(out, a, b, n, context) }
        })
    }

    pub(crate) fn add(&self, a: &Number, b: &Number) -> Result<Number> {
        self.combine(a, b, |out, a, b, n, context| {
            // SAFETY: all pointers are valid for the call.
            unsafe { ffi::BN_mod_add(out, a, b, n, context) }
        })
    }

    pub(crate) fn subtract(&self, a: &Number, b: &Number) -> Result<Number> {
        self.combine(a, b, |out, a, b, n, context| {
            // SAFETY: all pointers are valid for the call.
            unsafe { ffi::BN_mod_sub(out, a, b, n, context) }
        })
    }

    pub(crate) fn reduce(&self, a: &Number) -> Result<Number> {
        let out = Number::new()?;
        let context = Context::new()?;
        // SAFETY: all pointers are valid.
        let done =
            unsafe { ffi::BN_nnmod(out.0.as_ptr(), a.0.as_ptr(), self.n.0.as_ptr(), context.0.as_ptr()) };
        if done == 1 { Ok(out) } else { Err(Failed) }
    }

    fn combine(
        &self,
        a: &Number,
        b: &Number,
        call: impl Fn(
            *mut ffi::BIGNUM,
            *const ffi::BIGNUM,
            *const ffi::BIGNUM,
            *const ffi::BIGNUM,
            *mut ffi::BN_CTX,
        ) -> std::os::raw::c_int,
    ) -> Result<Number> {
        let out = Number::new()?;
        let context = Context::new()?;
        let done = call(out.0.as_ptr(), a.0.as_ptr(), b.0.as_ptr(), self.n.0.as_ptr(), context.0.as_ptr());
        if done == 1 { Ok(out) } else { Err(Failed) }
    }
}

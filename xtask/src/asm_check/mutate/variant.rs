//! What a mutation rule returns.

/// A changed instruction.
pub(super) struct Variant {
    pub(super) name: &'static str,
    pub(super) bytes: Vec<u8>,
}

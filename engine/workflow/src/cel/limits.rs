//! Every bound of the expression language, in one place.

/// Longest source text, in characters.
pub const MAX_SOURCE_CHARS: usize = 2000;
/// Deepest nesting of an expression, and of the brackets in its text.
pub const MAX_DEPTH: usize = 64;
/// Most nodes in one expression.
pub const MAX_NODES: usize = 500;
/// Most arguments of one call, receiver included.
pub const MAX_ARGUMENTS: usize = 8;
/// Longest string an expression may build, in bytes.
pub const MAX_STRING_BYTES: usize = 64 * 1024;
/// Longest list or map an expression may build, in items.
pub const MAX_ITEMS: usize = 10_000;
/// Deepest nesting of a value that an expression may return.
pub const MAX_VALUE_DEPTH: usize = 128;
/// Weight of the largest value that an expression may return: 16 for every part, plus the bytes of its text.
pub const MAX_VALUE_WEIGHT: usize = 4 * 1024 * 1024;
/// Work units of one evaluation: a unit for every node, every item touched and every 16 bytes of text.
pub const MAX_COST: u64 = 2_000_000;
/// Longest pattern of `matches`, in bytes.
pub const MAX_PATTERN_BYTES: usize = 500;
/// Largest compiled pattern of `matches`, in bytes.
pub const MAX_PATTERN_SIZE: usize = 64 * 1024;
/// Most problems reported for one expression.
pub const MAX_ERRORS: usize = 20;

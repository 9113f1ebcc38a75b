//! What runs come to.

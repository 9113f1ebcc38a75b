//! Tests of the whole way from text to compiled form.

mod reading;

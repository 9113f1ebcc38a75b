//! Reading a plugin's JSON within bounds: depth, exact numbers, and a place in every complaint.

use serde::de::DeserializeOwned;

use crate::error::Fault;

/// Longest whole number an answer may hold, in digits; all of these fit in 64 bits.
const NUMBER_DIGITS: usize = 18;

/// Whether fractions such as `2.5` are let through. Answers hold exact numbers only; a manifest carries JSON Schemas,
/// which may well say `multipleOf: 0.5`.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Numbers {
    /// Whole numbers of at most 18 digits.
    Exact,
    /// Any JSON number.
    Any,
}

/// Reads `text` as a `T`.
///
/// # Errors
/// [`Fault::BadJson`] when it is no JSON, [`Fault::BadShape`] when it is JSON of another shape, is nested deeper than
/// `depth`, or holds inexact numbers.
pub(crate) fn read<T: DeserializeOwned>(text: &str, depth: usize, numbers: Numbers) -> Result<T, Fault> {
    bounds(text.as_bytes(), depth, numbers)?;
    serde_json::from_str(text).map_err(|error| if error.is_data() { wrong_shape::<T>(text) } else { bad_json(&error) })
}

/// Reads once more to find the place: keeping track of it costs more than reading, and answers are seldom wrong.
fn wrong_shape<T: DeserializeOwned>(text: &str) -> Fault {
    let mut reader = serde_json::Deserializer::from_str(text);
    match serde_path_to_error::deserialize::<_, T>(&mut reader) {
        Ok(_) => Fault::BadShape { path: ".".to_owned(), problem: "cannot be read".to_owned() },
        Err(error) => Fault::BadShape { path: error.path().to_string(), problem: error.into_inner().to_string() },
    }
}

fn bad_json(error: &serde_json::Error) -> Fault {
    Fault::BadJson { problem: error.to_string() }
}

/// One pass over the bytes; it need not be valid JSON, the reader after it sees to that.
fn bounds(text: &[u8], depth: usize, numbers: Numbers) -> Result<(), Fault> {
    let mut open = 0usize;
    let mut digits = 0usize;
    let mut at = 0usize;
    while let Some(&byte) = text.get(at) {
        at += 1;
        match byte {
            b'"' => at = after_string(text, at),
            b'{' | b'[' => {
                open += 1;
                if open > depth {
                    return Err(at_byte(at, format!("nested deeper than {depth}")));
                }
            }
            b'}' | b']' => open = open.saturating_sub(1),
            _ => {}
        }
        let inexact = digits > 0 && matches!(byte, b'.' | b'e' | b'E');
        digits = if byte.is_ascii_digit() { digits + 1 } else { 0 };
        if numbers == Numbers::Exact && (inexact || digits > NUMBER_DIGITS) {
            let problem = "only whole numbers of at most 18 digits travel; write a fraction as {\"num\",\"den\"} and a \
                           shown figure as text";
            return Err(at_byte(at, problem.to_owned()));
        }
    }
    Ok(())
}

fn after_string(text: &[u8], mut at: usize) -> usize {
    while let Some(&byte) = text.get(at) {
        match byte {
            b'\\' => at += 2,
            b'"' => return at + 1,
            _ => at += 1,
        }
    }
    at
}

fn at_byte(at: usize, problem: String) -> Fault {
    Fault::BadShape { path: format!("byte {at}"), problem }
}

#[cfg(test)]
mod tests {
    use serde_json::{Value, json};

    use super::*;

    fn exact(text: &str) -> Result<Value, Fault> {
        read(text, 3, Numbers::Exact)
    }

    #[test]
    fn accepts_what_the_contract_allows() {
        for text in
            [r#"{"a":[1,-2,{}]}"#, r#""1.5""#, r#"{"n":{"num":5,"den":2}}"#, "123456789012345678", "true", " 1 "]
        {
            assert!(exact(text).is_ok(), "{text}");
        }
        assert_eq!(exact(r#""\"{[[[[1.5""#).unwrap(), json!("\"{[[[[1.5"));
    }

    #[test]
    fn refuses_the_rest_with_the_right_word() {
        let shape = ["1.5", "1e3", "[2E5]", "[[[[]]]]", "1234567890123456789", r#"{"a":0.1}"#];
        for text in shape {
            assert!(matches!(exact(text), Err(Fault::BadShape { .. })), "{text}");
        }
        for text in ["", "{", "[1,]", "nonsense", "{} {}", "\"", "\"\\"] {
            assert!(matches!(exact(text), Err(Fault::BadJson { .. })), "{text}");
        }
    }

    #[test]
    fn a_schema_may_hold_fractions() {
        assert!(read::<Value>(r#"{"multipleOf":0.5}"#, 3, Numbers::Any).is_ok());
    }

    #[test]
    fn names_the_place_of_a_wrong_type() {
        let fault = read::<crate::Problems>(r#"{"problems":[{"word":7}]}"#, 9, Numbers::Exact).unwrap_err();
        let Fault::BadShape { path, .. } = fault else { panic!("{fault:?}") };
        assert_eq!(path, "problems[0].word");
    }

    proptest::proptest! {
        #[test]
        fn never_panics(text in ".{0,200}") {
            let _ = exact(&text);
        }

        #[test]
        fn deep_nesting_is_refused_before_it_is_read(depth in 4usize..5_000) {
            let refused = exact(&"[".repeat(depth));
            let nested = matches!(refused, Err(Fault::BadShape { .. }));
            proptest::prop_assert!(nested);
        }
    }
}

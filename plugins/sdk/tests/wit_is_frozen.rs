//! A released version of the contract never changes: components built against it live on in schools.

use std::path::Path;

use sha2::{Digest, Sha256};

#[test]
fn released_contracts_have_not_changed() {
    let versions = Path::new(env!("CARGO_MANIFEST_DIR")).join("../wit");
    let mut seen = 0;
    for version in std::fs::read_dir(versions).unwrap() {
        let wit = version.unwrap().path().join("step.wit");
        let text = std::fs::read(&wit).unwrap();
        let frozen = std::fs::read_to_string(wit.with_extension("wit.sha256")).unwrap();
        let hash: String = Sha256::digest(&text).iter().map(|byte| format!("{byte:02x}")).collect();
        let problem = "a released contract changed: take the change back, or make a new version beside it";
        assert_eq!(frozen.split_whitespace().next(), Some(hash.as_str()), "{}: {problem}", wit.display());
        seen += 1;
    }
    assert!(seen > 0, "no contract found");
}

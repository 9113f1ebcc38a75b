//! Builds again when a file that the binary carries was added, changed or taken away.

fn main() {
    println!("cargo:rerun-if-changed=../../plugins/dist");
    println!("cargo:rerun-if-changed=../../workflows");
}

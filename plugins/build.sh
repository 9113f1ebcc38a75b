#!/usr/bin/env bash
# Builds the step plugins of this workspace into WebAssembly components: dist/NAME.wasm and dist/manifest.json.
#   build.sh [PLUGIN...]   build all plugins (or these) and write dist/
#   build.sh --check       build again elsewhere and compare every byte with dist/
#   build.sh --hashes      compare only the source hashes in dist/manifest.json; needs no toolchain
# Rust for wasm32-unknown-unknown comes from, in this order (PLUGIN_TOOLCHAIN=rustup|debian|unpacked forces one):
#   1. rustup's own target, where it is installed (rustup target add wasm32-unknown-unknown);
#   2. Debian's rustc-web + rust-web-src, installed; std is then built from its sources;
#   3. the same Debian packages, downloaded with apt-get and unpacked into .toolchain/ (no root, nothing installed).
# The linker is wasm-component-ld of the rustup toolchain: it links the module and wraps it as a component in one step.
set -euo pipefail
export LC_ALL=C
cd "$(dirname "${BASH_SOURCE[0]}")"
here=$PWD
target=wasm32-unknown-unknown
max_bytes=200000

say() { echo "build.sh: $*" >&2; }
die() { say "$@"; exit 1; }

# Every member that builds a component.
plugins() { grep -l '"cdylib"' -- */Cargo.toml | sed 's,/Cargo.toml,,' | sort; }

# The sources a component is made of, as one hash: the sha256 of `sha256sum` over these files in byte order of their paths.
source_hash() {
  find "$1/Cargo.toml" "$1/src" sdk/Cargo.toml sdk/src wit Cargo.toml Cargo.lock -type f | sort | xargs sha256sum | sha256sum | cut -d' ' -f1
}

# What dist/manifest.json says: field FIELD of component NAME, or the toolchain. The file is written below, one component a line.
recorded() { sed -n "s/.*\"name\": *\"$1\".*\"$2\": *\"\{0,1\}\([^\",}]*\).*/\1/p" dist/manifest.json; }
recorded_toolchain() { sed -n 's/^ *"toolchain": *"\(.*\)",$/\1/p' dist/manifest.json; }

check_sources() {
  [ -f dist/manifest.json ] || die "dist/manifest.json is missing: run plugins/build.sh"
  local bad=0 name
  for name in $(plugins); do
    if [ "$(source_hash "$name")" != "$(recorded "$name" source_sha256)" ]; then
      say "dist/$name.wasm was not built from these sources: run plugins/build.sh and commit plugins/dist"; bad=1
    elif [ "$(sha256sum < "dist/$name.wasm" | cut -d' ' -f1)" != "$(recorded "$name" sha256)" ]; then
      say "dist/$name.wasm is not the file that dist/manifest.json names: run plugins/build.sh and commit plugins/dist"; bad=1
    fi
  done
  for name in dist/*.wasm; do
    name=$(basename "$name" .wasm)
    [ -f "$name/Cargo.toml" ] || { say "dist/$name.wasm belongs to no plugin: remove it"; bad=1; }
  done
  [ $bad = 0 ] || exit 1
}

# Unpacks Debian's compiler for the web into the folder $1.
unpack_debian() {
  local dir=$1 version lib llvm deb
  rm -rf "$dir"; mkdir -p "$dir/debs" "$dir/root"
  version=$(apt-cache policy rustc-web | sed -n 's/^ *Candidate: //p')
  [ -n "$version" ] && [ "$version" != "(none)" ] || die "no rustc-web among the packages of this system: run apt-get update, or rustup target add $target"
  # libstd-rust-web-X.Y exists for older releases too: take the one that libstd-rust-web-dev depends on.
  lib=$(apt-cache show "libstd-rust-web-dev=$version" | sed -n 's/^Depends:.*\(libstd-rust-web-[0-9.]*\) .*/\1/p' | tail -n 1)
  llvm=$(apt-cache show "$lib=$version" | grep -oE 'libllvm[0-9]+' | sort -u | tail -n 1)
  say "downloading the compiler (some 140 MB, once)"
  (cd "$dir/debs" && apt-get download -q=2 "rustc-web=$version" "$lib=$version" "libstd-rust-web-dev=$version" "$llvm" "rust-web-src=$version" 2>/dev/null) \
    || die "could not download the compiler's packages: is the package mirror reachable? (apt-get update, or rustup target add $target)"
  for deb in "$dir"/debs/*.deb; do
    case $deb in
      */rust-web-src_*) dpkg --fsys-tarfile "$deb" | tar -x -C "$dir/root" --wildcards './usr/lib/*' './usr/src/rustc-*/library/*' ;;
      *) dpkg -x "$deb" "$dir/root" ;;
    esac
  done
  rm -rf "$dir/debs"; touch "$dir/ok"
}

# Chooses the compiler and sets what cargo needs; leaves `route`, `std` and `toolchain`.
prepare() {
  local sysroot host tools src='' upper remap
  sysroot=$(rustc --print sysroot)
  host=$(rustc -vV | sed -n 's/^host: //p')
  tools=$sysroot/lib/rustlib/$host/bin
  [ -x "$tools/wasm-component-ld" ] || die "no wasm-component-ld in the Rust toolchain ($tools): install Rust with rustup"
  local linker; linker=$(rustc --version)
  std=()
  route=${PLUGIN_TOOLCHAIN:-auto}
  if [ "$route" = rustup ] || { [ "$route" = auto ] && [ -d "$sysroot/lib/rustlib/$target/lib" ]; }; then
    route=rustup
  else
    if [ "$route" != unpacked ] && [ -x /usr/bin/rustc ] && [ -d /usr/lib/rustlib/src/rust/library/std ] \
       && /usr/bin/rustc --print sysroot 2>/dev/null | grep -qx /usr; then
      route=debian; export RUSTC=/usr/bin/rustc; src=/usr/lib/rustlib/src/rust
    else
      route=unpacked
      [ -e .toolchain/ok ] || unpack_debian "$here/.toolchain"
      export RUSTC=$here/.toolchain/root/usr/bin/rustc LD_LIBRARY_PATH=$here/.toolchain/root/usr/lib/x86_64-linux-gnu
      src=$here/.toolchain/root/usr/lib/rustlib/src/rust
    fi
    export RUSTC_BOOTSTRAP=1              # -Zbuild-std is not a stable option
    std=("-Zbuild-std=std,panic_abort" "-Zbuild-std-features=optimize_for_size")
  fi
  # The same bytes wherever the checkout, cargo's folder and the compiler lie.
  remap="--remap-path-prefix=$here=/plugins --remap-path-prefix=${CARGO_HOME:-$HOME/.cargo}=/cargo"
  [ -z "$src" ] || remap="$remap --remap-path-prefix=$(readlink -f "$src")=/rust --remap-path-prefix=$src=/rust"
  upper=$(echo $target | tr a-z- A-Z_)
  export "CARGO_TARGET_${upper}_LINKER=$tools/wasm-component-ld"
  # A small stack makes fresh instances cheap: the host resets it after every call.
  export "CARGO_TARGET_${upper}_RUSTFLAGS=-Clink-arg=--wasm-ld-path=$tools/gcc-ld/wasm-ld -Clink-arg=-zstack-size=65536 $remap"
  toolchain="$route: $(${RUSTC:-rustc} --version); linker of $linker"
}

# Builds the plugins named in $2... into the folder $1.
build_into() {
  local out=$1 name packages=(); shift
  for name in "$@"; do packages+=(-p "$name"); done
  cargo build --release --locked "${std[@]}" --target $target "${packages[@]}"
  mkdir -p "$out"
  for name in "$@"; do
    cp "$CARGO_TARGET_DIR/$target/release/${name//-/_}.wasm" "$out/$name.wasm"
    [ "$(stat -c %s "$out/$name.wasm")" -lt $max_bytes ] || die "$name.wasm is larger than $max_bytes bytes"
  done
}

write_manifest() {
  local name sep=''
  {
    printf '{\n  "toolchain": "%s",\n  "components": [' "$toolchain"
    for name in $(plugins); do
      [ -f "dist/$name.wasm" ] || continue
      printf '%s\n    {"name": "%s", "sha256": "%s", "source_sha256": "%s", "bytes": %s}' "$sep" "$name" \
        "$(sha256sum < "dist/$name.wasm" | cut -d' ' -f1)" "$(source_hash "$name")" "$(stat -c %s "dist/$name.wasm")"
      sep=,
    done
    printf '\n  ]\n}\n'
  } > dist/manifest.json.new
  mv dist/manifest.json.new dist/manifest.json
}

check_bytes() {
  local out bad=0 name
  prepare
  out=$(mktemp -d); trap "rm -rf '$out'" EXIT
  [ "$toolchain" = "$(recorded_toolchain)" ] || die "cannot compare bytes: dist/ was built by
  $(recorded_toolchain)
and here is
  $toolchain
Install the same compiler, or run plugins/build.sh with this one and commit plugins/dist."
  export CARGO_TARGET_DIR=${CARGO_TARGET_DIR:-$out/target}
  build_into "$out/dist" $(plugins)
  for name in $(plugins); do
    cmp -s "$out/dist/$name.wasm" "dist/$name.wasm" || { say "dist/$name.wasm differs from what its sources give: run plugins/build.sh and commit plugins/dist"; bad=1; }
  done
  [ $bad = 0 ] || exit 1
  echo "all components belong to their sources ($toolchain)"
}

case ${1:-} in
  --hashes) check_sources; echo "source hashes match dist/manifest.json" ;;
  --check) check_sources; check_bytes ;;
  -*) sed -n '2,5s/^# //p' "${BASH_SOURCE[0]}"; [ "$1" = --help ] || exit 2 ;;
  *)
    prepare
    export CARGO_TARGET_DIR=${CARGO_TARGET_DIR:-$here/target}
    if [ $# = 0 ]; then set -- $(plugins); fi
    build_into dist "$@"
    write_manifest
    cat dist/manifest.json
    ;;
esac

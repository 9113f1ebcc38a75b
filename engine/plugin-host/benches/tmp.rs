//! tmp
#![expect(clippy::unwrap_used, reason = "tmp")]
use draaiboek_plugin_host::{Library, Limits};
use std::time::Instant;
fn main() {
    let mut v: Vec<(String, Vec<u8>)> = std::fs::read_dir("/work/main/plugins/dist")
        .unwrap()
        .map(|f| f.unwrap().path())
        .filter(|p| p.extension().unwrap() == "wasm")
        .map(|p| (p.display().to_string(), std::fs::read(p).unwrap()))
        .collect();
    v.sort();
    let folder = std::path::Path::new("/tmp/cwtmp");
    let set: Vec<(&str, &[u8])> = v.iter().map(|(n, b)| (n.as_str(), &b[..])).collect();
    Library::new(Limits::default(), Some(folder)).unwrap().add_all(&set).unwrap();
    let ticks = || {
        let s = std::fs::read_to_string("/proc/self/stat").unwrap();
        let f: Vec<&str> = s.rsplit(") ").next().unwrap().split(' ').collect();
        f[11].parse::<u64>().unwrap() + f[12].parse::<u64>().unwrap()
    };
    for _ in 0..3 {
        for par in [false, true] {
            let c = ticks();
            let mut w = Vec::new();
            for _ in 0..100 {
                let l = Library::new(Limits::default(), Some(folder)).unwrap();
                let t = Instant::now();
                if par {
                    l.add_all(&set).unwrap();
                } else {
                    for (n, b) in &set {
                        l.add(n, b).unwrap();
                    }
                }
                w.push(t.elapsed());
            }
            w.sort();
            println!(
                "par {par}: cpu {:.2} ms, wall min {:?} p25 {:?} p50 {:?}",
                (ticks() - c) as f64 / 10.0,
                w[0],
                w[25],
                w[50]
            );
        }
    }
}

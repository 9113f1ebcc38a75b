//! A disk that is full, and one that cannot be written: real file systems in memory, so only for who may mount.
#![expect(clippy::unwrap_used, reason = "helpers of tests: a failure here is a failed test")]

use std::path::Path;
use std::process::Command;

use crate::home::{Home, file};

/// A small file system at a folder; gone with this value.
struct Disk<'d>(&'d Path);

impl<'d> Disk<'d> {
    /// `None` where mounting is not allowed: on a laptop, never in CI.
    fn mount(at: &'d Path) -> Option<Self> {
        std::fs::create_dir_all(at).unwrap();
        let mounted = Command::new("mount").args(["-t", "tmpfs", "-o", "size=24m", "draaiboek-test"]).arg(at).output();
        let fine = mounted.as_ref().is_ok_and(|output| output.status.success());
        assert!(fine || std::env::var_os("CI").is_none(), "CI must be able to mount a tmpfs: {mounted:?}");
        fine.then_some(Self(at))
    }

    fn remount(&self, how: &str) {
        let done = Command::new("mount").args(["-o", &format!("remount,{how}")]).arg(self.0).status().unwrap();
        assert!(done.success());
    }
}

impl Drop for Disk<'_> {
    fn drop(&mut self) {
        let _ = Command::new("umount").arg("-l").arg(self.0).status();
    }
}

/// A database on the disk with a school and the workflow `tiny`.
fn furnished(home: &Home, disk: &Path) -> String {
    let db = disk.join("draaiboek.db").display().to_string();
    home.run(["school", "load", &file("school.yaml"), "--db", &db]).ends(0);
    home.run(["publish", &file("tiny.yaml"), "--db", &db]).ends(0);
    db
}

const MORNING: &str = "2026-09-07T09:00";

#[test]
fn a_full_disk_refuses_and_loses_nothing() {
    let home = Home::new();
    let folder = home.path("disk");
    let Some(_disk) = Disk::mount(&folder) else { return };
    let db = furnished(&home, &folder);
    let at = |line: &str| home.run(line.split_whitespace().chain(["--clock", MORNING, "--db", &db]));
    at("start tiny --id first --as dir").ends(0);
    let fill = folder.join("fill");
    let mut room = 24 << 20;
    while room > 0 {
        match std::fs::write(&fill, vec![0_u8; room]) {
            Ok(()) => break,
            Err(_) => room -= 64 << 10,
        }
    }
    let mut refused = None;
    for number in 0..200 {
        let ran = at(&format!("start tiny --id n{number} --as dir"));
        if ran.code != Some(0) {
            refused = Some(ran);
            break;
        }
    }
    let refused = refused.expect("the disk is full some time");
    refused.ends(5).complains("room");
    std::fs::remove_file(&fill).unwrap();
    at("start tiny --id after --as dir").ends(0);
    home.run(["verify", "--db", &db]).ends(0);
    home.run(["show", "first", "--db", &db]).ends(0);
}

#[test]
fn a_disk_that_cannot_be_written_is_named_as_such() {
    let home = Home::new();
    let folder = home.path("disk");
    let Some(disk) = Disk::mount(&folder) else { return };
    let db = furnished(&home, &folder);
    disk.remount("ro");
    home.run(["start", "tiny", "--as", "dir", "--db", &db]).ends(5).complains("Read-only");
    disk.remount("rw");
    home.run(["start", "tiny", "--as", "dir", "--db", &db]).ends(0);
}

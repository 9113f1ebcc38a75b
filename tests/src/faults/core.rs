//! One processor for a thread and for all that it starts. A statement goes to the thread of its connection and its answer
//! comes back; handing over on one processor costs a third of waking another one.
//!
//! Lives here: asking the system for that. May not live here: whether it matters.

use std::process::{Command, Stdio};

/// Keeps this thread, and those that it starts from now on, on one of the processors that it may use: those are counted,
/// and begin anew after the last. There they let each other finish. Without Linux, `taskset` or `chrt` all stays as it is.
pub fn stay_on(number: usize) {
    let allowed =
        std::fs::read_to_string("/proc/thread-self/status").map(|status| allowed(&status)).unwrap_or_default();
    let Some(processor) = allowed.get(number % allowed.len().max(1)) else { return };
    // `PROCESS/task/THREAD`
    let Ok(link) = std::fs::read_link("/proc/thread-self") else { return };
    let Some(thread) = link.file_name() else { return };
    let asked = [("taskset", ["--cpu-list", "--pid", &processor.to_string()]), ("chrt", ["--batch", "--pid", "0"])];
    for (program, arguments) in asked {
        let mut asked = Command::new(program);
        asked.args(arguments).arg(thread);
        let _ = asked.stdin(Stdio::null()).stdout(Stdio::null()).stderr(Stdio::null()).status();
    }
}

/// The processors in a status: `Cpus_allowed_list: 0-1,4`.
fn allowed(status: &str) -> Vec<usize> {
    let list = status.lines().find_map(|line| line.strip_prefix("Cpus_allowed_list:")).unwrap_or_default();
    let ranges = list.trim().split(',').filter_map(|range| {
        let (first, last) = range.split_once('-').unwrap_or((range, range));
        Some(first.parse::<usize>().ok()?..=last.parse().ok()?)
    });
    ranges.flatten().collect()
}

#[cfg(test)]
mod tests {
    #[test]
    fn processors_are_read_out_of_a_status() {
        let cases = [("0", vec![0]), ("0-1", vec![0, 1]), ("1,4-6", vec![1, 4, 5, 6]), ("", vec![])];
        for (list, expected) in cases {
            assert_eq!(super::allowed(&format!("Name:\tx\nCpus_allowed_list:\t{list}\nMems_allowed:\t1")), expected);
        }
    }
}

//! Many cycles are needed at once that are not in memory: each is what was kept, whoever goes away while they are read.

#![expect(clippy::expect_used, reason = "a failure here is a failed test")]

use std::sync::Arc;

use draaiboek_runtime::{Engine, EngineError, StartRequest, SystemClock};
use draaiboek_workflow::decide::Command;
use serde_json::json;

/// More than one reading takes, several times over.
const CYCLES: usize = 300;

async fn open(folder: &tempfile::TempDir) -> Arc<Engine> {
    Arc::new(draaiboek_tests::open(&folder.path().join("many.db"), Arc::new(SystemClock)).await.expect("an engine"))
}

fn id(n: usize) -> String {
    format!("c-{n}")
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn cycles_that_are_loaded_together_are_not_mixed_up() {
    let folder = tempfile::tempdir().expect("a folder");
    let engine = open(&folder).await;
    let actor = engine.school("klein").await.expect("the school").actor("dir").expect("its director");
    let add = |n: usize| Command::Send { event: "add".into(), data: json!({"n": n}), reason: None };
    for n in 0..CYCLES {
        let request = StartRequest {
            id: Some(id(n)),
            school: "klein".into(),
            workflow: "counter".into(),
            ..StartRequest::default()
        };
        engine.start(request, &actor, None).await.expect("it starts");
        for _ in 0..n % 4 {
            engine.command(&id(n), &actor, add(n), None).await.expect("it counts");
        }
    }
    let held = Arc::downgrade(engine.store());
    drop(engine);
    while held.strong_count() > 0 {
        tokio::task::yield_now().await;
    }

    let engine = open(&folder).await;
    let look = |id: String| {
        let engine = Arc::clone(&engine);
        tokio::spawn(async move { engine.snapshot(&id).await })
    };
    let known: Vec<_> = (0..CYCLES).map(|n| (n, look(id(n)))).collect();
    let unknown: Vec<_> = (0..CYCLES).step_by(10).map(|n| look(format!("nobody-{n}"))).collect();
    let again: Vec<_> = (0..CYCLES).map(|n| (n, look(id(n)))).collect();
    // Some lose patience, perhaps those who read for the others.
    for (_, asked) in known.iter().step_by(7) {
        asked.abort();
    }
    for (n, asked) in known.into_iter().chain(again) {
        match asked.await {
            Ok(snapshot) => {
                let count = snapshot.expect("it is there").data.get("count").cloned();
                assert_eq!(count, Some(json!(n % 4)), "cycle {n}");
            }
            Err(gone) => assert!(gone.is_cancelled()),
        }
    }
    for asked in unknown {
        let answer = asked.await.expect("it ends");
        assert!(matches!(answer, Err(EngineError::NotFound { .. })), "{answer:?}");
    }
}

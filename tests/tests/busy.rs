//! More commands at once than can be served: who is sent away is told so, loses nothing by trying again, and other
//! schools are served all the while.

use std::sync::Arc;

use draaiboek_runtime::{EngineError, School, StartRequest, SystemClock};
use draaiboek_workflow::decide::Command;
use serde_json::json;

const CROWD: usize = 900;

fn add(n: usize) -> Command {
    Command::Send { event: "add".into(), data: json!({"n": n}), reason: None }
}

#[tokio::test]
async fn a_crowd_of_one_school_leaves_room_for_others_and_loses_nothing() {
    let folder = tempfile::tempdir().expect("a folder");
    let engine = Arc::new(
        draaiboek_tests::open(&folder.path().join("busy.db"), Arc::new(SystemClock)).await.expect("an engine"),
    );
    let other = draaiboek_tests::SCHOOL.replace("klein", "ander");
    engine.put_school(&School::parse(&other).expect("a school")).await.expect("it is stored");
    let actor = engine.school("klein").await.expect("the school").actor("dir").expect("its director");
    for (id, school) in [("many", "klein"), ("few", "ander")] {
        let request = StartRequest {
            id: Some(id.into()),
            school: school.into(),
            workflow: "counter".into(),
            ..StartRequest::default()
        };
        engine.start(request, &actor, None).await.expect("it starts");
    }

    // On one thread nobody is served before all have come.
    let crowd: Vec<_> = (0..CROWD)
        .map(|n| {
            let (engine, actor) = (Arc::clone(&engine), actor.clone());
            tokio::spawn(async move { engine.command("many", &actor, add(n), Some(&format!("k-{n}"))).await })
        })
        .collect();
    let calm = tokio::spawn({
        let (engine, actor) = (Arc::clone(&engine), actor.clone());
        async move { engine.command("few", &actor, add(1), None).await }
    });
    let mut away = Vec::new();
    for (n, command) in crowd.into_iter().enumerate() {
        match command.await.expect("it ends") {
            Ok(_) => {}
            Err(EngineError::Busy { waiting }) => {
                assert!(waiting > 100, "sent away with only {waiting} under way");
                away.push(n);
            }
            Err(error) => panic!("{error}"),
        }
    }
    calm.await.expect("it ends").expect("another school is served");
    assert!(!away.is_empty() && away.len() < CROWD, "{} were sent away", away.len());
    for n in away {
        engine.command("many", &actor, add(n), Some(&format!("k-{n}"))).await.expect("there is room now");
    }
    let count = engine.snapshot("many").await.expect("the cycle").data.get("count").cloned();
    assert_eq!(count, Some(json!(CROWD)));
}

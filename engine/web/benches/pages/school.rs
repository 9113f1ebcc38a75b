//! The schools of the bench: the school of the stories over and over, each with as many learning cycles, one meeting in.

use std::path::Path;
use std::sync::Arc;

use draaiboek_plugin_host::{Library, Limits};
use draaiboek_runtime::{Clock, Engine, Handed, School, ShiftedClock, StartRequest, VirtualClock};
use draaiboek_store::{OpenOptions, Store};
use draaiboek_web::{Config, Server};
use draaiboek_workflow::decide::Command;
use draaiboek_workflow::language::{self, Bundle, Options, Reference, SourceFile};
use serde_json::{Value, json};
use tokio::net::TcpListener;

const MEMBERS: [&str; 5] = ["lk13", "lk14", "lk15", "lk16", "zc2"];
const COACH: &str = "lk15";

fn root() -> std::path::PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("../..")
}

async fn engine(folder: &Path, clock: Arc<dyn Clock>) -> Arc<Engine> {
    let path = folder.join("bench.db");
    let store = Store::open(&path.display().to_string(), OpenOptions::default()).await.unwrap();
    let library = Library::new(Limits::default(), Some(&std::env::temp_dir().join("draaiboek-test-code"))).unwrap();
    library.add_dir(&root().join("plugins/dist")).unwrap();
    Arc::new(Engine::new(Arc::new(store), Arc::new(library), clock))
}

fn school(number: usize) -> School {
    let text = std::fs::read_to_string(root().join("workflows/schools/de-wilg.yaml")).unwrap();
    School::parse(&text.replace("school: de-wilg", &format!("school: {}", id(number)))).unwrap()
}

fn id(number: usize) -> String {
    format!("school-{number}")
}

/// Makes the database.
pub async fn build(folder: &Path, schools: usize, cycles: usize) {
    let clock = Arc::new(VirtualClock::new("2026-10-02T14:00:00Z".parse().unwrap()));
    let engine = engine(folder, clock.clone()).await;
    let path = root().join("workflows/learning-cycle");
    let read = |name: &str| SourceFile::new(name.to_owned(), std::fs::read_to_string(path.join(name)).unwrap());
    let bundle =
        Bundle { main: read("learning-cycle.yaml"), texts: vec![read("texts/nl.yaml"), read("texts/en.yaml")] };
    let instrument = |reference: &Reference| {
        let name = format!("workflows/instruments/{}.yaml", reference.name);
        Some(SourceFile::new(name.clone(), std::fs::read_to_string(root().join(name)).ok()?))
    };
    let options = Options { instrument: Some(&instrument), ..Options::default() };
    let workflow = language::check(&bundle, &options).workflow.unwrap();
    engine.publish(&workflow, "").await.unwrap();
    let mut begun = Vec::new();
    for number in 0..schools {
        let school = school(number);
        engine.put_school(&school).await.unwrap();
        for cycle in 0..cycles / schools {
            let team = json!({"id": format!("t{cycle}"), "label": format!("Team {cycle}"), "members": MEMBERS, "coach": COACH});
            let config = json!({"team": team, "first_meeting": "2026-10-20", "report_moments": ["2027-02-02"]});
            let request = StartRequest {
                id: Some(format!("{}-c{cycle}", school.school)),
                school: school.school.clone(),
                workflow: workflow.id.clone(),
                config: config.as_object().cloned().unwrap(),
                ..StartRequest::default()
            };
            let reply = engine.start(request, &school.actor("dir").unwrap(), None).await.unwrap();
            begun.push((school.clone(), reply.instance));
        }
    }
    engine.advance(&clock, "2026-10-20T14:00:00Z".parse().unwrap()).await.unwrap();
    let engine = &engine;
    // Side by side: one commit takes many of them.
    let mut waiting = tokio::task::JoinSet::new();
    for (school, cycle) in begun {
        let engine = Arc::clone(engine);
        waiting.spawn(async move { meet(&engine, &school, &cycle).await });
        if waiting.len() >= 64 {
            waiting.join_next().await.unwrap().unwrap();
        }
    }
    while let Some(done) = waiting.join_next().await {
        done.unwrap();
    }
}

/// The first meeting of a team: agreements, then needs on cards.
async fn meet(engine: &Engine, school: &School, cycle: &str) {
    for (at, member) in MEMBERS.iter().enumerate() {
        let actor = school.actor(member).unwrap();
        hand_in(engine, cycle, &actor, "agreements", json!({"consent": {"value": "agree"}})).await;
        if at == MEMBERS.len() - 1 {
            let coach = school.actor(COACH).unwrap();
            let agreed = Command::Send { event: "agreed".into(), data: json!({}), reason: None };
            engine.command(cycle, &coach, agreed, None).await.unwrap();
        }
    }
    for (at, member) in MEMBERS.iter().enumerate() {
        let card = json!({"card": {"card_id": format!("n{at}"), "question": "own_class", "text": "Leerlingen weten na de les niet wat het doel was"}});
        hand_in(engine, cycle, &school.actor(member).unwrap(), "needs", card).await;
    }
}

async fn hand_in(engine: &Engine, cycle: &str, actor: &draaiboek_workflow::decide::Actor, step: &str, payload: Value) {
    let handed = Handed { step: step.to_owned(), payload, ..Handed::default() };
    engine.contribute(cycle, actor, handed, None).await.unwrap();
}

/// Serves the database until killed; says where, and who has a session.
pub async fn serve(folder: &Path) {
    let clock: Arc<dyn Clock> = Arc::new(ShiftedClock::starting("2026-10-21T09:00:00Z".parse().unwrap()));
    let engine = engine(folder, clock).await;
    let pump = tokio::spawn(Arc::clone(&engine).run(std::future::pending()));
    let free = TcpListener::bind("127.0.0.1:0").await.unwrap().local_addr().unwrap();
    let server = Server::bind(Arc::clone(&engine), free, Config::default()).await.unwrap();
    let schools = engine.store().read().schools().await.unwrap();
    let mut lines = vec![format!("listen\t{}", server.address())];
    for (number, row) in schools.iter().enumerate() {
        for (at, (role, person)) in
            [("dir", "dir"), ("coach", COACH), ("teacher", "lk13"), ("teacher", "lk14")].into_iter().enumerate()
        {
            let link = server.sign_in_link(&row.id, person).await.unwrap();
            // The live bench needs a coach and a teacher of one cycle; the others look at cycles of their own.
            let cycle = format!("{}-c{}", row.id, if at < 3 { 0 } else { 1 + number % 10 });
            lines.push(format!("{role}\t{link}\t{cycle}"));
        }
    }
    let address = server.address().to_string();
    let running = tokio::spawn(server.run(std::future::pending()));
    let mut connection = crate::client::Connection::open(&address).await;
    for line in &lines {
        match line.split('\t').collect::<Vec<_>>().as_slice() {
            [role, link, cycle] => {
                let path = format!("/link/{}", link.rsplit('/').next().unwrap());
                let cookie = connection.sign_in(&path).await;
                println!("visitor\t{role}\t{cookie}\t{cycle}");
            }
            _ => println!("{line}"),
        }
    }
    println!("ready");
    running.await.unwrap().unwrap();
    pump.abort();
}

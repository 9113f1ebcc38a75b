//! The pages of docs/codes: each code has one, its example gives the code with the message printed there, and the
//! mended form does not. `DRAAIBOEK_BLESS=1` writes the messages into the pages.

use std::path::PathBuf;

use super::{Severity, codes, shown, with_bases};
use crate::language::codes::ALL;

/// Codes that no short document can show; `limits` has their tests, and `mapping` those of the map of a migration.
const WITHOUT_EXAMPLE: &[&str] = &["DB001", "DB002", "DB009", "DB014", "DB015", "DB016", "DB091", "DB092"];

fn folder() -> PathBuf {
    PathBuf::from(concat!(env!("CARGO_MANIFEST_DIR"), "/../../docs/codes"))
}

/// The fenced blocks of one language.
fn blocks(text: &str, language: &str) -> Vec<String> {
    text.split(&format!("```{language}\n"))
        .skip(1)
        .filter_map(|rest| rest.split("```").next())
        .map(str::to_owned)
        .collect()
}

#[test]
fn every_code_has_a_page_and_every_page_a_code() {
    let mut pages: Vec<String> = std::fs::read_dir(folder())
        .unwrap()
        .filter_map(|entry| entry.unwrap().file_name().into_string().ok())
        .filter_map(|name| name.strip_suffix(".md").map(str::to_owned))
        .filter(|name| name != "README")
        .collect();
    pages.sort();
    let ids: Vec<String> = ALL.iter().map(|code| code.id.to_owned()).collect();
    assert_eq!(pages, ids);
}

#[test]
fn examples_give_their_code_and_mended_ones_do_not() {
    let bless = std::env::var("DRAAIBOEK_BLESS").is_ok();
    let mut wrong = Vec::new();
    for code in ALL {
        let path = folder().join(format!("{}.md", code.id));
        let page = std::fs::read_to_string(&path).unwrap();
        let heading = format!("# {}: {}\n", code.id, code.title);
        if !page.starts_with(&heading) {
            wrong.push(format!("{} should begin with {heading}", code.id));
        }
        let (example, mend) = page.split_once("## Mend").unwrap();
        let bad = blocks(example, "yaml");
        assert_eq!(bad.is_empty(), WITHOUT_EXAMPLE.contains(&code.id), "{}", code.id);
        if bad.is_empty() {
            continue;
        }
        let checked = with_bases(&bad);
        let given = codes(&checked);
        if !given.contains(&code.id) {
            wrong.push(format!("{} gives {given:?}:\n{}", code.id, shown(&checked)));
        }
        let message = shown(&checked);
        let printed = blocks(example, "text").join("");
        if printed != message {
            if bless {
                let page = page.replacen(&format!("```text\n{printed}```"), &format!("```text\n{message}```"), 1);
                std::fs::write(&path, page).unwrap();
            } else {
                wrong.push(format!("{} prints another message than\n{message}", code.id));
            }
        }
        let mended = with_bases(&blocks(mend, "yaml"));
        if codes(&mended).contains(&code.id) || mended.count(Severity::Error) > 0 {
            wrong.push(format!("{} mended gives {:?}:\n{}", code.id, codes(&mended), shown(&mended)));
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n\n"));
}

#[test]
fn codes_written_in_the_source_are_registered() {
    let known: Vec<&str> = ALL.iter().map(|code| code.id).collect();
    let sources = [
        include_str!("../diagnostic.rs"),
        include_str!("../instrument.rs"),
        include_str!("../load.rs"),
        include_str!("../mapping.rs"),
        include_str!("../shape.rs"),
        include_str!("../span.rs"),
        include_str!("../syntax.rs"),
        include_str!("../texts.rs"),
        include_str!("../types.rs"),
        include_str!("../yaml.rs"),
        include_str!("../merge.rs"),
        include_str!("../lower/mod.rs"),
        include_str!("../lower/state.rs"),
        include_str!("../lower/step.rs"),
        include_str!("../verify/mod.rs"),
        include_str!("../verify/actions.rs"),
        include_str!("../verify/compile.rs"),
        include_str!("../verify/events.rs"),
        include_str!("../verify/kinds.rs"),
        include_str!("../verify/moments.rs"),
        include_str!("../verify/steps.rs"),
        include_str!("../verify/structure.rs"),
        include_str!("../../lint/reach.rs"),
        include_str!("../../lint/regions.rs"),
        include_str!("../../lint/people.rs"),
        include_str!("../../lint/texts.rs"),
        include_str!("../../lint/transitions.rs"),
        include_str!("../../lint/rules/mod.rs"),
    ];
    let mut used = std::collections::BTreeSet::new();
    for source in sources {
        for part in source.split("\"DB").skip(1) {
            let id = format!("DB{}", &part[..3]);
            assert!(known.contains(&id.as_str()), "{id} is not in the registry");
            used.insert(id);
        }
    }
    let unused: Vec<&str> = known.into_iter().filter(|id| !used.contains(*id)).collect();
    assert!(unused.is_empty(), "registered but never given: {unused:?}");
}

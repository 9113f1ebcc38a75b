//! Migrations as people read them, in Dutch or English.

use super::{Becomes, Given, Named, Preview, Task, Timer, Unmet};

/// Reasons of a refusal: word, Dutch, English. `{}` is what it is about.
const REASONS: [(&str, &str, &str); 22] = [
    ("ALREADY_THERE", "Deze cyclus volgt versie {} al.", "This cycle goes by version {} already."),
    (
        "BEGINNING",
        "Wat er nieuw is waar de cyclus staat, kan niet beginnen.",
        "What is new where the cycle stands cannot begin.",
    ),
    (
        "CHANGED_SINCE",
        "Na de overgang gebeurde er nog iets ({}); terug kan alleen meteen.",
        "Something happened after the migration ({}); the way back is only open right away.",
    ),
    (
        "CHILDREN",
        "Onder `{}` lopen cycli die in de nieuwe versie nergens thuishoren.",
        "Cycles run below `{}` that have no place in the new version.",
    ),
    (
        "CONFIG_MISSING",
        "De nieuwe versie vraagt bij het begin naar `{}`; geef die waarde in het plan.",
        "The new version asks for `{}` at the start; give it in the map.",
    ),
    ("CONFIG_TYPE", "De instelling `{}` past niet in haar nieuwe vorm.", "The setting `{}` does not fit its new form."),
    (
        "DATA_TYPE",
        "Wat bewaard is onder `{}` past niet in zijn nieuwe vorm.",
        "What is kept under `{}` does not fit its new form.",
    ),
    (
        "FORM",
        "De taak `{}` staat open en leest iets dat verdwijnt; wacht tot ze gesloten is.",
        "The task `{}` is open and reads what goes away; wait until it is closed.",
    ),
    (
        "KIND_CHANGED",
        "De stap `{}` wordt een andere soort stap; geef de nieuwe een andere naam.",
        "The step `{}` becomes another kind of step; give the new one another id.",
    ),
    ("NOT_MIGRATED", "Deze cyclus ging niet over naar een andere versie.", "This cycle was not migrated."),
    (
        "NO_STATE",
        "De cyclus staat (of stond) in `{}`, en de nieuwe versie kent die toestand niet.",
        "The cycle stands (or stood) in `{}`, which the new version does not have.",
    ),
    (
        "NO_STEP",
        "De taak `{}` staat open, en de nieuwe versie kent die stap niet.",
        "The task `{}` is open, and the new version has no such step.",
    ),
    ("OTHER_VERSION", "Deze cyclus volgt intussen versie {}.", "This cycle goes by version {} meanwhile."),
    ("OTHER_WORKFLOW", "`{}` is een andere werkvorm.", "`{}` is another workflow."),
    (
        "POOL_CHANGED",
        "De stap `{}` zou andere bijdragen krijgen dan waarvoor ze open was.",
        "The step `{}` would get other contributions than those it was opened for.",
    ),
    (
        "PRIVACY_LOWERED",
        "Voor `{}` kwamen al bijdragen binnen; de bescherming ervan mag niet zwakker worden.",
        "There are contributions for `{}`; their protection may not become weaker.",
    ),
    (
        "ROLE_GONE",
        "Mensen hebben de rol `{}`, en de nieuwe versie kent die niet.",
        "People hold the role `{}`, which the new version does not have.",
    ),
    (
        "STATES_APART",
        "De toestanden {} kunnen in de nieuwe versie niet samen.",
        "The states {} cannot go together in the new version.",
    ),
    ("STATE_IS_END", "`{}` is een einde; kies een toestand ervoor.", "`{}` is an end; choose a state before it."),
    (
        "STATE_NOT_PLAIN",
        "In `{}` liggen andere toestanden; kies er een van.",
        "`{}` has states inside; choose one of them.",
    ),
    (
        "STEP_ELSEWHERE",
        "De taak `{}` staat open, maar hoort in de nieuwe versie bij een andere toestand.",
        "The task `{}` is open, but belongs to another state in the new version.",
    ),
    ("TWICE", "Twee stappen zouden samen `{}` worden.", "Two steps would both become `{}`."),
];

/// A reason of a refusal in a sentence; `None` for a word that is not one of migration's.
pub fn reason(reason: &str, locale: &str) -> Option<String> {
    let (word, about) = reason.split_once(':').unwrap_or((reason, ""));
    let (_, nl, en) = REASONS.iter().find(|(known, ..)| *known == word)?;
    Some(if locale == "en" { en } else { nl }.replace("{}", about))
}

/// What a migration would do, one sentence a line.
pub fn told(preview: &Preview, locale: &str) -> Vec<String> {
    let words = Words { english: locale == "en" };
    let mut lines = vec![words.places(&preview.before, &preview.after)];
    lines.extend(preview.tasks.iter().map(|task| words.task(task, preview)));
    lines.extend(preview.timers.iter().map(|timer| words.timer(timer)));
    lines.extend(preview.data.iter().map(|given| words.given(given, words.pick("gegeven", "data"))));
    lines.extend(preview.config.iter().map(|given| words.given(given, words.pick("instelling", "setting"))));
    lines.extend(preview.children.iter().map(|child| format!("{} {child}", words.pick("begint:", "begins:"))));
    lines.extend(preview.unmet.iter().map(|unmet| words.unmet(unmet)));
    lines.push(words.heard(&preview.told));
    lines
}

struct Words {
    english: bool,
}

impl Words {
    fn pick<'t>(&self, nl: &'t str, en: &'t str) -> &'t str {
        if self.english { en } else { nl }
    }

    fn places(&self, before: &[Named], after: &[Named]) -> String {
        let list = |places: &[Named]| places.iter().map(titled).collect::<Vec<_>>().join(", ");
        let (was, is) = (list(before), list(after));
        if was == is {
            return format!("{} {was}", self.pick("blijft staan in", "stays in"));
        }
        format!("{} {was} → {is}", self.pick("gaat van", "goes from"))
    }

    fn task(&self, task: &Task, preview: &Preview) -> String {
        let name = format!("{} {}", self.pick("taak", "task"), titled(&task.step));
        let mut text = match task.becomes {
            Becomes::Stays => format!("{name} {}", self.pick("blijft open", "stays open")),
            Becomes::Renamed => {
                let now = task.now.as_deref().unwrap_or_default();
                format!(
                    "{name} {} `{now}`",
                    self.pick("blijft open en heet voortaan", "stays open and is called from now on")
                )
            }
            Becomes::Ends => format!(
                "{name} {}",
                self.pick("eindigt; bijdragen blijven leesbaar", "ends; contributions stay readable")
            ),
            Becomes::Begins => format!("{name} {}", self.pick("gaat open", "opens")),
        };
        if task.keeps_form {
            let form = self.pick("in de vorm van", "in the form of");
            text.push_str(&format!(" {form} {}", preview.from));
        }
        text
    }

    fn timer(&self, timer: &Timer) -> String {
        let due = timer.due.strftime("%Y-%m-%d %H:%M");
        let id = &timer.id;
        let text = match timer.becomes {
            Becomes::Stays => format!("timer `{id}` {} {due}", self.pick("houdt zijn moment:", "keeps its moment:")),
            Becomes::Renamed => {
                let now = timer.now.as_deref().unwrap_or_default();
                format!(
                    "timer `{id}` {} `{now}` {} {due}",
                    self.pick("heet voortaan", "is called from now on"),
                    self.pick("en houdt zijn moment:", "and keeps its moment:")
                )
            }
            Becomes::Ends => format!("timer `{id}` ({due}) {}", self.pick("stopt", "stops")),
            Becomes::Begins => {
                format!("timer `{id}` {} {due}", self.pick("begint en gaat af op", "starts and rings on"))
            }
        };
        let at_once = self.pick("; dat is voorbij, dus meteen", "; that has passed, so at once");
        if timer.passed { format!("{text}{at_once}") } else { text }
    }

    fn given(&self, given: &Given, what: &str) -> String {
        let name = &given.name;
        match (&given.from, &given.value) {
            (Some(from), _) => {
                format!("{what} `{from}` {} `{name}`", self.pick("heet voortaan", "is called from now on"))
            }
            (None, Some(value)) => {
                format!("{what} `{name}` {} {value}", self.pick("is nieuw en begint met", "is new and begins with"))
            }
            (None, None) => {
                format!("{what} `{name}` {}", self.pick("heeft geen betekenis meer", "has no meaning any more"))
            }
        }
    }

    fn unmet(&self, unmet: &Unmet) -> String {
        let (nl, en) = ("er ontbreekt dan nog voor", "would then be missing for");
        format!("{} {}: {}", self.pick(nl, en), titled(&unmet.event), unmet.reasons.join("; "))
    }

    fn heard(&self, told: &[String]) -> String {
        match told {
            [] => self.pick("niemand krijgt bericht", "nobody gets a message").to_owned(),
            told => format!("{} {}", self.pick("bericht aan", "message to"), told.join(", ")),
        }
    }
}

/// A title with its id; the id alone when there is no title.
fn titled(named: &Named) -> String {
    if named.title == named.id {
        format!("`{}`", named.id)
    } else {
        format!("\u{201c}{}\u{201d} ({})", named.title, named.id)
    }
}

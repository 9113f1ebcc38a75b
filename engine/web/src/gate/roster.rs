//! The school as a document that people change: staff, teams, its own days; and what an import of staff would change.
//!
//! Every change reads the school anew behind one lock, so that two people who save at once both find their change back.

use draaiboek_runtime::{LocalDay, Person, School, Team};

use super::permit::{ManageCalendar, ManagePeople, Permission};
use super::visit::Visit;
use crate::answer::Failure;

/// Roles that a school file may give; `adm` belongs to accounts.
pub(crate) const ROLES: [&str; 18] = [
    "dir", "pol", "coach", "tch", "newtch", "zc", "gc", "cc", "ment", "adv", "core", "thm", "staff", "ext", "clb",
    "lsc", "cns", "par",
];
/// Kinds of teams.
pub(crate) const TEAM_KINDS: [&str; 6] = ["row", "theme", "subject", "class_council", "cross_school", "adhoc"];
/// Longest name or title, in characters.
const MAX_NAME: usize = 120;
/// Most lines of an import.
const MAX_LINES: usize = 2_000;

/// Why a change of the school is not made.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Amiss {
    /// Id or name is missing, too long, or has other characters than letters, digits, `-`, `_` and `.`.
    Name,
    /// Words that are no roles.
    Roles(Vec<String>),
    /// People who are not at the school.
    People(Vec<String>),
    /// No kind of team.
    Kind,
    /// A line without id and name.
    Line,
}

impl Amiss {
    /// The same as a sentence for programs.
    pub(crate) fn help(&self) -> String {
        match self {
            Self::Name => format!(
                "an id has at most 40 letters, digits, `-`, `_` and `.`; a name is not empty and has at most {MAX_NAME} characters"
            ),
            Self::Roles(words) => format!("no such role: {}; choose from {}", words.join(", "), ROLES.join(", ")),
            Self::People(ids) => format!("nobody at this school has the id {}; add them first", ids.join(", ")),
            Self::Kind => format!("no such kind of team; choose from {}", TEAM_KINDS.join(", ")),
            Self::Line => "a line needs an id and a name, separated by `;`".into(),
        }
    }
}

/// A person as somebody writes it down.
#[derive(Debug, Clone)]
pub(crate) struct PersonEdit {
    pub id: String,
    pub name: String,
    pub roles: Vec<String>,
}

/// A team as somebody writes it down; what is left out stays.
#[derive(Debug, Clone, Default)]
pub(crate) struct TeamEdit {
    pub id: String,
    pub title: Option<String>,
    pub kind: Option<String>,
    pub members: Vec<String>,
    pub coach: Option<String>,
}

/// What one line of an import does.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Change {
    Add { id: String, name: String, roles: Vec<String> },
    Alter { id: String, name: String, roles: Vec<String> },
}

/// What an import would do: changes in order, problems by line number from 1, and the school as it would be.
#[derive(Debug)]
pub(crate) struct Import {
    pub changes: Vec<Change>,
    pub problems: Vec<(usize, Amiss)>,
    pub school: School,
}

/// The words of a list that commas or blanks separate.
pub(crate) fn words(list: &str) -> Vec<String> {
    list.split([',', ' ']).map(|word| word.trim().to_lowercase()).filter(|word| !word.is_empty()).collect()
}

fn fine_id(id: &str) -> bool {
    !id.is_empty() && id.len() <= 40 && id.chars().all(|c| c.is_ascii_alphanumeric() || "-_.".contains(c))
}

fn fine_name(name: &str) -> bool {
    !name.trim().is_empty() && name.chars().count() <= MAX_NAME
}

/// Adds or changes a person; what the school file knows besides stays.
pub(crate) fn set_person(school: &mut School, edit: &PersonEdit) -> Result<(), Amiss> {
    if !fine_id(&edit.id) || !fine_name(&edit.name) {
        return Err(Amiss::Name);
    }
    let unknown: Vec<String> = edit.roles.iter().filter(|word| !ROLES.contains(&word.as_str())).cloned().collect();
    if !unknown.is_empty() {
        return Err(Amiss::Roles(unknown));
    }
    let attributes = school.people.get(&edit.id).map(|known| known.attributes.clone()).unwrap_or_default();
    let person = Person { name: edit.name.trim().to_owned(), roles: edit.roles.clone(), attributes };
    school.people.insert(edit.id.clone(), person);
    Ok(())
}

/// Adds or changes a team.
pub(crate) fn set_team(school: &mut School, edit: &TeamEdit) -> Result<(), Amiss> {
    if !fine_id(&edit.id) || edit.title.as_deref().is_some_and(|title| !fine_name(title)) {
        return Err(Amiss::Name);
    }
    let named = edit.members.iter().chain(&edit.coach);
    let unknown: Vec<String> = named.filter(|id| !school.people.contains_key(*id)).cloned().collect();
    if !unknown.is_empty() {
        return Err(Amiss::People(unknown));
    }
    if edit.kind.as_deref().is_some_and(|kind| !TEAM_KINDS.contains(&kind)) {
        return Err(Amiss::Kind);
    }
    let known = school.teams.get(&edit.id).cloned();
    if known.is_none() && edit.title.is_none() {
        return Err(Amiss::Name);
    }
    let known = known.unwrap_or_else(|| Team { kind: "adhoc".into(), ..Team::default() });
    let title = edit.title.as_ref().map_or(known.title, |title| title.trim().to_owned());
    let kind = edit.kind.clone().unwrap_or(known.kind);
    let team = Team { title, kind, members: edit.members.clone(), coach: edit.coach.clone(), ..known };
    school.teams.insert(edit.id.clone(), team);
    Ok(())
}

/// What a list `id;name;roles` would change; a first line that begins with `id` is its heading.
pub(crate) fn plan(school: &School, text: &str) -> Import {
    let mut import = Import { changes: Vec::new(), problems: Vec::new(), school: school.clone() };
    for (at, line) in text.lines().enumerate().take(MAX_LINES).filter(|(_, line)| !line.trim().is_empty()) {
        let cells: Vec<&str> = line.split(';').map(str::trim).collect();
        let [id, name, rest @ ..] = cells.as_slice() else {
            import.problems.push((at + 1, Amiss::Line));
            continue;
        };
        if *id == "id" {
            continue;
        }
        let roles = words(rest.first().unwrap_or(&""));
        let edit = PersonEdit { id: (*id).to_owned(), name: (*name).to_owned(), roles };
        let before = import.school.people.get(*id).cloned();
        if let Err(amiss) = set_person(&mut import.school, &edit) {
            import.problems.push((at + 1, amiss));
            continue;
        }
        let PersonEdit { id, name, roles } = edit;
        match before {
            None => import.changes.push(Change::Add { id, name, roles }),
            Some(known) if import.school.people.get(&id) != Some(&known) => {
                import.changes.push(Change::Alter { id, name, roles });
            }
            Some(_) => {}
        }
    }
    import
}

impl<P: Permission> Visit<P> {
    /// Changes the school as it is now, one change after the other.
    async fn change_school<T>(
        &self,
        act: &str,
        class: &str,
        change: impl FnOnce(&mut School) -> Result<T, Failure>,
    ) -> Result<T, Failure> {
        let _one_at_a_time = self.app().school_lock.lock().await;
        let mut school = self.engine().school(&self.member()?.school).await?;
        let made = change(&mut school)?;
        self.record(act, class, None).await?;
        self.engine().put_school(&school).await?;
        Ok(made)
    }
}

impl Visit<ManageCalendar> {
    /// Adds or replaces a day of the school itself; open timers are dated anew.
    ///
    /// # Errors
    /// A day that cannot be; the database.
    pub(crate) async fn put_day(&self, day: LocalDay) -> Result<(), Failure> {
        if !fine_name(&day.title) {
            return Err(Failure::Invalid(Amiss::Name.help()));
        }
        let days = self.place()?.calendar.school_days();
        let (first, last) = (days.iter().min().copied(), days.iter().max().copied());
        let (from, to) = (day.from, day.to.unwrap_or(day.from));
        if to < from || first.is_none_or(|first| from < first) || last.is_none_or(|last| to > last) {
            return Err(Failure::Invalid("day".into()));
        }
        self.change_school("calendar/put", "P0", |school| {
            school.calendar.local.retain(|known| known.id != day.id);
            school.calendar.local.push(day);
            school.calendar.local.sort_by_key(|day| day.from);
            Ok(())
        })
        .await
    }

    /// Takes a day of the school away.
    ///
    /// # Errors
    /// The database.
    pub(crate) async fn drop_day(&self, id: &str) -> Result<(), Failure> {
        self.change_school("calendar/drop", "P0", |school| {
            let before = school.calendar.local.len();
            school.calendar.local.retain(|known| known.id != id);
            if school.calendar.local.len() == before { Err(Failure::NotFound) } else { Ok(()) }
        })
        .await
    }
}

impl Visit<ManagePeople> {
    /// Adds or changes a person.
    ///
    /// # Errors
    /// The database.
    pub(crate) async fn save_person(&self, edit: &PersonEdit) -> Result<Result<(), Amiss>, Failure> {
        self.checked(|school| set_person(school, edit)).await
    }

    /// Adds or changes a team.
    ///
    /// # Errors
    /// The database.
    pub(crate) async fn save_team(&self, edit: &TeamEdit) -> Result<Result<(), Amiss>, Failure> {
        self.checked(|school| set_team(school, edit)).await
    }

    /// Changes the people of the school, unless `set` says why not.
    ///
    /// # Errors
    /// The database.
    pub(crate) async fn checked<E: Send>(
        &self,
        set: impl FnOnce(&mut School) -> Result<(), E>,
    ) -> Result<Result<(), E>, Failure> {
        let mut amiss = None;
        let set = |school: &mut School| {
            set(school).map_err(|found| {
                amiss = Some(found);
                Failure::Invalid(String::new())
            })
        };
        let changed = self.change_school("people/put", "P1", set).await;
        match amiss {
            Some(amiss) => Ok(Err(amiss)),
            None => changed.map(Ok),
        }
    }

    /// What an import would do; with `really` and without problems it is done.
    ///
    /// # Errors
    /// The database.
    pub(crate) async fn import(&self, text: &str, really: bool) -> Result<(Import, bool), Failure> {
        let import = plan(&self.place()?.school, text);
        if !really || !import.problems.is_empty() {
            return Ok((import, false));
        }
        let import = self
            .change_school("people/put", "P1", |school| {
                let import = plan(school, text);
                *school = import.school.clone();
                Ok(import)
            })
            .await?;
        Ok((import, true))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn school() -> School {
        School::parse(
            "{school: s, name: S, calendar: {base: be-nl, years: [2026-2027]}, \
             people: {a: {name: An, roles: [tch], row: 3}}, teams: {t: {title: T, kind: row, members: [a]}}}",
        )
        .expect("a school")
    }

    #[test]
    fn an_import_says_what_it_would_do_line_by_line() {
        let import = plan(&school(), "id;naam;rollen\na;An;tch\nb;Bo;coach, tch\na;Anna;dir\nc;;tch\nd;Dé;baas\nx");
        let add = Change::Add { id: "b".into(), name: "Bo".into(), roles: vec!["coach".into(), "tch".into()] };
        let alter = Change::Alter { id: "a".into(), name: "Anna".into(), roles: vec!["dir".into()] };
        assert_eq!(import.changes, vec![add, alter]);
        assert_eq!(import.problems, vec![(5, Amiss::Name), (6, Amiss::Roles(vec!["baas".into()])), (7, Amiss::Line)]);
        assert_eq!(import.school.people["a"].attributes["row"], 3, "what the file knows besides stays");
    }

    #[test]
    fn teams_name_only_people_of_the_school() {
        let mut school = school();
        let edit = TeamEdit { id: "n".into(), members: vec!["a".into()], ..TeamEdit::default() };
        assert_eq!(set_team(&mut school, &edit), Err(Amiss::Name), "a new team needs a title");
        let edit = TeamEdit { title: Some("Nieuw".into()), coach: Some("z".into()), ..edit };
        assert_eq!(set_team(&mut school, &edit), Err(Amiss::People(vec!["z".into()])));
        let edit = TeamEdit { coach: Some("a".into()), kind: Some("bende".into()), ..edit };
        assert_eq!(set_team(&mut school, &edit), Err(Amiss::Kind));
        let edit = TeamEdit { kind: None, ..edit };
        assert_eq!(set_team(&mut school, &edit), Ok(()));
        assert_eq!(school.teams["n"].kind, "adhoc");
    }
}

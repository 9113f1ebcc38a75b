//! From contributions to materials with their versions and try-outs.

use draaiboek_sdk::{Contribution, Table, count_by, groups_of, groups_without, writes};

use crate::{Add, Config, Entry, Revise, Worked};

/// The picture.
#[derive(Debug)]
pub struct Picture {
    pub(crate) materials: Vec<Item>,
    withdrawn: Vec<String>,
    tryouts: Table<Table<Tries>>,
    tried: Vec<String>,
    pub(crate) untried: Vec<String>,
    by_group: Table<u64>,
    groups: Vec<String>,
    pub(crate) groups_without: Vec<String>,
}
writes!(Picture { materials, withdrawn, tryouts, tried, untried, by_group, groups, groups_without });

/// A material.
#[derive(Debug)]
pub struct Item {
    material_id: String,
    title: String,
    kind: Option<String>,
    links: Vec<String>,
    group: Option<String>,
    private: bool,
    current: u32,
    versions: Vec<Version>,
    parallel: Vec<u32>,
}
writes!(Item { material_id, title, kind, links, group, private, current, versions, parallel });

/// A version.
#[derive(Debug)]
pub struct Version {
    n: u32,
    base: u32,
    by: String,
    text: Option<String>,
    reference: Option<String>,
    licence: Option<String>,
    note: Option<String>,
    authors: Vec<String>,
}
writes!(Version { n, base, by, text, reference, licence, note, authors });

/// Try-outs of a version.
#[derive(Debug, Default)]
pub struct Tries {
    teachers: u64,
    yes: u64,
    partly: u64,
    no: u64,
}
writes!(Tries { teachers, yes, partly, no });

impl Picture {
    fn item(&self, id: &str) -> Option<&Item> {
        self.materials.iter().find(|item| item.material_id == id)
    }

    /// Who brought a material.
    pub(crate) fn author(&self, id: &str) -> Option<&str> {
        self.item(id)?.versions.first().map(|version| version.by.as_str())
    }

    /// The version that counts now.
    pub(crate) fn current(&self, id: &str) -> Option<u32> {
        self.item(id).map(|item| item.current)
    }

    /// Whether a version exists.
    pub(crate) fn has_version(&self, id: &str, n: u32) -> bool {
        self.item(id).is_some_and(|item| item.versions.iter().any(|version| version.n == n))
    }
}

pub(crate) fn picture(config: &Config, invited: Option<&[String]>, all: &[Contribution<Entry>]) -> Picture {
    let withdrawn: Vec<String> = {
        let mut ids: Vec<String> = all
            .iter()
            .filter_map(|one| match &one.entry {
                Entry::Withdraw(withdraw) => Some(withdraw.material_id.clone()),
                _ => None,
            })
            .collect();
        ids.sort();
        ids.dedup();
        ids
    };
    let mut materials: Vec<Item> = Vec::new();
    for one in all {
        match &one.entry {
            Entry::Add(add) if !withdrawn.contains(&add.material_id) => materials.push(added(config, add, one)),
            Entry::Revise(revise) => {
                if let Some(item) = materials.iter_mut().find(|item| item.material_id == revise.material_id) {
                    item.revise(revise, one.by());
                }
            }
            Entry::Pick(pick) => {
                if let Some(item) = materials.iter_mut().find(|item| item.material_id == pick.material_id) {
                    item.pick(pick.version);
                }
            }
            _ => {}
        }
    }
    materials.sort_by(|a, b| a.material_id.cmp(&b.material_id));
    let tryouts = tries(all);
    // A team smaller than the minimum needs all of its members.
    let most = invited.map_or(usize::MAX, <[String]>::len).max(1);
    let enough = config.tryout.as_ref().map_or(0, |window| window.min_teachers.min(most));
    let has_enough = |item: &&Item| {
        let version = tryouts.get(&item.material_id).and_then(|tries| tries.get(&item.current.to_string()));
        version.map_or(0, |tries| tries.teachers) >= enough as u64
    };
    let ids = |wanted: bool| {
        materials.iter().filter(|item| has_enough(item) == wanted).map(|item| item.material_id.clone()).collect()
    };
    let by_group = count_by(materials.iter().map(|item| item.group.as_deref()));
    Picture {
        tried: ids(true),
        untried: ids(false),
        groups: groups_of(&by_group),
        groups_without: groups_without(&config.groups, &by_group),
        by_group,
        materials,
        withdrawn,
        tryouts,
    }
}

fn added(config: &Config, add: &Add, one: &Contribution<Entry>) -> Item {
    let first = Version {
        n: 1,
        base: 0,
        by: one.by().to_owned(),
        text: add.text.clone(),
        reference: add.ref_.clone(),
        licence: add.licence.clone(),
        note: None,
        authors: add.authors.clone(),
    };
    Item {
        material_id: add.material_id.clone(),
        title: add.title.clone(),
        kind: add.kind.clone(),
        links: add.links.clone(),
        group: add.group.clone().or_else(|| one.group().map(str::to_owned)),
        private: config.licence_required && add.licence.is_none(),
        current: 1,
        versions: vec![first],
        parallel: Vec::new(),
    }
}

impl Item {
    /// Two revisions of the same base are both kept until somebody picks.
    fn revise(&mut self, revise: &Revise, by: &str) {
        let base = revise.base.unwrap_or(self.current);
        let n = u32::try_from(self.versions.len()).unwrap_or(u32::MAX - 1) + 1;
        if self.versions.iter().any(|version| version.base == base) {
            let rival = self.versions.iter().find(|version| version.base == base).map(|version| version.n);
            self.parallel.extend(rival.filter(|rival| !self.parallel.contains(rival)));
            self.parallel.push(n);
        }
        self.versions.push(Version {
            n,
            base,
            by: by.to_owned(),
            text: revise.text.clone(),
            reference: None,
            licence: revise.licence.clone(),
            note: revise.note.clone(),
            authors: revise.authors.clone(),
        });
        if self.parallel.is_empty() {
            self.current = n;
        }
    }

    fn pick(&mut self, version: u32) {
        if self.versions.iter().any(|known| known.n == version) {
            self.current = version;
            self.parallel.clear();
        }
    }
}

/// One try-out per teacher and version: the host keeps the latest.
fn tries(all: &[Contribution<Entry>]) -> Table<Table<Tries>> {
    let mut table: Table<Table<Tries>> = Table::default();
    for one in all {
        let Entry::Tryout(tryout) = &one.entry else { continue };
        let version = tryout.version.unwrap_or(1).to_string();
        let tries = table.at(&tryout.material_id).at(&version);
        tries.teachers += 1;
        match tryout.worked {
            Worked::Yes => tries.yes += 1,
            Worked::Partly => tries.partly += 1,
            Worked::No => tries.no += 1,
        }
    }
    table
}

//! Materials with their versions and try-outs.

use draaiboek_sdk::{Context, Contribution, Table, count_by, groups_of, groups_without, writes};

use crate::{Add, Entry, Material, Revise, Worked};

/// The result.
#[derive(Debug)]
pub struct Picture {
    materials: Vec<Item>,
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
pub(crate) struct Item {
    pub(crate) material_id: String,
    pub(crate) title: String,
    pub(crate) kind: Option<String>,
    pub(crate) links: Vec<String>,
    group: Option<String>,
    private: bool,
    pub(crate) current: u32,
    versions: Vec<Version>,
    /// Versions of the same base between which nobody has chosen yet.
    parallel: Vec<u32>,
}
writes!(Item { material_id, title, kind, links, group, private, current, versions, parallel });

/// A version.
#[derive(Debug)]
pub(crate) struct Version {
    n: u32,
    base: u32,
    by: String,
    text: Option<String>,
    reference: Option<String>,
    licence: Option<String>,
    note: Option<String>,
    authors: Vec<String>,
}
writes!(Version { n, base, by, text, reference: "ref", licence, note, authors });

/// Try-outs of a version.
#[derive(Debug, Default)]
struct Tries {
    teachers: u64,
    yes: u64,
    partly: u64,
    no: u64,
}
writes!(Tries { teachers, yes, partly, no });

impl Picture {
    pub(crate) fn item(&self, id: &str) -> Option<&Item> {
        self.materials.iter().find(|item| item.material_id == id)
    }

    /// What others may see.
    pub(crate) fn open(&self) -> impl Iterator<Item = &Item> {
        self.materials.iter().filter(|item| !item.private)
    }

    /// A number that no version has or, as its try-outs show, ever had.
    pub(crate) fn next_version(&self, id: &str) -> u32 {
        let versions = self.item(id).into_iter().flat_map(|item| item.versions.iter().map(|version| version.n));
        let tried = self.tryouts.get(id).into_iter().flat_map(|tries| tries.names().filter_map(|n| n.parse().ok()));
        versions.chain(tried).max().unwrap_or(0) + 1
    }
}

impl Item {
    pub(crate) fn version(&self, n: u32) -> Option<&Version> {
        self.versions.iter().find(|version| version.n == n)
    }

    /// Who brought it.
    pub(crate) fn maker(&self) -> &str {
        self.versions.first().map_or("", |version| version.by.as_str())
    }

    /// The revision that somebody made of a version already.
    pub(crate) fn revised(&self, base: u32, by: &str) -> Option<u32> {
        self.versions
            .iter()
            .find(|version| version.base == base && version.by == by && version.n > 1)
            .map(|version| version.n)
    }

    fn revise(&mut self, revise: &Revise, by: &str) {
        let version = Version {
            n: revise.version,
            base: revise.base.unwrap_or(self.current),
            by: by.to_owned(),
            text: revise.text.clone(),
            reference: revise.reference.clone(),
            licence: revise.licence.clone(),
            note: revise.note.clone(),
            authors: revise.authors.clone(),
        };
        self.versions.push(version);
    }

    /// The newest version goes on; of versions with the same base the one that was picked, else the first of them.
    fn settle(&mut self, picked: Option<u32>) {
        self.versions.sort_by_key(|version| version.n);
        let Some(last) = self.versions.last() else { return };
        let rivals: Vec<u32> = self.versions.iter().filter(|v| v.base == last.base).map(|v| v.n).collect();
        self.current = rivals.first().copied().unwrap_or(last.n);
        match picked.filter(|n| rivals.contains(n)) {
            Some(n) => self.current = n,
            None if rivals.len() > 1 => self.parallel = rivals,
            None => {}
        }
    }
}

pub(crate) fn fold(ctx: &Context<Material>, all: &[Contribution<Entry>]) -> Picture {
    let mut items: Table<Item> = Table::default();
    let mut picked: Table<u32> = Table::default();
    let mut withdrawn: Table<()> = Table::default();
    for one in all {
        if let Entry::Add(add) = &one.entry
            && !items.has(&add.material_id)
        {
            items.set(&add.material_id, added(ctx, add, one));
        }
    }
    for one in all {
        match &one.entry {
            Entry::Revise(revise) => {
                if let Some(item) = items.get_mut(&revise.material_id) {
                    item.revise(revise, one.by());
                }
            }
            Entry::Pick(pick) => picked.set(&pick.material_id, pick.version),
            Entry::Withdraw(withdraw) => withdrawn.set(&withdraw.material_id, ()),
            Entry::Add(_) | Entry::Tryout(_) => {}
        }
    }
    let mut materials = Vec::new();
    for (id, mut item) in items {
        if !withdrawn.has(&id) {
            item.settle(picked.get(&id).copied());
            materials.push(item);
        }
    }
    let tryouts = tries(all);
    let (tried, untried) = tried(ctx, &materials, &tryouts);
    let by_group = count_by(materials.iter().map(|item| item.group.as_deref()));
    Picture {
        withdrawn: withdrawn.names().map(str::to_owned).collect(),
        tried,
        untried,
        groups: groups_of(&by_group),
        groups_without: groups_without(&ctx.config.groups, &by_group),
        by_group,
        materials,
        tryouts,
    }
}

fn added(ctx: &Context<Material>, add: &Add, one: &Contribution<Entry>) -> Item {
    let first = Version {
        n: 1,
        base: 0,
        by: one.by().to_owned(),
        text: add.text.clone(),
        reference: add.reference.clone(),
        licence: add.licence.clone(),
        note: None,
        authors: add.authors.clone(),
    };
    Item {
        material_id: add.material_id.clone(),
        title: add.title.clone(),
        kind: add.kind.clone(),
        links: add.links.clone(),
        group: add.group.clone().or_else(|| one.from.group.clone()),
        private: ctx.config.licence_required && add.licence.is_none(),
        current: 1,
        versions: vec![first],
        parallel: Vec::new(),
    }
}

/// One try-out per teacher and version, as the slots keep it; a try-out counts for its own version only.
fn tries(all: &[Contribution<Entry>]) -> Table<Table<Tries>> {
    let mut table: Table<Table<Tries>> = Table::default();
    for one in all {
        let Entry::Tryout(tryout) = &one.entry else { continue };
        let tries = table.at(&tryout.material_id).at(&tryout.version.unwrap_or(1).to_string());
        tries.teachers += 1;
        match tryout.worked {
            Worked::Yes => tries.yes += 1,
            Worked::Partly => tries.partly += 1,
            Worked::No => tries.no += 1,
        }
    }
    table
}

/// Materials whose current version enough teachers tried, and the others. A smaller team needs all of its members.
fn tried(ctx: &Context<Material>, materials: &[Item], tryouts: &Table<Table<Tries>>) -> (Vec<String>, Vec<String>) {
    let team = ctx.invited.as_ref().map_or(usize::MAX, |invited| invited.len().max(1));
    let enough = ctx.config.tryout.as_ref().map_or(1, |window| window.min_teachers).min(team) as u64;
    let (mut tried, mut untried) = (Vec::new(), Vec::new());
    for item in materials {
        let tries = tryouts.get(&item.material_id).and_then(|versions| versions.get(&item.current.to_string()));
        let list = if tries.is_some_and(|tries| tries.teachers >= enough) { &mut tried } else { &mut untried };
        list.push(item.material_id.clone());
    }
    (tried, untried)
}

//! The configuration as the counting needs it, and what a schema cannot say about it.

use draaiboek_sdk::{FromJson, Json, Named, Problem, Refusal, Table, field, reads, words};

/// What is asked of whom.
#[derive(Debug)]
pub struct Config {
    /// The questions that are asked.
    pub(crate) items: Vec<Item>,
    /// Which questions or parts the configuration chose; all when it chose none.
    pub(crate) ask: Vec<String>,
    pub(crate) groups: Vec<Group>,
    pub(crate) identity: Option<String>,
    pub(crate) individual_first: bool,
    pub(crate) k: Option<u64>,
    pub(crate) breakdowns: Vec<Breakdown>,
    pub(crate) allow_own_items: bool,
    pub(crate) by_group: bool,
    pub(crate) show_names: Vec<String>,
    pub(crate) everybody: bool,
    pub(crate) extremes: usize,
    pub(crate) wave: Option<String>,
    pub(crate) artifact: Option<String>,
}

impl FromJson for Config {
    fn from_json(json: Json) -> Self {
        let Json::Object(mut fields) = json else {
            return Self::from_json(Json::Object(draaiboek_sdk::Object::default()));
        };
        let scale: Scale = field(&mut fields, "scale");
        let mut items: Vec<Item> = field(&mut fields, "items");
        items.iter_mut().for_each(|item| item.complete(&scale));
        let ask: Vec<String> = field(&mut fields, "ask");
        items.retain(|item| ask.is_empty() || ask.iter().any(|chosen| item.is_meant_by(chosen)));
        let groups: Vec<Group> = field(&mut fields, "groups");
        for item in &mut items {
            item.within = item.group.as_deref().map(|group| within(&groups, group)).unwrap_or_default();
        }
        let by_group = fields.get("sharing").and_then(Json::as_text) == Some("by_group");
        Self {
            items,
            ask,
            by_group,
            groups,
            identity: field(&mut fields, "identity"),
            individual_first: field(&mut fields, "individual_first"),
            k: field(&mut fields, "k"),
            breakdowns: field(&mut fields, "breakdowns"),
            allow_own_items: field(&mut fields, "allow_own_items"),
            show_names: field(&mut fields, "show_names"),
            everybody: field(&mut fields, "everybody"),
            extremes: draaiboek_sdk::field_or(&mut fields, "extremes", 2),
            wave: field(&mut fields, "wave"),
            artifact: field(&mut fields, "artifact"),
        }
    }
}

/// One question.
#[derive(Debug)]
pub(crate) struct Item {
    pub id: String,
    pub kind: Kind,
    min: Option<i64>,
    max: Option<i64>,
    na: Option<bool>,
    pub group: Option<String>,
    pub codes: Vec<String>,
    pub required: bool,
    pub options: Vec<Named>,
    pub max_length: usize,
    /// The part the question belongs to and those around it, from the inside out.
    pub within: Vec<String>,
}
reads!(Item { id, kind, min, max, na, group, codes, required, options, max_length = 1000, within });

/// How a question is answered.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Kind {
    Scale,
    Choice,
    Multi,
    Text,
    Number,
}
words!(Kind { Scale = "scale", Choice = "choice", Multi = "multi", Text = "text", Number = "number" });

/// What scales have in common.
#[derive(Debug, Default)]
struct Scale {
    min: Option<i64>,
    max: Option<i64>,
    na: Option<bool>,
}
reads!(Scale { min, max, na });

impl Item {
    /// Fills in what the question leaves to the common scale: 1 to 5 where nobody says more.
    fn complete(&mut self, scale: &Scale) {
        let (least, most) = if self.kind == Kind::Number { (0, 1_000_000) } else { (1, 5) };
        let shared = |of_scale: Option<i64>| of_scale.filter(|_| self.kind == Kind::Scale);
        self.min = self.min.or(shared(scale.min)).or(Some(least));
        self.max = self.max.or(shared(scale.max)).or(Some(most));
        self.na = self.na.or(scale.na.filter(|_| self.kind == Kind::Scale));
    }

    /// Whether an id of `ask` is the question's own or that of its part.
    fn is_meant_by(&self, id: &str) -> bool {
        self.id == id || self.group.as_deref() == Some(id)
    }

    /// Least and greatest number.
    pub fn range(&self) -> (i64, i64) {
        (self.min.unwrap_or(1), self.max.unwrap_or(5))
    }

    pub fn takes_na(&self) -> bool {
        self.na == Some(true)
    }
}

/// A part of the questionnaire, such as a block or a pillar of blocks.
#[derive(Debug)]
pub(crate) struct Group {
    pub id: String,
    pub part_of: Option<String>,
    /// Whether own statements may be added here.
    own: bool,
}
reads!(Group { id, part_of, own = true });

/// A way of comparing groups of people.
#[derive(Debug)]
pub(crate) struct Breakdown {
    pub id: String,
    pub options: Vec<Named>,
    pub from: From,
}
reads!(Breakdown { id, options, from });

/// Where it comes from in which group somebody is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum From {
    Answer,
    Group,
    Role,
}
words!(From { Answer = "answer", Group = "group", Role = "role" });

/// A group and the groups that it is part of, from the inside out.
fn within(groups: &[Group], group: &str) -> Vec<String> {
    let mut chain = vec![group.to_owned()];
    while let Some(outer) =
        groups.iter().find(|known| Some(&known.id) == chain.last()).and_then(|known| known.part_of.as_ref())
        && !chain.contains(outer)
    {
        chain.push(outer.clone());
    }
    chain
}

/// Most points of a scale; more is a number.
const MAX_POINTS: i64 = 100;

impl Config {
    pub(crate) fn item(&self, id: &str) -> Option<&Item> {
        self.items.iter().find(|item| item.id == id)
    }

    /// Whether a group is known: listed, or named by a question.
    pub(crate) fn has_group(&self, id: &str) -> bool {
        self.groups.iter().any(|group| group.id == id)
            || self.items.iter().any(|item| item.group.as_deref() == Some(id))
    }

    /// Whether own statements may be added to a group.
    pub(crate) fn takes_own(&self, id: &str) -> bool {
        self.has_group(id) && self.groups.iter().all(|group| group.id != id || group.own)
    }

    /// What the schema cannot say.
    ///
    /// # Errors
    /// `INVALID` with the place in the configuration.
    pub(crate) fn valid(&self) -> Result<(), Refusal> {
        let mut seen: Table<()> = Table::default();
        for (at, item) in self.items.iter().enumerate() {
            let fault = item.fault().or_else(|| {
                let twice = "dit nummer komt twee keer voor";
                seen.has(&item.id).then_some(("id", twice, "this id is there twice"))
            });
            if let Some((field, nl, en)) = fault {
                return Err(bad(format!("items/{at}/{field}"), nl, en));
            }
            seen.set(&item.id, ());
        }
        if let Some(at) = self.ask.iter().position(|id| !self.items.iter().any(|item| item.is_meant_by(id))) {
            return Err(bad(
                format!("ask/{at}"),
                "deze vraag of dit deel bestaat niet",
                "there is no such question or part",
            ));
        }
        if self.items.is_empty() {
            return Err(bad("items".to_owned(), "geef minstens één vraag", "give at least one question"));
        }
        Ok(())
    }
}

fn bad(place: String, nl: &'static str, en: &'static str) -> Refusal {
    Problem::invalid(format!("/ctx/config/{place}"), draaiboek_sdk::say(nl, en)).into()
}

impl Item {
    fn fault(&self) -> Option<(&'static str, &'static str, &'static str)> {
        let (min, max) = self.range();
        match self.kind {
            Kind::Scale if max - min > MAX_POINTS => Some((
                "max",
                "een schaal heeft hoogstens 100 stappen; neem number",
                "a scale has at most 100 steps; take number",
            )),
            Kind::Scale | Kind::Number if max <= min => {
                Some(("max", "moet groter zijn dan min", "must be greater than min"))
            }
            Kind::Choice | Kind::Multi if self.options.len() < 2 => {
                Some(("options", "geef minstens twee keuzes", "give at least two options"))
            }
            Kind::Choice | Kind::Multi if self.options.iter().any(|option| option.id == "na") => {
                Some(("options", "`na` is geen keuze; gebruik na: true", "`na` is no option; use na: true"))
            }
            _ => None,
        }
    }
}

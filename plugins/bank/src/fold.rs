//! Offers, requests and matches as they stand.

use draaiboek_sdk::{Context, Contribution, Date, Json, Table, ToJson, by_score, object, words, writes};

use crate::{Bank, Entry, Helped};

/// The result. Who asked and how it went are kept out of it.
#[derive(Debug)]
pub struct Picture {
    offers: Table<Offered>,
    requests: Table<Asked>,
    pub(crate) topics: Table<Topic>,
    suggestions: Table<Vec<String>>,
    matches: usize,
}

impl ToJson for Picture {
    fn to_json(&self) -> Json {
        let offers: Vec<&Offered> = self.offers.values().collect();
        let requests: Vec<&Asked> = self.requests.values().collect();
        let matched: Table<&str> = self
            .requests
            .iter()
            .filter_map(|(id, asked)| Some((id.clone(), asked.pair.as_ref()?.offer.as_str())))
            .collect();
        let open_offers: Vec<&str> =
            self.offers.iter().filter(|(_, offer)| !offer.paused).map(|(id, _)| id.as_str()).collect();
        let waits = |asked: &&Asked| matches!(asked.status, Status::Open | Status::Unmet);
        let open_requests: Vec<&str> =
            self.requests.values().filter(waits).map(|asked| asked.request_id.as_str()).collect();
        object! {
            "offers" => offers, "open_offers" => open_offers, "requests" => requests,
            "open_requests" => open_requests, "unmet" => self.unmet(), "unmet_topics" => self.unmet_topics(),
            "topics" => self.topics, "suggestions" => self.suggestions, "matches" => self.matches,
            "matched" => matched,
        }
    }
}

/// An offer in force.
#[derive(Debug)]
pub(crate) struct Offered {
    pub(crate) offer_id: String,
    pub(crate) person: String,
    pub(crate) topic: String,
    text: String,
    form: Option<String>,
    available: Option<String>,
    pub(crate) paused: bool,
}
writes!(Offered { offer_id, person, topic, text, form, available, paused });

/// A request in force. Who asked is not written.
#[derive(Debug)]
pub(crate) struct Asked {
    request_id: String,
    pub(crate) by: String,
    pub(crate) topic: String,
    text: String,
    since: Date,
    /// Last school day on which it may wait without counting as unmet.
    limit: Option<Date>,
    pub(crate) status: Status,
    pub(crate) pair: Option<Pair>,
}
writes!(Asked { request_id, topic, text, since, limit, status });

/// The other half of a match.
#[derive(Debug, Clone)]
pub(crate) struct Pair {
    pub(crate) offer: String,
    pub(crate) person: String,
    pub(crate) helped: Option<Helped>,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Status {
    Open,
    Matched,
    /// The asker said how it went; how is between the two.
    Closed,
    Unmet,
}
words!(Status { Open = "open", Matched = "matched", Closed = "closed", Unmet = "unmet" });

/// What there is about a topic.
#[derive(Debug, Default)]
pub(crate) struct Topic {
    offers: u64,
    requests: u64,
    open: u64,
    unmet: u64,
}
writes!(Topic { offers, requests, open, unmet });

impl Picture {
    pub(crate) fn offer(&self, id: &str) -> Option<&Offered> {
        self.offers.get(id)
    }

    pub(crate) fn request(&self, id: &str) -> Option<&Asked> {
        self.requests.get(id)
    }

    pub(crate) fn is_empty(&self) -> bool {
        self.offers.is_empty() && self.requests.is_empty()
    }

    /// Topics with requests that waited too long, and how many.
    pub(crate) fn unmet(&self) -> Table<u64> {
        self.topics.iter().filter(|(_, topic)| topic.unmet > 0).map(|(id, topic)| (id.clone(), topic.unmet)).collect()
    }

    fn unmet_topics(&self) -> Vec<String> {
        let unmet = self.unmet();
        let mut ids: Vec<&(String, u64)> = unmet.iter().collect();
        ids.sort_by(|a, b| by_score((a.1, 0, &a.0), (b.1, 0, &b.0)));
        ids.into_iter().map(|(id, _)| id.clone()).collect()
    }

    /// Who can be asked about what, without the words.
    pub(crate) fn offers_in_short(&self) -> Vec<Json> {
        let open = self.offers.values().filter(|offer| !offer.paused);
        open.map(|offer| offer.to_json().only(&["offer_id", "person", "topic", "form"])).collect()
    }

    /// The requests with who asked, for who keeps the bank.
    pub(crate) fn named_requests(&self) -> Vec<Json> {
        let named = |asked: &Asked| {
            let mut json = asked.to_json();
            json.set("by", &asked.by);
            json
        };
        self.requests.values().map(named).collect()
    }

    /// Who was brought together with whom.
    pub(crate) fn pairs(&self) -> Vec<Json> {
        let pair = |asked: &Asked| {
            let pair = asked.pair.as_ref()?;
            Some(object! {
                "request" => asked.request_id, "offer" => pair.offer, "asker" => asked.by, "person" => pair.person,
            })
        };
        self.requests.values().filter_map(pair).collect()
    }

    /// Adds what the reader offers and asks, and with whom; with the outcome, which is for the two of them.
    pub(crate) fn add_mine(&self, shown: &mut Json, reader: &str) {
        let offers: Vec<&Offered> = self.offers.values().filter(|offer| offer.person == reader).collect();
        let requests: Vec<&Asked> = self.requests.values().filter(|asked| asked.by == reader).collect();
        let both = |asked: &Asked| {
            let pair = asked.pair.as_ref().filter(|pair| asked.by == reader || pair.person == reader)?;
            let with = if asked.by == reader { &pair.person } else { &asked.by };
            Some(object! {
                "request" => asked.request_id, "offer" => pair.offer, "with" => with, "helped" => pair.helped,
            })
        };
        shown.set("my_offers", offers);
        shown.set("my_requests", requests);
        shown.set("my_matches", self.requests.values().filter_map(both).collect::<Vec<Json>>());
    }
}

pub(crate) fn fold(ctx: &Context<Bank>, all: &[Contribution<Entry>]) -> Picture {
    let mut offers: Table<Offered> = Table::default();
    let mut requests: Table<Asked> = Table::default();
    let mut pairs: Table<Pair> = Table::default();
    for one in all {
        match &one.entry {
            Entry::Offer(offer) => {
                let offered = Offered {
                    offer_id: offer.offer_id.clone(),
                    person: one.by().to_owned(),
                    topic: offer.topic.clone(),
                    text: offer.text.clone(),
                    form: offer.form.clone(),
                    available: offer.available.clone(),
                    paused: false,
                };
                offers.set(&offer.offer_id, offered);
            }
            Entry::Request(request) => {
                let asked = Asked {
                    request_id: request.request_id.clone(),
                    by: one.by().to_owned(),
                    topic: request.topic.clone(),
                    text: request.text.clone(),
                    since: one.day,
                    limit: ctx.calendar.plus_school_days(one.day, ctx.config.unmet_after),
                    status: Status::Open,
                    pair: None,
                };
                requests.set(&request.request_id, asked);
            }
            Entry::Match(made) => {
                let (offer, person) = (made.offer.clone(), made.person.clone().unwrap_or_default());
                pairs.set(&made.request, Pair { offer, person, helped: None });
            }
            Entry::Pause(_) | Entry::Outcome(_) => {}
        }
    }
    settle(all, &mut offers, &mut pairs);
    let matches = pairs.len();
    for asked in requests.values_mut() {
        asked.pair = pairs.take(&asked.request_id);
        asked.status = match &asked.pair {
            Some(pair) if pair.helped.is_some() => Status::Closed,
            Some(_) => Status::Matched,
            None if asked.limit.is_some_and(|limit| limit < ctx.today) => Status::Unmet,
            None => Status::Open,
        };
    }
    Picture {
        topics: topics(ctx, &offers, &requests),
        suggestions: suggestions(&offers, &requests),
        matches,
        offers,
        requests,
    }
}

/// Pauses by their owner, and outcomes.
fn settle(all: &[Contribution<Entry>], offers: &mut Table<Offered>, pairs: &mut Table<Pair>) {
    for one in all {
        match &one.entry {
            Entry::Pause(pause) => {
                if let Some(offer) = offers.get_mut(&pause.offer_id).filter(|offer| offer.person == one.by()) {
                    offer.paused = pause.paused;
                }
            }
            Entry::Outcome(ended) => {
                if let Some(pair) = pairs.get_mut(&ended.request) {
                    pair.helped = Some(ended.helped);
                }
            }
            _ => {}
        }
    }
}

/// The counts per topic: those of the configuration, and those that are used.
fn topics(ctx: &Context<Bank>, offers: &Table<Offered>, requests: &Table<Asked>) -> Table<Topic> {
    let mut topics: Table<Topic> = Table::default();
    ctx.config.topics.iter().for_each(|topic| {
        topics.at(&topic.id);
    });
    for offer in offers.values().filter(|offer| !offer.paused) {
        topics.at(&offer.topic).offers += 1;
    }
    for asked in requests.values() {
        let topic = topics.at(&asked.topic);
        topic.requests += 1;
        topic.open += u64::from(matches!(asked.status, Status::Open | Status::Unmet));
        topic.unmet += u64::from(asked.status == Status::Unmet);
    }
    topics
}

/// Offers of others on the same topic, for each request that waits.
fn suggestions(offers: &Table<Offered>, requests: &Table<Asked>) -> Table<Vec<String>> {
    let fits = |asked: &Asked, offer: &Offered| !offer.paused && offer.topic == asked.topic && offer.person != asked.by;
    let waiting = requests.values().filter(|asked| matches!(asked.status, Status::Open | Status::Unmet));
    waiting
        .map(|asked| {
            let ids = offers.values().filter(|offer| fits(asked, offer)).map(|offer| offer.offer_id.clone()).collect();
            (asked.request_id.clone(), ids)
        })
        .collect()
}

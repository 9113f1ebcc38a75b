//! Pages: each handler gathers what a visitor may know, and a template draws it. No rules, no SQL, no plugins here.

pub(crate) mod absences;
pub(crate) mod accounts;
pub(crate) mod act;
pub(crate) mod board;
pub(crate) mod calendar;
pub(crate) mod class;
pub(crate) mod contribute;
pub(crate) mod cycle;
pub(crate) mod door;
pub(crate) mod erase;
pub(crate) mod invitations;
pub(crate) mod kept;
pub(crate) mod library;
pub(crate) mod live;
pub(crate) mod log;
pub(crate) mod new;
pub(crate) mod operations;
pub(crate) mod people;
pub(crate) mod privacy;
mod rehearse;
pub(crate) mod results;
pub(crate) mod start;
pub(crate) mod step;
mod timeline;
pub(crate) mod trajectory;
mod who;

use std::collections::BTreeMap;

use axum::http::StatusCode;
use axum::response::Response;
use serde_json::{Value, json};

use crate::answer::{Failure, Outcome};
use crate::forms::problems::Speaker;
use crate::gate::policy::{Action, Resource, Role};
use crate::gate::{App, Keep, Permission, Place, Visit, Who};
use crate::route::html;
use crate::show::{Painter, words};

/// A link in the menu: path, key of its words, resource and action that open it.
const MENU: [(&str, &str, Resource, Action); 8] = [
    ("/", "nav.start", Resource::Home, Action::Read),
    ("/trajectory", "nav.trajectory", Resource::Trajectory, Action::Read),
    ("/library", "nav.library", Resource::Library, Action::Read),
    ("/people", "nav.people", Resource::People, Action::Read),
    ("/calendar", "nav.calendar", Resource::Calendar, Action::Read),
    ("/accounts", "nav.accounts", Resource::Account, Action::Manage),
    ("/operations", "nav.operations", Resource::Operations, Action::Read),
    ("/audit", "nav.audit", Resource::Audit, Action::Read),
];

/// A page: the template's data, with the frame around it.
pub(crate) struct Page<'a> {
    pub template: &'a str,
    pub title: String,
    pub status: StatusCode,
    pub data: Value,
    kept: bool,
}

impl<'a> Page<'a> {
    /// A page with status 200.
    pub(crate) fn new(template: &'a str, title: impl Into<String>, data: Value) -> Self {
        Self { template, title: title.into(), status: StatusCode::OK, data, kept: false }
    }

    /// The same page, which rests on nothing but the visitor, the school, its cycles, the visitor's drafts and the minute,
    /// and leaves no trace: it may be shown again as it is until one of them changes.
    pub(crate) fn kept(mut self) -> Self {
        self.kept = true;
        self
    }

    /// The same page with its mistakes: 422.
    pub(crate) fn amiss(mut self) -> Self {
        self.status = StatusCode::UNPROCESSABLE_ENTITY;
        self
    }
}

impl<P: Permission> Visit<P> {
    /// A sentence of the catalogue in the visitor's language.
    pub(crate) fn t(&self, key: &str, args: &[(&str, &str)]) -> String {
        self.app().shower.t(&self.locale, key, args)
    }

    /// Who draws data of a place for the visitor. `texts` are the plugin's, when the data is a step's; `names` is where ids
    /// in the data have their names.
    pub(crate) fn painter<'a>(
        &'a self,
        place: &'a Place,
        texts: Option<&'a BTreeMap<String, String>>,
        names: Vec<&'a Value>,
    ) -> Painter<'a> {
        Painter { shower: &self.app().shower, locale: &self.locale, place, texts, names, wall: false }
    }

    /// The answer with a page in its frame.
    pub(crate) fn page(&self, page: Page<'_>) -> Outcome {
        let mut data = page.data;
        if let Value::Object(fields) = &mut data {
            fields.insert("title".into(), page.title.into());
            fields.insert("amiss".into(), (page.status == StatusCode::UNPROCESSABLE_ENTITY).into());
            fields.insert("frame".into(), self.frame());
        }
        let shower = &self.app().shower;
        let text = shower.render(page.template, &self.locale, data).map_err(Failure::Broken)?;
        let mut response = html(page.status, text);
        if page.kept && page.status == StatusCode::OK {
            response.extensions_mut().insert(Keep);
        }
        Ok(response)
    }

    fn frame(&self) -> Value {
        let plain = self.path.split('?').next().unwrap_or("/");
        let done = self.path.split_once("done=").map(|(_, rest)| rest.split('&').next().unwrap_or(rest));
        let done = done.and_then(|key| self.app().shower.maybe(&self.locale, &format!("done.{key}")));
        let mut frame = json!({
            "path": self.path, "done": done, "other": if self.locale == "nl" { "en" } else { "nl" },
        });
        // Pupils with the code of a class have no session to leave.
        if let Who::Member(member) = self.who()
            && !member.roles.contains(&Role::Class)
        {
            let invited = member.limit.is_some();
            let menu = MENU.iter().filter(|line| !invited && self.may(line.2, line.3)).map(|(path, key, ..)| {
                let current = if *path == "/" { plain == "/" } else { plain.starts_with(path) };
                json!({"href": path, "text": self.t(key, &[]), "current": current})
            });
            frame["menu"] = menu.collect();
            frame["me"] = json!({"name": member.name, "invited": invited});
            frame["school"] = self.place().map(|place| place.school.name.clone()).unwrap_or_default().into();
        }
        frame
    }

    /// Finds words for error words.
    pub(crate) fn speaker<'s>(
        &'s self,
        cycle: Option<&'s crate::gate::Cycle>,
        kind: Option<&'s crate::forms::Kind>,
    ) -> Result<Speaker<'s>, Failure> {
        Ok(Speaker { shower: &self.app().shower, locale: &self.locale, place: self.place()?, cycle, kind })
    }

    /// A stored moment in words.
    pub(crate) fn moment(&self, micros: i64) -> String {
        self.place().map(|place| words::moment(&self.locale, place.local_micros(micros))).unwrap_or_default()
    }

    /// A due moment in words, with how late it is: text, tone of the chip, icon.
    pub(crate) fn due(&self, micros: Option<i64>) -> Option<Value> {
        let (micros, place) = (micros?, self.place().ok()?);
        let (due, today) = (place.local_micros(micros).date(), place.today(self.now));
        let late = place.calendar.schooldays_between(due, today).unwrap_or(0);
        let days = (due - today).get_days();
        let text = |key: &str, n: i64| self.t(key, &[("n", &n.to_string())]);
        Some(if due < today && late > 0 {
            json!({"text": text("due.late", late), "tone": "warn", "icon": "warn"})
        } else if days <= 0 {
            json!({"text": self.t("due.today", &[]), "tone": "run", "icon": "clock"})
        } else if days == 1 {
            json!({"text": self.t("due.tomorrow", &[]), "tone": "run", "icon": "clock"})
        } else {
            let day = words::day(&self.locale, due);
            json!({"text": self.t("due.on", &[("day", &day)]), "tone": "wait", "icon": "clock"})
        })
    }
}

/// A failure as a page without a frame of its own: what is shown must not depend on who asks.
pub(crate) fn failure(app: &App, error: &Failure, status: StatusCode, locale: &str) -> Response {
    let code = match status.as_u16() {
        403 if matches!(error, Failure::Foreign) => "foreign",
        401 | 403 => "403",
        404 => "404",
        409 => "409",
        413 => "413",
        415 | 422 => "422",
        _ => "500",
    };
    let reason = match error {
        Failure::Rejected(rejection) => app.shower.maybe(locale, &format!("error.{}", rejection.word)),
        Failure::Invalid(key) => app.shower.maybe(locale, &format!("invalid.{key}")),
        _ => None,
    };
    let title = app.shower.t(locale, &format!("failure.{code}.title"), &[]);
    let text = app.shower.t(locale, &format!("failure.{code}.text"), &[]);
    let data = json!({"title": title, "text": text, "reason": reason, "frame": {"other": "en", "path": "/"}});
    match app.shower.render("error", locale, data) {
        Ok(text) => html(status, text),
        Err(error) => {
            tracing::error!(error, "the error page itself broke");
            html(status, String::from("<!doctype html><title>Draaiboek</title><h1>Draaiboek</h1>"))
        }
    }
}

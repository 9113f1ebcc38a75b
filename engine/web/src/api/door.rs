//! Sessions of programs: a password or a one-time link for a token, and giving it back.

use serde::Deserialize;
use utoipa::ToSchema;

use super::shapes::{Done, Session, at};
use super::{body, done, fine};
use crate::answer::{Failure, Outcome};
use crate::gate::credentials::Try;
use crate::gate::session::{Opened, Refused};
use crate::gate::{Enter, ManageOwn, Visit, Who};
use crate::input::Input;

/// Name and password.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(super) struct Credentials {
    login: String,
    password: String,
}

/// The token of a one-time link.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(super) struct OneTime {
    token: String,
}

/// Name of an account.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(super) struct Login {
    login: String,
}

fn session(opened: Opened) -> Outcome {
    fine(&Session { until: at(opened.until), token: opened.token })
}

/// Open a session with a password.
#[utoipa::path(post, path = "/api/v1/sessions", request_body = Credentials, responses((status = 200, body = Session)))]
pub(super) async fn sign_in(visit: Visit<Enter>, input: Input) -> Outcome {
    let asked: Credentials = body(&input)?;
    let tried = Try { login: &asked.login, password: &asked.password, address: &visit.address, device: None };
    match visit.app().password(tried).await? {
        Ok(account) => session(visit.app().open(&account.id, None).await?),
        Err(Refused::Wrong) => Err(Failure::Invalid("sign_in".into())),
        Err(Refused::TooMany) => Err(Failure::TooMany),
    }
}

/// Open a session with a one-time link; it works once.
#[utoipa::path(post, path = "/api/v1/sessions/link", request_body = OneTime, responses((status = 200, body = Session)))]
pub(super) async fn use_link(visit: Visit<Enter>, input: Input) -> Outcome {
    let asked: OneTime = body(&input)?;
    match visit.app().use_link(&asked.token).await? {
        Some(account) => session(visit.app().open(&account.id, None).await?),
        None => Err(Failure::Invalid("link".into())),
    }
}

/// Come in by an invitation, to its one step.
#[utoipa::path(post, path = "/api/v1/sessions/invitation", request_body = OneTime, responses((status = 200, body = Session)))]
pub(super) async fn invitation(visit: Visit<Enter>, input: Input) -> Outcome {
    let asked: OneTime = body(&input)?;
    match visit.app().invitation(&asked.token).await? {
        Some(invitation) => {
            let token = visit.app().accept(&invitation).await?;
            session(Opened { token, until: invitation.expires_at })
        }
        None => Err(Failure::Invalid("link".into())),
    }
}

/// Have a one-time link sent; the answer is the same whether the name exists or not.
#[utoipa::path(post, path = "/api/v1/sessions/mail", request_body = Login, responses((status = 200, body = Done)))]
pub(super) async fn mail(visit: Visit<Enter>, input: Input) -> Outcome {
    let asked: Login = body(&input)?;
    let (subject, text) = (visit.t("mail.link_subject", &[]), visit.t("mail.link_body", &[("link", "{link}")]));
    visit.app().mail_link(&asked.login, &visit.address, &subject, &text).await?;
    done()
}

/// End this session.
#[utoipa::path(post, path = "/api/v1/sessions/end", responses((status = 200, body = Done)))]
pub(super) async fn end(visit: Visit<Enter>, _: Input) -> Outcome {
    if let Who::Member(member) = visit.who() {
        visit.app().leave(member, false).await?;
    }
    done()
}

/// End every session of this account.
#[utoipa::path(post, path = "/api/v1/sessions/end-all", responses((status = 200, body = Done)))]
pub(super) async fn end_all(visit: Visit<ManageOwn>, _: Input) -> Outcome {
    visit.app().leave(visit.member()?, true).await?;
    done()
}

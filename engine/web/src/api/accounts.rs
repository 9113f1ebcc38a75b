//! Accounts of the school, and invitations to one step.

use serde::Deserialize;
use utoipa::ToSchema;

use super::shapes::{AccountShape, Done, InvitationShape, LinkShape, at};
use super::{body, done, fine};
use crate::answer::Outcome;
use crate::gate::session::normal;
use crate::gate::{Invite, ManageAccounts, Visit};
use crate::input::Input;

/// An account to be.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(super) struct AddAccount {
    /// Id of somebody at the school.
    person: String,
    /// Name for signing in.
    login: String,
}

/// Whether an account is open.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(super) struct OpenAccount {
    open: bool,
}

/// Somebody to invite.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(super) struct InvitePerson {
    /// Id of somebody at the school.
    person: String,
}

/// An invitation to withdraw.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(super) struct EndInvitation {
    /// As the list names it.
    invitation: String,
}

/// The accounts of the school.
#[utoipa::path(get, path = "/api/v1/accounts", responses((status = 200, body = Vec<AccountShape>)))]
pub(super) async fn index(visit: Visit<ManageAccounts>, _: Input) -> Outcome {
    let place = visit.place()?;
    let rows = visit.accounts().await?;
    let list = rows.into_iter().map(|row| AccountShape {
        name: place.school.people.get(&row.person).map_or(row.name, |person| person.name.clone()),
        account: row.id,
        person: row.person,
        login: row.login,
        open: row.status == "active",
        password: row.password.is_some(),
    });
    fine(&list.collect::<Vec<_>>())
}

async fn hand_over(visit: &Visit<ManageAccounts>, account: &str) -> Outcome {
    let token = visit.account_link(account).await?;
    fine(&LinkShape { account: account.to_owned(), link: visit.link_to(&format!("/link/{token}")) })
}

/// Make an account; gives a one-time link to hand over.
#[utoipa::path(post, path = "/api/v1/accounts", request_body = AddAccount, responses((status = 200, body = LinkShape)))]
pub(super) async fn add(visit: Visit<ManageAccounts>, input: Input) -> Outcome {
    let asked: AddAccount = body(&input)?;
    let row = visit.add_account(&asked.person, &normal(&asked.login)).await?;
    hand_over(&visit, &row.id).await
}

/// Make a one-time link to hand over.
#[utoipa::path(post, path = "/api/v1/accounts/{account}/link", responses((status = 200, body = LinkShape)))]
pub(super) async fn link(visit: Visit<ManageAccounts>, input: Input) -> Outcome {
    hand_over(&visit, input.part("account")).await
}

/// Close an account, which ends its sessions, or open it again.
#[utoipa::path(post, path = "/api/v1/accounts/{account}/open", request_body = OpenAccount, responses((status = 200, body = Done)))]
pub(super) async fn open(visit: Visit<ManageAccounts>, input: Input) -> Outcome {
    let asked: OpenAccount = body(&input)?;
    visit.set_open(input.part("account"), asked.open).await?;
    done()
}

/// End every session of an account.
#[utoipa::path(post, path = "/api/v1/accounts/{account}/sign-out", responses((status = 200, body = Done)))]
pub(super) async fn sign_out(visit: Visit<ManageAccounts>, input: Input) -> Outcome {
    visit.sign_out(input.part("account")).await?;
    done()
}

/// The invitations to a step, newest first; their links are not kept.
#[utoipa::path(get, path = "/api/v1/cycles/{id}/steps/{step}/invitations", responses((status = 200, body = Vec<InvitationShape>)))]
pub(super) async fn invitations(visit: Visit<Invite>, input: Input) -> Outcome {
    let cycle = visit.cycle(input.part("id")).await?;
    let step = visit.step(&cycle, input.part("step")).await?;
    let list = visit.invitations(&cycle, &step).await?;
    let list = list.into_iter().map(|known| InvitationShape {
        over: known.over(visit.now),
        invitation: known.id,
        person: known.person,
        by: known.by,
        until: at(known.until),
        link: None,
    });
    fine(&list.collect::<Vec<_>>())
}

/// Invite somebody to a step; the link in the answer is shown once.
#[utoipa::path(post, path = "/api/v1/cycles/{id}/steps/{step}/invitations", request_body = InvitePerson, responses((status = 200, body = InvitationShape)))]
pub(super) async fn invite(visit: Visit<Invite>, input: Input) -> Outcome {
    let cycle = visit.cycle(input.part("id")).await?;
    let step = visit.step(&cycle, input.part("step")).await?;
    let asked: InvitePerson = body(&input)?;
    let (known, token) = visit.invite(&cycle, &step, &asked.person).await?;
    fine(&InvitationShape {
        over: false,
        invitation: known.id,
        person: known.person,
        by: known.by,
        until: at(known.until),
        link: Some(visit.link_to(&format!("/invitation/{token}"))),
    })
}

/// Withdraw an invitation; whoever came in by it is out.
#[utoipa::path(post, path = "/api/v1/cycles/{id}/steps/{step}/invitations/end", request_body = EndInvitation, responses((status = 200, body = Done)))]
pub(super) async fn end_invitation(visit: Visit<Invite>, input: Input) -> Outcome {
    let cycle = visit.cycle(input.part("id")).await?;
    let step = visit.step(&cycle, input.part("step")).await?;
    let asked: EndInvitation = body(&input)?;
    visit.end_invitation(&cycle, &step, &asked.invitation).await?;
    done()
}

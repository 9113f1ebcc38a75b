//! Accounts of the school: who may sign in, one-time links to hand over, closing.

use serde_json::{Value, json};

use super::Page;
use crate::answer::{Failure, Outcome};
use crate::gate::session::normal;
use crate::gate::{ManageAccounts, Visit};
use crate::input::Input;
use crate::route::redirect;

/// `account/index`
pub(crate) async fn index(visit: Visit<ManageAccounts>, _: Input) -> Outcome {
    let page = page(&visit, json!(null)).await?;
    visit.page(page)
}

async fn page(visit: &Visit<ManageAccounts>, extra: Value) -> Result<Page<'static>, Failure> {
    let rows = visit.accounts().await?;
    let place = visit.place()?;
    let me = visit.member()?.account.clone();
    let without = place.school.people.iter().filter(|(id, _)| !rows.iter().any(|row| row.person == **id));
    let without: Vec<Value> = without.map(|(id, person)| json!({"value": id, "label": person.name})).collect();
    let list: Vec<Value> = rows
        .iter()
        .map(|row| {
            let name = place.school.people.get(&row.person).map_or(&row.name, |person| &person.name);
            json!({"id": row.id, "login": row.login, "name": name, "open": row.status == "active", "password": row.password.is_some(), "me": row.id == me,
                   "since": visit.moment(row.created_at)})
        })
        .collect();
    let data = json!({"accounts": list, "without": without, "extra": extra});
    Ok(Page::new("accounts", visit.t("accounts.title", &[]), data))
}

/// `account/add`
pub(crate) async fn add(visit: Visit<ManageAccounts>, input: Input) -> Outcome {
    let (person, login) =
        (input.form.text("person").unwrap_or_default(), normal(input.form.text("login").unwrap_or_default()));
    match visit.add_account(person, &login).await {
        Ok(row) => hand_over(visit, &row.id).await,
        Err(Failure::Invalid(_)) => {
            let extra = json!({"problem": visit.t("accounts.taken", &[]), "login": login});
            let page = page(&visit, extra).await?;
            visit.page(page.amiss())
        }
        Err(other) => Err(other),
    }
}

/// `account/link`
pub(crate) async fn link(visit: Visit<ManageAccounts>, input: Input) -> Outcome {
    let id = input.part("account").to_owned();
    hand_over(visit, &id).await
}

/// Shows a fresh one-time link, once.
async fn hand_over(visit: Visit<ManageAccounts>, id: &str) -> Outcome {
    let token = visit.account_link(id).await?;
    let page = page(&visit, json!({"link": visit.link_to(&format!("/link/{token}"))})).await?;
    visit.page(page)
}

/// `account/close` and `account/open`
pub(crate) async fn close(visit: Visit<ManageAccounts>, input: Input) -> Outcome {
    visit.set_open(input.part("account"), input.form.has("open")).await?;
    Ok(redirect("/accounts?done=saved"))
}

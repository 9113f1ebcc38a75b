//! Coming in and going out: sign-in, one-time links, the first start, invitations, language, assets.

use axum::body::Body;
use axum::http::{HeaderValue, StatusCode, header};
use axum::response::Response;
use serde_json::{Value, json};

use super::Page;
use crate::answer::{Failure, Outcome};
use crate::gate::credentials::Try;
use crate::gate::session::{First, Refused};
use crate::gate::{Enter, Knock, ManageOwn, REGIONS, Visit, Who};
use crate::input::Input;
use crate::route::{encode, redirect, with_cookie};
use crate::show::{LOCALES, words};

/// `health/live`: for whoever keeps the process running.
pub(crate) async fn live(visit: Visit<Knock>, _: Input) -> Outcome {
    Ok(visit.app().watcher.live())
}

/// `health/ready`: for whoever sends requests here. Says of what, never of whom.
pub(crate) async fn ready(visit: Visit<Knock>, _: Input) -> Outcome {
    Ok(visit.app().watcher.ready().await)
}

/// `asset/show`
pub(crate) async fn asset(visit: Visit<Knock>, input: Input) -> Outcome {
    let assets = &visit.app().assets;
    let asset = assets.get(input.part("name")).ok_or(Failure::NotFound)?;
    let mut response = Response::new(Body::from(asset.body.clone()));
    let headers = response.headers_mut();
    headers.insert(header::CONTENT_TYPE, HeaderValue::from_static(asset.kind));
    headers.insert(header::CACHE_CONTROL, HeaderValue::from_static("public, max-age=31536000, immutable"));
    Ok(response)
}

/// `session/new`
pub(crate) async fn sign_in(visit: Visit<Knock>, input: Input) -> Outcome {
    if visit.app().is_first().await? {
        return Ok(redirect("/first"));
    }
    if matches!(visit.who(), Who::Member(_)) {
        return Ok(redirect("/"));
    }
    visit.page(sign_in_page(&visit, &input, None, input.query.get("sent").is_some()))
}

fn sign_in_page<P: crate::gate::Permission>(
    visit: &Visit<P>,
    input: &Input,
    problem: Option<&str>,
    sent: bool,
) -> Page<'static> {
    let problem = problem.map(|key| visit.t(key, &[]));
    let data = json!({
        "problem": problem, "sent": sent, "next": input.next(), "mail": visit.app().config.mailer.is_some(),
        "login": input.form.text("login"),
    });
    Page::new("sign-in", visit.t("sign_in.title", &[]), data)
}

/// `session/create`
pub(crate) async fn create(visit: Visit<Enter>, input: Input) -> Outcome {
    let login = input.form.text("login").unwrap_or_default();
    let password = input.form.get("password").unwrap_or_default();
    let device = visit.app().device(&input);
    let tried = Try { login, password, address: &visit.address, device: device.as_deref() };
    match visit.app().password(tried).await? {
        Ok(account) => {
            let cookie = visit.app().enter(&account.id, None).await?;
            let response = with_cookie(redirect(&input.next().unwrap_or_else(|| "/".into())), &cookie);
            // Known from now on; a browser that is known already as somebody else becomes this one.
            Ok(with_cookie(response, &visit.app().know_device(&account.id).await?))
        }
        Err(refused) => {
            let (key, status) = match refused {
                Refused::Wrong => ("sign_in.wrong", StatusCode::UNPROCESSABLE_ENTITY),
                Refused::TooMany => ("sign_in.too_many", StatusCode::TOO_MANY_REQUESTS),
            };
            let page = sign_in_page(&visit, &input, Some(key), false);
            visit.page(Page { status, ..page })
        }
    }
}

/// `session/mail`: the answer is the same whether the name exists or not.
pub(crate) async fn mail(visit: Visit<Enter>, input: Input) -> Outcome {
    let login = input.form.text("login").unwrap_or_default();
    let (subject, body) = (visit.t("mail.link_subject", &[]), visit.t("mail.link_body", &[("link", "{link}")]));
    visit.app().mail_link(login, &visit.address, &subject, &body).await?;
    let next = input.next().map(|next| format!("&next={}", encode(&next))).unwrap_or_default();
    Ok(redirect(&format!("/sign-in?sent=1{next}")))
}

/// `link/show`: a button, so that programs that look at mails do not use the link up.
pub(crate) async fn link(visit: Visit<Knock>, input: Input) -> Outcome {
    visit.page(Page::new("link", visit.t("link.title", &[]), json!({"token": input.part("token")})))
}

/// `link/use`
pub(crate) async fn use_link(visit: Visit<Enter>, input: Input) -> Outcome {
    match visit.app().use_link(input.part("token")).await? {
        Some(account) => {
            let cookie = visit.app().enter(&account.id, None).await?;
            Ok(with_cookie(redirect("/"), &cookie))
        }
        None => {
            let data = json!({"token": "", "problem": visit.t("link.used", &[])});
            visit.page(Page::new("link", visit.t("link.title", &[]), data).amiss())
        }
    }
}

/// `first/new`
pub(crate) async fn first(visit: Visit<Knock>, _: Input) -> Outcome {
    if !visit.app().is_first().await? {
        return Ok(redirect("/sign-in"));
    }
    first_page(&visit, json!({}), None).await
}

async fn first_page<P: crate::gate::Permission>(visit: &Visit<P>, typed: Value, problem: Option<&str>) -> Outcome {
    let schools = visit.app().schools().await?;
    let schools: Vec<Value> = schools.into_iter().map(|(id, name)| json!({"id": id, "name": name})).collect();
    let problem = problem.map(|key| visit.t(key, &[]));
    let regions: Vec<Value> = REGIONS
        .iter()
        .map(|region| json!({"value": region, "label": visit.t(&format!("first.regions.{region}"), &[]), "chosen": typed["region"] == *region}))
        .collect();
    let page = Page::new(
        "first",
        visit.t("first.title", &[]),
        json!({"schools": schools, "regions": regions, "typed": typed, "problem": problem}),
    );
    visit.page(if problem.is_some() { page.amiss() } else { page })
}

/// `first/create`
pub(crate) async fn first_create(visit: Visit<Enter>, input: Input) -> Outcome {
    let text = |name: &str| input.form.text(name).unwrap_or_default().to_owned();
    let (code, school, login, name) = (text("code"), text("school"), text("login"), text("name"));
    let password = input.form.get("password").unwrap_or_default();
    let (new_school, region) = (text("new_school"), text("region"));
    let given = First {
        code: &code,
        school: &school,
        new_school: &new_school,
        region: &region,
        login: &login,
        name: &name,
        password,
    };
    let typed = json!({"code": code, "login": login, "name": name, "new_school": new_school, "region": region});
    if login.is_empty() || name.is_empty() {
        return first_page(&visit, typed, Some("first.incomplete")).await;
    }
    match visit.app().first(given, &visit.address).await {
        Ok(Ok(account)) => {
            let cookie = visit.app().enter(&account.id, None).await?;
            let next = if new_school.is_empty() { "/accounts?done=first" } else { "/people?done=founded" };
            Ok(with_cookie(redirect(next), &cookie))
        }
        Ok(Err(Refused::Wrong)) => first_page(&visit, typed, Some("first.wrong")).await,
        Ok(Err(Refused::TooMany)) => first_page(&visit, typed, Some("sign_in.too_many")).await,
        Err(Failure::Invalid(key)) => first_page(&visit, typed, Some(&format!("invalid.{key}"))).await,
        Err(other) => Err(other),
    }
}

/// `invitation/show`
pub(crate) async fn invitation(visit: Visit<Knock>, input: Input) -> Outcome {
    let found = visit.app().invitation(input.part("token")).await?;
    let data = json!({"token": input.part("token"), "fine": found.is_some()});
    let page = Page::new("invitation", visit.t("invitation.title", &[]), data);
    visit.page(if found.is_some() { page } else { Page { status: StatusCode::NOT_FOUND, ..page } })
}

/// `invitation/accept`
pub(crate) async fn accept(visit: Visit<Enter>, input: Input) -> Outcome {
    let found = visit.app().invitation(input.part("token")).await?.ok_or(Failure::NotFound)?;
    let cookie = visit.app().accept(&found).await?;
    let to = format!("/cycle/{}/step/{}", words::path_id(&found.instance), words::path_id(&found.step));
    Ok(with_cookie(redirect(&to), &cookie))
}

/// `session/end`
pub(crate) async fn sign_out(visit: Visit<Enter>, _: Input) -> Outcome {
    if let Who::Member(member) = visit.who() {
        visit.app().leave(member, false).await?;
    }
    Ok(with_cookie(redirect("/sign-in"), &visit.app().cookie(None)))
}

/// `session/end-all`
pub(crate) async fn sign_out_everywhere(visit: Visit<ManageOwn>, _: Input) -> Outcome {
    visit.app().leave(visit.member()?, true).await?;
    Ok(with_cookie(redirect("/sign-in"), &visit.app().cookie(None)))
}

/// `language/set`
pub(crate) async fn language(visit: Visit<Enter>, input: Input) -> Outcome {
    let wanted = input.form.text("to").unwrap_or_default();
    let locale = LOCALES.iter().find(|known| **known == wanted).unwrap_or(&LOCALES[0]);
    let secure = if visit.app().secure() { "; Secure" } else { "" };
    let cookie = format!("taal={locale}; Path=/; SameSite=Lax; Max-Age=31536000{secure}");
    Ok(with_cookie(redirect(&input.next().unwrap_or_else(|| "/".into())), &cookie))
}

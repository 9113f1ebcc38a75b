//! A visit: one request by somebody, admitted under a permission. The only thing a handler gets its powers from.

use std::marker::PhantomData;
use std::sync::Arc;

use draaiboek_runtime::Engine;
use draaiboek_store::{AccessRow, Scope};
use draaiboek_workflow::decide::Actor;
use jiff::Timestamp;

use super::app::App;
use super::permit::Permission;
use super::place::Place;
use super::policy::{self, Action, Resource, Role};
use crate::answer::Failure;
use crate::input::Input;

/// Somebody who is signed in, or invited to one step.
#[derive(Debug, Clone)]
pub(crate) struct Member {
    /// Id of the account, or `invited:<school>:<person>`.
    pub account: String,
    /// The school; all that is shown belongs to it.
    pub school: String,
    /// Person at the school.
    pub person: String,
    /// Name for people.
    pub name: String,
    /// Roles at school and those of the account.
    pub roles: Vec<Role>,
    /// Roles of the account only, as words.
    pub extra: Vec<String>,
    /// The only cycle and step that are open, for an invitation.
    pub limit: Option<(String, String)>,
    /// Hash of the session's token.
    pub session: Vec<u8>,
}

/// Who asks.
#[derive(Debug, Clone)]
pub(crate) enum Who {
    /// Nobody is signed in.
    Guest,
    /// Somebody is.
    Member(Box<Member>),
}

/// A request that was admitted under the permission `P`.
pub(crate) struct Visit<P> {
    app: Arc<App>,
    who: Who,
    place: Option<Arc<Place>>,
    /// Language of the answer.
    pub locale: String,
    /// Path and query of the request.
    pub path: String,
    /// Network address of the sender.
    pub address: String,
    /// The address at which the browser reached the server, without a path.
    reached: String,
    /// The moment of the request.
    pub now: Timestamp,
    permission: PhantomData<fn() -> P>,
}

/// Roles that only a cycle gives; whether somebody holds them shows when the cycle is known.
const GIVEN_BY_CYCLES: [Role; 2] = [Role::Core, Role::Thm];

impl<P: Permission> Visit<P> {
    /// Admits a request, or says why not.
    ///
    /// # Errors
    /// Nobody is signed in, or the policy does not grant it.
    pub(crate) async fn admit(app: Arc<App>, who: Who, input: &Input) -> Result<Self, Failure> {
        let place = match &who {
            Who::Member(member) => Some(app.place(&member.school).await?),
            Who::Guest => None,
        };
        let roles = match &who {
            Who::Guest => vec![Role::Guest],
            Who::Member(member) => possible(member, P::RESOURCE, place.as_deref(), app.now()),
        };
        if policy::grants(&roles, P::RESOURCE, P::ACTION).is_empty() {
            return Err(match who {
                Who::Guest => Failure::SignIn,
                Who::Member(_) => Failure::Denied,
            });
        }
        let (now, reached) = (app.now(), app.reached(input));
        let of_school = place.as_ref().map(|place| place.school.locale.as_str());
        let locale = app.shower.locale(input.cookie("taal").as_deref().or(of_school));
        Ok(Self {
            app,
            who,
            place,
            locale,
            path: input.target.clone(),
            address: input.address.clone(),
            reached,
            now,
            permission: PhantomData,
        })
    }

    /// A look by the program itself at what somebody may see.
    ///
    /// # Errors
    /// The policy does not grant it.
    pub(in crate::gate) async fn of(app: &Arc<App>, member: Member, locale: &str) -> Result<Self, Failure> {
        let visit = Self::admit(Arc::clone(app), Who::Member(Box::new(member)), &Input::default()).await?;
        Ok(Self { locale: app.shower.locale(Some(locale)), ..visit })
    }

    /// What all requests share; the engine in it is not to be had.
    pub(crate) fn app(&self) -> &Arc<App> {
        &self.app
    }

    /// A path as a whole link, to hand over to somebody.
    pub(crate) fn link_to(&self, path: &str) -> String {
        format!("{}{path}", self.reached)
    }

    /// Who asks.
    pub(crate) fn who(&self) -> &Who {
        &self.who
    }

    /// Who is signed in.
    ///
    /// # Errors
    /// Nobody is.
    pub(crate) fn member(&self) -> Result<&Member, Failure> {
        match &self.who {
            Who::Member(member) => Ok(member),
            Who::Guest => Err(Failure::SignIn),
        }
    }

    /// The school.
    ///
    /// # Errors
    /// Nobody is signed in.
    pub(crate) fn place(&self) -> Result<&Arc<Place>, Failure> {
        self.place.as_ref().ok_or(Failure::SignIn)
    }

    /// Whether the roles at school allow something; what depends on a cycle is asked of the cycle.
    pub(crate) fn may(&self, resource: Resource, action: Action) -> bool {
        match &self.who {
            Who::Guest => !policy::grants(&[Role::Guest], resource, action).is_empty(),
            Who::Member(member) => !policy::grants(&member.roles, resource, action).is_empty(),
        }
    }

    /// Records that sensitive data was looked at or an account was changed.
    ///
    /// # Errors
    /// The database: what cannot be recorded is not shown.
    pub(crate) async fn record(&self, action: &str, class: &str, at: Option<(&str, &str)>) -> Result<(), Failure> {
        let member = self.member()?;
        let row = AccessRow {
            id: uuid::Uuid::now_v7().simple().to_string(),
            school: member.school.clone(),
            person: member.person.clone(),
            at: self.now.as_microsecond(),
            action: action.to_owned(),
            class: class.to_owned(),
            instance: at.map(|(instance, _)| instance.to_owned()),
            step: at.map(|(_, step)| step.to_owned()).filter(|step| !step.is_empty()),
        };
        Ok(self.app.engine.store().record_access(&row).await?)
    }

    pub(in crate::gate) fn engine(&self) -> &Arc<Engine> {
        &self.app.engine
    }

    pub(in crate::gate) fn scope(&self) -> Result<Scope<'_>, Failure> {
        Ok(Scope::School(&self.member()?.school))
    }

    pub(in crate::gate) fn actor(&self) -> Result<Actor, Failure> {
        let member = self.member()?;
        Ok(self.place()?.actor(&member.person, &member.extra))
    }
}

/// The roles somebody may turn out to have in the cycle that is meant.
fn possible(member: &Member, resource: Resource, place: Option<&Place>, now: Timestamp) -> Vec<Role> {
    let mut roles = member.roles.clone();
    if resource.of_cycle() && member.limit.is_none() && !roles.is_empty() {
        roles.extend(GIVEN_BY_CYCLES);
        roles.extend(place.into_iter().flat_map(|place| place.handed_roles(&member.person, now)));
    }
    roles
}

//! Who may come in: accounts, sessions, one-time links, invitations, drafts, counters, and the record of looks.
//!
//! Lives here: rows and single-row writes of these tables. May not live here: tokens, passwords, rules (they are the
//! web's). Tokens are never stored; callers give their SHA-256.

pub(crate) mod access;
#[expect(clippy::module_inception, reason = "one file per table, named as the table")]
pub(crate) mod account;
pub(crate) mod daily_mail;
pub(crate) mod draft;
pub(crate) mod invitation;
mod link;
mod read;
mod session;
mod throttle;
mod write;

pub use access::Model as AccessRow;
pub use account::Model as AccountRow;
pub use daily_mail::Model as DailyMailRow;
pub use draft::Model as DraftRow;
pub use invitation::Model as InvitationRow;
pub use link::Model as LinkRow;
pub use session::Model as SessionRow;
pub use throttle::Model as ThrottleRow;
pub use write::{MailClaim, MailEnd};

/// The key of a draft.
#[must_use]
pub fn draft_id(account: &str, instance: &str, step: &str, entry: &str) -> String {
    [account, instance, step, entry].join("\n")
}

/// The tables of this module.
pub(crate) fn tables() -> Vec<String> {
    use sea_orm::EntityName as _;
    let names = [
        access::Entity.table_name(),
        account::Entity.table_name(),
        daily_mail::Entity.table_name(),
        draft::Entity.table_name(),
        invitation::Entity.table_name(),
        link::Entity.table_name(),
        session::Entity.table_name(),
        throttle::Entity.table_name(),
    ];
    names.map(ToOwned::to_owned).to_vec()
}

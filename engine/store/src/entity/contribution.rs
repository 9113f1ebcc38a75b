//! Contributions: what people handed in. Stands beside the journal so that a payload can be erased.

use sea_orm::entity::prelude::*;

/// One contribution to a step run.
#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
#[sea_orm(table_name = "contribution")]
pub struct Model {
    /// Number within this database, from [`crate::Ids::contribution`]; the host's sequence number.
    #[sea_orm(primary_key, auto_increment = false)]
    pub id: i64,
    /// `id` of the contribution before it in the same step run.
    pub prev_id: Option<i64>,
    /// The instance.
    pub instance_pk: i64,
    /// The step run.
    pub step_run: i64,
    /// The contributor's own id of it, for repeats (domain.md L2).
    pub external_id: String,
    /// Entry within a slot that takes several.
    pub entry: Option<String>,
    /// Slot it fills (domain.md L3).
    pub slot: String,
    /// Who; absent when the step is anonymous (no link is stored at all).
    pub participant: Option<String>,
    /// The group for which it was given.
    pub group_id: Option<String>,
    /// Roles of the contributor, a JSON array of strings.
    pub roles: String,
    /// The contributor's revision of it (domain.md L3).
    pub revision: i64,
    /// When, in microseconds since 1970.
    pub at: i64,
    /// `effective`, `superseded`, `withdrawn`, `late`, `admitted`, `erased`.
    pub status: String,
    /// Random bytes that make `payload_hash` unguessable.
    pub salt: Vec<u8>,
    /// [`crate::payload_hash`] of salt and payload; stays when the payload is erased.
    pub payload_hash: Vec<u8>,
    /// What was handed in, as JSON; absent once erased.
    pub payload: Option<String>,
}

/// Relations are not used: joins are written where they are needed.
#[derive(Copy, Clone, Debug, EnumIter, DeriveRelation)]
pub enum Relation {}

impl ActiveModelBehavior for ActiveModel {}

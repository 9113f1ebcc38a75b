//! The registry of message codes: one row each, with its severity and its title.
//!
//! A code never changes its meaning and is never used again. Each has a page in docs/codes.
//! DB001-DB029 files and YAML, DB030-DB059 grammar, DB060-DB099 names and structure, DB100-DB119 expressions,
//! DB200-DB299 structural lint, DB300-DB399 pedagogical rules (DB3nn is rule Rnn).

use super::diagnostic::Severity::{self, Error, Info, Warning};

/// A code.
#[derive(Debug, Clone, Copy)]
pub struct Code {
    /// Such as `DB030`.
    pub id: &'static str,
    /// Severity of its messages.
    pub severity: Severity,
    /// What it is about, in a few words.
    pub title: &'static str,
}

const fn code(id: &'static str, severity: Severity, title: &'static str) -> Code {
    Code { id, severity, title }
}

/// All codes in order.
pub const ALL: &[Code] = &[
    code("DB001", Error, "document too large"),
    code("DB002", Error, "not a text file"),
    code("DB003", Error, "empty document"),
    code("DB004", Error, "extended workflow not found"),
    code("DB005", Error, "workflow extends itself"),
    code("DB006", Error, "extended version does not match"),
    code("DB007", Warning, "text given twice"),
    code("DB008", Warning, "nothing to remove"),
    code("DB009", Info, "more problems than shown"),
    code("DB010", Error, "not YAML"),
    code("DB011", Error, "tab in the indentation"),
    code("DB012", Error, "duplicate key"),
    code("DB013", Error, "alias without anchor"),
    code("DB014", Error, "aliases repeat too much"),
    code("DB015", Error, "nested too deep"),
    code("DB016", Error, "too many values"),
    code("DB017", Error, "second document in the file"),
    code("DB018", Error, "tag not supported"),
    code("DB019", Error, "key is no text"),
    code("DB020", Error, "instrument not found"),
    code("DB021", Error, "instrument for another kind"),
    code("DB022", Error, "id given twice in an instrument"),
    code("DB023", Error, "label without a language"),
    code("DB024", Error, "merge key"),
    code("DB030", Error, "unknown key"),
    code("DB031", Error, "missing key"),
    code("DB032", Error, "wrong type"),
    code("DB033", Error, "not one of the words"),
    code("DB034", Error, "malformed name"),
    code("DB035", Error, "keys that exclude each other"),
    code("DB036", Error, "number out of range"),
    code("DB037", Error, "unknown type"),
    code("DB038", Error, "value or schema not valid"),
    code("DB039", Error, "malformed version"),
    code("DB040", Error, "no states"),
    code("DB041", Error, "not an action"),
    code("DB042", Error, "loop needs one variable"),
    code("DB043", Error, "malformed reason"),
    code("DB044", Error, "only for events that people send"),
    code("DB045", Error, "malformed path"),
    code("DB060", Error, "unknown state"),
    code("DB061", Error, "two states of one name"),
    code("DB062", Error, "two steps of one name"),
    code("DB063", Error, "unknown role"),
    code("DB064", Error, "unknown step"),
    code("DB065", Error, "shares with another kind"),
    code("DB066", Error, "unknown data"),
    code("DB067", Error, "two timers of one name"),
    code("DB068", Error, "reserved event name"),
    code("DB069", Error, "unknown step kind"),
    code("DB070", Error, "configuration does not fit the kind"),
    code("DB071", Error, "unknown kind of contribution"),
    code("DB072", Error, "nothing to cancel"),
    code("DB074", Error, "state runs no children"),
    code("DB075", Error, "unknown audience"),
    code("DB076", Error, "event that cannot happen"),
    code("DB078", Error, "delay for another instance"),
    code("DB080", Error, "initial state outside its parent"),
    code("DB081", Error, "history leads outside its parent"),
    code("DB082", Error, "final state among regions"),
    code("DB083", Error, "targets exclude each other"),
    code("DB084", Error, "transition that does nothing"),
    code("DB085", Error, "chart not valid"),
    code("DB090", Error, "malformed time rule"),
    code("DB091", Error, "unknown setting in a map"),
    code("DB092", Error, "two things with one name in a map"),
    code("DB100", Error, "expression not valid"),
    code("DB101", Error, "unknown name in an expression"),
    code("DB102", Error, "types do not fit in an expression"),
    code("DB103", Error, "expression too large"),
    code("DB104", Warning, "expression may fail"),
    code("DB105", Error, "not part of expressions here"),
    code("DB106", Error, "expression with one answer only"),
    code("DB200", Warning, "unreachable state"),
    code("DB201", Warning, "dead end"),
    code("DB202", Warning, "workflow never ends"),
    code("DB203", Warning, "event that nobody sends"),
    code("DB204", Warning, "step that nobody may do"),
    code("DB205", Warning, "role without a part"),
    code("DB206", Warning, "role that nobody has"),
    code("DB207", Warning, "missing texts"),
    code("DB208", Warning, "timer without effect or end"),
    code("DB210", Warning, "children that are not joined"),
    code("DB211", Warning, "done that never comes"),
    code("DB212", Warning, "regions in conflict"),
    code("DB213", Warning, "transition never taken"),
    code("DB214", Warning, "all regions start over"),
    code("DB215", Error, "endless loop"),
    code("DB216", Warning, "value never used"),
    code("DB217", Warning, "setting never used"),
    code("DB218", Warning, "step that is not open"),
    code("DB219", Warning, "event that nobody hears"),
    code("DB220", Info, "date that is kept"),
    code("DB301", Error, "R01: study day without follow-up"),
    code("DB302", Warning, "R02: quality test without principles"),
    code("DB303", Warning, "R03: principles not reviewed"),
    code("DB304", Warning, "R04: too many priorities"),
    code("DB305", Warning, "R05: team without reports"),
    code("DB306", Warning, "R06: report without growth phase"),
    code("DB307", Warning, "R07: quality test without try-out"),
    code("DB310", Warning, "R10: feedback not soon"),
    code("DB311", Error, "R11: video talk not positive first"),
    code("DB312", Error, "R12: sociogram not held"),
    code("DB314", Warning, "R14: groups without an end"),
    code("DB316", Error, "R16: blame without probing"),
    code("DB317", Error, "R17: survey not individual first"),
    code("DB321", Error, "R21: own wellbeing not private"),
    code("DB322", Warning, "R22: groups that may leave a pupil out"),
    code("DB323", Warning, "R23: moments that do not come by themselves"),
    code("DB325", Error, "R25: guard that can be skipped"),
    code("DB326", Error, "R26: plan or intervision not confidential"),
];

/// The row of a code.
pub fn find(id: &str) -> Option<&'static Code> {
    ALL.iter().find(|code| code.id == id)
}

/// The severity of a code's messages; a code outside the registry counts as an error.
pub fn severity(id: &str) -> Severity {
    find(id).map_or(Error, |code| code.severity)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn codes_are_in_order_and_unique() {
        for pair in ALL.windows(2) {
            assert!(pair[0].id < pair[1].id, "{} {}", pair[0].id, pair[1].id);
        }
    }
}

//! Who may do what: one table of role, resource, action, reach and privacy class. What is not in it is denied.
//!
//! Pure. The sources are the roles and rights of domain.md G1 and the privacy classes of 0.3. The pages' sentences about
//! who sees what are made from this table too, so that they cannot say anything else.

use draaiboek_workflow::ir::Privacy;

/// Somebody's part in the school or in one cycle.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Role {
    /// Nobody is signed in.
    Guest,
    /// Somebody with an invitation to one step.
    Invited,
    /// A pupil with the code of a class, at one step for one lesson.
    Class,
    /// Director.
    Dir,
    /// Policy team.
    Pol,
    /// Process coach.
    Coach,
    /// Teacher.
    Tch,
    /// Care coordinator.
    Zc,
    /// Mentor, form teacher.
    Ment,
    /// Adviser of the guidance service.
    Adv,
    /// Core team of a study day.
    Core,
    /// Member of a theme team.
    Thm,
    /// Every other staff member.
    Staff,
    /// Outside expert or partner.
    Ext,
    /// Pupil.
    Pup,
    /// Parent.
    Par,
    /// Administrator of accounts and machine.
    Adm,
}

use Role::{Adm, Adv, Class, Coach, Core, Dir, Ext, Guest, Invited, Ment, Par, Pol, Pup, Staff, Tch, Thm, Zc};

impl Role {
    /// The role a word of a school file or workflow stands for; words without rights of their own stand for staff.
    pub fn of(word: &str) -> Option<Self> {
        Some(match word {
            "dir" => Dir,
            "pol" => Pol,
            "coach" => Coach,
            "tch" | "newtch" | "gc" | "cc" => Tch,
            "zc" => Zc,
            "ment" => Ment,
            "adv" => Adv,
            "core" => Core,
            "thm" => Thm,
            "staff" => Staff,
            "ext" | "clb" | "lsc" | "cns" => Ext,
            "pup" => Pup,
            "par" => Par,
            "adm" => Adm,
            _ => return None,
        })
    }
}

/// What something is done to.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Resource {
    /// Signing in and out, language, assets.
    Door,
    /// The start page and one's own tasks.
    Home,
    /// A cycle: its state, log, diagram.
    Cycle,
    /// A step and what one hands in.
    Step,
    /// What came of steps: pictures and artifacts.
    Result,
    /// The year: all cycles on a line.
    Trajectory,
    /// Facilitating a step on a projector.
    Live,
    /// The board of a team.
    Board,
    /// Workflows and instruments.
    Library,
    /// People and teams.
    People,
    /// The school's days.
    Calendar,
    /// Accounts.
    Account,
    /// What is kept about oneself.
    Own,
    /// The record of looks and acts.
    Audit,
    /// Incidents, timers, messages.
    Operations,
}

impl Resource {
    /// Whether a right to it depends on the cycle that is meant.
    pub fn of_cycle(self) -> bool {
        matches!(self, Self::Cycle | Self::Step | Self::Result | Self::Live | Self::Board)
    }
}

/// What is done.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Action {
    /// Look.
    Read,
    /// Hand in, revise, take back; keep a draft.
    Contribute,
    /// Say "next" or another event of the workflow, add a note.
    Advance,
    /// Begin something new.
    Start,
    /// Pause, skip, go back, re-date, stop; change people, days, accounts.
    Manage,
}

/// How far a right goes.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Reach {
    /// What is one's own.
    Own,
    /// Cycles in which one has a part.
    Involved,
    /// The whole school.
    School,
}

/// One right: how far it goes and up to which privacy class.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Grant {
    /// How far.
    pub reach: Reach,
    /// The most sensitive class it covers.
    pub class: Privacy,
}

/// A line of the table.
type Line = (Resource, Action, &'static [Role], Reach, Privacy);

const EVERYBODY: &[Role] = &[Guest, Invited, Dir, Pol, Coach, Tch, Zc, Ment, Adv, Staff, Ext, Adm];
const SIGNED_IN: &[Role] = &[Dir, Pol, Coach, Tch, Zc, Ment, Adv, Staff, Ext, Adm];
const SCHOOL_STAFF: &[Role] = &[Dir, Pol, Coach, Tch, Zc, Ment, Adv, Staff];

use Privacy::{P0, P1, P2, P4};

/// The table. Deny is what is not here.
pub const TABLE: &[Line] = &[
    (Resource::Door, Action::Read, EVERYBODY, Reach::Own, P0),
    (Resource::Door, Action::Advance, EVERYBODY, Reach::Own, P0),
    (Resource::Home, Action::Read, SIGNED_IN, Reach::Own, P1),
    // Cycles: director and policy team see all of the school, others those in which they have a part.
    (Resource::Cycle, Action::Read, &[Dir, Pol], Reach::School, P1),
    (Resource::Cycle, Action::Read, &[Coach, Tch, Zc, Ment, Core, Thm, Staff, Ext], Reach::Involved, P1),
    (Resource::Cycle, Action::Read, &[Adv], Reach::Involved, P0),
    (Resource::Cycle, Action::Advance, &[Dir, Pol], Reach::School, P1),
    (Resource::Cycle, Action::Advance, &[Coach, Tch, Zc, Ment, Core, Thm, Adv, Staff], Reach::Involved, P1),
    (Resource::Cycle, Action::Start, &[Dir, Pol, Coach], Reach::School, P1),
    (Resource::Cycle, Action::Manage, &[Dir], Reach::School, P1),
    (Resource::Cycle, Action::Manage, &[Coach], Reach::Involved, P1),
    // Steps: what one hands in oneself may be more sensitive than what one may read of others.
    (Resource::Step, Action::Read, &[Dir, Pol], Reach::School, P2),
    (Resource::Step, Action::Read, &[Coach, Core, Thm, Staff, Ext, Adv, Invited], Reach::Involved, P2),
    (Resource::Step, Action::Read, &[Tch, Zc, Ment], Reach::Involved, P4),
    (Resource::Step, Action::Contribute, &[Dir, Pol], Reach::School, P2),
    (Resource::Step, Action::Contribute, &[Coach, Core, Thm, Staff, Ext, Adv, Invited], Reach::Involved, P2),
    (Resource::Step, Action::Contribute, &[Tch, Zc, Ment], Reach::Involved, P4),
    (Resource::Step, Action::Contribute, &[Class], Reach::Involved, P4),
    (Resource::Step, Action::Start, &[Dir], Reach::School, P2),
    (Resource::Step, Action::Start, &[Coach, Core], Reach::Involved, P2),
    (Resource::Step, Action::Manage, &[Dir], Reach::School, P2),
    (Resource::Step, Action::Manage, &[Coach], Reach::Involved, P2),
    // Results of others.
    (Resource::Result, Action::Read, &[Dir, Pol], Reach::School, P1),
    (Resource::Result, Action::Read, &[Coach, Core, Thm, Staff], Reach::Involved, P1),
    (Resource::Result, Action::Read, &[Tch], Reach::Involved, P2),
    (Resource::Result, Action::Read, &[Zc, Ment], Reach::Involved, P4),
    (Resource::Result, Action::Read, &[Adv, Ext], Reach::Involved, P0),
    (Resource::Trajectory, Action::Read, SCHOOL_STAFF, Reach::School, P1),
    (Resource::Live, Action::Read, &[Dir], Reach::School, P1),
    (Resource::Live, Action::Read, &[Coach, Core], Reach::Involved, P1),
    (Resource::Live, Action::Contribute, &[Dir], Reach::School, P1),
    (Resource::Live, Action::Contribute, &[Coach, Core], Reach::Involved, P1),
    (Resource::Board, Action::Read, &[Dir, Pol], Reach::School, P1),
    (Resource::Board, Action::Read, &[Coach, Tch, Zc, Ment, Staff], Reach::Involved, P1),
    (Resource::Library, Action::Read, SCHOOL_STAFF, Reach::School, P0),
    (Resource::People, Action::Read, &[Dir, Pol, Coach, Zc, Adm], Reach::School, P1),
    (Resource::People, Action::Manage, &[Dir, Adm], Reach::School, P1),
    (Resource::Calendar, Action::Read, SIGNED_IN, Reach::School, P0),
    (Resource::Calendar, Action::Manage, &[Dir, Adm], Reach::School, P0),
    (Resource::Account, Action::Manage, &[Adm], Reach::School, P1),
    (Resource::Own, Action::Read, SIGNED_IN, Reach::Own, P4),
    (Resource::Own, Action::Manage, SIGNED_IN, Reach::Own, P4),
    (Resource::Audit, Action::Read, &[Adm, Dir], Reach::School, P1),
    (Resource::Operations, Action::Read, &[Adm], Reach::School, P1),
    (Resource::Operations, Action::Manage, &[Adm], Reach::School, P1),
];

/// The rights that roles give together. A right of one role never widens that of another.
pub fn grants(roles: &[Role], resource: Resource, action: Action) -> Vec<Grant> {
    let lines = TABLE.iter().filter(|line| line.0 == resource && line.1 == action);
    lines
        .filter(|line| line.2.iter().any(|role| roles.contains(role)))
        .map(|line| Grant { reach: line.3, class: line.4 })
        .collect()
}

/// Whether one of the rights goes so far and covers the class.
pub fn covers(grants: &[Grant], reach: Reach, class: Privacy) -> bool {
    grants.iter().any(|grant| grant.reach >= reach && grant.class >= class)
}

/// The roles of the school that may read results of a class, for the sentence about who sees what.
pub fn readers(class: Privacy) -> Vec<(Role, Reach)> {
    let lines = TABLE.iter().filter(|line| line.0 == Resource::Result && line.1 == Action::Read && line.4 >= class);
    lines.flat_map(|line| line.2.iter().map(move |role| (*role, line.3))).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_not_in_the_table_is_denied() {
        for role in [Pup, Par] {
            assert!(TABLE.iter().all(|line| !line.2.contains(&role)), "{role:?} works without an account");
        }
        assert!(grants(&[Adm], Resource::Result, Action::Read).is_empty(), "administrators never see contents");
        assert!(grants(&[Guest], Resource::Home, Action::Read).is_empty());
        let class: Vec<_> = TABLE.iter().filter(|line| line.2.contains(&Class)).map(|line| (line.0, line.1)).collect();
        assert_eq!(class, vec![(Resource::Step, Action::Contribute)], "a class hands in and sees nothing");
        let invited: Vec<Resource> = TABLE.iter().filter(|line| line.2.contains(&Invited)).map(|line| line.0).collect();
        assert!(invited.iter().all(|resource| matches!(resource, Resource::Step | Resource::Door)), "{invited:?}");
    }

    #[test]
    fn rights_of_two_roles_do_not_mix() {
        let both = grants(&[Dir, Zc], Resource::Result, Action::Read);
        assert!(covers(&both, Reach::School, P1));
        assert!(covers(&both, Reach::Involved, P4));
        assert!(!covers(&both, Reach::School, P4), "the whole school's pupil data is nobody's");
    }

    #[test]
    fn the_director_reads_no_private_reflection() {
        assert!(!covers(&grants(&[Dir, Pol], Resource::Result, Action::Read), Reach::Own, P2));
        assert!(!readers(P2).iter().any(|(role, _)| matches!(role, Dir | Pol | Coach | Adv)));
    }

    #[test]
    fn each_pair_stands_once_for_a_role() {
        for (at, line) in TABLE.iter().enumerate() {
            for other in TABLE.get(at + 1..).unwrap_or_default() {
                let same = line.0 == other.0 && line.1 == other.1 && line.2.iter().any(|role| other.2.contains(role));
                assert!(!same, "{line:?} and {other:?} speak of one role");
            }
        }
    }
}

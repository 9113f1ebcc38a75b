//! Permissions as types: a handler names one in its signature and is called only when the policy grants it.

use super::policy::{Action, Resource};

/// A line of the policy that a handler works under.
pub(crate) trait Permission: Send + Sync + 'static {
    /// What it is about.
    const RESOURCE: Resource;
    /// What is done.
    const ACTION: Action;
}

macro_rules! permissions {
    ($($(#[$doc:meta])* $name:ident = $resource:ident, $action:ident;)*) => {
        $(
            $(#[$doc])*
            #[derive(Debug, Clone, Copy)]
            pub(crate) struct $name;
            impl Permission for $name {
                const RESOURCE: Resource = Resource::$resource;
                const ACTION: Action = Action::$action;
            }
        )*
    };
}

permissions! {
    /// Pages before signing in.
    Knock = Door, Read;
    /// Signing in and out.
    Enter = Door, Advance;
    /// The start page.
    SeeHome = Home, Read;
    /// Looking at a cycle.
    SeeCycle = Cycle, Read;
    /// Bringing a cycle forward.
    AdvanceCycle = Cycle, Advance;
    /// Beginning a cycle.
    StartCycle = Cycle, Start;
    /// Repairing a cycle.
    ManageCycle = Cycle, Manage;
    /// Looking at a step.
    SeeStep = Step, Read;
    /// Handing in.
    Contribute = Step, Contribute;
    /// Inviting somebody to a step.
    Invite = Step, Start;
    /// Concluding, skipping, re-dating a step.
    ManageStep = Step, Manage;
    /// Looking at results.
    SeeResult = Result, Read;
    /// Looking at the year.
    SeeTrajectory = Trajectory, Read;
    /// Showing a step on a projector.
    SeeLive = Live, Read;
    /// Entering for a group.
    EnterLive = Live, Contribute;
    /// Looking at the board of a team.
    SeeBoard = Board, Read;
    /// Looking at workflows.
    SeeLibrary = Library, Read;
    /// Looking at people and teams.
    SeePeople = People, Read;
    /// Changing people and teams.
    ManagePeople = People, Manage;
    /// Looking at the school's days.
    SeeCalendar = Calendar, Read;
    /// Changing the school's own days.
    ManageCalendar = Calendar, Manage;
    /// Accounts of the school.
    ManageAccounts = Account, Manage;
    /// What is kept about oneself.
    SeeOwn = Own, Read;
    /// Changing it.
    ManageOwn = Own, Manage;
    /// The record of looks and acts.
    SeeAudit = Audit, Read;
    /// Incidents, timers, messages.
    SeeOperations = Operations, Read;
    /// Trying again, giving up.
    ManageOperations = Operations, Manage;
}

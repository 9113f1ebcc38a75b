//! The one command of an element, picked from its keys.

use serde_json::{Map, Value};

use super::scenario::{
    Because, CalendarChange, Contribute, Downtime, Element, Find, Join, Migrate, Move, Note, OneContribution, OneStep,
    Reschedule, Send, Start, Whom,
};

/// The command of an element.
#[derive(Debug, Clone, Copy)]
pub enum Command<'e> {
    /// Begin an instance.
    Start(&'e Start),
    /// Hand in contributions.
    Contribute(&'e Contribute),
    /// Take a contribution back.
    Withdraw(&'e OneContribution),
    /// Let a late contribution count.
    Admit(&'e OneContribution),
    /// Conclude a step.
    Conclude(&'e OneStep),
    /// Leave a step out.
    Skip(&'e OneStep),
    /// Send an event.
    Send(&'e Send),
    /// Stop the clock of an instance.
    Pause(&'e Because),
    /// Let it go on.
    Resume(&'e Because),
    /// End it.
    Cancel(&'e Because),
    /// Give a timer another moment.
    Reschedule(&'e Reschedule),
    /// Put it in other states.
    Move(&'e Move),
    /// Let it go by another version.
    Migrate(&'e Migrate),
    /// Write a line in its journal.
    Note(&'e Note),
    /// A person is away.
    Absent(&'e Whom),
    /// A person is back.
    Present(&'e Whom),
    /// A person leaves the school.
    Leave(&'e Whom),
    /// A person joins the school.
    Join(&'e Join),
    /// A person is away by the calendar.
    Absence(&'e Map<String, Value>),
    /// A person is back.
    Back(&'e Whom),
    /// People share a job.
    Duo(&'e Map<String, Value>),
    /// Other periods in the calendar.
    Calendar(&'e CalendarChange),
    /// The engine is off for a while.
    Downtime(&'e Downtime),
    /// Name an instance.
    Find(&'e Find),
}

impl Element {
    /// All commands of the element; more than one is a mistake.
    pub fn commands(&self) -> Vec<Command<'_>> {
        [
            self.start.as_ref().map(Command::Start),
            self.contribute.as_ref().map(Command::Contribute),
            self.withdraw.as_ref().map(Command::Withdraw),
            self.admit.as_ref().map(Command::Admit),
            self.conclude.as_ref().map(Command::Conclude),
            self.skip.as_ref().map(Command::Skip),
            self.send.as_ref().map(Command::Send),
            self.pause.as_ref().map(Command::Pause),
            self.resume.as_ref().map(Command::Resume),
            self.cancel.as_ref().map(Command::Cancel),
            self.reschedule.as_ref().map(Command::Reschedule),
            self.move_to.as_ref().map(Command::Move),
            self.migrate.as_ref().map(Command::Migrate),
            self.note.as_ref().map(Command::Note),
            self.absent.as_ref().map(Command::Absent),
            self.present.as_ref().map(Command::Present),
            self.leave.as_ref().map(Command::Leave),
            self.join.as_ref().map(Command::Join),
            self.absence.as_ref().map(Command::Absence),
            self.back.as_ref().map(Command::Back),
            self.duo.as_ref().map(Command::Duo),
            self.calendar.as_ref().map(Command::Calendar),
            self.downtime.as_ref().map(Command::Downtime),
            self.find.as_ref().map(Command::Find),
        ]
        .into_iter()
        .flatten()
        .collect()
    }
}

impl Command<'_> {
    /// Its key in the file.
    pub fn word(&self) -> &'static str {
        match self {
            Self::Start(_) => "start",
            Self::Contribute(_) => "contribute",
            Self::Withdraw(_) => "withdraw",
            Self::Admit(_) => "admit",
            Self::Conclude(_) => "conclude",
            Self::Skip(_) => "skip",
            Self::Send(_) => "send",
            Self::Pause(_) => "pause",
            Self::Resume(_) => "resume",
            Self::Cancel(_) => "cancel",
            Self::Reschedule(_) => "reschedule",
            Self::Move(_) => "move",
            Self::Migrate(_) => "migrate",
            Self::Note(_) => "note",
            Self::Absent(_) => "absent",
            Self::Present(_) => "present",
            Self::Leave(_) => "leave",
            Self::Join(_) => "join",
            Self::Absence(_) => "absence",
            Self::Back(_) => "back",
            Self::Duo(_) => "duo",
            Self::Calendar(_) => "calendar",
            Self::Downtime(_) => "downtime",
            Self::Find(_) => "find",
        }
    }
}

//! Civil time and instants: the zone, quiet hours, the shift after a pause. Time comes in as an argument.

use jiff::civil::{Date, DateTime, Time};
use jiff::{Timestamp, ToSpan};

use super::data::Hours;
use super::error::CalendarError;
use super::school_calendar::Calendar;

/// Messages leave from this hour.
pub const QUIET_UNTIL: Time = Time::constant(8, 0, 0, 0);
/// Messages leave before this hour.
pub const QUIET_FROM: Time = Time::constant(17, 0, 0, 0);
/// The clock time at which a limit in school days ends (domain.md G2).
pub const END_OF_DAY: Time = Time::constant(23, 59, 0, 0);

impl Calendar {
    /// The local time of the school at `instant`.
    pub fn local(&self, instant: Timestamp) -> DateTime {
        instant.to_zoned(self.zone().clone()).datetime()
    }

    /// The instant of a local time. A time that the clock skips (start of summer time) becomes the moment that long
    /// after the skip began; of a time that comes twice (end of summer time) the first one counts.
    pub fn instant(&self, local: DateTime) -> Result<Timestamp, CalendarError> {
        self.zone().to_ambiguous_timestamp(local).compatible().map_err(|_| CalendarError::OutOfRange(local.to_string()))
    }

    /// The first moment from `instant` on at which people may be disturbed: a school day, within the school's hours for
    /// messages or else between 8:00 and 17:00 local.
    pub fn next_allowed(&self, instant: Timestamp) -> Timestamp {
        let hours = self.data().messages.unwrap_or(Hours { from: QUIET_UNTIL, to: QUIET_FROM });
        self.next_allowed_between(instant, hours.from, hours.to)
    }

    /// As [`Calendar::next_allowed`], with other hours (`from` included, `to` excluded).
    /// After the last school day of the calendar: Monday to Friday.
    pub fn next_allowed_between(&self, instant: Timestamp, from: Time, to: Time) -> Timestamp {
        let local = self.local(instant);
        let (today, now) = (local.date(), local.time());
        let open = self.open_from(today);
        if open == today && from <= now && now < to {
            return instant;
        }
        let day =
            if open == today && now >= to { today.tomorrow().map_or(today, |next| self.open_from(next)) } else { open };
        self.instant(day.to_datetime(from)).map_or(instant, |found| found.max(instant))
    }

    /// The first day from `date` on that is a school day, or a weekday where the calendar ends.
    fn open_from(&self, date: Date) -> Date {
        self.on_or_after(date).unwrap_or_else(|_| {
            let weekday = date.weekday().to_monday_zero_offset();
            let wait = i32::from((7 - weekday).max(0)) * i32::from(weekday > 4);
            date.checked_add(wait.days()).unwrap_or(date)
        })
    }

    /// Where a moment lies after a pause: later by as many school days as the pause took, at the same hour.
    /// A moment that lay before the pause began stays.
    pub fn shift_by_pause(
        &self,
        moment: DateTime,
        paused: DateTime,
        resumed: DateTime,
    ) -> Result<DateTime, CalendarError> {
        if moment <= paused {
            return Ok(moment);
        }
        let days = self.schooldays_between(paused.date(), resumed.date())?;
        let days = i32::try_from(days).map_err(|_| CalendarError::OutOfRange(resumed.to_string()))?;
        if days <= 0 {
            return Ok(moment);
        }
        Ok(self.plus_schooldays(moment.date(), days)?.to_datetime(moment.time()))
    }
}

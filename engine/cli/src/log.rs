//! Log lines of long-running commands: which, in what form, on standard error; and traces for who asks for them.
//!
//! Only lines of Draaiboek itself are written, whatever the filter says: they name routes, kinds and numbers, never people
//! or what they wrote. What libraries say is not known to be so.

use std::fmt;
use std::io::IsTerminal as _;
use std::str::FromStr;

use tracing::Level;
use tracing_subscriber::filter::{FilterExt as _, filter_fn};
use tracing_subscriber::layer::SubscriberExt as _;
use tracing_subscriber::util::SubscriberInitExt as _;
use tracing_subscriber::{EnvFilter, Layer as _, fmt as lines};

use crate::args::Watch;
use crate::choice::LogFormat;
use crate::failure::Failure;
use crate::traces::Traces;

/// How the names of our own crates begin.
const OWN: &str = "draaiboek";

/// Which log lines are written.
#[derive(Debug, Clone)]
pub struct Filter(String);

impl FromStr for Filter {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, String> {
        EnvFilter::builder().parse(text).map_err(|error| error.to_string())?;
        Ok(Self(text.to_owned()))
    }
}

impl fmt::Display for Filter {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str(&self.0)
    }
}

/// Writes log lines from now on, and sends traces for as long as somebody holds the answer.
///
/// # Errors
/// Somebody writes them already.
pub fn begin(watch: &Watch) -> Result<Option<Traces>, Failure> {
    let filter = EnvFilter::builder().parse(&watch.log.0).map_err(|error| Failure::usage(error.to_string()))?;
    let wanted = filter.and(filter_fn(|about| about.target().starts_with(OWN)));
    let terminal = std::io::stderr().is_terminal() && std::env::var_os("NO_COLOR").is_none_or(|set| set.is_empty());
    let form = lines::layer().with_writer(std::io::stderr).with_ansi(terminal && watch.log_format == LogFormat::Text);
    let form = match watch.log_format {
        LogFormat::Text => form.compact().with_filter(wanted).boxed(),
        LogFormat::Json => form.json().flatten_event(true).with_current_span(false).with_filter(wanted).boxed(),
    };
    let traces = watch.traces.as_ref().map(Traces::begin).transpose()?;
    let spans = traces.as_ref().map(|traces| {
        let wanted = filter_fn(|about| about.target().starts_with(OWN) && *about.level() <= Level::INFO);
        let layer = tracing_opentelemetry::layer().with_tracer(traces.tracer());
        // Where in the program, and on which thread, is nobody's business.
        layer.with_location(false).with_threads(false).with_tracked_inactivity(false).with_filter(wanted)
    });
    let begun = tracing_subscriber::registry().with(form).with(spans).try_init();
    begun.map_err(|error| Failure::broken(format!("log lines cannot be written: {error}")))?;
    Ok(traces)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn levels_may_differ_by_part_and_nonsense_is_refused() {
        for fine in ["info", "off", "warn,draaiboek_web=debug", "draaiboek_runtime[command]=trace"] {
            assert_eq!(fine.parse::<Filter>().map(|filter| filter.to_string()), Ok(fine.to_owned()));
        }
        for wrong in ["a=b=c", "draaiboek_web=loud"] {
            assert!(wrong.parse::<Filter>().is_err(), "{wrong}");
        }
    }
}

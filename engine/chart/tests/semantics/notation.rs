//! Charts as indented text, an interpreter that logs, and `check` to step one and compare.
//!
//! ```text
//! state ID | parallel ID | final ID | history ID | deep ID      children are indented by two
//! initial TARGET.. [do ACTION..]
//! entry ACTION.. | exit ACTION..                                 each line is a block of its own
//! on EVENT.. [if COND] [to TARGET..] [do ACTION..]               event `-` = eventless, `=x` = exactly x
//! internal EVENT.. ...                                           the same, of type internal
//! default TARGET.. [do ACTION..]                                 of a history
//! data WORD                                                      done data of a final
//! invoke
//! ```
//! Conditions: `true`, `false`, `broken`, `In:ID`, `out:ID`, `set:NAME`. Actions: `raise:EVENT`, `set:NAME`,
//! `unset:NAME`, `in?ID` (logs ID or !ID), `event?` (logs the current event), `broken`, `lost`; any other word is logged.

use std::collections::BTreeSet;

use draaiboek_chart::{
    ActionId, Block, Chart, ChartSource, CondId, Configuration, Descriptor, DoneDataId, ErrorKind, Failure,
    InitialSource, Interpreter, Report, Scope, Scratch, StateId, StateKind, StateSource, TransitionId,
    TransitionSource, View, macrostep, start,
};

/// A chart text, read.
#[derive(Debug, Default)]
pub struct Written {
    pub source: ChartSource,
    pub words: Vec<String>,
}

impl Written {
    pub fn read(text: &str) -> Self {
        let lines: Vec<(usize, Vec<&str>)> = text
            .lines()
            .filter(|line| !line.trim().is_empty())
            .map(|line| (line.len() - line.trim_start().len(), line.split_whitespace().collect()))
            .collect();
        let mut written = Self::default();
        let indent = lines[0].0;
        let mut root = StateSource::default();
        written.read_body(&lines, indent, &mut root);
        written.source = ChartSource { initial: root.initial, states: root.children };
        written
    }

    fn read_body(&mut self, lines: &[(usize, Vec<&str>)], indent: usize, into: &mut StateSource) {
        let mut at = 0;
        while at < lines.len() {
            assert_eq!(lines[at].0, indent, "indentation of {:?}", lines[at].1);
            let end = (at + 1..lines.len()).find(|next| lines[*next].0 <= indent).unwrap_or(lines.len());
            self.read_line(&lines[at].1, &lines[at + 1..end], indent, into);
            at = end;
        }
    }

    fn read_line(&mut self, words: &[&str], body: &[(usize, Vec<&str>)], indent: usize, into: &mut StateSource) {
        let kind = match words[0] {
            "state" => StateKind::State,
            "parallel" => StateKind::Parallel,
            "final" => StateKind::Final,
            "history" => StateKind::History { deep: false },
            "deep" => StateKind::History { deep: true },
            "entry" => return into.on_entry.push(self.block(&words[1..])),
            "exit" => return into.on_exit.push(self.block(&words[1..])),
            "invoke" => return into.has_invoke = true,
            "data" => return into.done_data = Some(DoneDataId(self.word(words[1]))),
            "initial" => {
                let part = self.transition(words);
                into.initial = Some(InitialSource { targets: part.targets, actions: part.actions });
                return;
            }
            "on" | "internal" | "default" => return into.transitions.push(self.transition(words)),
            other => panic!("unknown word {other}"),
        };
        let mut child = StateSource { id: words.get(1).unwrap_or(&"").to_string(), kind, ..StateSource::default() };
        self.read_body(body, indent + 2, &mut child);
        into.children.push(child);
    }

    fn transition(&mut self, words: &[&str]) -> TransitionSource {
        let mut transition = TransitionSource { internal: words[0] == "internal", ..TransitionSource::default() };
        let mut part = if matches!(words[0], "on" | "internal") { "on" } else { "to" };
        for word in &words[1..] {
            match (part, *word) {
                (_, "if" | "to" | "do") => part = word,
                ("on", "-") => {}
                ("on", event) => transition.events.push(match event.strip_prefix('=') {
                    Some(exact) => Descriptor::Exact(exact.to_owned()),
                    None => event.into(),
                }),
                ("if", cond) => transition.cond = Some(CondId(self.word(cond))),
                ("to", target) => transition.targets.push(target.to_string()),
                (_, action) => transition.actions.push(ActionId(self.word(action))),
            }
        }
        transition
    }

    fn block(&mut self, words: &[&str]) -> Block {
        words.iter().map(|word| ActionId(self.word(word))).collect()
    }

    pub fn word(&mut self, word: &str) -> u32 {
        self.words.push(word.to_owned());
        self.words.len() as u32 - 1
    }
}

/// Logs, and keeps a set of names as its data.
#[derive(Clone, Debug, Default)]
pub struct Logger {
    pub words: Vec<String>,
    pub log: Vec<String>,
    pub set: BTreeSet<String>,
    /// Log the hooks as well.
    pub hooks: bool,
}

/// Evaluates a condition word.
pub fn holds(word: &str, set: &BTreeSet<String>, in_state: impl Fn(&str) -> bool) -> Option<bool> {
    match word.split_once(':') {
        Some(("In", id)) => Some(in_state(id)),
        Some(("out", id)) => Some(!in_state(id)),
        Some(("set", name)) => Some(set.contains(name)),
        _ => match word {
            "true" => Some(true),
            "false" => Some(false),
            _ => None,
        },
    }
}

impl Logger {
    fn hook(&mut self, text: String) {
        if self.hooks {
            self.log.push(text);
        }
    }
}

impl Interpreter for Logger {
    type Event = String;
    type Failure = ();

    fn condition(&mut self, condition: CondId, view: &View<'_, String>) -> Result<bool, Failure<()>> {
        let word = &self.words[condition.0 as usize];
        let chart = view.chart();
        holds(word, &self.set, |id| view.in_state(chart.state(id).unwrap())).ok_or(Failure::execution(()))
    }

    fn act(&mut self, action: ActionId, scope: &mut Scope<'_, String>) -> Result<(), Failure<()>> {
        let word = self.words[action.0 as usize].clone();
        if let Some(event) = word.strip_prefix("raise:") {
            let token = scope.chart().event(event);
            scope.raise(token, event.to_owned());
        } else if let Some(name) = word.strip_prefix("set:") {
            self.set.insert(name.to_owned());
        } else if let Some(name) = word.strip_prefix("unset:") {
            self.set.remove(name);
        } else if let Some(id) = word.strip_prefix("in?") {
            let inside = scope.in_state(scope.chart().state(id).unwrap());
            self.log.push(format!("{}{id}", if inside { "" } else { "!" }));
        } else {
            match word.as_str() {
                "event?" => self.log.push(scope.event().cloned().unwrap_or_else(|| "none".to_owned())),
                "broken" => return Err(Failure::execution(())),
                "lost" => return Err(Failure::communication(())),
                _ => self.log.push(word),
            }
        }
        Ok(())
    }

    fn done_event(&mut self, done: StateId, data: Option<DoneDataId>, scope: &mut Scope<'_, String>) -> String {
        let data = data.map(|data| self.words[data.0 as usize].clone()).unwrap_or_default();
        format!("done.state.{}({data})", scope.chart().id(done))
    }

    fn error_event(&mut self, kind: ErrorKind, (): ()) -> String {
        kind.name().to_owned()
    }

    fn entering(&mut self, state: StateId, scope: &mut Scope<'_, String>) {
        self.hook(format!("(+{}", scope.chart().id(state)));
    }

    fn entered(&mut self, _: StateId) {
        self.hook("+)".to_owned());
    }

    fn exited(&mut self, state: StateId) {
        self.hook(format!("-{}", state.index()));
    }

    fn taken(&mut self, transition: TransitionId) {
        self.hook(format!("t{}", transition.index()));
    }

    fn dropped(&mut self, event: &String) {
        self.hook(format!("dropped {event}"));
    }

    fn finished(&mut self, state: StateId, data: Option<DoneDataId>) {
        let data = data.map(|data| self.words[data.0 as usize].clone()).unwrap_or_default();
        self.hook(format!("finished {}({data})", state.index()));
    }
}

/// A chart with everything needed to step it.
pub struct Run {
    pub chart: Chart,
    pub configuration: Configuration,
    pub logger: Logger,
    pub scratch: Scratch<String>,
    pub report: Report,
}

impl Run {
    pub fn new(text: &str) -> Self {
        let written = Written::read(text);
        let chart = Chart::compile(&written.source).unwrap_or_else(|errors| panic!("{errors:?}"));
        let configuration = Configuration::new(&chart);
        let logger = Logger { words: written.words, ..Logger::default() };
        Self { chart, configuration, logger, scratch: Scratch::new(), report: Report::default() }
    }

    pub fn start(mut self) -> Self {
        self.report = start(&self.chart, &mut self.configuration, &mut self.logger, &mut self.scratch).unwrap();
        self
    }

    pub fn send(&mut self, event: &str) -> Report {
        let event = Some((self.chart.event(event), event.to_owned()));
        self.report =
            macrostep(&self.chart, &mut self.configuration, event, &mut self.logger, &mut self.scratch).unwrap();
        self.report
    }

    /// Active atomic ids and what was logged since the last call: `a b | x y`.
    pub fn seen(&mut self) -> String {
        self.configuration.check(&self.chart).unwrap();
        let active = self.configuration.snapshot(&self.chart).active.join(" ");
        let log = std::mem::take(&mut self.logger.log).join(" ");
        format!("{active} | {log}").trim_end_matches([' ', '|']).to_owned()
    }
}

/// Starts a chart, sends events, and compares what is seen after each. The first event is `""`: the start.
pub fn check(text: &str, steps: &[(&str, &str)]) {
    check_run(Run::new(text), steps);
}

/// The same, with the hooks in the log.
pub fn check_hooks(text: &str, steps: &[(&str, &str)]) {
    let mut run = Run::new(text);
    run.logger.hooks = true;
    check_run(run, steps);
}

fn check_run(run: Run, steps: &[(&str, &str)]) {
    let mut run = run.start();
    let mut seen = Vec::new();
    for (event, _) in steps {
        if !event.is_empty() {
            run.send(event);
        }
        seen.push((*event, run.seen()));
    }
    let seen: Vec<(&str, &str)> = seen.iter().map(|(event, seen)| (*event, seen.as_str())).collect();
    assert_eq!(seen, steps);
}

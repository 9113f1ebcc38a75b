//! YAML text to a tree of nodes with spans, within budgets.
//!
//! Reads the events of serde-saphyr's parser, so that every key and value keeps its place and one document can
//! yield many messages. Knows YAML, not workflows. Budgets: bytes, nodes, depth, aliases.

use std::collections::{HashMap, HashSet};

use serde_saphyr::granit_parser::{self, Event, Parser};

use super::diagnostic::Sink;
use super::node::{Entry, Node, Value, scalar};
use super::span::Span;
use super::syntax::{explain, too_deep, whole_line};

/// Largest document, in bytes.
pub const MAX_BYTES: usize = 2 * 1024 * 1024;
/// Most values in one document, counted after aliases are expanded.
pub const MAX_NODES: usize = 400_000;
/// Deepest nesting.
pub const MAX_DEPTH: usize = 100;
/// Most values that aliases may add.
pub const MAX_ALIAS_NODES: usize = 10_000;

/// An anchored value: its size and height are known before it is copied.
struct Anchored {
    node: Node,
    size: usize,
    height: usize,
}

/// A list or map that is being read.
struct Open {
    node: Node,
    anchor: usize,
    size: usize,
    height: usize,
    key: Option<(String, Span)>,
    /// Keys of a map that has many.
    seen: HashSet<String>,
}

/// Maps with more keys than this remember them in a set.
const FEW_KEYS: usize = 16;

impl Open {
    /// The line on which a key was given before, if it was.
    fn twice(&mut self, key: &str) -> Option<u32> {
        let entries = self.node.entries();
        if entries.len() > FEW_KEYS {
            if self.seen.is_empty() {
                self.seen = entries.iter().map(|entry| entry.key.clone()).collect();
            }
            if self.seen.insert(key.to_owned()) {
                return None;
            }
        }
        let first = self.node.entries().iter().find(|entry| entry.key == key)?;
        Some(first.span.line)
    }
}

struct Reader<'a> {
    file: u32,
    text: &'a str,
    stack: Vec<Open>,
    anchors: HashMap<usize, Anchored>,
    nodes: usize,
    alias_nodes: usize,
    root: Option<Node>,
}

/// Why reading stopped: the message is in the sink.
struct Stop;

/// Reads one document. `None` when there is none or it could not be read; the reason is in the sink.
pub fn read(file: u32, text: &str, sink: &mut Sink) -> Option<Node> {
    if text.len() > MAX_BYTES {
        sink.add(
            "DB001",
            Some(Span { file, line: 1, column: 1, ..Span::default() }),
            format!(
                "The document has {} bytes; at most {MAX_BYTES} are read.",
                text.len()
            ),
        )
        .help("split it: put texts in `texts/<locale>.yaml` and parts that stand alone in workflows of their own (`run:`)");
        return None;
    }
    let before = sink.has_errors();
    let mut reader =
        Reader { file, text, stack: Vec::new(), anchors: HashMap::new(), nodes: 0, alias_nodes: 0, root: None };
    let finished = reader.run(sink).is_ok();
    if finished && reader.root.is_none() && (before || !sink.has_errors()) {
        sink.add("DB003", whole_line(file, text, 0), "The document is empty.")
            .help("a workflow begins with `workflow: <name>` and has `states:` or `steps:`");
    }
    if finished { reader.root } else { None }
}

impl Reader<'_> {
    fn run(&mut self, sink: &mut Sink) -> Result<(), Stop> {
        let options = granit_parser::options! {
            emit_comments: false,
            disallow_directives: true,
            flow_nesting_limit: MAX_DEPTH,
            block_nesting_limit: MAX_DEPTH,
        };
        let mut parser = Parser::new_from_str_with_options(self.text, options);
        while let Some(next) = parser.next_event() {
            match next {
                Ok((event, span)) => self.event(event, span, sink)?,
                Err(error) => {
                    explain(self.file, self.text, &error, sink);
                    return Err(Stop);
                }
            }
        }
        Ok(())
    }

    fn event(&mut self, event: Event<'_>, raw: granit_parser::Span, sink: &mut Sink) -> Result<(), Stop> {
        let span = self.span(raw);
        if let Some(tag) = event.tag().map(|tag| tag.original()) {
            sink.add("DB018", span, format!("The tag `{tag}` is not supported."))
                .help("leave it out: types follow from how a value is written");
        }
        match event {
            Event::DocumentStart(..) if self.root.is_some() => {
                sink.add("DB017", span, "The file holds a second document.")
                    .help("one workflow a file: remove the `---` line");
                Err(Stop)
            }
            Event::Scalar(text, _, 0, _) if self.expects_key() => {
                self.count(1, span, sink)?;
                self.key((text.into_owned(), span), sink)
            }
            Event::Scalar(text, style, anchor, _) => {
                let value = scalar(&text, style);
                self.leaf(Node { span, value }, &text, anchor, sink)
            }
            Event::SequenceStart(_, anchor, _) => self.open(span, Value::List(Vec::new()), anchor, sink),
            Event::MappingStart(_, anchor, _) => self.open(span, Value::Map(Vec::new()), anchor, sink),
            Event::SequenceEnd | Event::MappingEnd => self.close(span, sink),
            Event::Alias(id) => self.alias(id, span, sink),
            _ => Ok(()),
        }
    }

    fn count(&mut self, more: usize, span: Span, sink: &mut Sink) -> Result<(), Stop> {
        self.nodes += more;
        if self.nodes > MAX_NODES {
            sink.add("DB016", span, format!("The document has more than {MAX_NODES} values."));
            return Err(Stop);
        }
        Ok(())
    }

    fn leaf(&mut self, node: Node, raw: &str, anchor: usize, sink: &mut Sink) -> Result<(), Stop> {
        self.count(1, node.span, sink)?;
        if anchor > 0 {
            self.keep(anchor, &node, 1, 0);
        }
        if self.expects_key() {
            let key = (raw.to_owned(), node.span);
            return self.key(key, sink);
        }
        self.place(node, 1, 0);
        Ok(())
    }

    fn expects_key(&self) -> bool {
        self.stack.last().is_some_and(|open| matches!(open.node.value, Value::Map(_)) && open.key.is_none())
    }

    fn key(&mut self, (key, span): (String, Span), sink: &mut Sink) -> Result<(), Stop> {
        let Some(open) = self.stack.last_mut() else {
            return Ok(());
        };
        if key == "<<" {
            sink.add("DB024", span, "Merge keys (`<<`) are not supported.")
                .help("repeat the alias below each key, or lay one workflow over another with `extends`");
        }
        if let Some(first) = open.twice(&key) {
            sink.add("DB012", span, format!("The key `{key}` is given twice in this map."))
                .label(format!("first given on line {first}"))
                .help("keep one of the two");
        }
        open.key = Some((key, span));
        Ok(())
    }

    fn open(&mut self, span: Span, value: Value, anchor: usize, sink: &mut Sink) -> Result<(), Stop> {
        self.count(1, span, sink)?;
        if self.expects_key() {
            sink.add("DB019", span, "A key must be a text, not a list or a map.")
                .help("if this is a template such as `{name}`, put it in quotes");
            return Err(Stop);
        }
        self.stack.push(Open {
            node: Node { span, value },
            anchor,
            size: 1,
            height: 0,
            key: None,
            seen: HashSet::new(),
        });
        Ok(())
    }

    fn close(&mut self, end: Span, _sink: &mut Sink) -> Result<(), Stop> {
        let Some(mut open) = self.stack.pop() else {
            return Ok(());
        };
        let last = match &open.node.value {
            Value::List(items) => items.last().map(|node| node.span),
            Value::Map(entries) => entries.last().map(|entry| entry.span.to(entry.value.span)),
            _ => None,
        };
        let first = match &open.node.value {
            Value::Map(entries) => entries.first().map(|entry| entry.span),
            _ => None,
        };
        if self.text.get(open.node.span.start as usize..).is_some_and(|t| t.starts_with(['{', '['])) {
            open.node.span = open.node.span.to(end);
        } else {
            open.node.span = first.unwrap_or(open.node.span);
            if let Some(last) = last {
                open.node.span = open.node.span.to(last);
            }
        }
        if open.anchor > 0 {
            self.keep(open.anchor, &open.node, open.size, open.height);
        }
        self.place(open.node, open.size, open.height);
        Ok(())
    }

    fn keep(&mut self, anchor: usize, node: &Node, size: usize, height: usize) {
        self.anchors.insert(anchor, Anchored { node: node.clone(), size, height });
    }

    fn alias(&mut self, id: usize, span: Span, sink: &mut Sink) -> Result<(), Stop> {
        let Some(anchored) = self.anchors.get(&id) else {
            sink.add("DB013", span, "The alias stands inside the value it repeats, so it would never end.")
                .help("write the inner value out");
            return Err(Stop);
        };
        let (size, height) = (anchored.size, anchored.height);
        self.alias_nodes += size;
        if self.alias_nodes > MAX_ALIAS_NODES {
            sink.add("DB014", span, format!("Aliases repeat more than {MAX_ALIAS_NODES} values."))
                .help("write the values out, or give the repeated part a workflow of its own");
            return Err(Stop);
        }
        if self.stack.len() + height > MAX_DEPTH {
            too_deep(span, sink);
            return Err(Stop);
        }
        let mut node = anchored.node.clone();
        self.count(size, span, sink)?;
        if self.expects_key() {
            let Value::Text(text) = node.value else {
                sink.add("DB019", span, "A key must be a text.");
                return Err(Stop);
            };
            return self.key((text, span), sink);
        }
        node.span = span;
        self.place(node, size, height);
        Ok(())
    }

    /// Puts a finished value into what is open around it.
    fn place(&mut self, node: Node, size: usize, height: usize) {
        let Some(open) = self.stack.last_mut() else {
            self.root = Some(node);
            return;
        };
        open.size += size;
        open.height = open.height.max(height + 1);
        match &mut open.node.value {
            Value::List(items) => items.push(node),
            Value::Map(entries) => {
                if let Some((key, span)) = open.key.take() {
                    entries.push(Entry { key, span, value: node });
                }
            }
            _ => {}
        }
    }

    fn span(&self, raw: granit_parser::Span) -> Span {
        let start = self.byte(&raw.start);
        let end = self.byte(&raw.end).max(start);
        Span {
            file: self.file,
            start: start as u32,
            end: end as u32,
            line: raw.start.line() as u32,
            column: raw.start.col() as u32 + 1,
        }
    }

    fn byte(&self, mark: &granit_parser::Marker) -> usize {
        mark.byte_offset().unwrap_or(0).min(self.text.len())
    }
}

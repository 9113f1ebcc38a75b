//! Sizes: how big a node or a label is with its text wrapped, and the few distances of the house style.

use super::graph::{Icon, Line, Node, NodeKind};
use super::text::{self, Font};

/// Titles.
pub(super) const TITLE: Font = Font { size: 14.0, bold: true };
/// Small lines and labels.
pub(super) const SMALL: Font = Font { size: 12.0, bold: false };
/// Height of a line of title.
pub(super) const TITLE_LINE: f64 = 18.0;
/// Height of a small line.
pub(super) const SMALL_LINE: f64 = 16.0;
/// Room for an icon before small text.
pub(super) const ICON: f64 = 17.0;
/// Room between a box and its text.
pub(super) const PAD: f64 = 10.0;
/// Room for the ring before the title of an end.
pub(super) const RING: f64 = 24.0;
/// Room that two places on one side of a box keep.
pub(super) const SLOT: f64 = 13.0;

const TITLE_MAX: f64 = 172.0;
const SMALL_MAX: f64 = 184.0;
const LABEL_MAX: f64 = 128.0;

/// Which way the flow runs.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Orientation {
    /// Left to right, for wide screens; long flows continue on a next row.
    #[default]
    LeftRight,
    /// Top to bottom, for phones.
    TopBottom,
}

/// Text as it will be written: wrapped and measured.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct TextBlock {
    /// Bold lines.
    pub title: Vec<String>,
    /// Small lines; a wrapped one continues without icon.
    pub lines: Vec<Line>,
    /// Continuation lines stand under text, not under icons: whether each line is one.
    pub continued: Vec<bool>,
    /// Width in pixels.
    pub width: f64,
    /// Height in pixels.
    pub height: f64,
}

impl TextBlock {
    fn new(title: Vec<String>, lines: &[Line], max: f64) -> Self {
        let mut block = Self { title, ..Self::default() };
        for line in lines {
            for (position, part) in text::wrap(&line.text, max, 3, SMALL).into_iter().enumerate() {
                let icon = if position == 0 { line.icon } else { Icon::None };
                block.lines.push(Line { icon, text: part });
                block.continued.push(position > 0 && line.icon != Icon::None);
            }
        }
        let titles = block.title.iter().map(|t| text::width(t, TITLE));
        let smalls = (0..block.lines.len()).map(|i| block.indent(i) + text::width(&block.lines[i].text, SMALL));
        block.width = titles.chain(smalls).fold(0.0, f64::max).ceil();
        block.height = TITLE_LINE * count(&block.title) + SMALL_LINE * count(&block.lines);
        block
    }

    /// How far line `i` is indented for its icon.
    pub fn indent(&self, i: usize) -> f64 {
        if self.lines[i].icon != Icon::None || self.continued[i] { ICON } else { 0.0 }
    }
}

fn count<T>(items: &[T]) -> f64 {
    u32::try_from(items.len()).map_or(f64::MAX, f64::from)
}

/// The text of a node; a box around others has more room.
pub(super) fn node_text(node: &Node, around: bool) -> TextBlock {
    let more = if around { 1.6 } else { 1.0 };
    TextBlock::new(text::wrap(&node.title, TITLE_MAX * more, 4, TITLE), &node.lines, SMALL_MAX * more)
}

/// The text of an edge.
pub(super) fn label_text(lines: &[Line]) -> TextBlock {
    TextBlock::new(Vec::new(), lines, LABEL_MAX)
}

/// Width and height of a node without inside.
pub(super) fn leaf_size(node: &Node) -> (f64, f64) {
    match node.kind {
        NodeKind::Start => (14.0, 14.0),
        NodeKind::History | NodeKind::DeepHistory => (28.0, 28.0),
        NodeKind::State | NodeKind::Group | NodeKind::Regions => {
            let block = node_text(node, false);
            ((block.width + 2.0 * PAD).max(88.0), (block.height + 2.0 * PAD).max(44.0))
        }
        NodeKind::End => {
            let block = node_text(node, false);
            (block.width + RING + 2.0 * PAD + 6.0, (block.height + 2.0 * PAD).max(40.0))
        }
    }
}

//! Reading XML strictly: known elements and attributes only, each refusal with its place. Knows no statechart.

use roxmltree::{Attribute, Document, Node, ParsingOptions};

use super::error::Refusal;
use super::limits::MAX_DOCUMENT_BYTES;

/// The namespace of SCXML; elements without any are taken for SCXML too.
const NAMESPACE: &str = "http://www.w3.org/2005/07/scxml";

/// Attributes that describe the document and mean nothing when it runs.
const SILENT_NAMESPACES: [&str; 2] =
    ["http://www.w3.org/2001/XMLSchema-instance", "http://www.w3.org/XML/1998/namespace"];

/// Most XML nodes of a document.
const MAX_NODES: u32 = 1_000_000;

/// Parses a document.
pub(super) fn parse(text: &str) -> Result<Document<'_>, Refusal> {
    if text.len() > MAX_DOCUMENT_BYTES {
        let what = format!("document of more than {MAX_DOCUMENT_BYTES} bytes");
        return Err(Refusal { what, line: 1, column: 1 });
    }
    let options = ParsingOptions { nodes_limit: MAX_NODES, ..ParsingOptions::default() };
    Document::parse_with_options(text, options).map_err(|error| {
        let pos = error.pos();
        Refusal { what: format!("not well-formed XML: {error}"), line: pos.row, column: pos.col }
    })
}

/// Refuses something that starts at a byte of the document.
fn refuse_at(document: &Document<'_>, byte: usize, what: String) -> Refusal {
    let pos = document.text_pos_at(byte);
    Refusal { what, line: pos.row, column: pos.col }
}

/// Refuses a node.
pub(super) fn refuse(node: Node<'_, '_>, what: impl Into<String>) -> Refusal {
    refuse_at(node.document(), node.range().start, what.into())
}

/// Refuses an element that does not belong where it stands.
pub(super) fn unexpected(node: Node<'_, '_>) -> Refusal {
    let parent = node.parent_element().map(|parent| format!(" in <{}>", parent.tag_name().name())).unwrap_or_default();
    refuse(node, format!("element <{}>{parent}", node.tag_name().name()))
}

/// The element's name, if it is SCXML.
pub(super) fn name<'a>(node: Node<'a, '_>) -> Result<&'a str, Refusal> {
    match node.tag_name().namespace() {
        None | Some(NAMESPACE) => Ok(node.tag_name().name()),
        Some(other) => Err(refuse(node, format!("element <{}> of namespace {other}", node.tag_name().name()))),
    }
}

/// The element children with their names; text between them is refused.
pub(super) fn children<'a, 'i>(node: Node<'a, 'i>) -> Result<Vec<(&'a str, Node<'a, 'i>)>, Refusal> {
    let mut found = Vec::new();
    for child in node.children() {
        if child.is_element() {
            found.push((name(child)?, child));
        } else if child.is_text() && !child.text().unwrap_or_default().trim().is_empty() {
            return Err(refuse(child, format!("text in <{}>", node.tag_name().name())));
        }
    }
    Ok(found)
}

/// The text of an element that holds nothing else; `None` when there is nothing but white space.
pub(super) fn text(node: Node<'_, '_>) -> Result<Option<String>, Refusal> {
    let mut text = String::new();
    for child in node.children() {
        if child.is_element() {
            return Err(unexpected(child));
        }
        if child.is_text() {
            text.push_str(child.text().unwrap_or_default());
        }
    }
    Ok((!text.trim().is_empty()).then_some(text))
}

/// Refuses any child element.
pub(super) fn empty(node: Node<'_, '_>) -> Result<(), Refusal> {
    match children(node)?.first() {
        Some((_, child)) => Err(unexpected(*child)),
        None => Ok(()),
    }
}

/// The attributes of an element, all of them known.
#[derive(Clone, Copy)]
pub(super) struct Attributes<'a, 'i> {
    node: Node<'a, 'i>,
}

impl<'a, 'i> Attributes<'a, 'i> {
    /// Refuses every attribute that is not in `known`.
    pub(super) fn new(node: Node<'a, 'i>, known: &[&str]) -> Result<Self, Refusal> {
        for attribute in node.attributes() {
            let known = match attribute.namespace() {
                None => known.contains(&attribute.name()),
                Some(namespace) => SILENT_NAMESPACES.contains(&namespace),
            };
            if !known {
                return Err(Self::refuse_attribute(node, attribute));
            }
        }
        Ok(Self { node })
    }

    fn refuse_attribute(node: Node<'_, '_>, attribute: Attribute<'_, '_>) -> Refusal {
        let what = format!("attribute {} of <{}>", attribute.name(), node.tag_name().name());
        refuse_at(node.document(), attribute.range().start, what)
    }

    /// The value of an attribute.
    pub(super) fn get(self, name: &str) -> Option<&'a str> {
        self.node.attribute(name)
    }

    /// The value of an attribute that must be there and not empty.
    pub(super) fn need(self, name: &str) -> Result<&'a str, Refusal> {
        match self.get(name).map(str::trim) {
            Some(value) if !value.is_empty() => Ok(value),
            _ => Err(refuse(self.node, format!("<{}> without attribute {name}", self.node.tag_name().name()))),
        }
    }

    /// The words of an attribute that is a list.
    pub(super) fn words(self, name: &str) -> impl Iterator<Item = &'a str> + use<'a> {
        self.get(name).unwrap_or_default().split_whitespace()
    }

    /// Refuses the value of an attribute.
    pub(super) fn refuse_value(self, name: &str) -> Refusal {
        let value = self.get(name).unwrap_or_default();
        let what = format!("{name}=\"{value}\" of <{}>", self.node.tag_name().name());
        match self.node.attribute_node(name) {
            Some(attribute) => refuse_at(self.node.document(), attribute.range().start, what),
            None => refuse(self.node, what),
        }
    }

    /// Refuses the second of two attributes that exclude each other.
    pub(super) fn exclusive(self, first: &str, second: &str) -> Result<(), Refusal> {
        match (self.node.attribute_node(first), self.node.attribute_node(second)) {
            (Some(_), Some(attribute)) => Err(refuse_at(
                self.node.document(),
                attribute.range().start,
                format!("attribute {second} of <{}> beside {first}", self.node.tag_name().name()),
            )),
            _ => Ok(()),
        }
    }
}

//! Actions.

use super::{Lowering, expression, string};
use crate::ir::{Action, Recipient};
use crate::language::node::Node;
use crate::language::span::Path;

impl Lowering<'_> {
    /// One action or a list of them; a `set` of several paths becomes several assignments.
    pub(super) fn actions(&mut self, node: Option<&Node>, path: Path) -> Vec<Action> {
        let mut found = Vec::new();
        for item in node.map_or(&[][..], Node::items) {
            self.action(item, path, &mut found);
        }
        found
    }

    fn action(&mut self, node: &Node, path: Path, into: &mut Vec<Action>) {
        let here = path.nth(into.len());
        for entry in node.entries() {
            let value = &entry.value;
            let action = match entry.key.as_str() {
                "set" => return self.assignments(value, path, into),
                "raise" => Action::Raise { event: self.event(value, here), data: self.exprs(value.get("data"), here) },
                "send" => self.send(value, here),
                "cancel" => {
                    self.map.put(here.at("id"), value.span);
                    Action::Cancel { id: string(Some(value)) }
                }
                "notify" => self.notify(value, here),
                "artifact" => Action::Artifact {
                    name: string(value.get("name")),
                    content: self.required(value.get("content"), here),
                },
                "erase" => {
                    let steps = self.names(Some(value), here.at("erase"));
                    Action::Erase { steps: if steps == ["all"] { Vec::new() } else { steps } }
                }
                "log" => Action::Log { value: self.required(Some(value), here) },
                "if" => Action::If {
                    cond: self.required(Some(value), here),
                    then: self.actions(node.get("then"), here.at("then")),
                    otherwise: self.actions(node.get("else"), here.at("else")),
                },
                "for_each" => match self.each(Some(value), here.at("for_each")) {
                    Some(each) => Action::ForEach { each, body: self.actions(node.get("do"), here.at("do")) },
                    None => return,
                },
                _ => continue,
            };
            self.map.put(here, node.span);
            into.push(action);
            return;
        }
    }

    fn assignments(&mut self, node: &Node, path: Path, into: &mut Vec<Action>) {
        for entry in node.entries() {
            let here = path.nth(into.len());
            self.map.put(here.at("path"), entry.span);
            self.map.put(here, entry.value.span);
            into.push(Action::Assign { path: entry.key.trim().to_owned(), value: expression(&entry.value) });
        }
    }

    fn required(&mut self, node: Option<&Node>, path: Path) -> String {
        self.expr(node, path).unwrap_or_default()
    }

    /// The event of `raise` or `send`, in the short or the long form.
    fn event(&mut self, node: &Node, path: Path) -> String {
        let name = node.get("event").unwrap_or(node);
        self.map.put(path.at("event"), name.span);
        string(Some(name))
    }

    fn send(&mut self, node: &Node, path: Path) -> Action {
        let to = match node.get("to") {
            Some(to) => {
                self.map.put(path.at("to"), to.span);
                match to.get("children") {
                    Some(state) => Recipient::Children(string(Some(state))),
                    None if to.text() == Some("parent") => Recipient::Parent,
                    None => Recipient::Itself,
                }
            }
            None => Recipient::Itself,
        };
        Action::Send {
            event: self.event(node, path),
            to,
            data: self.exprs(node.get("data"), path),
            after: node.get("after").map(|rule| self.rule(rule, path.at("after"))),
            id: node.get("id").map(|id| string(Some(id))),
        }
    }

    fn notify(&mut self, node: &Node, path: Path) -> Action {
        if let Some(text) = node.get("text") {
            self.map.put(path.at("text"), text.span);
        }
        Action::Notify {
            roles: self.names(node.get("roles"), path.at("roles")),
            text: string(node.get("text")),
            data: self.exprs(node.get("data"), path),
        }
    }
}

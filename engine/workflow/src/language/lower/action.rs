//! Actions.

use super::{Lowering, expression, string};
use crate::ir::{Action, Recipient};
use crate::language::node::Node;

impl Lowering<'_> {
    /// One action or a list of them; a `set` of several paths becomes several assignments.
    pub(super) fn actions(&mut self, node: Option<&Node>, path: &str) -> Vec<Action> {
        let mut found = Vec::new();
        for item in node.map_or(&[][..], Node::items) {
            self.action(item, path, &mut found);
        }
        found
    }

    fn action(&mut self, node: &Node, path: &str, into: &mut Vec<Action>) {
        let here = format!("{path}/{}", into.len());
        for entry in node.entries() {
            let value = &entry.value;
            let action = match entry.key.as_str() {
                "set" => return self.assignments(value, path, into),
                "raise" => {
                    Action::Raise { event: self.event(value, &here), data: self.exprs(value.get("data"), &here) }
                }
                "send" => self.send(value, &here),
                "cancel" => {
                    self.map.put(format!("{here}/id"), value.span);
                    Action::Cancel { id: string(Some(value)) }
                }
                "notify" => self.notify(value, &here),
                "artifact" => Action::Artifact {
                    name: string(value.get("name")),
                    content: self.required(value.get("content"), &here),
                },
                "log" => Action::Log { value: self.required(Some(value), &here) },
                "if" => Action::If {
                    cond: self.required(Some(value), &here),
                    then: self.actions(node.get("then"), &format!("{here}/then")),
                    otherwise: self.actions(node.get("else"), &format!("{here}/else")),
                },
                "for_each" => match self.each(Some(value), &format!("{here}/for_each")) {
                    Some(each) => Action::ForEach { each, body: self.actions(node.get("do"), &format!("{here}/do")) },
                    None => return,
                },
                _ => continue,
            };
            self.map.put(here.as_str(), node.span);
            into.push(action);
            return;
        }
    }

    fn assignments(&mut self, node: &Node, path: &str, into: &mut Vec<Action>) {
        for entry in node.entries() {
            let here = format!("{path}/{}", into.len());
            self.map.put(format!("{here}/path"), entry.span);
            self.map.put(here, entry.value.span);
            into.push(Action::Assign { path: entry.key.trim().to_owned(), value: expression(&entry.value) });
        }
    }

    fn required(&mut self, node: Option<&Node>, path: &str) -> String {
        self.expr(node, path).unwrap_or_default()
    }

    /// The event of `raise` or `send`, in the short or the long form.
    fn event(&mut self, node: &Node, path: &str) -> String {
        let name = node.get("event").unwrap_or(node);
        self.map.put(format!("{path}/event"), name.span);
        string(Some(name))
    }

    fn send(&mut self, node: &Node, path: &str) -> Action {
        let to = match node.get("to") {
            Some(to) => {
                self.map.put(format!("{path}/to"), to.span);
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
            after: node.get("after").map(|rule| self.rule(rule, format!("{path}/after"))),
            id: node.get("id").map(|id| string(Some(id))),
        }
    }

    fn notify(&mut self, node: &Node, path: &str) -> Action {
        if let Some(text) = node.get("text") {
            self.map.put(format!("{path}/text"), text.span);
        }
        Action::Notify {
            roles: self.names(node.get("roles"), &format!("{path}/roles")),
            text: string(node.get("text")),
            data: self.exprs(node.get("data"), path),
        }
    }
}

//! From SCXML text to executable content, values and conditions (W3C SCXML 4, 5.4 to 5.7, 6.2, 6.3).

use draaiboek_chart::{ActionId, Block, DoneDataId};
use roxmltree::Node;
use serde_json::Value as Json;

use super::document::{Action, Payload, Send, Source};
use super::error::Refusal;
use super::expression::{Condition, Expression, LeftOut, Location};
use super::limits::MAX_CONTENT_DEPTH;
use super::null;
use super::read::{Dialect, Reader};
use super::xml::{self, Attributes};

impl<'a, 'i> Reader<'a, 'i> {
    /// The executable content of an element, as one block.
    pub(super) fn block(&mut self, node: Node<'a, 'i>) -> Result<Block, Refusal> {
        let actions = self.actions(node, 0)?;
        let first = self.actions.len() as u32;
        self.actions.extend(actions);
        Ok((first..self.actions.len() as u32).map(ActionId).collect())
    }

    fn actions(&self, node: Node<'a, 'i>, depth: usize) -> Result<Vec<Action>, Refusal> {
        xml::children(node)?.into_iter().map(|(name, child)| self.action(name, child, depth)).collect()
    }

    fn action(&self, name: &str, node: Node<'a, 'i>, depth: usize) -> Result<Action, Refusal> {
        if depth > MAX_CONTENT_DEPTH {
            return Err(xml::refuse(node, format!("<{name}> nested deeper than {MAX_CONTENT_DEPTH} levels")));
        }
        match name {
            "raise" => {
                let attributes = Attributes::new(node, &["event"])?;
                xml::empty(node)?;
                Ok(Action::Raise { event: attributes.need("event")?.to_owned() })
            }
            "log" => self.log(node),
            "send" => self.send(node),
            "cancel" => self.cancel(node),
            "if" => self.choice(node, depth),
            "assign" | "foreach" if self.dialect == Dialect::Null => {
                Err(xml::refuse(node, format!("<{name}> in the null data model")))
            }
            "assign" => {
                let attributes = Attributes::new(node, &["location", "expr"])?;
                let location = self.location(attributes, "location")?;
                let value = self.source(node, attributes)?.unwrap_or(Source::Literal(Json::Null));
                Ok(Action::Assign { location, value })
            }
            "foreach" => self.for_each(node, depth),
            _ => Err(xml::unexpected(node)),
        }
    }

    fn log(&self, node: Node<'a, 'i>) -> Result<Action, Refusal> {
        let attributes = Attributes::new(node, &["label", "expr"])?;
        xml::empty(node)?;
        let value = match (attributes.get("expr"), self.dialect) {
            (Some(text), Dialect::Null) => {
                Some(Expression::constant(text).ok_or_else(|| attributes.refuse_value("expr"))?)
            }
            (Some(text), Dialect::Cel) => Some(self.expression(attributes, "expr", text)?),
            (None, _) => attributes.get("label").map(|label| Expression::Literal(label.into())),
        };
        Ok(Action::Log { value })
    }

    fn cancel(&self, node: Node<'a, 'i>) -> Result<Action, Refusal> {
        let attributes = Attributes::new(node, &["sendid", "sendidexpr"])?;
        xml::empty(node)?;
        let id = self.constant_or_expression(attributes, "sendid", "sendidexpr")?;
        id.map(|id| Action::Cancel { id }).ok_or_else(|| xml::refuse(node, "<cancel> without attribute sendid"))
    }

    fn choice(&self, node: Node<'a, 'i>, depth: usize) -> Result<Action, Refusal> {
        let attributes = Attributes::new(node, &["cond"])?;
        let mut branches = vec![(self.condition(attributes, "cond", attributes.need("cond")?)?, Vec::new())];
        let mut otherwise: Option<Vec<Action>> = None;
        for (name, child) in xml::children(node)? {
            match name {
                "elseif" | "else" if otherwise.is_some() => return Err(xml::unexpected(child)),
                "elseif" => {
                    let attributes = Attributes::new(child, &["cond"])?;
                    xml::empty(child)?;
                    let condition = self.condition(attributes, "cond", attributes.need("cond")?)?;
                    branches.push((condition, Vec::new()));
                }
                "else" => {
                    Attributes::new(child, &[])?;
                    xml::empty(child)?;
                    otherwise = Some(Vec::new());
                }
                _ => {
                    let action = self.action(name, child, depth + 1)?;
                    let last = branches.last_mut().map(|(_, actions)| actions);
                    if let Some(actions) = otherwise.as_mut().or(last) {
                        actions.push(action);
                    }
                }
            }
        }
        Ok(Action::If { branches, otherwise: otherwise.unwrap_or_default() })
    }

    fn for_each(&self, node: Node<'a, 'i>, depth: usize) -> Result<Action, Refusal> {
        let attributes = Attributes::new(node, &["array", "item", "index"])?;
        Ok(Action::ForEach {
            array: self.expression(attributes, "array", attributes.need("array")?)?,
            item: attributes.need("item")?.to_owned(),
            index: attributes.get("index").map(ToOwned::to_owned),
            body: self.actions(node, depth + 1)?,
        })
    }

    fn send(&self, node: Node<'a, 'i>) -> Result<Action, Refusal> {
        let attributes = Attributes::new(
            node,
            &[
                "event",
                "eventexpr",
                "target",
                "targetexpr",
                "type",
                "typeexpr",
                "id",
                "idlocation",
                "delay",
                "delayexpr",
                "namelist",
            ],
        )?;
        attributes.exclusive("id", "idlocation")?;
        let mut payload = self.payload(node)?;
        if attributes.get("namelist").is_some() {
            let Payload::Parameters(parameters) = &mut payload else {
                return Err(xml::refuse(node, "<send> with both namelist and content"));
            };
            let mut named = Vec::new();
            for name in attributes.words("namelist") {
                named.push((name.to_owned(), self.expression(attributes, "namelist", name)?));
            }
            parameters.splice(..0, named);
        }
        let event = self.constant_or_expression(attributes, "event", "eventexpr")?;
        if event.is_none() && matches!(payload, Payload::Parameters(_)) {
            return Err(xml::refuse(node, "<send> without attribute event"));
        }
        let id_location = match attributes.get("idlocation") {
            Some(_) => Some(self.location(attributes, "idlocation")?),
            None => None,
        };
        Ok(Action::Send(Box::new(Send {
            event,
            target: self.constant_or_expression(attributes, "target", "targetexpr")?,
            kind: self.constant_or_expression(attributes, "type", "typeexpr")?,
            delay: self.constant_or_expression(attributes, "delay", "delayexpr")?,
            id: attributes.get("id").map(ToOwned::to_owned),
            id_location,
            payload,
        })))
    }

    /// `<donedata>`.
    pub(super) fn done_data(&mut self, node: Node<'a, 'i>) -> Result<DoneDataId, Refusal> {
        Attributes::new(node, &[])?;
        let payload = self.payload(node)?;
        self.done_data.push(payload);
        Ok(DoneDataId(self.done_data.len() as u32 - 1))
    }

    /// One `<content>` or any number of `<param>`.
    fn payload(&self, node: Node<'a, 'i>) -> Result<Payload, Refusal> {
        let mut parameters = Vec::new();
        let children = xml::children(node)?;
        for (name, child) in &children {
            match *name {
                "param" => parameters.push(self.parameter(*child)?),
                "content" if children.len() == 1 => {
                    let attributes = Attributes::new(*child, &["expr"])?;
                    let source = self.source(*child, attributes)?;
                    return Ok(Payload::Content(source.unwrap_or(Source::Literal(Json::Null))));
                }
                _ => return Err(xml::unexpected(*child)),
            }
        }
        Ok(Payload::Parameters(parameters))
    }

    fn parameter(&self, node: Node<'a, 'i>) -> Result<(String, Expression), Refusal> {
        let attributes = Attributes::new(node, &["name", "expr", "location"])?;
        xml::empty(node)?;
        attributes.exclusive("expr", "location")?;
        let from = if attributes.get("location").is_some() { "location" } else { "expr" };
        let value = self.expression(attributes, from, attributes.need(from)?)?;
        Ok((attributes.need("name")?.to_owned(), value))
    }

    /// The `expr` of an element or else its content; none when it has neither.
    pub(super) fn source(&self, node: Node<'a, 'i>, attributes: Attributes<'a, 'i>) -> Result<Option<Source>, Refusal> {
        let content = xml::text(node)?;
        match (attributes.get("expr"), content) {
            (Some(_), Some(_)) => {
                Err(xml::refuse(node, format!("<{}> with both expr and content", node.tag_name().name())))
            }
            (Some(text), None) => Ok(Some(Source::Expression(self.expression(attributes, "expr", text)?))),
            (None, Some(text)) => Ok(Some(Source::Literal(literal(&text)))),
            (None, None) => Ok(None),
        }
    }

    /// A condition in the document's data model.
    pub(super) fn condition(
        &self,
        attributes: Attributes<'a, 'i>,
        name: &str,
        text: &str,
    ) -> Result<Condition, Refusal> {
        match self.dialect {
            Dialect::Null => {
                null::Condition::parse(text).map(Condition::Null).ok_or_else(|| attributes.refuse_value(name))
            }
            Dialect::Cel => Condition::cel(text).map_err(|left_out| explain(attributes, name, &left_out)),
        }
    }

    fn expression(&self, attributes: Attributes<'a, 'i>, name: &str, text: &str) -> Result<Expression, Refusal> {
        match self.dialect {
            Dialect::Null => Err(attributes.refuse_value(name)),
            Dialect::Cel => Expression::cel(text).map_err(|left_out| explain(attributes, name, &left_out)),
        }
    }

    fn location(&self, attributes: Attributes<'a, 'i>, name: &str) -> Result<Location, Refusal> {
        if self.dialect == Dialect::Null {
            return Err(attributes.refuse_value(name));
        }
        // An empty one is there, and fails when it runs.
        let text = if attributes.get(name).is_some_and(str::is_empty) { "" } else { attributes.need(name)? };
        Location::parse(text).map_err(|left_out| explain(attributes, name, &left_out))
    }

    /// `event` or `eventexpr` and their like.
    fn constant_or_expression(
        &self,
        attributes: Attributes<'a, 'i>,
        constant: &str,
        expression: &str,
    ) -> Result<Option<Expression>, Refusal> {
        attributes.exclusive(constant, expression)?;
        match (attributes.get(constant), attributes.get(expression)) {
            (Some(text), _) => Ok(Some(Expression::Literal(text.trim().into()))),
            (None, Some(text)) => self.expression(attributes, expression, text).map(Some),
            (None, None) => Ok(None),
        }
    }
}

fn explain(attributes: Attributes<'_, '_>, name: &str, left_out: &LeftOut) -> Refusal {
    let refusal = attributes.refuse_value(name);
    Refusal { what: format!("{} ({})", refusal.what, left_out.0), ..refusal }
}

/// Content written out: JSON if it is that, else its text with white space made single (W3C SCXML B.2.8.1, for CEL).
fn literal(text: &str) -> Json {
    let normal = || Json::String(text.split_whitespace().collect::<Vec<_>>().join(" "));
    serde_json::from_str(text).unwrap_or_else(|_| normal())
}

//! Questions about the tree, as the pseudo-code asks them.

use draaiboek_chart::{Descriptor, StateKind, TransitionSource};

use super::{Oracle, T};

impl<'a> Oracle<'a> {
    pub(super) fn at(&self, id: &str) -> usize {
        self.states.iter().position(|state| state.id == id).unwrap()
    }

    pub(super) fn parent(&self, s: usize) -> Option<usize> {
        let parent = &self.parents[&self.states[s].id];
        (!parent.is_empty()).then(|| self.at(parent))
    }

    /// Up to, not including `top`; to the outermost state without it.
    pub(super) fn proper_ancestors(&self, s: usize, top: Option<usize>) -> Vec<usize> {
        let mut found = Vec::new();
        let mut next = self.parent(s);
        while let Some(ancestor) = next {
            if Some(ancestor) == top {
                break;
            }
            found.push(ancestor);
            next = self.parent(ancestor);
        }
        found
    }

    pub(super) fn is_descendant(&self, s: usize, of: Option<usize>) -> bool {
        of.is_none_or(|of| self.proper_ancestors(s, None).contains(&of))
    }

    pub(super) fn is_history(&self, s: usize) -> bool {
        matches!(self.states[s].kind, StateKind::History { .. })
    }

    pub(super) fn real_children(&self, s: usize) -> Vec<usize> {
        let children = self.states[s].children.iter().map(|child| self.at(&child.id));
        children.filter(|child| !self.is_history(*child)).collect()
    }

    pub(super) fn is_compound(&self, s: usize) -> bool {
        self.states[s].kind == StateKind::State && !self.real_children(s).is_empty()
    }

    pub(super) fn is_parallel(&self, s: usize) -> bool {
        self.states[s].kind == StateKind::Parallel
    }

    pub(super) fn t(&self, t: T) -> &'a TransitionSource {
        &self.states[t.0].transitions[t.1]
    }

    pub(super) fn name_match(descriptors: &[Descriptor], name: &str) -> bool {
        descriptors.iter().any(|descriptor| match descriptor {
            Descriptor::Exact(exact) => exact == name,
            Descriptor::Prefix(text) if text == "*" => true,
            Descriptor::Prefix(text) => {
                let prefix = text.trim_end_matches('*').trim_end_matches('.');
                name == prefix || name.starts_with(&format!("{prefix}."))
            }
        })
    }

    pub(super) fn is_in_final_state(&self, s: usize) -> bool {
        if self.is_compound(s) {
            let children = self.real_children(s);
            children.iter().any(|c| self.states[*c].kind == StateKind::Final && self.configuration.contains(c))
        } else {
            self.is_parallel(s) && self.real_children(s).iter().all(|c| self.is_in_final_state(*c))
        }
    }
}

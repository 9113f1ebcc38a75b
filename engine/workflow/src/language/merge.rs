//! Overlays: a document laid over the one it extends. Maps merge, everything else replaces, `null` removes.

use super::diagnostic::Sink;
use super::node::{Entry, Node, Value};

/// Lays `over` upon `base`. Keys keep the base's order; new ones follow. Both keep their places.
pub fn overlay(base: Node, over: Node, sink: &mut Sink) -> Node {
    match (base.value, over.value) {
        (Value::Map(mut below), Value::Map(above)) => {
            for entry in above {
                lay(&mut below, entry, sink);
            }
            Node { span: over.span, value: Value::Map(below) }
        }
        (_, value) => Node { span: over.span, value },
    }
}

fn lay(below: &mut Vec<Entry>, entry: Entry, sink: &mut Sink) {
    let found = below.iter().position(|other| other.key == entry.key);
    let removes = matches!(entry.value.value, Value::Null);
    match found {
        Some(at) if removes => {
            below.remove(at);
        }
        Some(at) => {
            let old = below.remove(at);
            let both_maps = matches!((&old.value.value, &entry.value.value), (Value::Map(_), Value::Map(_)));
            let span = if both_maps { old.span } else { entry.span };
            let value = overlay(old.value, entry.value, sink);
            below.insert(at, Entry { key: old.key, span, value });
        }
        None if removes => {
            let near = super::suggest::nearest(&entry.key, below.iter().map(|e| e.key.as_str()));
            sink.add("DB008", entry.span, format!("There is no `{}` below to remove.", entry.key))
                .did_you_mean(near, || "`null` removes a key of the extended workflow".to_owned());
        }
        None => below.push(entry),
    }
}

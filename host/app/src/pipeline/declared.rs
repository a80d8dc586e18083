//! The tasks of a graph as it declares them, with the parameters of their kinds, for who wants to set them.

use ripieno_pipeline::{Control, Declaration, Param, ParamType, Registry, TaskDecl};
use ripieno_web::shape::{ParamKind, ParamShape, TaskControl, TaskShape};

/// All tasks in their order. Any.
pub fn declared(graph: &Declaration, registry: &Registry) -> Vec<TaskShape> {
    graph.tasks.iter().map(|task| shape(task, registry)).collect()
}

fn shape(task: &TaskDecl, registry: &Registry) -> TaskShape {
    let kind = task.kind.as_deref().and_then(|kind| registry.kind(kind));
    let mut events: Vec<String> = task.events.values().cloned().collect();
    events.sort_unstable();
    events.dedup();
    TaskShape {
        name: task.name.clone(),
        summary: kind.map_or_else(|| task.description.clone().unwrap_or_default(), |kind| kind.summary().into()),
        control: match task.control {
            Control::Plain => TaskControl::Plain,
            Control::Switchable(_) => TaskControl::Switchable,
            Control::Toggleable(_) => TaskControl::Toggleable,
            Control::Terminator => TaskControl::Terminator,
        },
        events,
        params: kind.map_or(&[][..], |kind| kind.params()).iter().map(param).collect(),
    }
}

fn param(param: &Param) -> ParamShape {
    let (of, min, max, default) = match param.of {
        ParamType::Bool { .. } => (ParamKind::Bool, None, None, None),
        ParamType::Integer { default, min, max } => {
            (ParamKind::Integer, Some(min as f64), Some(max as f64), default.map(|default| default as f64))
        }
        ParamType::Number { default, min, max } => (ParamKind::Number, Some(min), Some(max), default),
        ParamType::Choice { .. } => (ParamKind::Choice, None, None, None),
        ParamType::Text { .. } => (ParamKind::Text, None, None, None),
        ParamType::Numbers { .. } => (ParamKind::Numbers, None, None, None),
    };
    // JSON knows no infinity: what has no end has no number.
    let [min, max] = [min, max].map(|end| end.filter(|end| end.is_finite()));
    ParamShape {
        name: param.name.into(),
        of,
        unit: param.unit.into(),
        live: param.live,
        min,
        max,
        default,
        summary: param.summary.into(),
    }
}

#[cfg(test)]
mod tests {
    use super::super::registry;
    use super::*;
    use ripieno_pipeline::Graph;

    #[test]
    fn tasks_are_told_with_what_may_be_set() {
        let text = "format_version = 2\nname = \"g\"\n[[streams]]\nname = \"a\"\nshape = [64, 2]\ndtype = \"f32\"\n\
                    rate = 48000\n[[streams]]\nname = \"b\"\n[[events]]\nname = \"go\"\n\
                    [[tasks]]\nname = \"tone\"\nkind = \"tone\"\nwrites = { out = \"a\" }\n\
                    [[tasks]]\nname = \"gain\"\nkind = \"gain\"\nreads = { in = \"a\" }\nwrites = { out = \"b\" }\n\
                    events = { go = \"go\", also = \"go\" }\ncontrol = \"switchable\"\nactivate_on = \"go\"\n\
                    [[tasks]]\nname = \"end\"\ncontrol = \"terminator\"\nreads = { in = \"b\" }\n";
        let graph = Graph::parse("g.toml", text).unwrap();
        let tasks = declared(graph.declaration(), &registry());
        let names: Vec<_> = tasks.iter().map(|task| (task.name.as_str(), task.control)).collect();
        assert_eq!(
            names,
            [("tone", TaskControl::Plain), ("gain", TaskControl::Switchable), ("end", TaskControl::Terminator)]
        );
        assert_eq!((tasks[1].events.join(" "), tasks[2].params.len()), ("go".into(), 0));
        let db = &tasks[1].params[0];
        assert_eq!((db.name.as_str(), db.of, db.unit.as_str(), db.live), ("db", ParamKind::Number, "dB", true));
        assert!(db.min < db.default && db.default < db.max, "{db:?}");
        assert!(tasks[0].params.iter().any(|param| param.of == ParamKind::Choice && !param.live), "{tasks:?}");
    }
}

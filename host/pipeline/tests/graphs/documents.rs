//! What the documents say is true: rules, keys, examples, templates, schema.

use crate::kinds::registry;
use ripieno_pipeline::graph::{TEMPLATES, format, schema, schema_for, set};
use ripieno_pipeline::{Code, Graph, Registry, Severity, Value, rules};
use serde_json::Value as Json;
use std::fmt::Write as _;
use std::io::Write as _;
use std::path::Path;

const GRAPHS: &str = include_str!("../../GRAPHS.md");

/// The rules as a document.
fn rules_document() -> String {
    let mut text = String::from(
        "# Rules\n\nWhat is checked before a pipeline starts, the most basic rules first. `ripieno graph explain P053` says the same \
         of one.\nCodes never change their meaning. This file is made from the table that the checks use.\n",
    );
    for code in Code::ALL {
        let severity = if code.severity() == Severity::Error { "error" } else { "warning" };
        let _ = write!(
            text,
            "\n## {code}: {}\n\n*{severity}* {}\n\n```text\n{}\n```\n\n{}\n",
            code.title(),
            code.cause(),
            code.example(),
            code.fix()
        );
    }
    text
}

#[test]
fn rules_md_is_the_table() {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("RULES.md");
    let made = rules_document();
    if std::fs::read_to_string(&path).ok().as_ref() == Some(&made) {
        return;
    }
    let new = Path::new(env!("CARGO_TARGET_TMPDIR")).join("RULES.md");
    std::fs::File::create(&new).and_then(|mut file| file.write_all(made.as_bytes())).expect("it can be written");
    panic!("RULES.md differs from the rules: put {} in its place", new.display());
}

#[test]
fn each_rule_is_told_whole() {
    for code in Code::ALL {
        for text in [code.title(), code.cause(), code.example(), code.fix()] {
            assert!(!text.is_empty(), "{code}");
        }
        assert!(code.cause().ends_with('.') && code.fix().ends_with('.'), "{code}");
        assert_eq!(Code::find(&code.name().to_lowercase()), Some(*code));
    }
    assert!(Code::ALL.is_sorted_by_key(|code| code.name()), "basic rules come first, in the order of their names");
    assert_eq!(Code::find("P999"), None);
}

#[test]
fn templates_are_free_of_faults() {
    for template in TEMPLATES {
        let graph = Graph::parse(template.name, template.text).unwrap_or_else(|faults| panic!("{faults}"));
        let checked = rules::check_for(graph.declaration(), &Registry::standard(), 4);
        assert_eq!(checked.faults, [], "{}", template.name);
        assert_eq!(graph.declaration().name, template.name);
        assert_eq!(format(template.name, template.text).ok().as_deref(), Some(template.text), "{}", template.name);
    }
}

#[test]
fn examples_are_free_of_faults() {
    let mut seen = 0;
    for block in GRAPHS.split("```toml\n").skip(1) {
        let text = block.split("```").next().unwrap_or_default();
        let graph = Graph::parse("GRAPHS.md", text).unwrap_or_else(|faults| panic!("{faults}\n{text}"));
        if graph.text().contains("format_version = 2") {
            let checked = rules::check_for(graph.declaration(), &Registry::standard(), 4);
            assert_eq!(checked.faults, [], "{text}");
        }
        seen += 1;
    }
    assert!(seen > 0);
}

#[test]
fn each_key_is_documented() {
    let schema: Json = serde_json::from_str(&schema()).expect("it is JSON");
    let root = &schema["properties"];
    let lists = ["streams", "events", "tasks"].map(|list| &root[list]["items"]["properties"]);
    for fields in lists.into_iter().chain([root]) {
        for key in fields.as_object().expect("fields").keys() {
            assert!(GRAPHS.contains(&format!("`{key}`")), "GRAPHS.md says nothing of {key}");
        }
    }
}

#[test]
fn schemas_name_kinds() {
    let check = |schema: &str, path: &str, expected: Json| {
        let schema: Json = serde_json::from_str(schema).expect("it is JSON");
        assert_eq!(schema.pointer(path), Some(&expected), "{path}");
    };
    let plain = schema();
    check(&plain, "/properties/format_version/const", 2.into());
    check(&plain, "/properties/streams/items/properties/overflow/enum", ["block", "drop-newest"].as_slice().into());
    check(&plain, "/properties/streams/items/required", ["name"].as_slice().into());
    let with = schema_for(&registry());
    check(&with, "/properties/tasks/items/properties/kind/enum/0", "batch".into());
    check(&with, "/properties/tasks/items/allOf/0/then/properties/params/required", ["count"].as_slice().into());
    check(&with, "/properties/tasks/items/allOf/2/then/properties/params/properties/gain/maximum", 10.0.into());
}

#[test]
fn parameters_are_set_by_name() {
    let mut graph = Graph::parse("good.toml", include_str!("good.toml")).expect("it is good");
    let registry = registry();
    let mut check = |assignment: &str, expected: Result<(&str, &str, Value), &str>| {
        let result = set(graph.declaration_mut(), assignment, &registry);
        match expected {
            Ok((task, param, value)) => {
                assert_eq!(result, Ok(()), "{assignment}");
                let task = graph.declaration().tasks.iter().find(|it| it.name == task).expect("a task");
                assert_eq!(task.params.get(param), Some(&value), "{assignment}");
            }
            Err(part) => {
                let message = result.expect_err(assignment).to_string();
                assert!(message.contains(part), "{assignment}: {message}");
            }
        }
    };
    check("lift.gain=3", Ok(("lift", "gain", Value::Number(3.0))));
    check(" lift.gain = 0.5", Ok(("lift", "gain", Value::Number(0.5))));
    check("record.path=7", Ok(("record", "path", Value::Text("7".into()))));
    check("record.path=\"a b\"", Ok(("record", "path", Value::Text("a b".into()))));
    check("record.path=", Ok(("record", "path", Value::Text(String::new()))));
    check("record.weights=[1, 2.5]", Ok(("record", "weights", Value::Numbers(vec![1.0, 2.5]))));
    check("end.x=1", Ok(("end", "x", Value::Integer(1))));
    check("lift.gain", Err("task.param=value"));
    check("gain=3", Err("task.param=value"));
    check("lfit.gain=3", Err("did you mean 'lift'"));
    check("lift.gian=3", Err("did you mean 'gain'"));
    check("lift.gain=30", Err("from 0 to 10"));
    check("lift.gain=loud", Err("a number from 0 to 10"));
    check("lift.gain=nan", Err("from 0 to 10"));
}

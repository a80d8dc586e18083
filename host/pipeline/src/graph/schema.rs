//! The schema of graph files as JSON Schema, for editors that complete and check while one types.

use super::fields::{self, Field, MAX_ENTRIES, Of};
use crate::frame::{DType, MAX_DIMS};
use crate::kind::{Kind, Param, ParamType, Port, Registry};
use crate::rules::MAX_NAME;
use serde_json::{Map, Value, json};

/// What a graph file of format 2 may say, as JSON Schema (2020-12). Any.
pub fn schema() -> String {
    format!("{:#}", build(None))
}

/// The same, with the parameters and ports of each kind of a registry. Any.
pub fn schema_for(registry: &Registry) -> String {
    format!("{:#}", build(Some(registry)))
}

fn build(registry: Option<&Registry>) -> Value {
    let mut schema = object(fields::GRAPH);
    schema["$schema"] = "https://json-schema.org/draft/2020-12/schema".into();
    schema["title"] = "graph of a pipeline".into();
    schema["properties"]["format_version"] = json!({ "const": fields::FORMAT_VERSION });
    let task = &mut schema["properties"]["tasks"]["items"];
    let names: Vec<&str> = registry.into_iter().flat_map(Registry::iter).map(|kind| kind.name()).collect();
    if !names.is_empty() {
        task["properties"]["kind"]["enum"] = json!(names);
        task["allOf"] = registry.into_iter().flat_map(Registry::iter).map(|kind| of_kind(kind.as_ref())).collect();
    }
    task["if"] = json!({ "properties": { "control": { "const": "terminator" } }, "required": ["control"] });
    task["then"] = json!({ "required": ["reads"] });
    task["else"] = json!({ "required": ["kind"] });
    schema
}

fn object(fields: &[Field]) -> Value {
    let properties: Map<String, Value> = fields.iter().map(|field| (field.key.to_owned(), property(field))).collect();
    let required: Vec<&str> = fields.iter().filter(|field| field.required).map(|field| field.key).collect();
    json!({ "type": "object", "properties": properties, "required": required, "additionalProperties": false })
}

fn property(field: &Field) -> Value {
    let mut value = of(field.of);
    value["description"] = field.summary.into();
    value
}

fn name() -> Value {
    json!({ "type": "string", "pattern": "^[A-Za-z_][A-Za-z0-9_.-]*$", "maxLength": MAX_NAME })
}

fn of(of: Of) -> Value {
    match of {
        Of::Text => json!({ "type": "string" }),
        Of::Name => name(),
        Of::Count { min, max } => json!({ "type": "integer", "minimum": min, "maximum": max }),
        Of::Positive => json!({ "type": "number", "exclusiveMinimum": 0 }),
        Of::Bool => json!({ "type": "boolean" }),
        Of::Shape => json!({ "type": "array", "maxItems": MAX_DIMS, "items": { "type": "integer", "minimum": 1 } }),
        Of::DType => {
            json!({ "enum": DType::ALL.iter().flat_map(|dtype| [dtype.name(), dtype.numpy()]).collect::<Vec<_>>() })
        }
        Of::Word(words) => json!({ "enum": words }),
        Of::Params => json!({
            "type": "object",
            "maxProperties": MAX_ENTRIES,
            "additionalProperties": {
                "anyOf": [{ "type": ["boolean", "number", "string"] }, { "type": "array", "items": { "type": "number" } }],
            },
        }),
        Of::Reads => map(json!({ "anyOf": [name(), object(fields::READ)] })),
        Of::Names => map(name()),
        Of::Tables(fields) => json!({ "type": "array", "maxItems": MAX_ENTRIES, "items": object(fields) }),
    }
}

fn map(value: Value) -> Value {
    json!({ "type": "object", "maxProperties": MAX_ENTRIES, "propertyNames": name(), "additionalProperties": value })
}

/// What a task of this kind may be given.
fn of_kind(kind: &dyn Kind) -> Value {
    let params: Map<String, Value> =
        kind.params().iter().map(|param| (param.name.to_owned(), of_param(param))).collect();
    let needed: Vec<&str> =
        kind.params().iter().filter(|param| !may_be_left_out(param)).map(|param| param.name).collect();
    let mut then = json!({
        "description": kind.summary(),
        "properties": {
            "params": { "properties": params, "required": needed, "additionalProperties": false },
            "reads": ports(kind.inputs()),
            "writes": ports(kind.outputs()),
        },
    });
    if !needed.is_empty() {
        then["required"] = json!(["params"]);
    }
    json!({ "if": { "properties": { "kind": { "const": kind.name() } }, "required": ["kind"] }, "then": then })
}

fn ports(ports: &[Port]) -> Value {
    let properties: Map<String, Value> =
        ports.iter().map(|port| (port.name.to_owned(), json!({ "description": port.summary }))).collect();
    let needed: Vec<&str> = ports.iter().filter(|port| !port.optional && !port.many).map(|port| port.name).collect();
    let mut value = json!({ "properties": properties, "required": needed });
    // A port that stands for many takes any name.
    if ports.iter().any(|port| port.many) {
        value["minProperties"] = ports.iter().filter(|port| !port.optional).count().into();
    } else {
        value["propertyNames"] = json!({ "enum": ports.iter().map(|port| port.name).collect::<Vec<_>>() });
    }
    value
}

fn may_be_left_out(param: &Param) -> bool {
    match param.of {
        ParamType::Integer { default, .. } => default.is_some(),
        ParamType::Number { default, .. } => default.is_some(),
        ParamType::Text { default } => default.is_some(),
        ParamType::Numbers { optional } => optional,
        ParamType::Bool { .. } | ParamType::Choice { .. } => true,
    }
}

fn of_param(param: &Param) -> Value {
    let mut value = match param.of {
        ParamType::Bool { default } => json!({ "type": "boolean", "default": default }),
        ParamType::Integer { default, min, max } => {
            json!({ "type": "integer", "minimum": min, "maximum": max, "default": default })
        }
        ParamType::Number { default, min, max } => {
            json!({ "type": "number", "minimum": min, "maximum": max, "default": default })
        }
        ParamType::Choice { default, of } => json!({ "enum": of, "default": default }),
        ParamType::Text { default } => json!({ "type": "string", "default": default }),
        ParamType::Numbers { .. } => json!({ "type": "array", "items": { "type": "number" }, "minItems": 1 }),
    };
    // No default and no bound are said by leaving them out.
    if let Value::Object(map) = &mut value {
        map.retain(|_, value| !value.is_null());
    }
    let unit = if param.unit.is_empty() { String::new() } else { format!(", in {}", param.unit) };
    let live = if param.live { "; may be changed while it runs" } else { "" };
    value["description"] = format!("{}{unit}{live}", param.summary).into();
    value
}

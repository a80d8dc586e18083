//! JSON merge patches (RFC 7396): how a change travels, and how a copy follows it.
//!
//! In a patch null means *take away*, so a served state has no null among the members of its objects: absent says the same.

use serde_json::{Map, Value};

/// Applies a patch. Objects are merged member by member, null takes a member away, anything else takes the place of what
/// was there. Any.
pub fn apply(target: &mut Value, patch: Value) {
    let Value::Object(patch) = patch else {
        *target = patch;
        return;
    };
    if !target.is_object() {
        *target = Value::Object(Map::new());
    }
    let Value::Object(members) = target else { return };
    for (name, value) in patch {
        if value.is_null() {
            members.remove(&name);
        } else {
            apply(members.entry(name).or_insert(Value::Null), value);
        }
    }
}

/// The patch that makes one state of another; an empty object if they are equal. Any.
pub fn diff(from: &Value, to: &Value) -> Value {
    let (Value::Object(from), Value::Object(to)) = (from, to) else { return to.clone() };
    let mut patch: Map<String, Value> =
        from.keys().filter(|name| !to.contains_key(*name)).map(|name| (name.clone(), Value::Null)).collect();
    for (name, value) in to {
        match from.get(name) {
            Some(old) if old == value => {}
            Some(old) => drop(patch.insert(name.clone(), diff(old, value))),
            None => drop(patch.insert(name.clone(), value.clone())),
        }
    }
    Value::Object(patch)
}

/// The state as a copy has it that was patched into being: without null members. Any.
pub fn without_nulls(state: Value) -> Value {
    let mut target = Value::Object(Map::new());
    apply(&mut target, state);
    target
}

#[cfg(test)]
pub(crate) mod tests {
    use super::*;
    use proptest::prelude::*;
    use serde_json::json;

    fn check(target: Value, patch: Value, expected: Value) {
        let mut patched = target.clone();
        apply(&mut patched, patch.clone());
        assert_eq!(patched, expected, "{target} patched with {patch}");
    }

    #[test]
    fn the_examples_of_the_standard() {
        check(json!({"a": "b"}), json!({"a": "c"}), json!({"a": "c"}));
        check(json!({"a": "b"}), json!({"b": "c"}), json!({"a": "b", "b": "c"}));
        check(json!({"a": "b"}), json!({"a": null}), json!({}));
        check(json!({"a": "b", "b": "c"}), json!({"a": null}), json!({"b": "c"}));
        check(json!({"a": ["b"]}), json!({"a": "c"}), json!({"a": "c"}));
        check(json!({"a": "c"}), json!({"a": ["b"]}), json!({"a": ["b"]}));
        check(json!({"a": {"b": "c"}}), json!({"a": {"b": "d", "c": null}}), json!({"a": {"b": "d"}}));
        check(json!({"a": [{"b": "c"}]}), json!({"a": [1]}), json!({"a": [1]}));
        check(json!(["a", "b"]), json!(["c", "d"]), json!(["c", "d"]));
        check(json!({"a": "b"}), json!(["c"]), json!(["c"]));
        check(json!({"a": "foo"}), json!(null), json!(null));
        check(json!({"a": "foo"}), json!("bar"), json!("bar"));
        check(json!({"e": null}), json!({"a": 1}), json!({"e": null, "a": 1}));
        check(json!([1, 2]), json!({"a": "b", "c": null}), json!({"a": "b"}));
        check(json!({}), json!({"a": {"bb": {"ccc": null}}}), json!({"a": {"bb": {}}}));
    }

    /// Any JSON of a few levels.
    pub(crate) fn value() -> impl Strategy<Value = Value> {
        let leaf = prop_oneof![
            Just(Value::Null),
            any::<bool>().prop_map(Value::from),
            any::<i32>().prop_map(Value::from),
            (-1e6..1e6_f64).prop_map(Value::from),
            "[a-z\u{e4}]{0,4}".prop_map(Value::from),
        ];
        leaf.prop_recursive(4, 32, 5, |inner| {
            prop_oneof![
                prop::collection::vec(inner.clone(), 0..4).prop_map(Value::from),
                prop::collection::btree_map("[a-e]", inner, 0..5)
                    .prop_map(|members| Value::Object(members.into_iter().collect())),
            ]
        })
    }

    /// Any state: an object.
    pub(crate) fn state() -> impl Strategy<Value = Value> {
        prop::collection::btree_map("[a-e]", value(), 0..5)
            .prop_map(|members| without_nulls(Value::Object(members.into_iter().collect())))
    }

    proptest! {
        #[test]
        fn a_difference_makes_one_of_the_other(from in state(), to in state()) {
            let mut patched = from.clone();
            apply(&mut patched, diff(&from, &to));
            prop_assert_eq!(&patched, &to);
            prop_assert_eq!(diff(&to, &patched), json!({}));
        }
    }
}

//! Writes the difference of two models into a document. What they agree on is not touched: its comments, its order and its
//! spelling stay, and so do keys that no model knows.

use super::model::Model;
use super::tree::{self, Node, Table};
use toml_edit::{Array, ArrayOfTables, DocumentMut, InlineTable, Item, TableLike, Value};

/// Makes a document that says `old` say `new`.
pub fn write(document: &mut DocumentMut, old: &Model, new: &Model) {
    let (old, new) = (tree::of(old), tree::of(new));
    say_ids(document, &old);
    table(document.as_table_mut(), &old, &new);
}

/// Ids that followed from names or places are written down: they are not to change with those.
fn say_ids(document: &mut DocumentMut, old: &Table) {
    for key in ["pad_presets", "knob_presets", "piano_presets", "panels"] {
        let Some((_, Node::List(list))) = old.iter().find(|(name, _)| name == key) else { continue };
        let say = |table: &mut dyn TableLike, id: &str| {
            if !table.contains_key("id") {
                table.insert("id", toml_edit::value(id));
            }
        };
        match document.get_mut(key) {
            Some(Item::ArrayOfTables(tables)) => {
                tables.iter_mut().zip(list).for_each(|(table, (id, _))| say(table, id));
            }
            Some(Item::Value(Value::Array(tables))) => {
                for (value, (id, _)) in tables.iter_mut().zip(list) {
                    if let Some(table) = value.as_inline_table_mut() {
                        say(table, id);
                    }
                }
            }
            _ => {}
        }
    }
}

fn table(document: &mut dyn TableLike, old: &Table, new: &Table) {
    for (key, _) in old {
        if !new.iter().any(|(name, _)| name == key) {
            document.remove(key);
        }
    }
    for (key, node) in new {
        let before = old.iter().find(|(name, _)| name == key).map(|(_, node)| node);
        if before.is_some_and(|before| before.is_same(node)) {
            continue;
        }
        match (document.get_mut(key), before, node) {
            (Some(Item::Value(there)), _, Node::Value(value)) => {
                let mut value = value.clone();
                *value.decor_mut() = there.decor().clone();
                *there = value;
            }
            (Some(item), Some(Node::Table(before)), Node::Table(after)) if item.is_table_like() => {
                if let Some(there) = item.as_table_like_mut() {
                    table(there, before, after);
                }
            }
            // A table that is there although nothing in it is ours yet.
            (Some(item), None, Node::Table(after)) if item.is_table_like() => {
                if let Some(there) = item.as_table_like_mut() {
                    table(there, &Table::new(), after);
                }
            }
            (Some(Item::ArrayOfTables(there)), Some(Node::List(before)), Node::List(after))
                if there.len() == before.len() =>
            {
                array_of_tables(there, before, after);
            }
            (Some(Item::Value(Value::Array(there))), Some(Node::List(before)), Node::List(after))
                if there.len() == before.len() && there.iter().all(Value::is_inline_table) =>
            {
                inline_tables(there, before, after);
            }
            // Whatever else is there has another form.
            _ => {
                document.remove(key);
                document.insert(key, item(node));
            }
        }
    }
}

fn array_of_tables(there: &mut ArrayOfTables, old: &[(String, Table)], new: &[(String, Table)]) {
    let mut tables: Vec<Option<toml_edit::Table>> = there.iter().cloned().map(Some).collect();
    there.clear();
    for (id, after) in new {
        let kept = old.iter().position(|(other, _)| other == id).and_then(|n| tables[n].take().map(|table| (n, table)));
        match kept {
            Some((n, mut kept)) => {
                table(&mut kept, &old[n].1, after);
                there.push(kept);
            }
            None => there.push(own_table(after)),
        }
    }
}

fn inline_tables(there: &mut Array, old: &[(String, Table)], new: &[(String, Table)]) {
    let mut values: Vec<Option<Value>> = there.iter().cloned().map(Some).collect();
    there.clear();
    for (id, after) in new {
        let kept = old.iter().position(|(other, _)| other == id).and_then(|n| values[n].take().map(|value| (n, value)));
        match kept {
            Some((n, Value::InlineTable(mut kept))) => {
                table(&mut kept, &old[n].1, after);
                there.push_formatted(kept.into());
            }
            _ => there.push(inline_table(after)),
        }
    }
}

fn item(node: &Node) -> Item {
    match node {
        Node::Value(value) => Item::Value(value.clone()),
        Node::Table(table) => Item::Table(own_table(table)),
        Node::List(list) => Item::ArrayOfTables(list.iter().map(|(_, table)| own_table(table)).collect()),
    }
}

fn own_table(table: &Table) -> toml_edit::Table {
    let mut own = toml_edit::Table::new();
    for (key, node) in table {
        own.insert(key, item(node));
    }
    own
}

fn inline_table(table: &Table) -> InlineTable {
    let mut inline = InlineTable::new();
    for (key, node) in table {
        let value = match node {
            Node::Value(value) => value.clone(),
            Node::Table(table) => inline_table(table).into(),
            Node::List(list) => {
                list.iter().map(|(_, table)| Value::from(inline_table(table))).collect::<Array>().into()
            }
        };
        inline.insert(key, value);
    }
    inline
}

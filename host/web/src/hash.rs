//! A short name for a whole state, for a client to compare its copy with the owner's.
//!
//! FNV-1a, 64 bits, over: `z`, `t`, `f`; `n` and the eight bytes of the number as IEEE double, big-endian; `s`, the UTF-8 of
//! the text and `0xff`; `[`, the elements and `]`; `{`, each member's name as text and its value in the order of the names'
//! bytes, and `}`. So it is the same in every language, however that writes its numbers.

use serde_json::Value;

const OFFSET: u64 = 0xcbf2_9ce4_8422_2325;
const PRIME: u64 = 0x0000_0100_0000_01b3;

/// The hash of a state, as 16 hexadecimal digits. Any.
pub fn hash(value: &Value) -> String {
    let mut sum = Fnv(OFFSET);
    sum.value(value);
    format!("{:016x}", sum.0)
}

struct Fnv(u64);

impl Fnv {
    fn bytes(&mut self, bytes: &[u8]) {
        for byte in bytes {
            self.0 = (self.0 ^ u64::from(*byte)).wrapping_mul(PRIME);
        }
    }

    fn text(&mut self, text: &str) {
        self.bytes(b"s");
        self.bytes(text.as_bytes());
        self.bytes(&[0xff]);
    }

    fn value(&mut self, value: &Value) {
        match value {
            Value::Null => self.bytes(b"z"),
            Value::Bool(true) => self.bytes(b"t"),
            Value::Bool(false) => self.bytes(b"f"),
            Value::Number(number) => {
                self.bytes(b"n");
                self.bytes(&number.as_f64().unwrap_or(f64::NAN).to_be_bytes());
            }
            Value::String(text) => self.text(text),
            Value::Array(elements) => {
                self.bytes(b"[");
                elements.iter().for_each(|element| self.value(element));
                self.bytes(b"]");
            }
            Value::Object(members) => {
                self.bytes(b"{");
                // A map keeps another order where some crate asks for that.
                let mut sorted: Vec<_> = members.iter().collect();
                sorted.sort_unstable_by_key(|(name, _)| name.as_bytes());
                for (name, value) in sorted {
                    self.text(name);
                    self.value(value);
                }
                self.bytes(b"}");
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    #[test]
    fn equal_states_and_no_others_have_one_hash() {
        // The empty input's and one byte's are those of the function's reference.
        assert_eq!(format!("{:016x}", Fnv(OFFSET).0), "cbf29ce484222325");
        let mut a = Fnv(OFFSET);
        a.bytes(b"a");
        assert_eq!(a.0, 0xaf63_dc4c_8601_ec8c);

        let parse = |text: &str| serde_json::from_str::<Value>(text).expect("JSON");
        assert_eq!(hash(&parse(r#"{"a":1,"b":[true,null]}"#)), hash(&parse(r#"{"b":[true,null],"a":1.0}"#)));
        let all = [
            json!(null),
            json!(true),
            json!(false),
            json!(0),
            json!(""),
            json!([]),
            json!({}),
            json!([[]]),
            json!([1, 2]),
            json!([2, 1]),
            json!({"a": "b"}),
            json!({"b": "a"}),
            json!(["a", "b"]),
            json!("ab"),
        ];
        let mut hashes: Vec<_> = all.iter().map(hash).collect();
        hashes.sort();
        hashes.dedup();
        assert_eq!(hashes.len(), all.len());
    }
}

//! The page's arrangement, in a file of its own beside the studio: how its views lie is no step of what is played, and
//! nobody wants to take it back with a deleted panel.

use ripieno_files::FileStorage;
use ripieno_ports::Storage;
use serde_json::Value;
use std::io::Read;
use std::path::{Path, PathBuf};

const FILE: &str = "page.json";
/// Bytes of it at most: what a page sends fits many times.
const MOST: u64 = 4 << 20;

/// The arrangement, and where it is kept.
#[derive(Debug)]
pub struct Arrangement {
    path: PathBuf,
    value: Option<Value>,
}

impl Arrangement {
    /// As it was left; none if there is none that can be read, which costs nobody any work. Control; blocks.
    pub fn open(folder: &Path) -> Self {
        let path = folder.join(FILE);
        let mut text = String::new();
        let read = std::fs::File::open(&path).and_then(|file| file.take(MOST).read_to_string(&mut text));
        let value = read.ok().and_then(|_| serde_json::from_str(&text).ok()).filter(|value: &Value| !value.is_null());
        Self { path, value }
    }

    /// As it is.
    pub fn value(&self) -> Option<&Value> {
        self.value.as_ref()
    }

    /// Keeps another; null is none. Control; blocks.
    ///
    /// # Errors
    /// It cannot be written; the old one stays.
    pub fn keep(&mut self, value: Value) -> Result<(), String> {
        let text = serde_json::to_vec(&value).map_err(|error| error.to_string())?;
        FileStorage::new(self.path.clone()).store(&text).map_err(|error| format!("the arrangement {error}"))?;
        self.value = Some(value).filter(|value| !value.is_null());
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    #[test]
    fn it_is_found_again_and_damage_is_none() {
        let folder = tempfile::tempdir().unwrap();
        let mut arrangement = Arrangement::open(folder.path());
        assert_eq!(arrangement.value(), None);
        arrangement.keep(json!({"a": [1]})).unwrap();
        assert_eq!(Arrangement::open(folder.path()).value(), Some(&json!({"a": [1]})));
        arrangement.keep(Value::Null).unwrap();
        assert_eq!(Arrangement::open(folder.path()).value(), None);
        FileStorage::new(folder.path().join(FILE)).store(b"{\"a\": [1").unwrap();
        assert_eq!(Arrangement::open(folder.path()).value(), None);
    }
}

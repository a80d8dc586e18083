//! Secrets: kept beside the studio in a file of their own, referred to as `${vault:obs.password}`, looked up only where they
//! are used. What is served and what is written down has the reference.

use ripieno_files::atomic::{AtomicFile, Existing};
use serde_json::{Map, Value};
use std::fmt;
use std::io::{ErrorKind, Write};
use std::path::{Path, PathBuf};

/// The largest file that is read.
const MOST_BYTES: u64 = 1 << 20;

/// Secrets by namespace and key.
#[derive(Clone, PartialEq, Eq)]
pub struct Vault {
    path: PathBuf,
    secrets: Map<String, Value>,
}

impl fmt::Debug for Vault {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Vault").field("namespaces", &self.secrets.len()).finish_non_exhaustive()
    }
}

impl Vault {
    /// Reads the secrets of the studio at `studio`: `secrets.json` in its folder, nothing if it is not there. Control; blocks.
    ///
    /// # Errors
    /// Names the file and the cause; never what is in it.
    pub fn beside(studio: &Path) -> Result<Self, String> {
        let path = studio.with_file_name("secrets.json");
        let failed = |cause: String| format!("{} {cause}", path.display());
        let secrets = match std::fs::metadata(&path) {
            Err(error) if error.kind() == ErrorKind::NotFound => Map::new(),
            Err(error) => return Err(failed(format!("cannot be read: {error}"))),
            Ok(found) if found.len() > MOST_BYTES => return Err(failed("is too large for secrets".into())),
            Ok(_) => {
                let text = std::fs::read(&path).map_err(|error| failed(format!("cannot be read: {error}")))?;
                // The place alone: the text of an error may quote a secret.
                serde_json::from_slice(&text).map_err(|error| {
                    failed(format!("is no JSON object: line {}, column {}", error.line(), error.column()))
                })?
            }
        };
        Ok(Self { path, secrets })
    }

    /// A secret: the file's, else that of the environment (`OBS_PASSWORD` for `obs.password`), else nothing. An empty one
    /// counts as absent. Control.
    pub fn secret(&self, namespace: &str, key: &str) -> Option<String> {
        let kept = self.secrets.get(namespace).and_then(|all| all.get(key)).and_then(Value::as_str);
        let variable = || {
            let name = format!("{namespace}_{key}").to_uppercase().replace('-', "_");
            // Looked for rather than asked for: a name that no variable can have is a panic there.
            std::env::vars_os().find(|(other, _)| *other == *name).and_then(|(_, value)| value.into_string().ok())
        };
        kept.filter(|secret| !secret.is_empty())
            .map(str::to_owned)
            .or_else(variable)
            .filter(|secret| !secret.is_empty())
    }

    /// A value with every reference in it replaced; one to nothing becomes an empty text. Control.
    pub fn resolved(&self, value: &Value) -> Value {
        match value {
            Value::String(text) => match reference(text) {
                Some((namespace, key)) => self.secret(namespace, key).unwrap_or_default().into(),
                None => value.clone(),
            },
            Value::Array(all) => all.iter().map(|value| self.resolved(value)).collect(),
            Value::Object(all) => {
                Value::Object(all.iter().map(|(key, value)| (key.clone(), self.resolved(value))).collect())
            }
            _ => value.clone(),
        }
    }

    /// Keeps a secret; an empty one is forgotten, and so is a namespace without any. The file is its owner's alone. Control;
    /// blocks.
    ///
    /// # Errors
    /// When it cannot be written; nothing has changed then.
    pub fn keep(&mut self, namespace: &str, key: &str, secret: &str) -> Result<(), String> {
        let mut secrets = self.secrets.clone();
        let mut all = secrets.get(namespace).and_then(Value::as_object).cloned().unwrap_or_default();
        match secret {
            "" => _ = all.remove(key),
            _ => _ = all.insert(key.into(), secret.into()),
        }
        match all.is_empty() {
            true => _ = secrets.remove(namespace),
            false => _ = secrets.insert(namespace.into(), all.into()),
        }
        let text = Value::Object(secrets.clone()).to_string();
        let write = || -> Result<(), ripieno_files::atomic::AtomicError> {
            let mut file = AtomicFile::create_private(&self.path, Existing::Replace)?;
            file.write_all(text.as_bytes())?;
            file.commit()
        };
        write().map_err(|error| format!("{} {error}", self.path.display()))?;
        self.secrets = secrets;
        Ok(())
    }
}

/// Namespace and key of a reference: the whole text is one, or none is.
fn reference(text: &str) -> Option<(&str, &str)> {
    text.strip_prefix("${vault:")?.strip_suffix('}')?.split_once('.').filter(|(a, b)| !a.is_empty() && !b.is_empty())
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    #[test]
    fn references_are_whole_texts_and_resolve_at_any_depth() {
        let folder = tempfile::tempdir().unwrap();
        let mut vault = Vault::beside(&folder.path().join("studio.toml")).unwrap();
        vault.keep("obs", "password", "hush").unwrap();
        let vault = Vault::beside(&folder.path().join("studio.toml")).unwrap();
        let check = |value: Value, expected: Value| assert_eq!(vault.resolved(&value), expected, "{value}");
        check(json!("${vault:obs.password}"), json!("hush"));
        check(json!({"a": ["${vault:obs.password}", 1]}), json!({"a": ["hush", 1]}));
        check(json!("${vault:obs.nothing}"), json!(""));
        check(json!("x${vault:obs.password}"), json!("x${vault:obs.password}"));
        check(json!("${vault:obs}"), json!("${vault:obs}"));
        check(json!(null), json!(null));
        assert!(!format!("{vault:?}").contains("hush"));
        assert_eq!(vault.secret("path\0", "="), None);
    }

    #[cfg(unix)]
    #[test]
    fn the_file_is_its_owners_alone_and_empty_secrets_vanish() {
        use std::os::unix::fs::PermissionsExt;
        let folder = tempfile::tempdir().unwrap();
        let studio = folder.path().join("studio.toml");
        let mut vault = Vault::beside(&studio).unwrap();
        vault.keep("obs", "password", "hush").unwrap();
        let path = folder.path().join("secrets.json");
        assert_eq!(std::fs::metadata(&path).unwrap().permissions().mode() & 0o777, 0o600);
        vault.keep("obs", "password", "").unwrap();
        assert_eq!(std::fs::read_to_string(&path).unwrap(), "{}");
    }

    #[test]
    fn a_broken_file_is_told_without_its_secrets() {
        let folder = tempfile::tempdir().unwrap();
        std::fs::File::create(folder.path().join("secrets.json")).unwrap().write_all(b"{\"obs\": hush}").unwrap();
        let error = Vault::beside(&folder.path().join("studio.toml")).unwrap_err();
        assert!(error.contains("line 1") && !error.contains("hush"), "{error}");
    }
}

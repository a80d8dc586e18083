//! Weights beside an ONNX file: where they may lie.

use crate::ModelError;
use crate::manifest::is_inside;
use std::path::{Path, PathBuf};

/// What a tensor says of where its data lies.
#[derive(Clone, Debug, Default, PartialEq, Eq, PartialOrd, Ord)]
pub(super) struct External {
    location: String,
    offset: String,
    length: String,
}

impl External {
    /// Takes one entry of the file.
    pub fn set(&mut self, key: &str, value: String) {
        match key {
            "location" => self.location = value,
            "offset" => self.offset = value,
            "length" => self.length = value,
            _ => {}
        }
    }

    /// The file and its size, once it is sure that it lies within the folder, whatever links lead to it, and is long
    /// enough.
    pub fn resolve(&self, folder: &Path) -> Result<(PathBuf, u64), ModelError> {
        let Self { location, offset, length } = self;
        if !is_inside(location) {
            return Err(ModelError::invalid(format!(
                "external data at '{location}': it must lie in the model's folder, without '..' or an absolute path"
            )));
        }
        let outside = || {
            ModelError::invalid(format!("external data at '{location}' leads out of the model's folder; copy it there"))
        };
        let missing = |error| {
            ModelError::invalid(format!(
                "external data at '{location}' cannot be read: {error}; is the model complete?"
            ))
        };
        let folder = folder.canonicalize().map_err(missing)?;
        let file = folder.join(location).canonicalize().map_err(missing)?;
        if !file.starts_with(&folder) {
            return Err(outside());
        }
        let metadata = file.metadata().map_err(missing)?;
        if !metadata.is_file() {
            return Err(ModelError::invalid(format!("external data at '{location}' is no file")));
        }
        let number = |text: &str| if text.is_empty() { Some(0) } else { text.trim().parse::<u64>().ok() };
        let end = number(offset).zip(number(length)).and_then(|(offset, length)| offset.checked_add(length));
        if end.is_none_or(|end| end > metadata.len()) {
            return Err(ModelError::invalid(format!(
                "external data at '{location}': {length} bytes from byte {offset} are wanted, but it has {}; fetch it again",
                metadata.len()
            )));
        }
        Ok((file, metadata.len()))
    }
}

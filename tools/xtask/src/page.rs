//! The page of `ripieno serve`: its own build, by Node, before the program that has it within.

use crate::python;
use crate::run::program;
use crate::setup::{self, Package};
use anyhow::{Result, bail};
use std::path::{Path, PathBuf};

/// The oldest Node that builds the page, and the newest of the line that is installed where there is none.
const OLDEST: (u32, u32) = (20, 19);

/// What the page is tested in.
pub const BROWSER: &[Package] = &[Package { name: "chromium", provides: "/usr/bin/chromium" }];

/// Node and npm, wherever they lie.
struct Node {
    /// The folder of both programs; none where they are on the path.
    folder: Option<PathBuf>,
}

/// Builds the page, with all that takes.
pub fn build(root: &Path) -> Result<()> {
    let node = Node::ensure(root)?;
    let page = root.join("host/web/page");
    node.install(&page)?;
    node.npm(&page, &["run", "--silent", "build"])
}

/// Looks at the page's types and words as a compiler does.
pub fn check(root: &Path) -> Result<()> {
    let node = Node::ensure(root)?;
    node.npm(&root.join("host/web/page"), &["run", "--silent", "check"])
}

/// Uses the page as people do, in a real browser on a real server.
pub fn test(root: &Path) -> Result<()> {
    setup::ensure(BROWSER)?;
    let node = Node::ensure(root)?;
    let program = crate::firmware::shared(root).join("debug/ripieno-under-test");
    let page = root.join("host/web/page");
    node.program("npm", &["run", "--silent", "test"])
        .within(&page)
        .env("RIPIENO_PROGRAM", &program.to_string_lossy())
        .run()
}

impl Node {
    /// That of the system, if it is new enough; else one of our own below `target`.
    fn ensure(root: &Path) -> Result<Self> {
        let on_path = program("node", &["--version"]).output().ok();
        let is_there =
            on_path.is_some_and(|version| is_new_enough(&version)) && program("npm", &["--version"]).succeeds();
        if is_there {
            return Ok(Self { folder: None });
        }
        let folder = python::ensure_node(root)?;
        let node = Self { folder: Some(folder) };
        let version = node.program("node", &["--version"]).output()?;
        if !is_new_enough(&version) {
            bail!("Node {version} is too old for the page: {}.{} or newer is needed", OLDEST.0, OLDEST.1);
        }
        Ok(node)
    }

    /// Installs what the lock file names, if that has not been done.
    fn install(&self, page: &Path) -> Result<()> {
        let (lock, done) = (page.join("package-lock.json"), page.join("node_modules/.package-lock.json"));
        let made = |path: &Path| path.metadata().and_then(|file| file.modified());
        let is_fresh = matches!((made(&lock), made(&done)), (Ok(lock), Ok(done)) if lock <= done);
        if is_fresh { Ok(()) } else { self.npm(page, &["ci", "--no-fund", "--no-audit"]) }
    }

    fn npm(&self, page: &Path, args: &[&str]) -> Result<()> {
        self.program("npm", args).within(page).run()
    }

    /// A program of Node's, which finds the others beside it.
    fn program(&self, name: &str, args: &[&str]) -> crate::run::Step {
        let Some(folder) = &self.folder else { return program(name, args) };
        let path = std::env::var_os("PATH").unwrap_or_default();
        let path = std::iter::once(folder.clone()).chain(std::env::split_paths(&path));
        let path = std::env::join_paths(path).unwrap_or_default();
        program(&folder.join(name).to_string_lossy(), args).env("PATH", &path.to_string_lossy())
    }
}

fn is_new_enough(version: &str) -> bool {
    let mut numbers =
        version.trim().trim_start_matches('v').split('.').map(|number| number.parse::<u32>().unwrap_or(0));
    (numbers.next().unwrap_or(0), numbers.next().unwrap_or(0)) >= OLDEST
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn versions_are_numbers() {
        for (version, is) in [
            ("v20.19.0\n", true),
            ("v24.1.0", true),
            ("v20.9.0", false),
            ("v18.20.4", false),
            ("", false),
            ("node", false),
        ] {
            assert_eq!(is_new_enough(version), is, "{version:?}");
        }
    }
}

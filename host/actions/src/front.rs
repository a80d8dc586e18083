//! The application in front: whose window has the keyboard.

use serde::{Deserialize, Serialize};
use std::ffi::OsStr;

/// A running application, known by its process.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Application {
    /// What the process calls itself; Linux keeps 15 bytes of it.
    pub name: String,
    /// The file name of its program, when it can be told.
    pub program: Option<String>,
}

impl Application {
    /// An application of which only the name is known.
    pub fn named(name: impl Into<String>) -> Self {
        Self { name: name.into(), program: None }
    }

    /// Whether `process` names it: its name or its program's, in any case, `.exe` or not. Any.
    pub fn is(&self, process: &str) -> bool {
        let wanted = plain(process);
        plain(&self.name) == wanted || self.program.as_ref().is_some_and(|program| plain(program) == wanted)
    }
}

fn plain(name: &str) -> String {
    let name = name.trim().to_lowercase();
    name.strip_suffix(".exe").unwrap_or(&name).to_owned()
}

/// Tells which application is in front. Control; may wait for the system.
pub trait Front: Send {
    /// The application in front, or none when no window has the keyboard.
    ///
    /// # Errors
    /// A sentence for the log: there is no such system, or it does not tell.
    fn application(&mut self) -> Result<Option<Application>, String>;
}

/// Whether there is an X display to connect to: the one given, else the environment's.
pub(crate) fn display(given: Option<&str>) -> Result<(), String> {
    named(given, std::env::var_os("DISPLAY").as_deref())
}

fn named(given: Option<&str>, environment: Option<&OsStr>) -> Result<(), String> {
    let set = given.is_some() || environment.is_some_and(|display| !display.is_empty());
    if set { Ok(()) } else { Err("there is no X server (DISPLAY is not set)".to_owned()) }
}

/// The desktop of this computer: on Linux an X server with a window manager. Other systems are not asked yet.
/// Connects when first used, and again after a failure.
#[derive(Debug, Default)]
pub struct Desktop {
    #[cfg_attr(not(target_os = "linux"), expect(dead_code, reason = "only X has displays"))]
    display: Option<String>,
    #[cfg(target_os = "linux")]
    x: Option<x::Connected>,
}

impl Desktop {
    /// The desktop on an X display; `None` means the one of `DISPLAY`.
    pub fn new(display: Option<String>) -> Self {
        Self { display, ..Self::default() }
    }
}

#[cfg(not(target_os = "linux"))]
impl Front for Desktop {
    fn application(&mut self) -> Result<Option<Application>, String> {
        Err("the application in front can be told on Linux with X only".to_owned())
    }
}

#[cfg(target_os = "linux")]
impl Front for Desktop {
    fn application(&mut self) -> Result<Option<Application>, String> {
        if self.x.is_none() {
            display(self.display.as_deref())?;
            self.x = Some(x::Connected::open(self.display.as_deref())?);
        }
        let Some(x) = &self.x else { return Ok(None) };
        let told = x.application();
        if told.is_err() {
            self.x = None;
        }
        told
    }
}

#[cfg(target_os = "linux")]
mod x {
    //! Extended Window Manager Hints: the root window names the active window, which names its process.

    use super::Application;
    use std::path::Path;
    use x11rb::connection::Connection;
    use x11rb::errors::ReplyError;
    use x11rb::protocol::xproto::{AtomEnum, ConnectionExt, Window};
    use x11rb::rust_connection::RustConnection;

    #[derive(Debug)]
    pub struct Connected {
        connection: RustConnection,
        root: Window,
        active_window: u32,
        process: u32,
    }

    impl Connected {
        pub fn open(display: Option<&str>) -> Result<Self, String> {
            let (connection, screen) = x11rb::connect(display)
                .map_err(|e| format!("the X server cannot be reached: {e}; check DISPLAY and XAUTHORITY"))?;
            let atom =
                |name: &[u8]| -> Result<u32, ReplyError> { Ok(connection.intern_atom(false, name)?.reply()?.atom) };
            let active_window = atom(b"_NET_ACTIVE_WINDOW").map_err(|e| lost(&e))?;
            let process = atom(b"_NET_WM_PID").map_err(|e| lost(&e))?;
            let root = connection.setup().roots.get(screen).ok_or("the X server has no screen")?.root;
            Ok(Self { root, active_window, process, connection })
        }

        pub fn application(&self) -> Result<Option<Application>, String> {
            let window = self.number(self.root, self.active_window, AtomEnum::WINDOW)?;
            let Some(window) = window.filter(|window| *window != 0) else { return Ok(None) };
            let process = self.number(window, self.process, AtomEnum::CARDINAL)?;
            Ok(process.and_then(|id| by_process(Path::new("/proc"), id)))
        }

        /// A property of one number, or none: also when the window has gone meanwhile.
        fn number(&self, window: Window, property: u32, kind: AtomEnum) -> Result<Option<u32>, String> {
            let asked = self.connection.get_property(false, window, property, kind, 0, 1);
            match asked.map_err(ReplyError::from).and_then(|cookie| cookie.reply()) {
                Ok(reply) => Ok(reply.value32().and_then(|mut values| values.next())),
                Err(ReplyError::X11Error(_)) => Ok(None),
                Err(e) => Err(lost(&e)),
            }
        }
    }

    fn lost(error: &ReplyError) -> String {
        format!("the X server no longer answers: {error}")
    }

    /// What the system tells of a process; none when it has gone.
    pub fn by_process(proc: &Path, id: u32) -> Option<Application> {
        let folder = proc.join(id.to_string());
        let name = std::fs::read_to_string(folder.join("comm")).ok()?.trim_end().to_owned();
        let program = std::fs::read_link(folder.join("exe")).ok();
        let program = program.and_then(|path| Some(path.file_name()?.to_string_lossy().into_owned()));
        Some(Application { name, program })
    }
}

#[cfg(test)]
#[path = "front_tests.rs"]
mod tests;

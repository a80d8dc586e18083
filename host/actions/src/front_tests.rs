//! Who is in front: by name, and on a real X server.

use super::*;

fn check(process: &str, expected: bool) {
    let app = Application { name: "gnome-terminal-".into(), program: Some("gnome-terminal-server".into()) };
    assert_eq!(app.is(process), expected, "{process:?}");
}

#[test]
fn an_application_is_known_by_either_name_in_any_case() {
    check("gnome-terminal-server", true);
    check("Gnome-Terminal-Server.EXE", true);
    check(" gnome-terminal- ", true);
    check("gnome-terminal", false);
    check("", false);
    assert!(Application::named("Code.exe").is("code"));
}

#[test]
fn a_missing_display_is_told_before_anything_is_tried() {
    let told = Err("there is no X server (DISPLAY is not set)".to_owned());
    assert_eq!(named(None, None), told);
    assert_eq!(named(None, Some(OsStr::new(""))), told);
    assert_eq!(named(None, Some(OsStr::new(":0"))), Ok(()));
    assert_eq!(named(Some(":1"), None), Ok(()));
}

#[cfg(target_os = "linux")]
mod on_x {
    use super::*;
    use crate::xvfb::Xvfb;
    use std::path::Path;
    use x11rb::connection::Connection;
    use x11rb::protocol::xproto::{AtomEnum, ConnectionExt as _, PropMode};
    use x11rb::wrapper::ConnectionExt as _;

    #[test]
    fn processes_are_told_by_the_system() {
        let own = x::by_process(Path::new("/proc"), std::process::id()).expect("this test runs");
        let program = std::env::current_exe().expect("a program has a path");
        assert_eq!(own.program.as_deref(), program.file_name().and_then(|name| name.to_str()));
        assert!(!own.name.is_empty());
        assert_eq!(x::by_process(Path::new("/proc"), u32::MAX), None);
    }

    #[test]
    fn the_active_window_tells_its_process() {
        let server = Xvfb::start();
        let window = server.window();
        let mut desktop = Desktop::new(Some(server.display()));
        let mut front = || desktop.application();
        // What a window manager does, which a bare server lacks.
        let x = &window.connection;
        let root = x.setup().roots[0].root;
        let atom = |name: &str| {
            let asked = x.intern_atom(false, name.as_bytes()).expect("the server hears");
            asked.reply().expect("the server answers").atom
        };
        let set = |on: u32, property: &str, kind: AtomEnum, value: u32| {
            x.change_property32(PropMode::REPLACE, on, atom(property), kind, &[value]).expect("the server hears");
            x.sync().expect("the server answers");
        };
        assert_eq!(front(), Ok(None));
        set(root, "_NET_ACTIVE_WINDOW", AtomEnum::WINDOW, 0);
        assert_eq!(front(), Ok(None));
        set(root, "_NET_ACTIVE_WINDOW", AtomEnum::WINDOW, window.id);
        assert_eq!(front(), Ok(None), "a window that does not tell its process");
        set(window.id, "_NET_WM_PID", AtomEnum::CARDINAL, std::process::id());
        assert_eq!(front(), Ok(x::by_process(Path::new("/proc"), std::process::id())));
        set(root, "_NET_ACTIVE_WINDOW", AtomEnum::WINDOW, 0x0765_4321);
        assert_eq!(front(), Ok(None), "a window that has gone");
        drop(server);
        assert!(front().is_err_and(|why| why.contains("no longer answers")));
        assert!(front().is_err_and(|why| why.contains("cannot be reached")));
    }
}

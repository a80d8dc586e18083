//! For tests: an X server of their own without a screen, and a window on it that hears keys and wheel.

use std::io::{BufRead, BufReader};
use std::process::{Child, Command, Stdio};
use std::time::{Duration, Instant};
use x11rb::connection::Connection;
use x11rb::protocol::Event;
use x11rb::protocol::xproto::{ConnectionExt, CreateWindowAux, EventMask, InputFocus, WindowClass};
use x11rb::rust_connection::RustConnection;
use x11rb::wrapper::ConnectionExt as _;

/// What anything on the server may take.
const PATIENCE: Duration = Duration::from_secs(30);

pub struct Xvfb {
    server: Child,
    number: String,
}

impl Xvfb {
    pub fn start() -> Self {
        let mut server = Command::new("Xvfb")
            .args(["-displayfd", "1", "-screen", "0", "320x240x24", "-nolisten", "tcp", "-noreset"])
            .stdout(Stdio::piped())
            .stderr(Stdio::null())
            .spawn()
            .expect("Xvfb is there: `cargo xtask test` installs Debian's xvfb");
        let mut number = String::new();
        let told = server.stdout.take().expect("it is piped");
        BufReader::new(told).read_line(&mut number).expect("the server tells its number");
        let number = number.trim().to_owned();
        assert!(!number.is_empty(), "Xvfb has not started");
        Self { server, number }
    }

    pub fn display(&self) -> String {
        format!(":{}", self.number)
    }

    /// A window over all of the screen that has the keyboard.
    pub fn window(&self) -> Window {
        let (connection, screen) = x11rb::connect(Some(&self.display())).expect("the server is there");
        let screen = connection.setup().roots[screen].clone();
        let id = connection.generate_id().expect("there are windows left");
        let heard =
            EventMask::KEY_PRESS | EventMask::KEY_RELEASE | EventMask::BUTTON_PRESS | EventMask::STRUCTURE_NOTIFY;
        let values = CreateWindowAux::new().event_mask(heard).override_redirect(1);
        let (width, height) = (screen.width_in_pixels, screen.height_in_pixels);
        connection
            .create_window(0, id, screen.root, 0, 0, width, height, 0, WindowClass::INPUT_OUTPUT, 0, &values)
            .expect("the server hears");
        connection.map_window(id).expect("the server hears");
        connection.flush().expect("the server hears");
        let window = Window { connection, id };
        while !matches!(window.event(), Event::MapNotify(_)) {}
        window.connection.set_input_focus(InputFocus::NONE, id, x11rb::CURRENT_TIME).expect("the server hears");
        window.connection.sync().expect("the server answers");
        window
    }
}

impl Drop for Xvfb {
    fn drop(&mut self) {
        // It may have ended already.
        let _ = self.server.kill();
        let _ = self.server.wait();
    }
}

pub struct Window {
    pub connection: RustConnection,
    pub id: u32,
}

impl Window {
    fn event(&self) -> Event {
        let until = Instant::now() + PATIENCE;
        loop {
            if let Some(event) = self.connection.poll_for_event().expect("the server is there") {
                return event;
            }
            assert!(Instant::now() < until, "nothing more is heard");
            std::thread::sleep(Duration::from_millis(2));
        }
    }

    /// The next `count` events: `+p` for a press of the key whose first symbol is p, `-p` for its release, other
    /// symbols by number, `button 5` for a turn of the wheel.
    pub fn heard(&self, count: usize) -> Vec<String> {
        let mut heard = Vec::new();
        while heard.len() < count {
            match self.event() {
                Event::KeyPress(event) => heard.push(format!("+{}", self.symbol(event.detail))),
                Event::KeyRelease(event) => heard.push(format!("-{}", self.symbol(event.detail))),
                Event::ButtonPress(event) => heard.push(format!("button {}", event.detail)),
                _ => {}
            }
        }
        heard
    }

    /// That nothing more was heard.
    pub fn is_silent(&self) -> bool {
        self.connection.sync().expect("the server answers");
        std::iter::from_fn(|| self.connection.poll_for_event().expect("the server is there"))
            .all(|event| !matches!(event, Event::KeyPress(_) | Event::KeyRelease(_) | Event::ButtonPress(_)))
    }

    fn symbol(&self, code: u8) -> String {
        let asked = self.connection.get_keyboard_mapping(code, 1).expect("the server hears");
        let symbol = asked.reply().expect("the server answers").keysyms[0];
        match symbol {
            0x20..0x7F => char::from(symbol as u8).to_string(),
            other => format!("{other:x}"),
        }
    }
}

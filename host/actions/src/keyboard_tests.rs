//! Chords: their order, that nothing stays down, and what a window hears of them.

use super::*;

/// Writes down what it is asked for and fails at one of it.
struct Failing {
    asked: Vec<String>,
    fails: Option<&'static str>,
}

impl Failing {
    fn ask(&mut self, what: String) -> Result<(), String> {
        let fails = self.fails == Some(what.as_str());
        self.asked.push(what);
        if fails { Err("out of order".to_owned()) } else { Ok(()) }
    }
}

impl Keys for Failing {
    fn press(&mut self, key: Key) -> Result<(), String> {
        self.ask(format!("+{key}"))
    }

    fn release(&mut self, key: Key) -> Result<(), String> {
        self.ask(format!("-{key}"))
    }

    fn scroll(&mut self, notches: i32, _: bool) -> Result<(), String> {
        self.ask(format!("scroll {notches}"))
    }
}

fn check(chord: &str, fails: Option<&'static str>, expected: &str) {
    let mut keys = Failing { asked: Vec::new(), fails };
    let result = tap(&mut keys, &chord.parse().expect("it is a chord"));
    assert_eq!(keys.asked.join(" "), expected, "{chord}");
    assert_eq!(result.is_err(), fails.is_some(), "{chord}");
}

#[test]
fn what_is_pressed_is_let_go_in_reverse_whatever_fails() {
    check("p", None, "+p -p");
    check("ctrl+shift+p", None, "+ctrl +shift +p -p -shift -ctrl");
    check("ctrl+shift+p", Some("+p"), "+ctrl +shift +p -p -shift -ctrl");
    check("ctrl+shift+p", Some("+shift"), "+ctrl +shift -shift -ctrl");
    check("ctrl+shift+p", Some("+ctrl"), "+ctrl -ctrl");
    check("ctrl+shift+p", Some("-p"), "+ctrl +shift +p -p -shift -ctrl");
    check("ctrl+shift+p", Some("-shift"), "+ctrl +shift +p -p -shift -ctrl");
}

#[test]
fn every_key_is_known_to_the_system() {
    let functions = if cfg!(target_os = "macos") { 20 } else { 24 };
    for number in 1..=functions {
        assert!(native(Key::F(number)).is_ok(), "f{number}");
    }
    assert!(native(Key::F(0)).is_err() && native(Key::F(25)).is_err());
    assert_eq!(native(Key::F(12)), Ok(enigo::Key::F12));
}

#[cfg(target_os = "linux")]
mod on_x {
    use super::*;
    use crate::xvfb::Xvfb;

    #[test]
    fn a_window_hears_chords_and_the_wheel() {
        let server = Xvfb::start();
        let window = server.window();
        let mut keyboard = Keyboard::new(Some(server.display()));
        let mut check = |chord: &str, expected: &str| {
            tap(&mut keyboard, &chord.parse().expect("it is a chord")).expect("the server is there");
            let expected: Vec<_> = expected.split(' ').collect();
            assert_eq!(window.heard(expected.len()), expected, "{chord}");
        };
        check("a", "+a -a");
        check("ctrl+shift+p", "+ffe3 +ffe1 +p -p -ffe1 -ffe3");
        check("alt+f4", "+ffe9 +ffc1 -ffc1 -ffe9");
        check("cmd+left", "+ffeb +ff51 -ff51 -ffeb");
        check("esc", "+ff1b -ff1b");
        check("return", "+ff0d -ff0d");
        check("playpause", "+1008ff14 -1008ff14");
        check("volumemute", "+1008ff12 -1008ff12");
        check("f24", "+ffd5 -ffd5");
        // No key of this layout has these first; they are lent one.
        check("ctrl+plus", "+ffe3 ++ -+ -ffe3");
        check("é", "+e9 -e9");
        keyboard.scroll(3, false).expect("the server is there");
        assert_eq!(window.heard(3), ["button 5"; 3]);
        keyboard.scroll(-2, false).expect("the server is there");
        assert_eq!(window.heard(2), ["button 4"; 2]);
        keyboard.scroll(1, true).expect("the server is there");
        assert_eq!(window.heard(1), ["button 7"]);
        assert!(window.is_silent());
    }

    #[test]
    fn a_server_that_goes_is_an_error_and_its_successor_is_found() {
        let server = Xvfb::start();
        let mut keyboard = Keyboard::new(Some(server.display()));
        let number = server.display();
        let tap_a = |keyboard: &mut Keyboard| tap(keyboard, &"a".parse().expect("it is a chord"));
        assert_eq!(tap_a(&mut keyboard), Ok(()));
        drop(server);
        assert!(tap_a(&mut keyboard).is_err_and(|why| why.starts_with("keys could not be moved")));
        assert!(tap_a(&mut keyboard).is_err_and(|why| why.contains("check DISPLAY")));
        let successor = Xvfb::start();
        keyboard = Keyboard { display: Some(successor.display()), ..keyboard };
        assert_eq!(tap_a(&mut keyboard), Ok(()), "{number}");
    }
}

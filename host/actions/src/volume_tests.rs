//! Targets and ranges, and the mixer of a sound server without hardware.

use super::*;

#[test]
fn targets_are_checked_and_split() {
    let check = |target: &str, expected: Option<(&str, &str)>| {
        let right = SetVolume { target: target.into() }.check().is_ok();
        assert_eq!(right.then(|| split(target)), expected, "{target:?}");
    };
    check("master", Some(("default", "master")));
    check("hw:1/Front Mic", Some(("hw:1", "Front Mic")));
    check("", None);
    check("/Headphone", None);
    check("hw:1/", None);
    check("a\0b", None);
}

#[cfg(target_os = "linux")]
mod alsa {
    use super::*;
    use std::path::Path;
    use std::process::{Child, Command, Output, Stdio};
    use std::time::{Duration, Instant};

    #[test]
    fn levels_reach_both_ends_of_any_range() {
        assert_eq!([0.0, 0.5, 1.0, 2.0, f32::NAN].map(|level| within((0, 87), level)), [0, 44, 87, 87, 0]);
        assert_eq!([0.0, 1.0].map(|level| within((-10, 10), level)), [-10, 10]);
        assert_eq!(within((i64::MIN, i64::MAX), 1.0), i64::MAX);
    }

    #[test]
    fn a_card_that_is_not_there_is_named() {
        let fault = Mixer.set("hw:29/Headphone", 0.5).expect_err("nobody has thirty cards");
        assert!(fault.to_string().contains("hw:29"), "{fault}");
    }

    /// Which sound system a process sees is said by its environment, so this test is its own child, told what to set
    /// by this variable.
    const SET: &str = "RIPIENO_TEST_SET_VOLUME";

    /// A sound server with one sink that goes nowhere.
    struct Server {
        process: Child,
        folder: tempfile::TempDir,
    }

    impl Server {
        fn start() -> Self {
            let folder = tempfile::tempdir().expect("there is room");
            std::fs::File::create(folder.path().join(".asoundrc"))
                .and_then(|mut file| std::io::Write::write_all(&mut file, b"ctl.!default { type pulse }\n"))
                .expect("there is room");
            let socket = folder.path().join("native");
            let process = own(Command::new("pulseaudio"), folder.path())
                .args(["-n", "--daemonize=no", "--use-pid-file=no", "--exit-idle-time=-1"])
                .args(["-L", "module-null-sink sink_name=nowhere"])
                .args(["-L", &format!("module-native-protocol-unix socket={} auth-anonymous=1", socket.display())])
                .stdout(Stdio::null())
                .stderr(Stdio::null())
                .spawn()
                .expect("pulseaudio is there: `cargo xtask test` installs it");
            let until = Instant::now() + Duration::from_secs(30);
            while !socket.exists() {
                assert!(Instant::now() < until, "the sound server does not start");
                std::thread::sleep(Duration::from_millis(5));
            }
            Self { process, folder }
        }

        fn run(&self, command: Command) -> Output {
            own(command, self.folder.path()).output().expect("it can be run")
        }
    }

    fn own(mut command: Command, folder: &Path) -> Command {
        command.env("HOME", folder).env("XDG_RUNTIME_DIR", folder);
        command.env("PULSE_SERVER", format!("unix:{}", folder.join("native").display()));
        command
    }

    impl Drop for Server {
        fn drop(&mut self) {
            // It may have ended already.
            let _ = self.process.kill();
            let _ = self.process.wait();
        }
    }

    #[test]
    fn a_mixer_follows() {
        if let Ok(set) = std::env::var(SET) {
            let (target, level) = set.split_once('=').expect("it is target=level");
            println!("told {:?}", Mixer.set(target, level.parse().expect("it is a number")));
            return;
        }
        let server = Server::start();
        let set = |target: &str, level: &str, told: &str| {
            let mut child = Command::new(std::env::current_exe().expect("a program has a path"));
            child.args(["--exact", "volume::tests::alsa::a_mixer_follows", "--nocapture"]);
            child.env(SET, format!("{target}={level}"));
            let output = String::from_utf8_lossy(&server.run(child).stdout).into_owned();
            assert!(output.contains(&format!("told {told}")), "{output}");
        };
        // Read back by another program.
        let reads = |control: &str, expected: &str| {
            let mut reader = Command::new("amixer");
            reader.args(["sget", control]);
            let output = String::from_utf8_lossy(&server.run(reader).stdout).into_owned();
            let both = output.lines().filter(|line| line.contains(&format!(" {expected} ["))).count();
            assert_eq!(both, 2, "{control}, left and right: {output}");
        };
        reads("Master", "65536");
        set("master", "0.25", r#"Ok("Master")"#);
        reads("Master", "16384");
        reads("Capture", "65536");
        set("mic", "0", r#"Ok("Capture")"#);
        reads("Capture", "0");
        set("default/Master", "1", r#"Ok("Master")"#);
        reads("Master", "65536");
        let missing = r#"Err(Failed("the mixer of \"default\" has no \"Trumpet\"; it has Capture, Master"))"#;
        set("Trumpet", "0.5", missing);
    }
}

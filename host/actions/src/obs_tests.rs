//! Against a server that speaks protocol 5 as OBS does: with a password, with refusals, and with losses.

use super::*;
use futures_util::{SinkExt, StreamExt};
use serde_json::{Value, json};
use std::sync::mpsc::{Receiver, Sender, channel};
use tokio::net::{TcpListener, TcpStream};
use tokio_tungstenite::tungstenite::Message;
use tokio_tungstenite::tungstenite::protocol::CloseFrame;
use tokio_tungstenite::{WebSocketStream, accept_async};

const PATIENCE: Duration = Duration::from_secs(60);

/// What the protocol makes of the password `hunter2` with the salt and challenge below.
const PROOF: &str = "HbemcTRAK8GnBZpkRzKZdmk94xa5VYtjm6/uKbA1epI=";
const SALT: &str = "c2FsdA==";
const CHALLENGE: &str = "Y2hhbGxlbmdl";

/// How the server behaves.
#[derive(Clone, Copy, PartialEq)]
enum Manner {
    /// As OBS does.
    Usual,
    /// Goes away after each request that it has answered.
    Leaves,
    /// Goes away instead of answering.
    Breaks,
    /// Takes requests and does not answer.
    Hangs,
}

/// A server and what it is asked for, requests for its version aside: `connected` for each who proved the password.
fn serve(manner: Manner) -> (u16, Receiver<String>) {
    let (ports, port) = channel();
    let (asked, hears) = channel();
    std::thread::spawn(move || {
        let runtime = Builder::new_current_thread().enable_io().build().expect("there is a runtime");
        runtime.block_on(async {
            let listener = TcpListener::bind("127.0.0.1:0").await.expect("loopback is there");
            let address = listener.local_addr().expect("it is bound");
            ports.send(address.port()).expect("the test waits");
            loop {
                let (stream, _) = listener.accept().await.expect("somebody comes");
                let asked = asked.clone();
                // One who goes ends only this.
                tokio::spawn(async move { _ = talk(stream, manner, &asked).await });
            }
        });
    });
    (port.recv_timeout(PATIENCE).expect("the server listens"), hears)
}

type Socket = WebSocketStream<TcpStream>;

async fn say(socket: &mut Socket, op: u8, data: Value) -> Option<()> {
    socket.send(Message::text(json!({"op": op, "d": data}).to_string())).await.ok()
}

async fn hear(socket: &mut Socket) -> Option<Value> {
    let message = socket.next().await?.ok()?;
    serde_json::from_str::<Value>(message.to_text().ok()?).ok().map(|value| value["d"].clone())
}

async fn talk(stream: TcpStream, manner: Manner, asked: &Sender<String>) -> Option<()> {
    let mut socket = accept_async(stream).await.ok()?;
    let challenge = json!({"challenge": CHALLENGE, "salt": SALT});
    let hello = json!({"obsStudioVersion": "31.0.0", "obsWebSocketVersion": "5.5.4", "rpcVersion": 1, "authentication": challenge});
    say(&mut socket, 0, hello).await?;
    if hear(&mut socket).await?["authentication"] != PROOF {
        let frame = CloseFrame { code: WRONG_PASSWORD.into(), reason: "Authentication failed.".into() };
        return socket.close(Some(frame)).await.ok();
    }
    asked.send("connected".into()).ok()?;
    say(&mut socket, 2, json!({"negotiatedRpcVersion": 1})).await?;
    loop {
        let request = hear(&mut socket).await?;
        let kind = request["requestType"].as_str()?;
        let version = kind == "GetVersion";
        if !version {
            let data = &request["requestData"];
            let data = if data.is_null() { String::new() } else { format!(" {data}") };
            asked.send(format!("{kind}{data}")).ok()?;
        }
        if !version && manner == Manner::Hangs {
            std::future::pending::<()>().await;
        }
        if !version && manner == Manner::Breaks {
            return None;
        }
        let (status, answer) = answer(kind, &request["requestData"]);
        let response = json!({
            "requestType": kind, "requestId": request["requestId"], "requestStatus": status, "responseData": answer,
        });
        say(&mut socket, 7, response).await?;
        if !version && manner == Manner::Leaves {
            return socket.close(None).await.ok();
        }
    }
}

/// Scenes of the list, from its lower end as OBS counts; the one in the middle is shown.
fn scenes() -> Value {
    let id = |number: u8| format!("00000000-0000-0000-0000-00000000000{number}");
    let scene =
        |number: u8| json!({"sceneName": format!("scene {number}"), "sceneUuid": id(number), "sceneIndex": number});
    json!({
        "currentProgramSceneName": "scene 1", "currentProgramSceneUuid": id(1),
        "currentPreviewSceneName": null, "currentPreviewSceneUuid": null,
        "scenes": [scene(0), scene(1), scene(2)],
    })
}

fn answer(kind: &str, data: &Value) -> (Value, Value) {
    let good = json!({"result": true, "code": 100});
    let answer = match kind {
        "GetVersion" => json!({
            "obsVersion": "31.0.0", "obsWebSocketVersion": "5.5.4", "rpcVersion": 1, "availableRequests": [],
            "supportedImageFormats": [], "platform": "test", "platformDescription": "a test",
        }),
        "GetSceneList" => scenes(),
        "ToggleInputMute" => json!({"inputMuted": true}),
        "StopRecord" => json!({"outputPath": "/home/me/hunter2.mkv"}),
        "ToggleRecordPause" => json!({"outputPaused": true}),
        "SetInputMute" if data["inputName"] == "nobody" => {
            let bad = json!({"result": false, "code": 600, "comment": "No source was found by the name of `nobody`."});
            return (bad, Value::Null);
        }
        toggle if toggle.starts_with("Toggle") => json!({"outputActive": false}),
        _ => Value::Null,
    };
    (good, answer)
}

fn config(port: u16) -> ObsConfig {
    ObsConfig { port, password: Some(Secret::new("hunter2")), ..ObsConfig::default() }
}

fn ask(client: &mut ObsClient, config: &ObsConfig, json: &str) -> Result<String, String> {
    let request: ObsRequest = serde_json::from_str(json).unwrap_or_else(|e| panic!("{json}: {e}"));
    client.ask(config, &request, &Cancel::default()).map_err(|fault| fault.to_string())
}

#[test]
fn every_request_is_made_and_told() {
    let (port, asked) = serve(Manner::Usual);
    let mut client = ObsClient::default();
    let mut check = |json: &str, requests: &str, told: Result<&str, &str>| {
        assert_eq!(ask(&mut client, &config(port), json).as_deref().map_err(String::as_str), told, "{json}");
        let found: Vec<_> = asked.try_iter().filter(|line| line != "connected").collect();
        assert_eq!(found.join("; "), requests, "{json}");
    };
    check(r#"{"do": "toggle_recording"}"#, "ToggleRecord", Ok("recording has ended"));
    check(r#"{"do": "start_recording"}"#, "StartRecord", Ok("recording runs"));
    check(r#"{"do": "stop_recording"}"#, "StopRecord", Ok("recording has ended"));
    check(r#"{"do": "toggle_pause"}"#, "ToggleRecordPause", Ok("recording is paused"));
    check(r#"{"do": "toggle_streaming"}"#, "ToggleStream", Ok("streaming has ended"));
    check(r#"{"do": "start_streaming"}"#, "StartStream", Ok("streaming runs"));
    check(r#"{"do": "stop_streaming"}"#, "StopStream", Ok("streaming has ended"));
    check(r#"{"do": "toggle_virtual_cam"}"#, "ToggleVirtualCam", Ok("virtual camera has ended"));
    check(r#"{"do": "save_replay"}"#, "SaveReplayBuffer", Ok("replay saved"));
    check(r#"{"do": "toggle_replay_buffer"}"#, "ToggleReplayBuffer", Ok("replay buffer has ended"));
    let shown = |name: &str| format!(r#"SetCurrentProgramScene {{"sceneName":"{name}"}}"#);
    check(r#"{"do": "scene", "name": "Camera"}"#, &shown("Camera"), Ok("scene Camera"));
    check(r#"{"do": "next_scene"}"#, &format!("GetSceneList; {}", shown("scene 0")), Ok("scene scene 0"));
    check(r#"{"do": "prev_scene"}"#, &format!("GetSceneList; {}", shown("scene 2")), Ok("scene scene 2"));
    let muted = |name: &str, on: bool| format!(r#"SetInputMute {{"inputMuted":{on},"inputName":"{name}"}}"#);
    check(r#"{"do": "mute", "input": "Mic"}"#, &muted("Mic", true), Ok("Mic is muted"));
    check(r#"{"do": "unmute", "input": "Mic"}"#, &muted("Mic", false), Ok("Mic is not muted"));
    check(r#"{"do": "toggle_mute", "input": "Mic"}"#, r#"ToggleInputMute {"inputName":"Mic"}"#, Ok("Mic is muted"));
    let refused = Err("OBS refused: No source was found by the name of `nobody`.");
    check(r#"{"do": "mute", "input": "nobody"}"#, &muted("nobody", true), refused);
    check(r#"{"do": "save_replay"}"#, "SaveReplayBuffer", Ok("replay saved"));
}

const SAVE: &str = r#"{"do": "save_replay"}"#;

#[test]
fn one_connection_is_kept_and_a_lost_one_is_made_again() {
    for (manner, expected) in [
        (Manner::Usual, ["connected", "SaveReplayBuffer", "SaveReplayBuffer", "SaveReplayBuffer"].as_slice()),
        (
            Manner::Leaves,
            ["connected", "SaveReplayBuffer", "connected", "SaveReplayBuffer", "connected", "SaveReplayBuffer"]
                .as_slice(),
        ),
    ] {
        let (port, asked) = serve(manner);
        let mut client = ObsClient::default();
        for _ in 0..3 {
            assert_eq!(ask(&mut client, &config(port), SAVE), Ok("replay saved".into()));
        }
        assert_eq!(asked.try_iter().collect::<Vec<_>>(), expected);
    }
}

#[test]
fn a_request_is_not_repeated() {
    let (port, asked) = serve(Manner::Breaks);
    let mut client = ObsClient::default();
    assert!(ask(&mut client, &config(port), r#"{"do": "toggle_recording"}"#).is_err());
    assert_eq!(asked.try_iter().collect::<Vec<_>>(), ["connected", "ToggleRecord"]);
}

#[test]
fn another_place_is_another_connection() {
    let (one, asked_one) = serve(Manner::Usual);
    let (two, asked_two) = serve(Manner::Usual);
    let mut client = ObsClient::default();
    assert!(ask(&mut client, &config(one), SAVE).is_ok());
    assert!(ask(&mut client, &config(two), SAVE).is_ok());
    assert_eq!((asked_one.try_iter().count(), asked_two.try_iter().count()), (2, 2));
}

#[test]
fn a_wrong_password_is_told_without_it() {
    let (port, _asked) = serve(Manner::Usual);
    for password in [None, Some(Secret::new("swordfish"))] {
        let config = ObsConfig { port, password, ..ObsConfig::default() };
        let told = "OBS does not accept the password; write its own as password under [actions.obs]";
        assert_eq!(ask(&mut ObsClient::default(), &config, SAVE), Err(told.into()));
    }
}

#[test]
fn nobody_there_is_told_with_the_place() {
    let closed = std::net::TcpListener::bind("127.0.0.1:0").expect("loopback is there");
    let port = closed.local_addr().expect("it is bound").port();
    drop(closed);
    let why = ask(&mut ObsClient::default(), &config(port), SAVE).expect_err("nobody is there");
    assert!(why.starts_with(&format!("OBS at 127.0.0.1:{port}: ")) && !why.contains("hunter2"), "{why}");
}

#[test]
fn waiting_is_interrupted() {
    let (port, asked) = serve(Manner::Hangs);
    let cancel = Cancel::default();
    let stop = cancel.clone();
    let waits = std::thread::spawn(move || ObsClient::default().ask(&config(port), &ObsRequest::SaveReplay, &stop));
    assert_eq!(asked.recv_timeout(PATIENCE).as_deref(), Ok("connected"));
    assert_eq!(asked.recv_timeout(PATIENCE).as_deref(), Ok("SaveReplayBuffer"));
    cancel.cancel();
    assert_eq!(waits.join().expect("it does not panic"), Err(Fault::Cancelled));
}

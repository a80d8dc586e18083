//! The desk's routes: pipelines, effect units, controllers, what comes in; each answers in its shape, and what makes no sense
//! is refused at the door or by the owner.

mod support;

use ripieno_web::{Config, Limits, Reason, Request, Scope, Server};
use serde_json::{Value, json};
use support::Rig;
use support::wire::Wire;

#[tokio::test]
async fn what_is_asked_of_the_desk_is_answered_in_its_shape() {
    let rig = Rig::start(Limits::default());
    let mut wire = Wire::connect(rig.addr).await;
    let task = json!({"name": "gain", "summary": "", "control": "plain", "events": [], "params": []});
    let too_much = "`frames` is from 1 to 4096, not 4097";
    for (method, path, body, status, expected) in [
        ("GET", "/api/pipeline/tasks", "", 200, json!([task])),
        ("POST", "/api/pipeline/tasks/gain", r#"{"do":"start"}"#, 200, json!({"ok": true, "done": "gain Start"})),
        ("POST", "/api/pipeline/tasks/gain", r#"{"do":"set"}"#, 400, json!({"error": "`param` is wanted"})),
        ("POST", "/api/pipeline/events/go", "", 200, json!({"ok": true, "done": "go signalled"})),
        ("POST", "/api/pipeline/events/nothing", "", 404, json!({"error": "there is no event 'nothing'"})),
        ("GET", "/api/pipeline/taps/mix?frames=4097", "", 400, json!({ "error": too_much })),
        ("GET", "/api/pipeline/source", "", 200, json!({"name": "", "text": ""})),
        ("POST", "/api/pipeline/reload", "", 200, json!({"applied": true, "places": []})),
        ("GET", "/api/pipelines", "", 200, json!([{"name": "", "pid": 0, "own": false}])),
        ("PATCH", "/api/piano/fx", r#"{"reverb":{"bypass":true}}"#, 200, json!({"reverb.bypass": true})),
        ("PATCH", "/api/piano/fx", r#"{"order":["pan"]}"#, 200, json!({"order": ["pan"]})),
    ] {
        let answer = wire.request(method, path, body).await;
        assert_eq!((answer.status, answer.json()), (status, expected), "{method} {path} {body}");
    }
    // Half a frame that is no number says so.
    let tap = wire.request("GET", "/api/pipeline/taps/mix?frames=2", "").await.json();
    assert_eq!(
        (&tap["stream"], &tap["shape"], &tap["channels"][1]),
        (&json!("mix"), &json!([2, 2]), &json!([0.5, null]))
    );
    // A faulty file is an answer of its own shape: the page shows the places.
    let faulty = wire.request("POST", "/api/pipeline/reload", "").await;
    let answer = faulty.json();
    assert_eq!((faulty.status, &answer["applied"], &answer["error"]), (400, &json!(false), &json!("a fault")));
    assert_eq!(answer["places"][0]["line"], 3);
    // Only what is malformed counts as an intrusion.
    assert_eq!(rig.refused(), [Reason::Malformed]);
}

#[tokio::test]
async fn what_does_not_fit_is_refused_at_the_door() {
    let rig = Rig::start(Limits::default());
    let mut wire = Wire::connect(rig.addr).await;
    let cases = [
        ("POST", "/api/pipeline/tasks/gain", ""),
        ("POST", "/api/pipeline/tasks/gain", r#"{"do":"dance"}"#),
        ("POST", "/api/pipeline/tasks/gain", r#"{"do":"start","more":1}"#),
        ("GET", "/api/pipeline/taps/mix?frames=0", ""),
        ("GET", "/api/pipeline/taps/mix?frames=many", ""),
        ("GET", "/api/pipeline/taps/mix?rows=1", ""),
        ("PATCH", "/api/piano/fx", r#"{"pan":["x"]}"#),
    ];
    for (method, path, body) in cases {
        let answer = wire.request(method, path, body).await;
        assert_eq!(answer.status, 400, "{method} {path} {body}: {answer:?}");
        assert!(answer.json()["error"].is_string(), "{answer:?}");
    }
    assert_eq!(rig.refused(), vec![Reason::Malformed; cases.len()]);
}

#[tokio::test]
async fn a_pipeline_by_itself_is_only_shown() {
    let (requests, mut asked) = tokio::sync::mpsc::channel(8);
    let mut config = Config::new(([127, 0, 0, 1], 0).into(), None);
    config.scope = Scope::Pipeline;
    let server = Server::bind(config, requests).expect("a server");
    let addr = server.local_addr();
    tokio::spawn(server.run(std::future::pending()));
    tokio::spawn(async move {
        while let Some(request) = asked.recv().await {
            if let Request::Pipeline(reply) = request {
                drop(reply.send(Ok(Value::Null)));
            }
        }
    });
    let mut wire = Wire::connect(addr).await;
    assert_eq!(wire.request("GET", "/api/pipeline", "").await.status, 200);
    for (method, path) in [("POST", "/api/pipeline/reload"), ("GET", "/api/pipeline/source"), ("GET", "/api/pipelines")]
    {
        assert_eq!(wire.request(method, path, "").await.status, 404, "{path}");
    }
}

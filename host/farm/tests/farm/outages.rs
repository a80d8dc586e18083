//! What JetStream alone can do wrong: servers that go, that refuse, and stores that lose bytes.

use crate::server::{Farms, JETSTREAM, Nats};
use crate::support::*;
use async_nats::jetstream;
use ripieno_farm::jetstream::{JetStream, Layout, Server};
use ripieno_farm::record::Standing;
use ripieno_farm::{Bucket, FarmErrorKind, JobQueue, Told};
use ripieno_separate::Cancel;
use std::sync::Mutex;
use std::thread;
use std::time::Duration;

#[test]
fn a_server_that_is_killed_in_the_midst_of_work_loses_nothing() {
    let mut nats = Nats::start();
    let farm = nats.open("outage");
    let folder = tempfile::tempdir().unwrap();
    let jobs: Vec<_> = (0..6).map(|number| job(&song(folder.path(), &format!("{number}.wav"), 1, 3_000))).collect();
    let ids: Vec<String> = jobs.iter().map(|job| submit(&farm, job, WHOLE).id).collect();
    let (stop, told) = (Cancel::default(), Mutex::new(Vec::new()));
    thread::scope(|scope| {
        for name in ["a", "b"] {
            let (farm, folder, stop, told) = (&farm, folder.path(), &stop, &told);
            let puppet = Puppet::new(|_, _| {
                thread::sleep(Duration::from_millis(300));
                Ok(())
            });
            scope.spawn(move || {
                let tell = &mut |what| told.lock().unwrap().push(what);
                worker(farm, puppet, name, folder).work(false, stop, tell).unwrap();
            });
        }
        for _ in 0..2 {
            let count = |told: &Mutex<Vec<Told>>| {
                told.lock().unwrap().iter().filter(|told| matches!(told, Told::Begun { .. })).count()
            };
            let before = count(&told);
            assert!(wait_for(|| count(&told) > before));
            nats.down();
            thread::sleep(Duration::from_millis(400));
            nats.up();
        }
        let ended = wait_for(|| ripieno_farm::status(&farm).is_ok_and(|status| status.queued + status.running == 0));
        stop.request();
        assert!(ended, "{:?}", told.lock().unwrap());
    });
    for id in &ids {
        let record = record(&farm, id);
        assert_eq!(record.standing, Standing::Done, "{:?}", record.error);
        assert!(!fetched(&farm, id).is_empty());
    }
}

#[test]
fn servers_that_cannot_be_used_are_named_with_the_reason() {
    let check = |opened: Result<JetStream, ripieno_farm::FarmError>, kind: FarmErrorKind, words: &[&str]| {
        let error = opened.unwrap_err();
        assert_eq!(error.kind, kind, "{error}");
        assert!(words.iter().all(|word| error.message.contains(word)), "{error}");
        assert!(!error.message.contains("hunter2") && !format!("{error:?}").contains("hunter2"), "a secret: {error}");
    };
    let open = |url: &str| JetStream::open(&Server::new(url), &Layout::new("test"));

    let mut gone = Nats::start();
    let url = gone.url();
    gone.down();
    check(open(&url.replace("//", "//me:hunter2@")), FarmErrorKind::Unreachable, &["127.0.0.1", "nats-server -js"]);
    check(open("nats://no-such-host.invalid"), FarmErrorKind::Unreachable, &["no-such-host.invalid"]);
    check(open("nats://me:hunter2@host:none"), FarmErrorKind::Invalid, &["--nats"]);
    check(
        JetStream::open(&Server::new(&url), &Layout::new("no name")),
        FarmErrorKind::Invalid,
        &["--bucket", "no name"],
    );

    let locked = Nats::with(&format!("{JETSTREAM}authorization {{ user: me, password: right }}"));
    check(
        open(&locked.url().replace("//", "//me:hunter2@")),
        FarmErrorKind::Refused,
        &["does not let us in", "--creds"],
    );
    check(open(&locked.url()), FarmErrorKind::Refused, &["does not let us in"]);
    open(&locked.url().replace("//", "//me:right@")).unwrap();
    let mut server = Server::new(locked.url());
    server.credentials = Some("/none/at/all.creds".into());
    check(JetStream::open(&server, &Layout::new("test")), FarmErrorKind::Refused, &["/none/at/all.creds"]);

    let plain = Nats::with("");
    check(open(&plain.url()), FarmErrorKind::Refused, &["JetStream", "nats-server -js"]);
}

#[test]
fn files_that_the_store_lost_or_changed_are_found_out() {
    let nats = Nats::start();
    let farm = nats.open("damage");
    let content: Vec<u8> = (0..600_000_u32).map(|at| at.wrapping_mul(2_654_435_761).to_be_bytes()[0]).collect();
    farm.put("lost", content.len() as u64, &mut content.as_slice()).unwrap();
    farm.put("changed", content.len() as u64, &mut content.as_slice()).unwrap();
    let runtime = tokio::runtime::Builder::new_multi_thread().worker_threads(1).enable_all().build().unwrap();
    runtime.block_on(async {
        let context = jetstream::new(async_nats::connect(nats.url()).await.unwrap());
        let store = context.get_object_store("ripieno-damage").await.unwrap();
        let stream = context.get_stream("OBJ_ripieno-damage").await.unwrap();
        // Its parts go, all but the last.
        let parts = format!("$O.ripieno-damage.C.{}", store.info("lost").await.unwrap().nuid);
        stream.purge().filter(&parts).keep(1).await.unwrap();
        // Its parts are those of other bytes of the same length.
        let parts = format!("$O.ripieno-damage.C.{}", store.info("changed").await.unwrap().nuid);
        stream.purge().filter(&parts).await.unwrap();
        for part in content.chunks(1 << 17) {
            let other: Vec<u8> = part.iter().map(|byte| byte ^ 1).collect();
            context.publish(parts.clone(), other.into()).await.unwrap().await.unwrap();
        }
    });
    for name in ["lost", "changed"] {
        let error = farm.get(name, &mut Vec::new()).unwrap_err();
        assert_eq!(error.kind, FarmErrorKind::Corrupt, "{error}");
        assert!(error.message.contains(name), "{error}");
        farm.put(name, 3, &mut &b"new"[..]).unwrap();
        let mut read = Vec::new();
        farm.get(name, &mut read).unwrap();
        assert_eq!(read, b"new", "what is damaged can be stored anew");
    }
}

#[test]
fn what_others_store_is_read_and_what_is_stored_others_read() {
    let nats = Nats::start();
    let farm = nats.open("shared");
    let runtime = tokio::runtime::Builder::new_multi_thread().worker_threads(1).enable_all().build().unwrap();
    let content = vec![9_u8; 300_000];
    farm.put("a/ours", content.len() as u64, &mut content.as_slice()).unwrap();
    runtime.block_on(async {
        let context = jetstream::new(async_nats::connect(nats.url()).await.unwrap());
        let store = context.get_object_store("ripieno-shared").await.unwrap();
        let mut read = Vec::new();
        let mut object = store.get("a/ours").await.unwrap();
        tokio::io::AsyncReadExt::read_to_end(&mut object, &mut read).await.unwrap();
        assert!(read == content);
        store.put("theirs", &mut content.as_slice()).await.unwrap();
    });
    let mut read = Vec::new();
    farm.get("theirs", &mut read).unwrap();
    assert!(read == content);
    Bucket::remove(&farm, "theirs").unwrap();
    Bucket::remove(&farm, "a/ours").unwrap();
    runtime.block_on(async {
        let context = jetstream::new(async_nats::connect(nats.url()).await.unwrap());
        let stream = context.get_stream("OBJ_ripieno-shared").await.unwrap();
        let info = stream.get_info().await.unwrap();
        assert_eq!(info.state.messages, 0, "nothing of them stays, no marker either");
    });
}

#[test]
fn what_is_asked_for_changes_what_is_there() {
    let nats = Nats::start();
    let first = nats.open("kept");
    assert_eq!(first.patience(), Duration::from_secs(1));
    first.push("a.1.whole").unwrap();
    let second = JetStream::open(&Server::new(nats.url()), &Layout::new("kept")).unwrap();
    assert_eq!(second.patience(), Duration::from_secs(1), "what is there stays as it is");
    let mut layout = Layout::new("kept");
    (layout.ack_wait, layout.room) = (Some(Duration::from_secs(7)), Some(1_000));
    let third = JetStream::open(&Server::new(nats.url()), &layout).unwrap();
    assert_eq!(third.patience(), Duration::from_secs(7));
    assert_eq!(third.put("big", 2_000, &mut &[0_u8; 2_000][..]).unwrap_err().kind, FarmErrorKind::Full);
    assert_eq!(third.claim(LONG).unwrap().unwrap().task, "a.1.whole");
}

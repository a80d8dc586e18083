//! `ripieno farm` on servers that let not everybody in: by certificates, by a credentials file, with few rights.

use crate::cli::{Run, run};
use base64::Engine;
use base64::prelude::BASE64_URL_SAFE_NO_PAD;
use nkeys::KeyPair;
use rcgen::{BasicConstraints, CertificateParams, CertifiedIssuer, IsCa, KeyPair as Key};
use ripieno_tests::nats::{JETSTREAM, Nats};
use ripieno_tests::recording::save;
use ripieno_tests::serve::store;
use serde_json::{Value, json};
use std::path::Path;

/// An authority of the test's own, with a certificate for the server and one for whoever may come.
fn certify(folder: &Path) {
    let mut params = CertificateParams::default();
    params.is_ca = IsCa::Ca(BasicConstraints::Unconstrained);
    let authority = CertifiedIssuer::self_signed(params, Key::generate().expect("a key")).expect("an authority");
    store(&folder.join("ca.pem"), &authority.pem());
    for name in ["server", "friend"] {
        let key = Key::generate().expect("a key");
        let params = CertificateParams::new(["127.0.0.1".to_owned()]).expect("an address");
        let certificate = params.signed_by(&key, &authority).expect("a certificate");
        store(&folder.join(format!("{name}.pem")), &certificate.pem());
        store(&folder.join(format!("{name}.key")), &key.serialize_pem());
    }
}

#[test]
fn certificates_are_shown_and_asked_for() {
    let folder = tempfile::tempdir().expect("a folder");
    let folder = folder.path();
    certify(folder);
    save(&folder.join("song.wav"), 44_100, 1, 20_000);
    let file = |name: &str| folder.join(name).display().to_string();
    let nats = Nats::with(&format!(
        "{JETSTREAM}tls {{ cert_file: \"{}\", key_file: \"{}\", ca_file: \"{}\", verify: true }}",
        file("server.pem"),
        file("server.key"),
        file("ca.pem")
    ));
    let url = nats.url().replace("nats://", "tls://");
    let submit = |words: &[&str]| run(folder, &[&["farm", "submit", "song.wav", "--nats", &url], words].concat());
    let own = ["--tls-cert", "friend.pem", "--tls-key", "friend.key"];

    let friend = submit(&[&["--tls-ca", "ca.pem"], &own[..]].concat());
    assert_eq!(friend.code, Some(0), "{friend:?}");
    let hint = "check --tls-ca, --tls-cert and --tls-key";
    submit(&own).refused(4, &["agree on TLS", hint]);
    submit(&["--tls-ca", "ca.pem"]).refused(4, &["agree on TLS", hint]);
    submit(&[&["--tls-ca", "friend.pem"], &own[..]].concat()).refused(4, &["agree on TLS", hint]);
    submit(&[&["--tls-ca", "nowhere.pem"], &own[..]].concat()).refused(4, &["nowhere.pem", "cannot be read"]);
}

/// A signed claim of NATS's: a token of JSON, by who signs and about whom.
fn token(signer: &KeyPair, about: &KeyPair, name: &str, nats: &Value) -> String {
    let part = |value: Value| BASE64_URL_SAFE_NO_PAD.encode(value.to_string());
    let head = part(json!({ "typ": "JWT", "alg": "ed25519-nkey" }));
    let (issuer, subject) = (signer.public_key(), about.public_key());
    let claims = json!({ "jti": name, "iat": 0, "iss": issuer, "sub": subject, "name": name, "nats": nats });
    let text = format!("{head}.{}", part(claims));
    let signature = signer.sign(text.as_bytes()).expect("a signature");
    format!("{text}.{}", BASE64_URL_SAFE_NO_PAD.encode(signature))
}

/// A file as `nsc` writes it.
fn credentials(path: &Path, account: &KeyPair, user: &KeyPair) {
    let rights = json!({ "type": "user", "version": 2, "pub": {}, "sub": {}, "subs": -1, "data": -1, "payload": -1 });
    let token = token(account, user, "me", &rights);
    let seed = user.seed().expect("a seed");
    store(
        path,
        &format!(
            "-----BEGIN NATS USER JWT-----\n{token}\n------END NATS USER JWT------\n\n\
             -----BEGIN USER NKEY SEED-----\n{seed}\n------END USER NKEY SEED------\n"
        ),
    );
}

#[test]
fn a_credentials_file_opens_its_account() {
    let folder = tempfile::tempdir().expect("a folder");
    let folder = folder.path();
    let (operator, system, account) = (KeyPair::new_operator(), KeyPair::new_account(), KeyPair::new_account());
    let limits = json!({
        "subs": -1, "data": -1, "payload": -1, "imports": -1, "exports": -1, "wildcards": true, "conn": -1, "leaf": -1,
        "mem_storage": -1, "disk_storage": -1,
    });
    let rights = json!({ "type": "account", "version": 2, "limits": limits });
    let law = token(&operator, &operator, "operator", &json!({ "type": "operator", "version": 2 }));
    let none =
        json!({ "type": "account", "version": 2, "limits": { "subs": -1, "data": -1, "payload": -1, "conn": -1 } });
    let nats = Nats::with(&format!(
        "{JETSTREAM}operator: {law}\nsystem_account: {}\nresolver: MEMORY\nresolver_preload: {{ {}: {}, {}: {} }}",
        system.public_key(),
        system.public_key(),
        token(&operator, &system, "system", &none),
        account.public_key(),
        token(&operator, &account, "studio", &rights),
    ));
    let user = KeyPair::new_user();
    credentials(&folder.join("me.creds"), &account, &user);
    credentials(&folder.join("stranger.creds"), &KeyPair::new_account(), &user);
    store(&folder.join("torn.creds"), "-----BEGIN NATS USER JWT-----\n");
    let status = |file: &str| run(folder, &["farm", "status", "--json", "--nats", &nats.url(), "--creds", file]);

    let mine = status("me.creds");
    mine.clean();
    assert_eq!(mine.json()["queued"], 0);
    let seed = user.seed().expect("a seed");
    let silent = |run: &Run| assert!(!format!("{run:?}").contains(&seed), "a secret is shown");
    let strange = status("stranger.creds");
    strange.refused(4, &["does not let us in", "--creds"]);
    silent(&strange);
    status("torn.creds").refused(4, &["torn.creds", "cannot be used"]);
    status("missing.creds").refused(4, &["missing.creds", "cannot be used"]);
    run(folder, &["farm", "status", "--nats", &nats.url()]).refused(4, &["does not let us in", "--creds"]);
}

/// What the how-to says that a user of the farm has to be allowed.
const RIGHTS: &str = r#"
    publish: [ "$JS.API.>", "$JS.ACK.>", "$KV.ripieno-ripieno.>", "$O.ripieno-ripieno.>", "ripieno.ripieno.work" ]
    subscribe: [ "_INBOX.>" ]
"#;

#[test]
fn a_user_needs_the_rights_of_the_how_to_and_no_more() {
    let folder = tempfile::tempdir().expect("a folder");
    let folder = folder.path();
    save(&folder.join("song.wav"), 44_100, 1, 20_000);
    let user = |name: &str, rights: &str| format!("{{ user: {name}, password: secret, permissions: {{ {rights} }} }}");
    let users = [user("farm", RIGHTS), user("guest", "publish: [ \"chat\" ]")].join(", ");
    let nats = Nats::with(&format!("{JETSTREAM}accounts {{ studio {{ jetstream: enabled, users: [ {users} ] }} }}"));
    let url = |name: &str| nats.url().replace("nats://", &format!("nats://{name}:secret@"));
    let farm = |words: &[&str]| run(folder, &[&["farm"], words, &["--nats", &url("farm")]].concat());

    let submitted = farm(&["submit", "song.wav", "--split", "2"]);
    assert_eq!(submitted.code, Some(0), "{submitted:?}");
    let scratch = ["--scratch-dir", "scratch", "--model-dir", "models"];
    assert_eq!(farm(&[&["worker", "--until-empty"], &scratch[..]].concat()).code, Some(0));
    let fetched = farm(&["fetch", "--remove", "--json"]);
    fetched.clean();
    assert_eq!(fetched.json()["jobs"].as_array().map(Vec::len), Some(1), "{fetched:?}");

    let refused = run(folder, &["farm", "status", "--nats", &url("guest")]);
    refused.refused(4, &["refuses", "permissions"]);
    assert!(!refused.stderr.contains("secret"), "{refused:?}");
    let how_to = include_str!("../../host/app/docs/src/how-to/farm.md");
    assert!(RIGHTS.split_whitespace().all(|word| how_to.contains(word)), "the how-to says otherwise");
}

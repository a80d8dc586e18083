//! The verb: everything is opened, joined, and closed again in order.

use super::actions::Deeds;
use super::controllers::Boards;
use super::inbox::{Inbox, Post};
use super::lights::Lights;
use super::owner::{Owner, Parts};
use super::ports::Watch;
use super::recent::{self, Noted};
use super::sound::{self, Manner, Offer};
use crate::cli::{MidiSystem, ServeOptions};
use crate::interrupt::Interrupt;
use crate::live::{self, Hardware, Running, Settings};
use crate::pipeline::hosted::Hosted;
use crate::separate::Runner;
use crate::studio::{self, Folder, Model, Studio};
use crate::{Failure, Instrument, instrument, output};
use ripieno_midi::{Driver, Inputs, Wanted};
use ripieno_web::{Config, Request, Server, ServerError, Tickets, Token};
use serde::Serialize;
use std::net::SocketAddr;
use std::path::{Path, PathBuf};
use std::sync::mpsc;
use std::thread;
use std::time::Duration;
use tokio::sync::mpsc as requests;

/// Requests that may wait before the server refuses more.
const WAITING: usize = 1_024;
/// How often the end is looked for.
const LOOK: Duration = Duration::from_millis(20);
/// How often the session is asked how it is.
const METER: Duration = Duration::from_millis(100);

/// Where it serves, as `--json` tells.
#[derive(Debug, Serialize)]
struct Ready {
    url: String,
    token: Option<String>,
    addr: SocketAddr,
    studio: String,
}

/// Carries out the verb.
pub fn run(options: &ServeOptions) -> Result<(), Failure> {
    let token = token(options)?;
    let path = path(options)?;
    let manner = Manner { sound: options.synth.sound(), tuning: options.synth.tuning()? };
    let failed = |error| Failure::Studio { path: path.clone(), error };
    let studio = Studio::open(Folder::at(&path)).map_err(failed)?;
    let folder = path.parent().map(Path::to_owned).unwrap_or_default();

    // Before anything sounds: an address that is taken is told at once.
    let (asking, asked) = requests::channel(WAITING);
    let (post, inbox) = Post::new();
    let tickets = Tickets::default();
    let server = server(options, token.clone(), asking, &post, tickets.clone())?;
    let ready = Ready {
        url: server.link(),
        token: token.as_ref().map(|token| token.reveal().to_owned()),
        addr: server.local_addr(),
        studio: path.display().to_string(),
    };

    let interrupt = Interrupt::listen();
    let midi = midi(options, &post)?;
    let model = studio.model();
    let offer = Offer { choices: sound::choices(&model.instruments, &folder), current: instrument::ALL.into() };
    let (offer, instrument, trouble) = first_instrument(offer, model)?;
    // Ports that were asked for by name are where controllers are asked, too.
    let boards = midi.watch.is_some().then(|| Boards::new(midi.driver, &options.midi_in));
    let (noted, recent) = recent::noting(midi.inputs);
    let session = session((options, manner.sound), model, instrument, noted, &post)?;
    let secrets = studio::Vault::beside(&path).map_err(Failure::Session)?;
    let deeds = Deeds::start(midi.driver, post.clone()).map_err(threads)?;
    let handle = session.handle();
    manner.tuning.iter().for_each(|command| handle.command(*command));
    // Before there are panels: what they say first is whose numbers they use.
    let heard = post.clone();
    handle.outcomes(move |outcome| heard.send(Inbox::Heard(outcome)));
    let back = handle.clone();
    let lights = midi.watch.is_some().then(|| Lights::start(midi.driver, move |device| back.refresh(device)));
    let lights = lights.transpose().map_err(threads)?;
    let pipeline = options.graph.as_deref().map(Hosted::open).transpose()?;
    let beside = pipeline.clone();
    let session_of = handle.clone();
    let separator = (Runner::new(false)?, std::env::current_exe().ok());
    let parts = Parts {
        studio,
        folder,
        secrets,
        session: session_of,
        post: post.clone(),
        offer,
        manner,
        deeds,
        lights,
        pipeline,
        recent,
        boards,
        separator,
        tickets,
    };
    let mut owner = Owner::new(parts).map_err(threads)?;
    for line in midi.trouble.into_iter().chain(trouble) {
        owner.trouble(line);
    }
    let owner = thread::Builder::new().name("ripieno-state".into()).spawn(move || owner.run(inbox)).map_err(threads)?;
    forward(&post, &handle, asked)?;

    let served = serve(server, &ready, options, &interrupt);
    // First nobody asks any more, then nothing changes any more, then nothing sounds any more.
    post.send(Inbox::Stop);
    let is_whole = owner.join().is_ok();
    let finished = beside.map_or(Ok(()), |pipeline| pipeline.close());
    drop(midi.watch);
    let closed = session.close().map_err(|error| Failure::Session(error.to_string()));
    served?;
    closed?;
    finished.map_err(|error| Failure::Session(error.to_string()))?;
    // To be stopped is how serving ends.
    if is_whole { Ok(()) } else { Err(Failure::Session("the state's thread has broken off".into())) }
}

fn token(options: &ServeOptions) -> Result<Option<Token>, Failure> {
    if !options.no_token {
        let own = options.token.as_deref().map(Token::new);
        return own.unwrap_or_else(Token::generate).map(Some).map_err(|error| Failure::Usage(error.to_string()));
    }
    if options.addr.ip().is_loopback() {
        return Ok(None);
    }
    Err(Failure::Usage(format!(
        "--no-token would let in everybody who reaches {}\nhint: leave it out, or listen on 127.0.0.1",
        options.addr
    )))
}

fn path(options: &ServeOptions) -> Result<PathBuf, Failure> {
    let path = options
        .studio
        .clone()
        .or_else(studio::default_path)
        .ok_or_else(|| Failure::Usage("there is no folder for configuration; name a file with --studio".into()))?;
    // What lies beside it must not depend on where the program was started.
    std::path::absolute(&path).map_err(|error| Failure::Usage(format!("{}: {error}", path.display())))
}

fn server(
    options: &ServeOptions,
    token: Option<Token>,
    requests: requests::Sender<Request>,
    post: &Post,
    tickets: Tickets,
) -> Result<Server, Failure> {
    let mut config = Config::new(options.addr, token);
    config.tickets = tickets;
    config.hosts.clone_from(&options.hosts);
    let post = post.clone();
    config.on_refusal = Box::new(move |refused| {
        // What the log has no time for is not worth a server that waits.
        post.offer(Inbox::Refused(format!("{} of {}: {}", refused.what, refused.peer, refused.message)));
    });
    Server::bind(config, requests).map_err(|error| match error {
        ServerError::Token => Failure::Usage(error.to_string()),
        error => Failure::Device(error.to_string()),
    })
}

/// MIDI as it could be had.
struct Midi {
    inputs: Option<Inputs>,
    watch: Option<Watch>,
    driver: Driver,
    trouble: Option<String>,
}

/// Opens MIDI inputs. Without any, serving goes on, unless one was asked for by name or system.
fn midi(options: &ServeOptions, post: &Post) -> Result<Midi, Failure> {
    let none = |trouble| Midi { inputs: None, watch: None, driver: Driver::Auto, trouble };
    let driver = match options.midi.driver() {
        Some(driver) if !options.no_midi => driver,
        _ => return Ok(none(None)),
    };
    let wanted = match options.midi_in.as_slice() {
        [] => Wanted::Hardware,
        names => Wanted::Named(names.to_vec()),
    };
    let post = post.clone();
    match Watch::open(driver, wanted, move |ports| _ = post.send(Inbox::Ports(ports))) {
        Ok((watch, inputs, driver)) => Ok(Midi { inputs: Some(inputs), watch: Some(watch), driver, trouble: None }),
        Err(error) if options.midi == MidiSystem::Auto && options.midi_in.is_empty() => {
            Ok(none(Some(error.to_string())))
        }
        Err(error) => Err(Failure::Device(error.to_string())),
    }
}

/// The studio's instrument, or the built-in ones with the reason.
fn first_instrument(mut offer: Offer, model: &Model) -> Result<(Offer, Instrument, Option<String>), Failure> {
    let mut trouble = None;
    if let Some(wanted) = &model.instrument {
        let found = offer.find(wanted);
        let opened = match &found {
            Some((name, path)) => sound::open(name, path),
            None => Err(format!("there is no instrument {wanted:?}")),
        };
        match (found, opened) {
            (Some((name, _)), Ok(instrument)) => {
                offer.current = name;
                return Ok((offer, instrument, None));
            }
            (_, Ok(_)) => {}
            (_, Err(error)) => trouble = Some(format!("{error}; {} plays instead", offer.current)),
        }
    }
    let instrument = Instrument::open(Path::new(&offer.current))?;
    Ok((offer, instrument, trouble))
}

fn session(
    (options, sound): (&ServeOptions, live::Sound),
    model: &Model,
    instrument: Instrument,
    midi: Noted<Option<Inputs>>,
    post: &Post,
) -> Result<Running, Failure> {
    let post = post.clone();
    let save = move |settings: &Settings| {
        let (reply, answer) = mpsc::sync_channel(1);
        let over = || "the program is ending".to_owned();
        if !post.send(Inbox::Save(settings.clone(), reply)) {
            return Err(over());
        }
        answer.recv().unwrap_or_else(|_| Err(over()))
    };
    let name = model.instrument.clone().unwrap_or_else(|| instrument::ALL.into());
    live::start(live::Parts {
        devices: if options.null_audio { Hardware::without_card() } else { Hardware::default() },
        midi,
        inputs: Box::new(Vec::new),
        instrument: (instrument, name),
        settings: model.audio.clone(),
        sound,
        save: Box::new(save),
    })
    .map_err(|error| Failure::Device(error.to_string()))
}

/// Brings everything to the owner's inbox that comes by other ways.
fn forward(post: &Post, handle: &live::Handle, mut asked: requests::Receiver<Request>) -> Result<(), Failure> {
    let web = post.clone();
    let bring = move || while asked.blocking_recv().is_some_and(|request| web.send(Inbox::Web(request))) {};
    thread::Builder::new().name("ripieno-requests".into()).spawn(bring).map_err(threads)?;
    let (session, tell) = (handle.clone(), post.clone());
    let meter = move || {
        // It ends with the session, or with the owner.
        while let Ok(status) = session.status()
            && tell.send(Inbox::Status(Box::new(status)))
        {
            thread::sleep(METER);
        }
    };
    thread::Builder::new().name("ripieno-meter".into()).spawn(meter).map_err(threads)?;
    Ok(())
}

/// Serves until the user wants it to end.
fn serve(server: Server, ready: &Ready, options: &ServeOptions, interrupt: &Interrupt) -> Result<(), Failure> {
    let runtime = tokio::runtime::Builder::new_multi_thread()
        .worker_threads(2)
        .thread_name("ripieno-web")
        .enable_all()
        .build()
        .map_err(threads)?;
    if !ready.addr.ip().is_loopback() && options.token.is_none() {
        output::warn("other computers reach this server; only who has the link's token is let in");
    }
    if options.json {
        output::json_line(ready)?;
    } else {
        output::text(&format!("ripieno serves {}\n", ready.url))?;
    }
    if options.open
        && let Err(error) = open::that_detached(&ready.url)
    {
        output::warn(&format!("the browser cannot be opened: {error}"));
    }
    let ended = async {
        while !interrupt.is_raised() {
            tokio::time::sleep(LOOK).await;
        }
    };
    runtime.block_on(server.run(ended)).map_err(|error| Failure::Session(error.to_string()))
}

fn threads(error: std::io::Error) -> Failure {
    Failure::Session(format!("the system gives no thread: {error}"))
}

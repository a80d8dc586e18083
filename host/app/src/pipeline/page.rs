//! The page of `ripieno run --serve`: the server of panels, with nothing behind it but the pipeline.

use super::hosted::Hosted;
use crate::Failure;
use crate::cli::RunOptions;
use ripieno_web::{Config, Request, Scope, Server, ServerError, Token};
use std::thread::JoinHandle;
use tokio::sync::{mpsc, oneshot};

/// Requests that may wait before the server refuses more.
const WAITING: usize = 64;

/// A server that listens: an address that is taken is told before anything runs.
#[derive(Debug)]
pub struct Listening {
    server: Server,
    asked: mpsc::Receiver<Request>,
}

/// A server that runs; dropped, it ends.
#[derive(Debug)]
pub struct Serving {
    link: String,
    stop: Option<oneshot::Sender<()>>,
    threads: Vec<JoinHandle<()>>,
}

impl Listening {
    /// Listens where the options say. Control.
    pub fn open(options: &RunOptions) -> Result<Self, Failure> {
        let token = options.token.as_deref().map_or_else(Token::generate, Token::new);
        let token = token.map_err(|error| Failure::Usage(error.to_string()))?;
        let mut config = Config::new(options.addr, Some(token));
        config.scope = Scope::Pipeline;
        let (asking, asked) = mpsc::channel(WAITING);
        let server = Server::bind(config, asking).map_err(|error| match error {
            ServerError::Token => Failure::Usage(error.to_string()),
            error => Failure::Device(error.to_string()),
        })?;
        Ok(Self { server, asked })
    }

    /// Serves until what it gives is dropped. Control.
    pub fn serve(self, hosted: Hosted) -> Result<Serving, Failure> {
        let Self { server, mut asked } = self;
        let link = server.link();
        let (stop, stopped) = oneshot::channel();
        let runtime = tokio::runtime::Builder::new_current_thread()
            .enable_all()
            .build()
            .map_err(|error| Failure::Session(format!("the server cannot run: {error}")))?;
        let serve = move || {
            // A server that breaks off says so by its silence; the pipeline goes on.
            let _ = runtime.block_on(server.run(async { _ = stopped.await }));
        };
        let answer = move || {
            while let Some(request) = asked.blocking_recv() {
                answer(&hosted, request);
            }
        };
        let threads = [spawn("ripieno-web", serve)?, spawn("ripieno-page", answer)?].into();
        Ok(Serving { link, stop: Some(stop), threads })
    }
}

impl Serving {
    /// What to open in a browser.
    pub fn link(&self) -> &str {
        &self.link
    }
}

impl Drop for Serving {
    fn drop(&mut self) {
        if let Some(stop) = self.stop.take() {
            let _ = stop.send(());
        }
        // The second ends with the first: nobody asks any more.
        for thread in self.threads.drain(..) {
            let _ = thread.join();
        }
    }
}

/// Answers; whoever asked may have gone, which is no fault.
pub fn answer(hosted: &Hosted, request: Request) {
    match request {
        Request::Pipeline(reply) => _ = reply.send(Ok(hosted.status())),
        Request::PipelinePicture(reply) => _ = reply.send(Ok(hosted.picture())),
        // The server has no other routes.
        _ => {}
    }
}

fn spawn(name: &str, work: impl FnOnce() + Send + 'static) -> Result<JoinHandle<()>, Failure> {
    let thread = std::thread::Builder::new().name(name.into()).spawn(work);
    thread.map_err(|error| Failure::Session(format!("the system gives no thread: {error}")))
}

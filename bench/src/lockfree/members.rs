//! The workers, seen from the program that sends requests.
//!
//! A worker that crashes, hangs or gives a wrong answer is ended, and the cell gives the reason; a new
//! worker takes its place for the next cell.

use std::{
    env,
    ffi::OsString,
    io::{BufRead, BufReader, Write},
    process::{Child, ChildStdin, Command, Stdio},
    sync::mpsc::{self, Receiver, RecvTimeoutError},
    thread,
    time::Duration,
};

use anyhow::{Context, Result};

use crate::report::Failure;

use super::{
    loops::Factory,
    worker::{Answer, Memory, Request},
};

/// The environment variable with the contender's name in a worker process.
const WORKER_VARIABLE: &str = "HEPTAD_BENCH_WORKER";

/// The name of the contender that this process works for, if it is a worker.
pub(crate) fn worker_name() -> Option<OsString> {
    env::var_os(WORKER_VARIABLE)
}

/// A contender, and its worker while there is one.
pub(crate) struct Member {
    pub(crate) name: &'static str,
    worker: Option<Worker>,
    /// The first request to a new worker.
    fill: Request,
    /// The map's memory when it was filled.
    pub(crate) filled: Result<Memory, Failure>,
    patience: Duration,
}

impl Member {
    /// A member whose map has `entries` entries, inserted by `threads` threads. A request that is not
    /// answered within `patience` has failed.
    pub(crate) fn new(
        factory: Factory,
        entries: usize,
        threads: usize,
        patience: Duration,
    ) -> Member {
        let mut member = Member {
            name: factory.name,
            worker: None,
            fill: Request::Fill { entries, threads },
            filled: Ok(Memory::default()),
            patience,
        };
        member.filled = member.start();
        member
    }

    fn start(&mut self) -> Result<Memory, Failure> {
        self.worker = Some(Worker::start(self.name).map_err(|error| format!("{error:#}"))?);
        self.fill()
    }

    fn fill(&mut self) -> Result<Memory, Failure> {
        match self.ask_worker(self.fill)? {
            Answer::Filled(memory) => Ok(memory),
            other => Err(format!("unexpected {other:?}")),
        }
    }

    /// The answer to `request`; a new worker answers it if the last one failed at an earlier request.
    pub(crate) fn ask(&mut self, request: Request) -> Result<Answer, Failure> {
        self.filled.clone()?;
        if self.worker.is_none() {
            self.filled = self.start();
            self.filled.clone()?;
        }
        self.ask_worker(request)
    }

    fn ask_worker(&mut self, request: Request) -> Result<Answer, Failure> {
        let Some(worker) = &mut self.worker else { return Err("no worker".into()) };
        let failure = match worker.ask(request, self.patience) {
            Ok(Answer::Failed(why)) => why,
            Ok(answer) => return Ok(answer),
            Err(failure) => failure,
        };
        self.worker = None;
        Err(failure)
    }
}

/// A worker's process. Ended when it is dropped.
struct Worker {
    process: Child,
    requests: ChildStdin,
    answers: Receiver<String>,
}

impl Worker {
    /// A worker of the contender `name`: this program, with the same options.
    fn start(name: &str) -> Result<Worker> {
        let mut command = Command::new(env::current_exe()?);
        command.args(env::args_os().skip(1)).env(WORKER_VARIABLE, name);
        Worker::spawn(command)
    }

    fn spawn(mut command: Command) -> Result<Worker> {
        let mut process = command
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .spawn()
            .context("starting a worker")?;
        let requests = process.stdin.take().context("the worker's input is piped")?;
        let lines = BufReader::new(process.stdout.take().context("so is its output")?).lines();
        let (sender, answers) = mpsc::channel();
        thread::spawn(move || {
            for line in lines.map_while(Result::ok) {
                if sender.send(line).is_err() {
                    break;
                }
            }
        });
        Ok(Worker { process, requests, answers })
    }

    fn ask(&mut self, request: Request, patience: Duration) -> Result<Answer, Failure> {
        let line = serde_json::to_string(&request).map_err(|error| error.to_string())?;
        if writeln!(self.requests, "{line}").is_err() {
            return Err(self.end());
        }
        match self.answers.recv_timeout(patience) {
            Ok(answer) => serde_json::from_str(&answer).map_err(|error| error.to_string()),
            Err(RecvTimeoutError::Timeout) => {
                Err(format!("hangs: no answer for {} s", patience.as_secs()))
            }
            Err(RecvTimeoutError::Disconnected) => Err(self.end()),
        }
    }

    /// How the process ended, which has closed its streams.
    fn end(&mut self) -> Failure {
        match self.process.wait() {
            Ok(status) => format!("crashed: {status}"),
            Err(error) => error.to_string(),
        }
    }
}

impl Drop for Worker {
    fn drop(&mut self) {
        // It may have ended by itself already.
        let _ = self.process.kill();
        let _ = self.process.wait();
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// What the member reports for a worker that runs the shell `script`.
    fn ask(script: &str) -> Result<Answer, Failure> {
        let mut command = Command::new("sh");
        command.args(["-c", script]);
        let mut worker = Worker::spawn(command).unwrap();
        worker.ask(Request::Latencies, Duration::from_secs(1))
    }

    #[test]
    fn workers_that_fail_say_how() {
        assert!(matches!(ask(r#"read request; echo '"Timed"'; sleep 9"#), Ok(Answer::Timed)));
        assert_eq!(ask("read request; exit 3").unwrap_err(), "crashed: exit status: 3");
        let killed = ask("read request; kill -SEGV $$").unwrap_err();
        assert!(killed.starts_with("crashed: signal: 11"), "{killed}");
        assert_eq!(ask("read request; exec sleep 9").unwrap_err(), "hangs: no answer for 1 s");
        assert!(ask("read request; echo gibberish; sleep 9").is_err());
    }
}

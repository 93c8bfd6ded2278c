//! A process with one contender's map, which serves requests.
//!
//! Each contender has a process of its own, so that a crash or hang costs only its own cells, and all
//! memory of the process belongs to the map. Requests and answers are lines of JSON on the standard
//! streams.

use std::{
    io::{self, BufRead, Write},
    panic, process,
    sync::Arc,
};

use anyhow::{Context, Result, ensure};
use hdrhistogram::Histogram;
use rustix::process::{Signal, set_parent_process_death_signal};
use serde::{Deserialize, Serialize};

use crate::{
    memory::{self, Tally},
    op::{Draw, SharedOp},
    processors::{allowed, sit_on},
};

use super::{
    loops::{Contender, Factory},
    plan::{Kind, Plan, Task},
    pool::{Gate, Pool, Span},
};

/// A request to a worker.
#[derive(Clone, Copy, Debug, Serialize, Deserialize)]
pub(crate) enum Request {
    /// Make a map with room for `entries`, and let `threads` threads fill it.
    Fill { entries: usize, threads: usize },
    /// Measure one operation: each thread does `warm_steps` and then `steps` measured ones.
    Measure { op: SharedOp, draw: Draw, warm_steps: usize, steps: usize, seed: u64 },
    /// Time each step: `steps` of all kinds by each thread. The threads share the processors evenly, and none moves
    /// from one to another.
    TimeEach { steps: usize, seed: u64 },
    /// Report the latencies so far, and forget them.
    Latencies,
}

#[derive(Debug, Serialize, Deserialize)]
pub(crate) enum Answer {
    Filled(Memory),
    Measured {
        nanoseconds: f64,
        allocations: f64,
        /// Did a thread have to wait for a processor?
        disturbed: bool,
        memory: Memory,
    },
    Timed,
    /// One for each of [`Kind::ALL`].
    Latencies(Vec<Latency>),
    /// The map gave a wrong answer, or panicked.
    Failed(String),
}

/// The memory of the map.
#[derive(Clone, Copy, Debug, Default, PartialEq, Serialize, Deserialize)]
pub(crate) struct Memory {
    pub(crate) bytes: i64,
}

/// Nanoseconds of a step: the quantiles at 50 %, 99 %, 99.9 % and 99.99 %, and the maximum.
#[derive(Clone, Copy, Debug, Default, Serialize, Deserialize)]
pub(crate) struct Latency {
    pub(crate) steps: u64,
    pub(crate) p50: u64,
    pub(crate) p99: u64,
    pub(crate) p999: u64,
    pub(crate) p9999: u64,
    pub(crate) most: u64,
}

impl Latency {
    pub(crate) const NAMES: [&str; 5] = ["p50", "p99", "p99.9", "p99.99", "most"];

    /// In the order of their names.
    pub(crate) fn quantiles(&self) -> [u64; 5] {
        [self.p50, self.p99, self.p999, self.p9999, self.most]
    }
}

/// Answers requests until the input ends.
pub(crate) fn serve(factory: Factory) -> Result<()> {
    // A worker with a hanging map would not notice that its parent has ended.
    set_parent_process_death_signal(Some(Signal::KILL))?;
    panic::set_hook(Box::new(|panicked| {
        // The process ends, so an answer that nobody reads is no loss.
        let _ = write_line(&Answer::Failed(panicked.to_string().replace('\n', " ")));
        process::exit(101);
    }));
    let mut worker = Worker::new(factory);
    for line in io::stdin().lock().lines() {
        let request = serde_json::from_str(&line?).context("reading a request")?;
        let answer = worker.answer(request);
        write_line(&answer.unwrap_or_else(|error| Answer::Failed(format!("{error:#}"))))?;
    }
    // Freeing the rest of the map would only take time.
    process::exit(0)
}

fn write_line(answer: &Answer) -> Result<()> {
    let mut out = io::stdout().lock();
    writeln!(out, "{}", serde_json::to_string(answer)?)?;
    Ok(out.flush()?)
}

struct Worker {
    factory: Factory,
    pool: Pool,
    entries: usize,
    threads: usize,
    /// The map with its entries, or none if it is still to be made.
    map: Option<Arc<dyn Contender>>,
    /// The memory of the process before it had a map.
    before_map: Tally,
    plan: Plan,
    latencies: Vec<Histogram<u64>>,
}

impl Worker {
    fn new(factory: Factory) -> Worker {
        Worker {
            factory,
            pool: Pool::default(),
            entries: 0,
            threads: 0,
            map: None,
            before_map: Tally::default(),
            plan: Plan::new(0, 1),
            latencies: no_latencies(),
        }
    }

    fn answer(&mut self, request: Request) -> Result<Answer> {
        match request {
            Request::Fill { entries, threads } => {
                (self.entries, self.threads) = (entries, threads);
                self.map = None;
                self.fill()?;
                Ok(Answer::Filled(self.memory()))
            }
            Request::Measure { op, draw, warm_steps, steps, seed } => {
                self.measure(op, draw, warm_steps, steps, seed)
            }
            Request::TimeEach { steps, seed } => self.time_each(steps, seed),
            Request::Latencies => Ok(self.latencies()),
        }
    }

    /// The map's memory, when all tasks are freed.
    fn memory(&self) -> Memory {
        Memory { bytes: (memory::tally() - self.before_map).bytes_held }
    }

    /// The map with its entries, made if there is none.
    fn fill(&mut self) -> Result<Arc<dyn Contender>> {
        if let Some(map) = &self.map {
            return Ok(map.clone());
        }
        let map = self.make()?;
        let tasks = self.plan.tasks(SharedOp::Insert, Draw::Uniform, 0, 0, 0);
        self.perform(&map, &tasks)?;
        self.map = Some(map.clone());
        Ok(map)
    }

    /// An empty map in place of the old one, which is freed first.
    fn make(&mut self) -> Result<Arc<dyn Contender>> {
        self.map = None;
        self.plan = Plan::new(self.entries, self.threads);
        // The memory of the threads is not the map's.
        self.pool.run(self.threads, |_| ())?;
        self.before_map = memory::tally();
        Ok((self.factory.make)(self.entries))
    }

    fn measure(
        &mut self,
        op: SharedOp,
        draw: Draw,
        warm_steps: usize,
        steps: usize,
        seed: u64,
    ) -> Result<Answer> {
        let map = if op.starts_empty() { self.make()? } else { self.fill()? };
        let tasks: Arc<[Task]> = self.plan.tasks(op, draw, warm_steps, steps, seed);
        let (spans, allocations) = self.perform(&map, &tasks)?;
        let operations: usize = tasks.iter().map(|task| task.operations).sum();
        let all_steps: usize = tasks.iter().map(|task| task.keys.len()).sum();
        let measured_steps = all_steps - tasks.iter().map(|task| task.warm_steps).sum::<usize>();
        drop(tasks);
        let memory = self.memory();
        self.map = (!op.ends_empty()).then_some(map);
        let steps_per_operation = measured_steps as f64 / operations as f64;
        Ok(Answer::Measured {
            nanoseconds: Span::total(&spans).as_nanos() as f64 / operations as f64,
            allocations: allocations as f64 / all_steps as f64 * steps_per_operation,
            disturbed: Span::are_disturbed(&spans),
            memory,
        })
    }

    /// Each thread performs its task on `map`. Returns the spans, and the allocations of all threads.
    fn perform(
        &mut self,
        map: &Arc<dyn Contender>,
        tasks: &Arc<[Task]>,
    ) -> Result<(Vec<Span>, i64)> {
        let op = tasks[0].op;
        let expected = tasks.iter().fold(0u64, |sum, task| sum.wrapping_add(task.expected));
        let before = memory::tally();
        let work = {
            let (map, tasks, gate) = (map.clone(), tasks.clone(), Gate::new(self.threads));
            move |thread: usize| {
                let task = &tasks[thread];
                let mut sum = map.perform(task, 0..task.warm_steps);
                let span = Span::of(&gate, || {
                    let rest = map.perform(task, task.warm_steps..task.keys.len());
                    sum = sum.wrapping_add(rest);
                });
                (span, sum)
            }
        };
        let results = self.pool.run(self.threads, work)?;
        let spent = memory::tally() - before;
        let (spans, sums): (Vec<Span>, Vec<u64>) = results.into_iter().unzip();
        let sum = sums.into_iter().fold(0, u64::wrapping_add);
        ensure!(sum == expected, "wrong answers to {}", op.name());
        let left = if op.ends_empty() { 0 } else { self.entries };
        let len = map.len();
        ensure!(len == left, "{len} entries instead of {left} after {}", op.name());
        Ok((spans, spent.allocations))
    }

    fn time_each(&mut self, steps: usize, seed: u64) -> Result<Answer> {
        let map = self.fill()?;
        let tasks = self.plan.mixed_tasks(steps, seed);
        let expected = tasks.iter().fold(0u64, |sum, task| sum.wrapping_add(task.expected));
        let gate = Gate::new(self.threads);
        let allowed = allowed();
        let timed = self.pool.run(self.threads, move |thread| {
            sit_on(thread, &allowed);
            let mut latencies = no_latencies();
            gate.pass();
            let sum = map.time_each(&tasks[thread], &mut |kind, nanoseconds| {
                latencies[kind as usize].saturating_record(nanoseconds);
            });
            (sum, latencies)
        })?;
        let mut sum = 0u64;
        for (one, latencies) in timed {
            sum = sum.wrapping_add(one);
            for (all, more) in self.latencies.iter_mut().zip(latencies) {
                all.add(more).context("histograms have the same bounds")?;
            }
        }
        ensure!(sum == expected, "wrong answers while each was timed");
        Ok(Answer::Timed)
    }

    fn latencies(&mut self) -> Answer {
        let summary = |histogram: &Histogram<u64>| Latency {
            steps: histogram.len(),
            p50: histogram.value_at_quantile(0.5),
            p99: histogram.value_at_quantile(0.99),
            p999: histogram.value_at_quantile(0.999),
            p9999: histogram.value_at_quantile(0.9999),
            most: histogram.max(),
        };
        let all = self.latencies.iter().map(summary).collect();
        self.latencies = no_latencies();
        Answer::Latencies(all)
    }
}

/// An empty histogram for each of [`Kind::ALL`]: up to a minute, with three digits.
fn no_latencies() -> Vec<Histogram<u64>> {
    let empty = Histogram::new_with_bounds(1, 60_000_000_000, 3).expect("these bounds are valid");
    vec![empty; Kind::ALL.len()]
}

#[cfg(test)]
mod tests {
    use std::{
        collections::HashMap,
        sync::{Mutex, atomic::AtomicUsize, atomic::Ordering::Relaxed},
    };

    use super::{super::map::Map, *};

    /// A map that gives one wrong answer in `EVERY` operations; none if that is 0.
    struct Faulty<const EVERY: usize> {
        map: Mutex<HashMap<u64, u64>>,
        operations: AtomicUsize,
    }

    impl<const EVERY: usize> Faulty<EVERY> {
        fn answer(&self, value: Option<u64>) -> Option<u64> {
            let operations = self.operations.fetch_add(1, Relaxed);
            value.filter(|_| EVERY == 0 || operations % EVERY != EVERY - 1)
        }
    }

    impl<const EVERY: usize> Map for Faulty<EVERY> {
        const NAME: &'static str = "faulty";

        fn with_room(entries: usize) -> Self {
            let map = Mutex::new(HashMap::with_capacity(entries));
            Faulty { map, operations: AtomicUsize::new(0) }
        }

        fn get(&self, key: u64) -> Option<u64> {
            self.answer(self.map.lock().unwrap().get(&key).copied())
        }

        fn insert(&self, key: u64, value: u64) -> bool {
            self.map.lock().unwrap().insert(key, value).is_none()
        }

        fn upsert(&self, key: u64, value: u64) -> Option<u64> {
            self.answer(self.map.lock().unwrap().insert(key, value))
        }

        fn remove(&self, key: u64) -> Option<u64> {
            self.answer(self.map.lock().unwrap().remove(&key))
        }

        fn len(&self) -> usize {
            self.map.lock().unwrap().len()
        }
    }

    fn measure(worker: &mut Worker, op: SharedOp, seed: u64) -> Result<Answer> {
        let draw = Draw::Zipf;
        worker.answer(Request::Measure { op, draw, warm_steps: 160, steps: 1600, seed })
    }

    #[test]
    fn every_operation_is_measured_and_leaves_the_map_ready_for_the_next() {
        let mut worker = Worker::new(Factory::of::<Faulty<0>>());
        for threads in [1, 2] {
            worker.answer(Request::Fill { entries: 1000, threads }).unwrap();
            for seed in 0..2 {
                for op in SharedOp::ALL {
                    let answer = measure(&mut worker, op, seed).unwrap();
                    let Answer::Measured { nanoseconds, .. } = answer else { panic!("{answer:?}") };
                    assert!(nanoseconds > 1.0, "{op:?} takes {nanoseconds} ns");
                }
            }
            worker.answer(Request::TimeEach { steps: 1000, seed: 1 }).unwrap();
            let timed = worker.answer(Request::Latencies).unwrap();
            let Answer::Latencies(latencies) = timed else { panic!("{timed:?}") };
            let steps: u64 = latencies.iter().map(|latency| latency.steps).sum();
            // One more for each thread that would otherwise end with a removed entry.
            assert!((1000..=1002).contains(&(steps / threads as u64)), "{steps}");
        }
    }

    #[test]
    fn one_wrong_answer_is_found_in_every_operation() {
        let wrong = [
            SharedOp::Hit,
            SharedOp::BatchHit,
            SharedOp::Read90,
            SharedOp::Read50,
            SharedOp::Update,
            SharedOp::Turn90,
        ];
        for op in wrong.into_iter().chain([SharedOp::Turn50, SharedOp::Churn, SharedOp::Remove]) {
            let mut worker = Worker::new(Factory::of::<Faulty<800>>());
            worker.answer(Request::Fill { entries: 1000, threads: 1 }).unwrap();
            let error = measure(&mut worker, op, 0).unwrap_err();
            assert_eq!(error.to_string(), format!("wrong answers to {}", op.name()));
        }
    }
}

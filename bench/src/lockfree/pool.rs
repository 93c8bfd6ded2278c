//! Threads that wait for work and start it together.
//!
//! They live as long as the pool, like threads of a program: what a map registers for a thread, it
//! registers only once.

use std::{
    fs,
    sync::{
        Arc,
        atomic::{AtomicUsize, Ordering::SeqCst},
        mpsc::{self, Receiver, Sender},
    },
    thread,
    time::{Duration, Instant},
};

use anyhow::{Context, Result};

use crate::gauge::thread_nanoseconds;

/// The work of a thread, and a sender that is dropped when the work is done and freed.
type Job = (Box<dyn FnOnce() + Send>, Sender<()>);

/// Threads, numbered from 0.
#[derive(Default)]
pub(crate) struct Pool {
    threads: Vec<Sender<Job>>,
}

impl Pool {
    /// Runs `work` on each of the first `threads` threads, with the thread's number. Returns the
    /// results, in order, when all work is done and freed.
    pub(crate) fn run<R: Send + 'static>(
        &mut self,
        threads: usize,
        work: impl Fn(usize) -> R + Send + Sync + 'static,
    ) -> Result<Vec<R>> {
        while self.threads.len() < threads {
            let (sender, jobs) = mpsc::channel::<Job>();
            thread::spawn(move || {
                for (job, done) in jobs {
                    job();
                    drop(done);
                }
            });
            self.threads.push(sender);
        }
        let work = Arc::new(work);
        let waiting = self.threads.iter().take(threads).enumerate().map(|(index, thread)| {
            let (sender, result) = mpsc::channel();
            let (done, is_done) = mpsc::channel();
            let work = work.clone();
            let job = Box::new(move || {
                let result = work(index);
                // The pool waits for it, unless it has failed already.
                let _ = sender.send(result);
            });
            thread.send((job, done)).ok().map(|()| (result, is_done)).context("a thread has ended")
        });
        let waiting = waiting.collect::<Result<Vec<_>>>()?;
        drop(work);
        let finish = |(result, is_done): (Receiver<R>, Receiver<()>)| {
            let result = result.recv().context("a thread has ended");
            // Nothing is ever sent: this waits until everything that the work owned is freed.
            let _ = is_done.recv();
            result
        };
        waiting.into_iter().map(finish).collect()
    }
}

/// A barrier: threads wait here until all have arrived.
pub(crate) struct Gate {
    absent: AtomicUsize,
}

impl Gate {
    pub(crate) fn new(threads: usize) -> Gate {
        Gate { absent: AtomicUsize::new(threads) }
    }

    /// Waits for all others. Spins for a while, so that all continue within the time of a cache line's
    /// transfer between processors; then yields, because there may be fewer processors than threads.
    pub(crate) fn pass(&self) {
        const SPINS: usize = 100_000;
        self.absent.fetch_sub(1, SeqCst);
        for spin in 0.. {
            if self.absent.load(SeqCst) == 0 {
                return;
            }
            if spin < SPINS {
                std::hint::spin_loop();
            } else {
                thread::yield_now();
            }
        }
    }
}

/// When a thread was at work: by the wall clock, and by its processor time.
#[derive(Clone, Copy)]
pub(crate) struct Span {
    start: Instant,
    end: Instant,
    processor_ns: u64,
    /// Did the thread lose its processor for long, although it had work to do?
    preempted: bool,
}

/// Anything below this fraction of a span does not matter.
const ACCURACY: u32 = 50;

impl Span {
    /// The span of `work`, which starts when all threads have arrived at `gate`.
    pub(crate) fn of(gate: &Gate, work: impl FnOnce()) -> Span {
        let preemptions_before = preemptions();
        gate.pass();
        let processor_start = thread_nanoseconds();
        let start = Instant::now();
        work();
        let end = Instant::now();
        let processor_ns = (thread_nanoseconds() - processor_start) as u64;
        // One condition alone shows nothing: a thread may be preempted at the gate, and may wait for a
        // lock.
        let away = (end - start).saturating_sub(Duration::from_nanos(processor_ns));
        let preempted = preemptions() > preemptions_before && away > (end - start) / ACCURACY;
        Span { start, end, processor_ns, preempted }
    }

    /// The duration of the work of all threads. For a single thread it is its processor time, which
    /// neighbours on the machine do not change. For several it is the time from the first start to the
    /// last end, because a thread that waits for a lock has no processor either.
    pub(crate) fn total(spans: &[Span]) -> Duration {
        if let [alone] = spans {
            return Duration::from_nanos(alone.processor_ns);
        }
        let start = spans.iter().map(|span| span.start).min();
        let end = spans.iter().map(|span| span.end).max();
        start.zip(end).map_or(Duration::ZERO, |(start, end)| end - start)
    }

    /// Did a thread lack a processor for part of the time? A late start counts like a preemption.
    pub(crate) fn are_disturbed(spans: &[Span]) -> bool {
        let starts = || spans.iter().map(|span| span.start);
        let late = starts().max().zip(starts().min()).map(|(last, first)| last - first);
        let is_late = late.is_some_and(|late| late > Span::total(spans) / ACCURACY);
        is_late || spans.iter().any(|span| span.preempted)
    }
}

/// The preemptions of this thread so far, as Linux counts them; 0 on other systems.
fn preemptions() -> u64 {
    let status = fs::read_to_string("/proc/thread-self/status").unwrap_or_default();
    let count = status.lines().find_map(|line| line.strip_prefix("nonvoluntary_ctxt_switches:"));
    count.and_then(|count| count.trim().parse().ok()).unwrap_or(0)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn threads_wait_for_the_last_and_answer_in_order() {
        let mut pool = Pool::default();
        for threads in [3, 1, 2] {
            let gate = Gate::new(threads);
            let spans = pool.run(threads, move |index| {
                thread::sleep(Duration::from_millis(5 * index as u64));
                let come = Instant::now();
                (index, come, Span::of(&gate, || thread::sleep(Duration::from_millis(20))))
            });
            let spans = spans.unwrap();
            let last_come = spans.iter().map(|(_, come, _)| *come).max();
            for (order, (index, _, span)) in spans.iter().enumerate() {
                assert_eq!(order, *index);
                assert!(Some(span.start) >= last_come);
                assert!(span.end - span.start >= Duration::from_millis(20));
            }
        }
    }

    #[test]
    fn several_threads_take_from_the_first_start_to_the_last_end() {
        let start = Instant::now();
        let span = |from: u64, to: u64| Span {
            start: start + Duration::from_millis(from),
            end: start + Duration::from_millis(to),
            processor_ns: 1_000_000,
            preempted: false,
        };
        let total = |spans: &[Span]| Span::total(spans).as_millis();
        assert_eq!(total(&[span(1, 5)]), 1);
        assert_eq!(total(&[span(1, 5), span(2, 9)]), 8);
        assert!(!Span::are_disturbed(&[span(1, 5)]));
        assert!(!Span::are_disturbed(&[span(1, 100), span(2, 60)]));
        assert!(Span::are_disturbed(&[span(1, 100), span(4, 60)]));
        assert!(Span::are_disturbed(&[Span { preempted: true, ..span(1, 5) }]));
    }

    #[test]
    fn a_thread_that_panics_is_an_error() {
        let mut pool = Pool::default();
        assert!(pool.run(1, |_| panic!("as planned")).is_err());
    }

    /// More threads than processors, each with work for several time slices: some lose their processor.
    #[test]
    #[cfg(target_os = "linux")]
    fn preemptions_are_noticed() {
        let threads = 4 * thread::available_parallelism().unwrap().get();
        let gate = Gate::new(threads);
        let spans = Pool::default().run(threads, move |_| {
            Span::of(&gate, || {
                let end = thread_nanoseconds() + 20_000_000;
                while thread_nanoseconds() < end {}
            })
        });
        assert!(spans.unwrap().iter().any(|span| span.preempted));
    }
}

//! The history of one key, and whether it is linearizable.
//!
//! Every operation takes a number from one clock before it begins and another after it has ended.
//! An operation whose end is before another's beginning must come first; of those that overlap,
//! either may. The question whether some order explains all answers goes to the Wing-Gong-Lowe checker
//! of the crate `todc-utils`.
//!
//! Its effort grows with the square of the length, so a history is cut in parts: after an operation
//! that overlapped no other, and whose answer is the value at that moment. What came before such
//! an operation ended before it, and what comes after begins after it, so the history is linearizable
//! exactly if all parts are, each from the value at the cut.

use std::sync::atomic::{AtomicU64, Ordering::SeqCst};

use todc_utils::{
    linearizability::{
        WGLChecker,
        history::{Action, History},
    },
    specifications::Specification,
};

use crate::operation::{Answer, Operation};

/// A part is cut off once it has as many operations.
const PART: usize = 24;

/// One operation on a key, as a thread saw it.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Event {
    pub(crate) process: usize,
    pub(crate) begin: u64,
    pub(crate) end: u64,
    pub(crate) operation: Operation,
    pub(crate) answer: Answer,
}

/// The next number of the clock.
pub(crate) fn now() -> u64 {
    static CLOCK: AtomicU64 = AtomicU64::new(0);
    CLOCK.fetch_add(1, SeqCst)
}

/// What the checker knows of a key: the model of [`Operation`].
struct OneKey;

impl Specification for OneKey {
    type State = Option<u64>;
    type Operation = (Operation, Answer);

    fn init() -> Option<u64> {
        None
    }

    fn apply(
        (operation, answer): &(Operation, Answer),
        state: &Option<u64>,
    ) -> (bool, Option<u64>) {
        let (expected, after) = operation.model(*state);
        (expected == *answer, after)
    }
}

/// What the check of a history has found.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) struct Verdict {
    pub(crate) operations: usize,
    /// Operations that overlapped another one of the key.
    pub(crate) overlapping: usize,
    /// Keys that went for another one.
    pub(crate) evicted: usize,
    /// Operations of the longest part.
    pub(crate) longest: usize,
    /// Parts that no order explains.
    pub(crate) refused: usize,
}

impl std::ops::AddAssign for Verdict {
    fn add_assign(&mut self, other: Verdict) {
        self.operations += other.operations;
        self.overlapping += other.overlapping;
        self.evicted += other.evicted;
        self.longest = self.longest.max(other.longest);
        self.refused += other.refused;
    }
}

/// Checks the history of a key that has the value `start` at first.
pub(crate) fn check(mut start: Option<u64>, mut events: Vec<Event>) -> Verdict {
    events.sort_unstable_by_key(|event| event.begin);
    let is_evicted = |event: &&Event| matches!(event.operation, Operation::Evicted);
    let evicted = events.iter().filter(is_evicted).count();
    let mut verdict = Verdict { operations: events.len(), evicted, ..Verdict::default() };
    let mut last_end = 0;
    let mut part = Vec::new();
    for (index, event) in events.iter().enumerate() {
        part.push(*event);
        let next_begin = events.get(index + 1).map_or(u64::MAX, |next| next.begin);
        let is_alone = last_end <= event.begin && event.end < next_begin;
        verdict.overlapping += usize::from(!is_alone);
        last_end = last_end.max(event.end);
        if let (true, Answer::Before(before), true) =
            (is_alone, event.answer, part.len() >= PART || index + 1 == events.len())
        {
            verdict.longest = verdict.longest.max(part.len());
            verdict.refused += usize::from(!is_linearizable(start, &part));
            start = event.operation.model(before).1;
            part.clear();
        }
    }
    if !part.is_empty() {
        verdict.longest = verdict.longest.max(part.len());
        verdict.refused += usize::from(!is_linearizable(start, &part));
    }
    verdict
}

/// Is there an order of `events` that explains their answers, from the value `start` on?
fn is_linearizable(start: Option<u64>, events: &[Event]) -> bool {
    let mut actions = Vec::with_capacity(2 * events.len());
    for event in events {
        let both = (event.operation, event.answer);
        actions.push((event.begin, (event.process, Action::Call(both))));
        actions.push((event.end, (event.process, Action::Response(both))));
    }
    actions.sort_unstable_by_key(|&(moment, _)| moment);
    let beginning = (Operation::Start(start), Answer::Before(None));
    let first = [(0, Action::Call(beginning)), (0, Action::Response(beginning))];
    let actions = first.into_iter().chain(actions.into_iter().map(|(_, action)| action));
    WGLChecker::<OneKey>::is_linearizable(History::from_actions(actions.collect()))
}

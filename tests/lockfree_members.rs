//! Members of shared memory as processes: one that counts a hot key is killed again and again while another one
//! counts on, and nothing that the dead had reserved is left.
//!
//! As many kills as HEPTAD_KILLS says, at least.
#![cfg(all(target_os = "linux", not(miri)))]

use std::{
    env,
    os::fd::{AsFd, OwnedFd},
    ptr::null_mut,
    sync::atomic::{
        AtomicU64,
        Ordering::{Relaxed, SeqCst},
    },
    thread,
    time::{Duration, Instant},
};

use heptad::{
    Error,
    hash::hash_word,
    lockfree::{SharedMap, shared_layout},
    storage::Region,
};
use rustix::{
    fs::{MemfdFlags, ftruncate, memfd_create},
    mm::{MapFlags, ProtFlags, mmap, mmap_anonymous},
};

/// The key that everybody counts, and keys of each member's own in the same few buckets.
const HOT: u64 = 42;
const NEIGHBOURS: u64 = 40;
/// The members.
const PARENT: usize = 0;
const WORKER: usize = 1;
const VICTIM: usize = 2;
const MEMBERS: usize = 3;
/// How long anybody waits for another one that should be there: on a busy machine it may not run for long.
const PATIENCE: Duration = Duration::from_secs(600);

/// What processes tell one another, each member in words of its own.
#[derive(Default)]
struct Progress {
    started: [AtomicU64; MEMBERS],
    counted: [AtomicU64; MEMBERS],
    stop: AtomicU64,
}

/// What a process needs to start: a file without a name, and where to report how far it is.
struct Place {
    file: OwnedFd,
    bytes: usize,
    progress: &'static Progress,
}

impl Place {
    fn new(capacity: usize) -> Place {
        let bytes = shared_layout(capacity, MEMBERS).unwrap().size();
        let file = memfd_create("heptad", MemfdFlags::empty()).unwrap();
        ftruncate(&file, bytes as u64).unwrap();
        let (access, size) = (ProtFlags::READ | ProtFlags::WRITE, size_of::<Progress>());
        // SAFETY: anywhere, where nothing is.
        let memory = unsafe { mmap_anonymous(null_mut(), size, access, MapFlags::SHARED) };
        // SAFETY: never unmapped, and zero is a value of these atomics.
        let progress = unsafe { &*memory.unwrap().cast::<Progress>() };
        Place { file, bytes, progress }
    }

    /// The memory, mapped once more: at an address of its own.
    fn map(&self) -> Option<Region<'static>> {
        let (access, file) = (ProtFlags::READ | ProtFlags::WRITE, self.file.as_fd());
        // SAFETY: anywhere, where nothing is.
        let memory = unsafe { mmap(null_mut(), self.bytes, access, MapFlags::SHARED, file, 0) };
        // SAFETY: never unmapped, and used by attached maps alone.
        unsafe { Region::from_raw(memory.ok()?.cast(), self.bytes) }.ok()
    }

    fn join(&self, number: usize) -> Option<SharedMap<'static, u64, u64>> {
        // SAFETY: formatted before, and used by maps of members alone, each of one operation at a time.
        unsafe { SharedMap::join(self.map()?, number) }.ok()
    }

    /// Starts a process that is this member, and waits until it has joined.
    fn start(&self, number: usize, seed: u64) -> Child {
        let started = &self.progress.started[number];
        started.store(0, SeqCst);
        // SAFETY: the child uses atomics and system calls alone, as a fork of a process with threads must.
        let child = Child(unsafe { libc::fork() });
        if child.0 == 0 {
            let ends_well = work(self, number, seed).is_some();
            // SAFETY: ends this process.
            unsafe { libc::_exit(i32::from(!ends_well)) };
        }
        assert!(child.0 > 0);
        wait_until(|| {
            assert_eq!(child.ended(libc::WNOHANG), None, "it ended before it had started");
            started.load(SeqCst) == 1
        });
        child
    }
}

/// Counts the hot key, and lets keys beside it come and go, until it is stopped, or its parent is gone. Allocates
/// nothing and does not panic.
fn work(place: &Place, number: usize, seed: u64) -> Option<()> {
    // SAFETY: a signal when the parent dies: nobody counts for ever.
    unsafe { libc::prctl(libc::PR_SET_PDEATHSIG, libc::SIGKILL) };
    let map = place.join(number)?;
    let progress = place.progress;
    progress.started[number].store(1, SeqCst);
    for turn in seed.. {
        if progress.stop.load(Relaxed) == 1 {
            break;
        }
        map.insert_or_modify(HOT, 1, |count| count + 1).ok()?;
        progress.counted[number].fetch_add(1, SeqCst);
        let key = 1000 * number as u64 + hash_word(7, turn) % NEIGHBOURS;
        map.insert_or_modify(key, 1, |count| count + 1).ok()?;
        if turn % 3 == 0 {
            map.remove(key).ok()?;
        }
    }
    Some(())
}

/// A process that this one has started.
struct Child(libc::pid_t);

impl Child {
    /// How it ended, if it did.
    fn ended(&self, options: i32) -> Option<i32> {
        let mut status = 0;
        // SAFETY: `status` is room for an answer.
        let id = unsafe { libc::waitpid(self.0, &mut status, options) };
        (id == self.0).then_some(status)
    }

    fn kill(self) {
        // SAFETY: a process of ours, not waited for yet.
        unsafe { libc::kill(self.0, libc::SIGKILL) };
        let status = self.ended(0).unwrap();
        assert!(libc::WIFSIGNALED(status) && libc::WTERMSIG(status) == libc::SIGKILL, "{status}");
    }
}

fn wait_until(mut is_so: impl FnMut() -> bool) {
    let start = Instant::now();
    while !is_so() {
        assert!(start.elapsed() < PATIENCE, "waited in vain");
        thread::sleep(Duration::from_micros(10));
    }
}

#[test]
fn nothing_is_left_of_the_dead() {
    let least_kills = env::var("HEPTAD_KILLS").map_or(60, |kills| kills.parse().unwrap());
    let place = Place::new(300);
    SharedMap::<u64, u64>::format(place.map().unwrap(), 5, MEMBERS).unwrap();
    let map = place.join(PARENT).unwrap();
    let reported = |member: usize| place.progress.counted[member].load(SeqCst);
    let worker = place.start(WORKER, 1);
    let mut kills = 0;
    // More kills where victims do not get to count: on a busy machine they may be killed before.
    while kills < least_kills || reported(VICTIM) < kills / 2 {
        let victim = place.start(VICTIM, kills << 32);
        thread::sleep(Duration::from_micros(hash_word(3, kills) % 200));
        kills += 1;
        victim.kill();
        wait_until(|| {
            assert_eq!(worker.ended(libc::WNOHANG), None, "the worker ended");
            // SAFETY: killed, and waited for.
            match unsafe { map.tables().reap(VICTIM) } {
                Err(Error::Busy) => false,
                result => result.map(|()| true).unwrap(),
            }
        });
        // An update of the hot key is never refused.
        map.insert_or_modify(HOT, 1, |count| count + 1).unwrap();
    }
    place.progress.stop.store(1, SeqCst);
    wait_until(|| worker.ended(libc::WNOHANG).inspect(|&status| assert_eq!(status, 0)).is_some());

    assert_eq!((map.tables().stats().reserved, map.tables().check()), (0, Ok(())));
    let counted = kills + reported(WORKER) + reported(VICTIM);
    let value = map.get(HOT).unwrap();
    // A victim may have counted without reporting.
    assert!((counted..=counted + kills).contains(&value), "{value}, where {counted} were reported");
}

//! The load-bearing steps of the lock-free map, each taken away, and the tests that must notice.

use super::Atomics::{self, Loom, Steps};

/// A change of the code that must be caught.
pub(super) struct Mutant {
    pub(super) name: &'static str,
    pub(super) edits: &'static [Edit],
    pub(super) atomics: Atomics,
    /// Tests whose path has this in it; one of them must fail.
    pub(super) test: &'static str,
}

/// A piece of text, which a file has once, and what takes its place.
pub(super) struct Edit {
    pub(super) file: &'static str,
    pub(super) find: &'static str,
    pub(super) replace: &'static str,
}

const fn edit(file: &'static str, find: &'static str, replace: &'static str) -> Edit {
    Edit { file, find, replace }
}

const COMMIT: &str = "src/lockfree/commit.rs";
const DECIDE: &str = "src/lockfree/decide.rs";
const HEADER: &str = "src/lockfree/header.rs";
const HOLE: &str = "src/lockfree/hole.rs";
const INTENT: &str = "src/lockfree/shared/intent.rs";
const MIGRATE: &str = "src/lockfree/migrate.rs";
const READ: &str = "src/lockfree/read.rs";
const REAP: &str = "src/lockfree/shared/reap.rs";
const RECLAIM: &str = "src/lockfree/reclaim.rs";
const REPAIR: &str = "src/lockfree/repair.rs";
const RELOCATE: &str = "src/lockfree/relocate.rs";
const SLOTS: &str = "src/lockfree/slots.rs";
const UPDATE: &str = "src/lockfree/update.rs";
const WALK: &str = "src/lockfree/walk.rs";

pub(super) const MUTANTS: &[Mutant] = &[
    Mutant {
        name: "a reference is followed without another look at the header",
        edits: &[edit(
            READ,
            "        self.is_visible && self.home.still_shows(self.seen)",
            "        let _ = (self.home, self.seen);\n        self.is_visible",
        )],
        atomics: Steps,
        test: "steps::references::p5_a_reference_that_was_not_kept_is_followed_by_nobody",
    },
    Mutant {
        name: "first look at a header: Relaxed",
        edits: &[edit(
            READ,
            "Header(self.bin().header().load(SeqCst))",
            "Header(self.bin().header().load(Relaxed))",
        )],
        atomics: Loom,
        test: "models::one_home::p2_n1_every_pair_on_an_absent_key",
    },
    Mutant {
        name: "second look: no fence before it",
        edits: &[edit(READ, "        fence(Acquire);\n", "        let _ = fence;\n")],
        atomics: Loom,
        test: "models::one_home::p5_slot_reuse_under_a_reader",
    },
    Mutant {
        name: "second look: none",
        edits: &[edit(
            READ,
            "Header(self.bin().header().load(Relaxed)).shows_same_as(seen)",
            "{ let _ = seen; true }",
        )],
        atomics: Loom,
        test: "models::one_home::p5_slot_reuse_under_a_reader",
    },
    Mutant {
        name: "second look of an update in the bin: none",
        edits: &[edit(UPDATE, "if seen.is_open() && home.still_shows(seen)", "if seen.is_open()")],
        atomics: Loom,
        test: "models::one_home::p5_slot_reuse_under_a_writer",
    },
    Mutant {
        name: "second look of an update outside the bin: none",
        edits: &[edit(
            UPDATE,
            "        if !home.still_shows(seen) {\n            return Err(Setback::Again(hand));\n        }\n",
            "",
        )],
        atomics: Loom,
        test: "models::one_home::p5_group_slot_reuse_under_a_writer",
    },
    Mutant {
        name: "a reader takes a migrated bin for an empty one",
        edits: &[edit(HEADER, "self.0 & (OVERFLOW | FROZEN) == 0", "self.0 & OVERFLOW == 0")],
        atomics: Loom,
        test: "models::rebuild::p6_a_reader_in_a_rebuild",
    },
    Mutant {
        name: "what a batch looked at is answered without a second look",
        edits: &[edit(
            READ,
            "        if !seen.is_migrated() && home.still_shows(seen) {",
            "        if !seen.is_migrated() {",
        )],
        atomics: Loom,
        test: "models::one_home::p5_group_slot_reuse_under_a_reader",
    },
    Mutant {
        name: "second look of a walk: none",
        edits: &[edit(WALK, "if home.still_shows(seen) {", "if home.still_shows(seen) || true {")],
        atomics: Loom,
        test: "models::one_home::p5_slot_reuse_under_a_reader",
    },
    Mutant {
        name: "commit: Relaxed",
        edits: &[edit(
            COMMIT,
            "match self.exchange(seen, SeqCst, |now|",
            "match self.exchange(seen, Relaxed, |now|",
        )],
        atomics: Loom,
        test: "models::one_home::p2_n1_every_pair_on_an_absent_key",
    },
    Mutant {
        name: "giving back in a header: Relaxed",
        edits: &[edit(
            COMMIT,
            "change(now).0, Release, Relaxed)",
            "change(now).0, Relaxed, Relaxed)",
        )],
        atomics: Loom,
        test: "models::one_home::n7_a_slot_given_back_is_filled_again",
    },
    Mutant {
        name: "claim: Relaxed",
        edits: &[
            edit(
                SLOTS,
                "compare_exchange(claims, claims | 1 << slot, Acquire, Relaxed)",
                "compare_exchange(claims, claims | 1 << slot, Relaxed, Relaxed)",
            ),
            edit(SLOTS, "Ordering::{Acquire, Relaxed, Release}", "Ordering::{Relaxed, Release}"),
        ],
        atomics: Loom,
        test: "models::one_home::n7_a_group_slot_given_back_is_filled_again",
    },
    Mutant {
        name: "unclaim: Relaxed",
        edits: &[edit(
            SLOTS,
            ".fetch_and(!(1 << slot), Release);",
            ".fetch_and(!(1 << slot), Relaxed);",
        )],
        atomics: Loom,
        test: "models::one_home::n7_a_group_slot_given_back_is_filled_again",
    },
    Mutant {
        name: "no fence before a slot is filled",
        edits: &[edit(
            UPDATE,
            "        fence(Release);\n        // Relaxed: the commit's Release shows them.\n        self.bin()",
            "        // Relaxed: the commit's Release shows them.\n        self.bin()",
        )],
        atomics: Loom,
        test: "models::one_home::p5_slot_reuse_under_a_reader",
    },
    Mutant {
        name: "no fence before a slot of a group is filled",
        edits: &[edit(
            UPDATE,
            "        fence(Release);\n        // Relaxed: the commit's Release shows them.\n        self.key",
            "        // Relaxed: the commit's Release shows them.\n        self.key",
        )],
        atomics: Loom,
        test: "models::one_home::p5_group_slot_reuse_under_a_reader",
    },
    Mutant {
        name: "no fence before a cell is filled",
        edits: &[edit(UPDATE, "        fence(Release);\n        cell.store", "        cell.store")],
        atomics: Loom,
        test: "models::one_home::p5_cell_reuse_under_a_reader",
    },
    Mutant {
        name: "a commit does not count its version",
        edits: &[edit(HEADER, "Header(self.0.wrapping_add(VERSION_ONE))", "self")],
        atomics: Loom,
        test: "models::one_home::p5_slot_reuse_under_a_reader",
    },
    Mutant {
        name: "versions are not compared",
        edits: &[edit(
            HEADER,
            "(self.0 ^ other.0) & !(TAKEN | FROZEN) == 0",
            "(self.0 ^ other.0) & (VERSION_ONE - 1) & !(TAKEN | FROZEN) == 0",
        )],
        atomics: Loom,
        test: "models::one_home::p5_slot_reuse_under_a_reader",
    },
    Mutant {
        name: "a lost insertion commits again without a scan",
        edits: &[edit(
            UPDATE,
            "match self.commit(seen, |now| now.showing(place)) {",
            "let first = self.commit(seen, |now| now.showing(place));\n        match first.or_else(|_| self.commit(self.header(), |now| now.showing(place))) {",
        )],
        atomics: Loom,
        test: "models::one_home::p2_n1_every_pair_on_an_absent_key",
    },
    Mutant {
        name: "a lost removal commits again without a scan",
        edits: &[edit(
            UPDATE,
            "match home.commit(seen, |now| now.removing(place)) {",
            "let _ = seen;\n        match home.commit(home.header(), |now| now.removing(place)) {",
        )],
        atomics: Loom,
        test: "models::one_home::p2_n1_every_pair_on_a_key_in_the_bin",
    },
    Mutant {
        name: "a lost update shows its cell again without a scan",
        edits: &[edit(
            UPDATE,
            "self.commit(seen.taking_spare(), |now| now.swapping(swap))",
            "self.commit(self.header(), |now| now.swapping(swap))",
        )],
        atomics: Loom,
        test: "models::one_home::p2_n1_every_pair_on_a_key_in_the_bin",
    },
    Mutant {
        name: "a hole is filled without being taken",
        edits: &[
            edit(HOLE, "            hidden.taking(place.own_slot())\n", "            hidden\n"),
            edit(
                HOLE,
                "} else if after.is_taken(place.own_slot()) {",
                "} else if after.has_overflow() {",
            ),
        ],
        atomics: Loom,
        test: "models::one_home::n7_the_slot_of_an_entry_that_was_taken_in",
    },
    Mutant {
        name: "taking in: unclaimed before it is hidden",
        edits: &[edit(
            HOLE,
            "        home.commit(seen, |now| now.showing(hole).hiding(outside))?;\n        self.unclaim(home, outside);\n",
            "        self.unclaim(home, outside);\n        home.commit(seen, |now| now.showing(hole).hiding(outside))?;\n",
        )],
        atomics: Loom,
        test: "models::one_home::n7_the_slot_of_an_entry_that_was_taken_in",
    },
    Mutant {
        name: "removal: unclaimed before it is hidden",
        edits: &[edit(
            UPDATE,
            "        match home.commit(seen, |now| now.removing(place)) {",
            "        if !place.is_own() {\n            self.unclaim(home, place);\n        }\n        match home.commit(seen, |now| now.removing(place)) {",
        )],
        atomics: Loom,
        test: "models::one_home::p5_group_slot_reuse_under_a_reader",
    },
    Mutant {
        name: "update in a group: unclaimed before it is hidden",
        edits: &[
            edit(
                UPDATE,
                "        match self.commit(seen, |now| now.showing(new).hiding(old)) {",
                "        group.unclaim(old.group_slot());\n        match self.commit(seen, |now| now.showing(new).hiding(old)) {",
            ),
            edit(
                UPDATE,
                "{\n                group.unclaim(old.group_slot());\n                Ok(())",
                "{\n                Ok(())",
            ),
        ],
        atomics: Steps,
        test: "steps::nested::p4_every_operation_in_every_other_at_every_access",
    },
    Mutant {
        name: "update in a group: the old slot is not unclaimed",
        edits: &[edit(UPDATE, "                group.unclaim(old.group_slot());\n", "")],
        atomics: Steps,
        test: "steps::nested::p4_every_operation_in_every_other_at_every_access",
    },
    Mutant {
        name: "taking in: its slot is not unclaimed",
        edits: &[edit(HOLE, "        self.unclaim(home, outside);\n", "")],
        atomics: Loom,
        test: "models::one_home::n7_the_slot_of_an_entry_that_was_taken_in",
    },
    Mutant {
        name: "taking in: a hole stays taken when it is lost",
        edits: &[edit(HOLE, "        home.give_back(|now| now.returning(hole.own_slot()));\n", "")],
        atomics: Loom,
        test: "models::one_home::p5_an_entry_is_taken_in_while_others_use_it",
    },
    Mutant {
        name: "taking in: the old place stays visible",
        edits: &[edit(HOLE, "now.showing(hole).hiding(outside)", "now.showing(hole)")],
        atomics: Loom,
        test: "models::one_home::p5_an_entry_is_taken_in_while_others_use_it",
    },
    Mutant {
        name: "the spare cell is used by who does not hold it",
        edits: &[edit(UPDATE, "Take::Held => Hand::Empty,", "Take::Held => Hand::Spare,")],
        atomics: Loom,
        test: "models::one_home::two_keys_and_one_spare_cell",
    },
    Mutant {
        name: "the spare cell is taken twice",
        edits: &[edit(
            COMMIT,
            "if now.is_spare_taken() { None } else { Some(now.taking_spare()) }",
            "Some(now.taking_spare())",
        )],
        atomics: Loom,
        test: "models::one_home::two_keys_and_one_spare_cell",
    },
    Mutant {
        name: "an own slot is taken twice",
        edits: &[edit(
            COMMIT,
            "if now.is_taken(slot) { None } else { Some(now.taking(slot)) }",
            "Some(now.taking(slot))",
        )],
        atomics: Loom,
        test: "models::one_home::p2_two_keys_of_one_home",
    },
    Mutant {
        name: "a claim is stored, not exchanged",
        edits: &[edit(
            SLOTS,
            "self.claims().compare_exchange(claims, claims | 1 << slot, Acquire, Relaxed);",
            "{ self.claims().store(claims | 1 << slot, Relaxed); Ok::<u64, u64>(claims) };",
        )],
        atomics: Loom,
        test: "models::two_homes::n7_two_homes_claim_slots_of_one_group",
    },
    Mutant {
        name: "what is in the hand is not put back",
        edits: &[edit(
            UPDATE,
            "(Decision::Keep, _) | (Decision::Remove, None) => self.put_back(home, hand),",
            "(Decision::Keep, _) | (Decision::Remove, None) => {}",
        )],
        atomics: Loom,
        test: "models::one_home::p2_n1_every_pair_on_an_absent_key",
    },
    Mutant {
        name: "the spare cell is not put back for a slot",
        edits: &[edit(SLOTS, "                self.put_back(home, hand);\n", "")],
        atomics: Loom,
        test: "models::one_home::p2_n1_every_pair_on_a_key_in_the_bin",
    },
    Mutant {
        name: "showing an own slot leaves it taken",
        edits: &[edit(
            HEADER,
            "Header((self.0 | place.mask()) & !taken)",
            "Header({ let _ = taken; self.0 | place.mask() })",
        )],
        atomics: Loom,
        test: "models::one_home::p2_two_keys_of_one_home",
    },
    Mutant {
        name: "a new pair is shown, the old one not hidden",
        edits: &[edit(UPDATE, "now.showing(new).removing(old)", "now.showing(new)")],
        atomics: Loom,
        test: "models::one_home::updates_of_two_keys_in_a_full_bin",
    },
    Mutant {
        name: "moving away: the old place stays visible",
        edits: &[edit(RELOCATE, "now.showing(target).hiding(place)", "now.showing(target)")],
        atomics: Loom,
        test: "models::two_homes::a_move_for_an_insertion",
    },
    Mutant {
        name: "moving away: without asking the owner's header",
        edits: &[edit(
            RELOCATE,
            "if !is_its_group || !seen.shows(place) || seen.is_frozen() {",
            "if !is_its_group {",
        )],
        atomics: Loom,
        test: "models::two_homes::a_move_for_an_insertion",
    },
    Mutant {
        name: "moving away: a lost target is not put back",
        edits: &[edit(RELOCATE, "                self.put_back(owner, Hand::Slot(target));\n", "")],
        atomics: Loom,
        test: "models::two_homes::a_move_for_an_insertion",
    },
    Mutant {
        name: "refused without another look",
        edits: &[edit(
            SLOTS,
            "Err(_) if !home.still_shows(seen) => Err(Setback::Again(Hand::Empty)),",
            "",
        )],
        atomics: Loom,
        test: "models::one_home::n9_p1_the_last_place",
    },
    Mutant {
        name: "full, although a slot of the bin is held",
        edits: &[
            edit(SLOTS, "Take::Held => seen = seen.taking(slot),", "Take::Held => {}"),
            edit(
                SLOTS,
                "        mut seen: Header,\n        hand",
                "        seen: Header,\n        hand",
            ),
        ],
        atomics: Steps,
        test: "steps::nested::n5_p4_an_interrupt_that_is_killed",
    },
    Mutant {
        name: "full, although somebody is at work in the bin",
        edits: &[edit(
            RELOCATE,
            "if seen.count_taken() > 0 { Stop::Busy } else { Stop::Full }",
            "Stop::Full",
        )],
        atomics: Steps,
        test: "steps::nested::n5_p4_killed_at_every_access",
    },
    Mutant {
        name: "what is reserved stays so while a caller's closure runs again",
        edits: &[edit(UPDATE, "if !D::KEEPS_RESERVATION {", "if !D::KEEPS_RESERVATION && false {")],
        atomics: Steps,
        test: "steps::closures::a_closure_that_panics_leaves_nothing",
    },
    Mutant {
        name: "a closure that changes its own home is called for ever",
        edits: &[edit(DECIDE, "        *left = left.saturating_sub(1);\n", "")],
        atomics: Steps,
        test: "steps::closures::a_closure_that_changes_its_home_ends",
    },
    Mutant {
        name: "an insertion takes the last free slot of a group",
        edits: &[edit(
            SLOTS,
            "Purpose::Entry => free & free.wrapping_sub(1),",
            "Purpose::Entry => free,",
        )],
        atomics: Steps,
        test: "steps::nested::insertions_leave_a_slot_of_each_group",
    },
    Mutant {
        name: "an update keeps the slot that it borrowed from another group",
        edits: &[edit(
            UPDATE,
            "Ok(after) => self.bring_back(home, after, old, new),",
            "Ok(after) => self.after_hiding(home, after, old),",
        )],
        atomics: Steps,
        test: "steps::nested::p4_updates_in_a_full_home",
    },
    Mutant {
        name: "an update gives up bringing back what it borrowed",
        edits: &[edit(HOLE, "            seen = home.header();\n", "            break;\n")],
        atomics: Steps,
        test: "steps::nested::p4_updates_in_a_full_home",
    },
    Mutant {
        name: "repair releases slots that are visible",
        edits: &[edit(
            REPAIR,
            "(header.is_frozen() || header.shows(Place::in_group(region, slot)))",
            "(header.is_frozen() && header.shows(Place::in_group(region, slot)))",
        )],
        atomics: Steps,
        test: "steps::nested::alone_nobody_is_in_the_way",
    },
    Mutant {
        name: "repair leaves what is reserved in bins",
        edits: &[edit(REPAIR, "            self.give_back(Header::returning_all);\n", "")],
        atomics: Steps,
        test: "steps::leaks::a_hot_key_is_told_and_repaired",
    },
    Mutant {
        name: "a removal leaves its claim",
        edits: &[edit(
            HOLE,
            "        if !place.is_own() {\n            self.unclaim(home, place);\n        } else if",
            "        if !place.is_own() {\n        } else if",
        )],
        atomics: Steps,
        test: "steps::nested::p4_every_operation_in_every_other_at_every_access",
    },
    Mutant {
        name: "late copy: no second look at the old bin",
        edits: &[edit(MIGRATE, "None if !is_over() =>", "None if { let _ = &is_over; true } =>")],
        atomics: Loom,
        test: "models::rebuild::n3_a_removal_and_a_copy",
    },
    Mutant {
        name: "commit: in a frozen bin too",
        edits: &[edit(
            COMMIT,
            "Err(other) if Header(other).is_same_but_for_taken(now) => now = Header(other),",
            "Err(other) if Header(other).shows_same_as(now) => now = Header(other),",
        )],
        atomics: Loom,
        test: "models::rebuild::a_freeze_and_an_insertion",
    },
    Mutant {
        name: "migrated: Relaxed",
        edits: &[edit(
            COMMIT,
            "compare_exchange(now.0, migrated, SeqCst, Relaxed)",
            "compare_exchange(now.0, migrated, Relaxed, Relaxed)",
        )],
        atomics: Loom,
        test: "models::rebuild::p6_a_reader_in_a_rebuild",
    },
    Mutant {
        name: "copier: no look at the old bin, stopped at every access",
        edits: &[edit(MIGRATE, "None if !is_over() =>", "None if !is_over() || true =>")],
        atomics: Steps,
        test: "steps::rebuilds::m2_m3_a_late_helper_brings_nothing_back",
    },
    Mutant {
        name: "how far a rebuild is: told Relaxed",
        edits: &[edit(
            MIGRATE,
            "done.fetch_max(known, Release);",
            "done.fetch_max(known, Relaxed);",
        )],
        atomics: Loom,
        test: "models::rebuild::p6_a_reader_in_a_rebuild",
    },
    Mutant {
        name: "bins count as migrated that were looked at",
        edits: &[edit(
            MIGRATE,
            "let migrated = unmigrated.unwrap_or(range.end);",
            "let migrated = range.end;",
        )],
        atomics: Loom,
        test: "models::rebuild::p6_a_reader_of_the_second_home",
    },
    Mutant {
        name: "retarget: goes on to the third table without moving the home in the second",
        edits: &[edit(MIGRATE, "        self.move_home(home, next)?;\n", "")],
        atomics: Loom,
        test: "models::retarget::p6_a_reader",
    },
    Mutant {
        name: "retarget: no second look in the third table",
        edits: &[edit(
            MIGRATE,
            "None if !is_over() =>",
            "None if !table.is(self) || !is_over() =>",
        )],
        atomics: Loom,
        test: "models::retarget::n3_a_copier_and_a_removal",
    },
    Mutant {
        name: "retarget: migrated, although an entry found no room",
        edits: &[edit(
            MIGRATE,
            "            Err(stop) => return Err(stop),\n        }\n        Ok(())",
            "            Err(stop) => {\n                home.set_migrated(frozen);\n                return Err(stop);\n            }\n        }\n        Ok(())",
        )],
        atomics: Loom,
        test: "models::retarget::m3_whoever_retargets_goes_on",
    },
    Mutant {
        name: "grace period: two changes of banks",
        edits: &[edit(
            RECLAIM,
            "const CHANGES_PER_GRACE_PERIOD: u64 = 3;",
            "const CHANGES_PER_GRACE_PERIOD: u64 = 2;",
        )],
        atomics: Loom,
        test: "models::grace::two_who_ask",
    },
    Mutant {
        name: "grace period: a change without a look at the other bank",
        edits: &[edit(
            RECLAIM,
            "if !self.is_other_empty(changes) {",
            "if !self.is_other_empty(changes) && changes == 9 {",
        )],
        atomics: Loom,
        test: "models::grace::an_operation_and_a_reclaimer",
    },
    Mutant {
        name: "grace period: entered is read before left",
        edits: &[edit(
            RECLAIM,
            "        let left = sum(|stripe| &stripe.left);\n        sum(|stripe| &stripe.entered) == left",
            "        let entered = sum(|stripe| &stripe.entered);\n        sum(|stripe| &stripe.left) == entered",
        )],
        atomics: Loom,
        test: "models::grace::two_operations_and_a_reclaimer",
    },
    Mutant {
        name: "grace period: entering is in no order",
        edits: &[edit(
            RECLAIM,
            "entered.fetch_add(1, SeqCst);\n        sequentially_consistent();",
            "entered.fetch_add(1, Relaxed);",
        )],
        atomics: Loom,
        test: "models::grace::an_operation_and_a_reclaimer",
    },
    Mutant {
        name: "grace period: leaving releases nothing",
        edits: &[edit(RECLAIM, "left.fetch_add(1, Release);", "left.fetch_add(1, Relaxed);")],
        atomics: Loom,
        test: "models::grace::an_operation_and_a_reclaimer",
    },
    Mutant {
        name: "a reaper releases what the living have named",
        edits: &[edit(
            REAP,
            "any(|line| line.names.both().contains(&name))",
            "any(|line| line.names.both().contains(&name) && false)",
        )],
        atomics: Loom,
        test: "models::members::p4_a_dead_one_is_reaped_beside_an_update",
    },
    Mutant {
        name: "a member takes what is being reaped",
        edits: &[edit(
            INTENT,
            "        self.reaped.load(SeqCst) & !RELEASING != name",
            "        let _ = (self.reaped.load(SeqCst), RELEASING);\n        true",
        )],
        atomics: Loom,
        test: "models::members::p4_a_dead_one_is_reaped_beside_an_update",
    },
    Mutant {
        name: "a member does not name what it takes",
        edits: &[edit(INTENT, "        self.names.takes.store(name, SeqCst);\n", "")],
        atomics: Loom,
        test: "models::members::p4_a_dead_one_is_reaped_beside_an_update",
    },
];

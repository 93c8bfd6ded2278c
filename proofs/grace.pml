/* When an old table may be returned: the counters of src/lockfree/chain/counted.rs, with two stripes a bank.
 *
 *     changes   entered[bank, stripe]   left[bank, stripe]       current = 0, then 1; gone once reclaimed
 *
 * Operations enter a bank, load the current table, use it and leave. One process retires table 0, starts
 * a grace period and polls; others poll for grace periods of their own, which change banks too. Every
 * load and every addition is a separate step. Memory is sequentially consistent here; the models in
 * src/lockfree/models/grace.rs have weak memory, one stripe, and fewer processes.
 *
 * An operation may enter any bank, because its load of `changes` may be arbitrarily old.
 * No statement waits.
 *
 * Planted errors, each of which must be found: TWO_CHANGES, NO_LOOK, ENTERED_FIRST, LATE_ENTER,
 * EARLY_START.
 */

#define STRIPES 2
#define AT(bank, stripe) ((bank) * STRIPES + (stripe))

#ifdef TWO_CHANGES
#define CHANGES 2
#else
#define CHANGES 3
#endif

byte changes;
byte entered[4];
byte left[4];
bit current;
bool gone;

/* The sum of one counter over the stripes of a bank, one load after the other. */
#define SUM(counter, bank, result) \
	result = counter[AT(bank, 0)]; \
	result = result + counter[AT(bank, 1)]

/* `is_other_empty`, whose answer is `first == second`. */
inline look(seen) {
#ifdef ENTERED_FIRST
	SUM(entered, (seen + 1) % 2, first);
	SUM(left, (seen + 1) % 2, second)
#else
	SUM(left, (seen + 1) % 2, first);
	SUM(entered, (seen + 1) % 2, second)
#endif
}

/* `has_elapsed`. */
inline poll(started, elapsed) {
	rounds = 0;
	elapsed = false;
	do
	:: rounds == 3 -> elapsed = (changes >= started); break
	:: rounds < 3 ->
		seen = changes;
		if
		:: seen >= started -> elapsed = true; break
		:: else
		fi;
		look(seen);
		if
#ifdef NO_LOOK
		:: false -> break
#else
		:: first != second -> break
#endif
		:: else
		fi;
		d_step {
			if
			:: changes == seen -> changes = seen + 1
			:: else
			fi
		};
		rounds++
	od
}

/* SCENARIO, 1 or 2, says whether both operations use one stripe. */
proctype Operation(bit stripe) {
	bit table;
	byte place;
	if
	:: place = AT(0, stripe)
	:: place = AT(1, stripe)
	fi;
#ifdef LATE_ENTER
	table = current;
	entered[place]++;
#else
	entered[place]++;
	table = current;
#endif
	assert(table == 1 || !gone); /* it uses the table ... */
	assert(table == 1 || !gone); /* ... up to the end */
	left[place]++
}

#define LOCALS byte started, rounds, seen, first, second; bool elapsed

proctype Reclaimer() {
	LOCALS;
#ifdef EARLY_START
	started = changes + CHANGES;
	current = 1;
#else
	current = 1;
	started = changes + CHANGES;
#endif
	poll(started, elapsed);
	if
	:: !elapsed -> poll(started, elapsed)
	:: else
	fi;
	if
	:: elapsed -> gone = true
	:: else
	fi
}

/* A process with the earlier grace period of another table. */
proctype Asker() {
	LOCALS;
	started = changes + CHANGES;
	poll(started, elapsed)
}

init {
	LOCALS;
	atomic {
		run Operation(0);
#if SCENARIO == 1
		run Operation(1);
#else
		run Operation(0);
#endif
		run Reclaimer(); run Asker()
	};
	_nr_pr == 1;
	/* When all operations have left, one call is enough. */
	started = changes + CHANGES;
	poll(started, elapsed);
	assert(elapsed)
}

/* A table moves into the next: the protocol of src/lockfree/chain/migrate.rs, for one key.
 *
 *     table 0 ---> table 1 ---> table 2        the third is added when room is short
 *
 * A home is the content of its header: a version, and the key's value or none. It is read and exchanged as a
 * whole here; the models in src/lockfree/models show that it can be read in this way. Memory is sequentially
 * consistent here; in those models it is weak.
 *
 * Two or three writers, readers and migrators run while another process requests the third table. The key's
 * value, `truth`, is asserted where each operation takes effect: at its commit, or at its second look. Every
 * process may be overtaken at every step for any length of time, so processes that stop for ever are covered.
 * No statement waits, and an endless run is an error (`pan -l`), so every process ends whichever others stop.
 *
 * An operation may also learn from others that a home is migrated, and skip its table: that is in the models in
 * src/lockfree/models; here it would be the same step as reading the header.
 *
 * Planted errors, each of which must be found: NO_SECOND_LOOK, NO_VERSION, EARLY_MIGRATED, NO_FREEZE.
 */

#define TABLES  3
#define ABSENT  0

#define NORMAL   0
#define FROZEN   1
#define MIGRATED 2

#define DONE    0
#define REFUSED 1   /* no room, and no next table */
#define ELSEWHERE 2 /* frozen, or no room: continue in the next table */

byte state[TABLES];
byte version[TABLES];
byte value[TABLES];
byte newest = 1;
byte truth = 1;

/* Is there a next table? */
#define HAS_NEXT(t) (t < newest)

/* `follow`: after a refusal by a table. */
#define NEXT_OR_REFUSED(t, result) \
	if \
	:: HAS_NEXT(t) -> result = ELSEWHERE \
	:: else -> result = REFUSED \
	fi

/* Copies the entry of table `from` into table `t`, unless it is there already, or it is too late: M3. */
inline take_over(t, copied, from, result) {
	do
	:: d_step { now_state = state[t]; now_version = version[t]; now_value = value[t] };  /* (1) */
		if
		:: now_state != NORMAL -> NEXT_OR_REFUSED(t, result); break
		:: now_state == NORMAL && now_value != ABSENT -> result = DONE; break
		:: else
		fi;
#ifndef NO_SECOND_LOOK
		if
		:: state[from] == MIGRATED -> result = DONE; break                            /* (2) */
		:: else
		fi;
#endif
		/* Only the table in the middle may lack room. */
		if
		:: t == 1 -> NEXT_OR_REFUSED(t, result); break
		:: true
		fi;
		d_step {                                                                      /* (3) */
			if
#ifdef NO_VERSION
			:: state[t] == NORMAL ->
#else
			:: state[t] == NORMAL && version[t] == now_version ->
#endif
				value[t] = copied; version[t]++; result = DONE; now_state = MIGRATED
			:: else
			fi
		};
		if
		:: now_state == MIGRATED -> break
		:: else
		fi
	od
}

inline freeze(t, copied) {
	d_step {
		if
#ifdef NO_FREEZE
		:: false
#else
		:: state[t] == NORMAL -> state[t] = FROZEN
#endif
		:: else
		fi;
		now_state = state[t]; copied = value[t]
	}
}

inline set_migrated(t) {
	d_step { state[t] = MIGRATED }
}

/* `move_home` from table 1 to table 2, which has room. */
inline move_on(copied, result) {
	freeze(1, copied);
	if
	:: now_state == MIGRATED || copied == ABSENT -> result = DONE
	:: else -> take_over(2, copied, 1, result)
	fi;
	set_migrated(1)
}

/* `move_home` from table 0 to table 1, or further to table 2. */
inline move_first(copied, other, result) {
	freeze(0, copied);
#ifdef EARLY_MIGRATED
	set_migrated(0);
#endif
	if
	:: now_state == MIGRATED || copied == ABSENT -> result = DONE
	:: else ->
		take_over(1, copied, 0, result);
		if
		:: result == ELSEWHERE ->
			move_on(other, result);
			take_over(2, copied, 0, result)
		:: else
		fi
	fi;
	if
	:: result == DONE -> set_migrated(0)
	:: result != DONE && state[0] == MIGRATED -> result = DONE /* others did it */
	:: else
	fi
}

/* Moves the home out of table `t`. */
inline move(t, copied, other, result) {
	if
	:: t == 0 -> move_first(copied, other, result)
	:: else -> move_on(copied, result)
	fi
}

/* Sets the key's value to `new`, or removes it; every changing operation does one of the two. */
inline write(new) {
	t = 0; /* the current table; never newer than the newest one */
	do
	:: d_step { now_state = state[t]; now_version = version[t]; now_value = value[t] };
		if
		:: now_state != NORMAL ->
			move(t, copied, other, result);
			if
			:: result == DONE -> t++
			:: else -> break
			fi
		:: now_state == NORMAL && new == ABSENT && now_value == ABSENT ->
			d_step {
				if
				:: version[t] == now_version && state[t] != MIGRATED ->
					assert(now_value == truth); now_state = MIGRATED
				:: else
				fi
			};
			if
			:: now_state == MIGRATED -> break
			:: else
			fi
		:: else ->
			if
			:: t == 1 && new != ABSENT && HAS_NEXT(t) -> /* no room here */
				move(t, copied, other, result);
				t++
			:: true ->
				d_step {
					if
					:: version[t] == now_version && state[t] == NORMAL ->
						assert(now_value == truth);
						value[t] = new; version[t]++; truth = new;
						now_state = MIGRATED
					:: else
					fi
				};
				if
				:: now_state == MIGRATED -> break
				:: else
				fi
			fi
		fi
	od
}

#define LOCALS byte t, now_state, now_version, now_value, copied, other, result

/* SCENARIO, 1, 2 or 3, selects the processes. */
proctype Remover() {
	LOCALS;
	write(ABSENT)
}

proctype Writer() {
	LOCALS;
	write(2)
}

/* Two operations, one after the other. */
proctype Changer() {
	LOCALS;
	write(ABSENT);
	write(3)
}

proctype Reader() {
	LOCALS;
	do
	:: d_step { now_state = state[t]; now_version = version[t]; now_value = value[t] };
		if
		:: now_state == MIGRATED -> t++
		:: else ->
			d_step {
				if
				:: version[t] == now_version && state[t] != MIGRATED ->
					assert(now_value == truth); now_state = MIGRATED
				:: else
				fi
			};
			if
			:: now_state == MIGRATED -> break
			:: else
			fi
		fi
	od
}

proctype Helper() {
	LOCALS;
	move_first(copied, other, result)
}

/* A process requests the third table. */
proctype Requester() {
	newest = 2
}

init {
	LOCALS;
	value[0] = truth;
	atomic {
#if SCENARIO == 1
		run Remover(); run Helper(); run Helper();
#elif SCENARIO == 2
		run Changer(); run Helper(); run Reader();
#else
		run Remover(); run Writer(); run Helper();
#endif
		run Requester()
	};
	_nr_pr == 1;
	/* With room, everything ends in the last table. */
	move_first(copied, other, result);
	assert(result == DONE);
	move_on(copied, result);
	assert(value[2] == truth)
}

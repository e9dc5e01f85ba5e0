/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Writes that fail: what becomes of a page when a write of it has failed and no copy in
 * sync can be reached (unequal.c). Each of them may have carried it out or not; the first
 * that comes back decides, before it is asked anything (session.returning).
 *
 * What must hold, besides what replicas.pml has:
 *  - a read gives what was acknowledged last, or a write that was sent and failed since,
 *    or one that is under way; never one that was not sent at all;
 *  - once a read has given one of these versions, a later one gives no other that the
 *    first could have given (but for the one that was under way);
 *  - a page is lost only if all copies are that have it;
 *  - when one that has it can be reached, the page can be read;
 *  - with DECIDED: when a copy in sync can be reached, it is decided. Where it is not,
 *    it may take more copies or crashes than there are here to read something wrong.
 *
 * Who has it: the copies in sync that an acknowledged write has reached, or the mover.
 * After a failed one the first to be back, and until then any that is in sync.
 *
 * One page, as in replicas.pml, which has the steps that are one here: a leg is carried
 * out and answered at once (or, if its connection breaks, carried out or not), what is
 * settled is acknowledged at once, a loss marked at once, servers fence. A write may fail
 * whenever it is not settled, that is: be overdue. Connections break as often as they like.
 *
 * Switches make it wrong, to see that it notices: tests/model/run has the list.
 */
#ifndef NODES
#define NODES 2
#endif
#ifndef WRITES
#define WRITES 2
#endif
#ifndef CRASHES	/* a server dies and comes back empty; 3 at most, or lives come round */
#define CRASHES 1
#endif

#ifndef OTHERS	/* writes to other pages miss a copy, as often as they like */
#define OTHERS 1
#endif

/* ---- the word: as in replicas.pml */

#define EMPTY	1
#define STALE	2
#define FILLING	3
#define COPYING	4
#define INSYNC	5

#define IN(s)		(1 << (s))
#define IN_WRITABLE	(IN(FILLING) | IN(COPYING) | IN(INSYNC))
#define IN_PARTIAL	(IN(STALE) | IN(COPYING))

#define BIT(i)		(1 << (i))
#define ST(w, i)	((w) >> (5 * (i)) & 7)
#define LIFE(w, i)	((w) >> (5 * (i) + 3) & 3)
#define WITH(w, i, s)	(((w) & ~(7 << (5 * (i)))) | (s) << (5 * (i)))
#define AGED(w, i)	(((w) & ~(3 << (5 * (i) + 3))) | \
			 (LIFE(w, i) + 1 & 3) << (5 * (i) + 3))
#define HAS(w, i, m)	(((m) >> ST(w, i) & 1) << (i))
#define SET_IN(w, m)	(HAS(w, 0, m) | HAS(w, 1, m) | HAS(w, 2, m))
#define SAME1(a, b, i)	((ST(a, i) && ST(b, i) && LIFE(a, i) == LIFE(b, i) -> 1 : 0) << (i))
#define SAME(a, b)	(SAME1(a, b, 0) | SAME1(a, b, 1) | SAME1(a, b, 2))
#define FIRST(m)	((m) & 1 -> 0 : ((m) & 2 -> 1 : 2))	/* __ffs() */
#define ALL		(BIT(NODES) - 1)

int word = INSYNC | INSYNC << 5
#if NODES > 2
	| INSYNC << 10
#endif
	;

/* ---- the page */

bit busy, lost, unequal;
byte behind;		/* copies that lack it, a bit for each */

/* ---- nodes, a bit for each */

byte store[3] = 1;	/* the version each server has; 0: none */
byte alive = ALL;	/* the server runs */
byte linked = ALL;	/* and is at the other end of the host's connection */
byte up = ALL;		/* netram_session_up() */
byte returning;		/* session.returning */
byte emptied;		/* came back empty since the host looked */
byte crashes = CRASHES;

/* ---- requests: legs that are under way, a bit for each node */

byte newest = 1;	/* the version of the write that began last */
byte legs, got;		/* of the writer, and those carried out */
byte reads;		/* of the reader */
byte moves;		/* of the mover */
byte moved;		/* the version it has fetched */
bit puts;		/* it writes that */

/* ---- what must hold */

byte may = BIT(1);	/* versions that a read which begins now may give, a bit for each */
byte allowed;		/* and one that is under way */
bit writing;		/* newest is under way */
byte has = ALL;		/* copies that have it */
bit open;		/* which of them counts is not decided */

/* copies that may be read: netram_read_not_behind() */
#ifdef READ_OPEN
#define is_open 0
#else
#define is_open unequal
#endif
#define lacking		(behind | ALL * is_open)
#define readable	((SET_IN(word, IN(INSYNC)) & up) | \
			 (SET_IN(word, IN_PARTIAL) & up & ~lacking))

/* A copy in sync is back: if it was open which one counts, this one does. */
inline counts(i)
{
	if
	:: open && ST(word, i) == INSYNC ->
		open = 0;
		has = has & BIT(i)
	:: else
	fi
}

/* ---- settling */

/* netram_set_settle() of @new, copies that have not carried it out */
inline demote(i)
{
	if
	:: (ok & BIT(i)) || !ST(new, i)
	:: else ->
		if
		:: ST(new, i) == INSYNC -> new = WITH(new, i, STALE)
		:: ST(new, i) == COPYING && (due & BIT(i)) -> new = WITH(new, i, STALE)
		:: ST(new, i) == FILLING && (due & BIT(i)) -> new = WITH(new, i, EMPTY)
		:: else
		fi
	fi
}

inline demote_all()
{
	demote(0);
	demote(1);
#if NODES > 2
	demote(2);
#endif
	skip
}

/* settle() in extent.c: @ok are those that have carried it out, of @set. Or @ok is 0. */
inline settle(acked)
{
	ok = (acked) & SAME(word, set);
	due = SET_IN(set, IN_WRITABLE) & SAME(word, set);
	if
	:: SET_IN(word, IN(INSYNC)) & ok ->
		new = word;
		demote_all();
		behind = behind | (SET_IN(new, IN_PARTIAL) & ~ok);
		word = new;
		behind = behind & ~(SET_IN(new, IN_PARTIAL) & ok)
	:: else -> ok = 0
	fi;
	new = 0;
	due = 0
}

/* netram_unequal_decide(), under loss_lock */
inline decide(i)
{
	if
	:: unequal && ST(word, i) == INSYNC ->
		ok = BIT(i);
		new = word;
		due = SET_IN(word, IN_WRITABLE);
		demote_all();
#ifdef DEMOTED_LACK	/* only those that were in sync until now */
		behind = behind | (SET_IN(new, IN_PARTIAL) & SET_IN(word, IN(INSYNC)));
#else
		behind = behind | SET_IN(new, IN_PARTIAL);
#endif
		word = new;
		unequal = 0;
		ok = 0; new = 0; due = 0
	:: else
	fi
}

/* ---- a server */

proctype Server(byte i)
{
end:	do
	:: d_step {	/* a leg of the writer's */
		(linked & BIT(i)) && (legs & BIT(i)) ->
		legs = legs & ~BIT(i);
		store[i] = newest;
		got = got | BIT(i)
	   }
	:: d_step {	/* dies, and what it had with it */
		crashes && (alive & BIT(i)) ->
		crashes--;
		alive = alive & ~BIT(i);
		linked = linked & ~BIT(i);
		emptied = emptied | BIT(i);
		has = has & ~BIT(i);
		store[i] = 0
	   }
	:: d_step { !(alive & BIT(i)) -> alive = alive | BIT(i) }
	od
}

/* ---- a session */

/* lose() in extent.c, of one that came back empty */
inline lose(i)
{
	word = AGED(word, i);
	heir = SET_IN(word, IN_PARTIAL) & ~BIT(i);
	if
	:: ST(word, i) != INSYNC || (SET_IN(word, IN(INSYNC)) & ~BIT(i)) ->
		word = WITH(word, i, EMPTY)
	:: else ->
		/* netram_set_lose(): of those that can be reached, if there are any */
		if
		:: heir & up -> heir = heir & up
		:: else
		fi;
		if
		:: !heir -> lost = 1
		:: else ->
			/* which lacks least, of all pages, is anybody's guess */
			if
			:: heir & 1 -> heir = 0
			:: heir & 2 -> heir = 1
			:: heir & 4 -> heir = 2
			fi;
			word = WITH(WITH(word, i, EMPTY), heir, INSYNC);
			lost = (behind & BIT(heir) -> 1 : lost);
			behind = behind & ~BIT(heir);
			if
#ifdef HEIR_UP
			:: up & BIT(heir) ->
#else
			:: (up | returning) & BIT(heir) ->
#endif
				counts(heir);
#ifndef HEIR_OPEN
				decide(heir)
#endif
			:: else
			fi
		fi;
		assert(!lost || !has)
	fi;
	heir = 0
}

proctype Session(byte i)
{
	byte ok, due, heir;
	int new;

end:	do
	:: atomic {	/* recover_work: legs go back, carried out or not */
		up & BIT(i) ->
		up = up & ~BIT(i);
		if
		:: (legs & linked & BIT(i)) -> store[i] = newest
		:: (moves & linked & BIT(i)) && puts -> store[i] = moved
		:: true
		fi;
		legs = legs & ~BIT(i);
		reads = reads & ~BIT(i);
		moves = moves & ~BIT(i);
		linked = linked & ~BIT(i)
	   };
again:	   atomic {	/* connect_work: check_instance(), netram_unequal_back() */
		alive & BIT(i) ->
		linked = linked | BIT(i);
		if
		:: emptied & BIT(i) -> emptied = emptied & ~BIT(i); lose(i)
		:: else
		fi;
		returning = returning | BIT(i);
		counts(i);
#ifndef DECIDE_LATE
		decide(i)
#endif
	   };
	   atomic {	/* go_up(), then returning = false */
		returning = returning & ~BIT(i);
		if
		:: linked & BIT(i) -> up = up | BIT(i)
		:: linked = linked & ~BIT(i); goto again	/* broke at once */
		fi
	   }
#ifdef DECIDE_LATE
	   ;
	   atomic { decide(i) }
#endif
	od
}

/* ---- writes */

proctype Writer()
{
	int set, new;
	byte ok, due;
	bit sent;	/* NETRAM_CMD_F_SENT */

	do
	:: atomic {	/* start_write() */
		newest == 1 + WRITES -> break
	   }
	:: atomic {
		newest < 1 + WRITES && !busy ->
		busy = 1;
		newest++;
		writing = 1;
		may = may | BIT(newest);
		allowed = allowed | BIT(newest)
	   };
again:	   atomic {	/* send_to_copies(); or overdue */
		if
		:: SET_IN(word, IN(INSYNC)) & up ->
			set = word;
			sent = 1;
			legs = SET_IN(set, IN_WRITABLE) & up
		:: else -> goto failed
		fi
	   };
	   atomic {	/* write_joined() */
		!legs ->
		settle(got);
		got = 0;
		if
		:: ok ->
			lost = 0;
			may = BIT(newest);
			/* One that is being filled takes nobody's place. */
			has = ok & SET_IN(word, IN(INSYNC) | IN_PARTIAL) & ~emptied;
			open = 0;
			goto over
		:: else -> set = 0
		fi;
		if
		:: goto again	/* not_reached(): netram_router_wait_long() */
		:: goto failed
		fi
	   };
failed:	   atomic {	/* not_written() */
		set = word;
		if
		:: sent
		:: else ->
			may = may & ~BIT(newest);
#ifndef UNSENT
			goto over
#endif
		fi;
		/* netram_extent_diverged(): netram_unequal_note() */
#ifdef NO_RETURNING
		ok = SET_IN(set, IN(INSYNC)) & up;
#else
		ok = SET_IN(set, IN(INSYNC)) & (up | returning);
#endif
		if
		:: ok -> ok = BIT(FIRST(ok))
		:: else ->
			has = (sent -> has & SET_IN(set, IN(INSYNC)) : has);
			open = (sent -> 1 : open);
#ifdef BLIND
			settle(BIT(FIRST(SET_IN(set, IN(INSYNC)))));
#endif
#if !defined(BLIND) && !defined(NOT_NOTED)
			unequal = 1;
#endif
			goto over
		fi
	   };
	   atomic {	/* netram_extent_settle() */
		settle(ok);
		if
		:: ok -> has = has & ok; open = 0
		:: else -> goto failed	/* it came back empty meanwhile */
		fi
	   };
over:	   atomic {	/* netram_router_finish() */
		writing = 0;
		busy = 0;
		sent = 0; set = 0; ok = 0
	   }
	od
}

/* ---- reads */

inline choose_of(mask)
{
	if
	:: mask & 1 -> from = 0
	:: mask & 2 -> from = 1
	:: mask & 4 -> from = 2
	fi
}

proctype Reader()
{
	byte then, from;
	int set;

end:	do
	:: atomic {
		/* While nothing happens, what can be had can be read. */
		assert(lost || !(has & up) || readable);
#ifdef DECIDED
		assert(!unequal || !(SET_IN(word, IN(INSYNC)) & up));
#endif
#ifdef CHANGED_BEFORE
		!lost ->
#else
		!lost && readable ->
#endif
		allowed = may;
		then = (writing -> may & ~BIT(newest) : may);
		set = word;	/* copies_of() */
#ifdef CHANGED_BEFORE
	   };
	   atomic {
#endif
		/* netram_read_choose(), changed() */
		if
		:: SET_IN(set, IN(INSYNC)) & up -> choose_of((SET_IN(set, IN(INSYNC)) & up))
		:: SET_IN(set, IN_PARTIAL) & up & ~lacking &&
		   !(SET_IN(set, IN(INSYNC)) & up) ->
			choose_of((SET_IN(set, IN_PARTIAL) & up & ~lacking))
		:: else -> goto waits
		fi;
		reads = BIT(from)
	   };
	   atomic {	/* netram_read_land(), still_copy() */
		if
		:: reads & linked ->
			if
			:: lost || !(word == set || (SAME(word, set) & BIT(from) &
					SET_IN(word, IN(INSYNC) | IN_PARTIAL)))
			:: else ->
				assert(allowed & BIT(store[from]));
				/* The others that it could have given are gone for good. */
				may = (then & BIT(store[from]) ->
				       may & ~(then & ~BIT(store[from])) : may)
			fi
		:: !reads	/* it begins anew */
		fi;
waits:		reads = 0; allowed = 0; then = 0; set = 0; from = 0
	   }
	od
}

/* ---- the mover */

#define NEEDS(i) ((BIT(i) & up) && (SET_IN(word, IN(INSYNC)) & up) && \
		  (ST(word, i) == STALE || ST(word, i) == EMPTY))
#define under_way (SAME(word, set) & BIT(to) & SET_IN(word, IN(COPYING) | IN(FILLING)))

proctype Mover()
{
	byte to, from, ok, due;
	int set, new;
	bit whole, mine, nothing;

end:	do
	:: atomic {	/* look_after() */
		if
		:: NEEDS(0) -> to = 0
		:: NEEDS(1) -> to = 1
#if NODES > 2
		:: NEEDS(2) -> to = 2
#endif
		fi;
		/* begin() */
		whole = ST(word, to) == EMPTY;
		word = WITH(word, to, (whole -> FILLING : COPYING));
		set = word
	   };
	   atomic {	/* own_run(), under_way(); fetch() of what is copied */
		if
		:: !under_way -> goto over
		:: !busy && under_way -> busy = 1; mine = 1
		:: goto aborted	/* busy for long; or another page could not be had */
		fi;
		nothing = !lost && !whole && !(behind & BIT(to));
		if
		:: lost || nothing -> goto caught_up
		:: else
		fi;
		if
		:: SET_IN(word, IN(INSYNC)) & up & ~BIT(to) ->
			choose_of((SET_IN(word, IN(INSYNC)) & up & ~BIT(to)))
		:: else -> goto aborted
		fi;
		new = word;
		moves = BIT(from)
	   };
	   if
	   :: atomic { moves & linked -> moves = 0; moved = store[from] }
	   :: atomic { !moves -> goto aborted }
	   fi;
	   atomic {	/* put() */
		if
		:: !(SAME(word, new) & BIT(from)) -> goto aborted
		:: !(up & BIT(to)) -> goto aborted
		:: else
		fi;
		new = 0;
		puts = 1;
		moves = BIT(to)
	   };
	   if
	   :: atomic { moves & linked -> moves = 0; store[to] = moved }
	   :: atomic { !moves -> goto aborted }
	   fi;
caught_up: atomic {
#ifndef NOTHING_TOO
		if
		:: nothing
		:: else ->
#endif
			behind = behind & ~BIT(to);
			if	/* netram_pages_caught_up() */
			:: !lost && !nothing && SET_IN(word, IN_PARTIAL) & BIT(to) ->
				has = has | (BIT(to) & ~emptied)
			:: else
			fi
#ifndef NOTHING_TOO
		fi
#endif
		;
		busy = 0;
		mine = 0; moved = 0; puts = 0
	   };
	   if
	   :: goto aborted	/* other pages could not be had */
	   :: true
	   fi;
	   atomic {	/* end() */
		if
		:: under_way ->
			word = WITH(word, to, INSYNC);
			has = (lost -> has : has | (BIT(to) & ~emptied));
#ifndef END_OPEN
			if
#ifdef END_BLIND
			:: decide(to)
#else
			:: (up | returning) & BIT(to) -> counts(to); decide(to)
			:: else
#endif
			fi
#endif
		:: else
		fi
	   };
	   goto over;
aborted:   atomic {
		busy = (mine -> 0 : busy);
		mine = 0; moved = 0; puts = 0; moves = 0;
		if
		:: under_way ->
			word = WITH(word, to, (ST(word, to) == COPYING -> STALE : EMPTY))
		:: else
		fi
	   };
over:	   atomic { to = 0; from = 0; set = 0; new = 0; whole = 0; nothing = 0 }
	od
}

/* ---- writes to other pages of the extent, of which a copy misses one */

inline miss(i)
{
	atomic {
		(SET_IN(word, IN(INSYNC)) & ~BIT(i)) &&
			(SET_IN(word, IN_WRITABLE) & BIT(i)) ->
		word = WITH(word, i, (ST(word, i) == FILLING -> EMPTY : STALE));
		/* It will not decide. */
		has = (open -> has & ~BIT(i) : has)
	}
}

proctype Others()
{
end:	do
	:: miss(0)
	:: miss(1)
#if NODES > 2
	:: miss(2)
#endif
	od
}

init {
	atomic {
#if NODES < 3
		store[2] = 0;
#endif
		run Server(0);
		run Session(0);
		run Server(1);
		run Session(1);
#if NODES > 2
		run Server(2);
		run Session(2);
#endif
		run Writer();
		run Reader();
		run Mover();
#if OTHERS
		run Others()
#endif
	}
}

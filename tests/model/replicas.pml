/* SPDX-License-Identifier: GPL-2.0 */
/*
 * The copies of one page of an extent on several nodes: writes to all of them
 * (write.c, fanout.c), what an answer may be believed for (extent.c, replicas.c), a
 * reader (read.c), the mover (mover.c), sessions that break and come back
 * (session.c) and servers that fence lower epochs (server/export.c), crash and come
 * back empty. No checksums: they would hide what is wrong here.
 *
 * What must hold:
 *  - a read gives what was acknowledged when it began, or something newer, or says
 *    that the page is lost;
 *  - one copy is in sync at any time;
 *  - a leg is answered once, a write acknowledged once; nobody waits for ever
 *    (no state in which nothing can happen any more).
 *
 * One page: writes of the others appear as Others, which demotes copies but leaves
 * the page's behind bits alone; and which copy lacks least, of all pages, is anybody's
 * guess. A node is its place in the set: no copies are added
 * or dropped. A step of the model is an atomic access of the code; where the code
 * holds a lock the model says atomic.
 *
 * Not here: placement, adding and dropping copies, TRIMs, requests that fail (of these,
 * writes are in unequal.pml).
 *
 * Switches make it wrong, to see that it notices: tests/model/run has the list.
 */
#ifndef NODES
#define NODES 2
#endif
#ifndef WRITERS
#define WRITERS 2
#endif
#ifndef WRITES	/* of each writer */
#define WRITES 1
#endif
#ifndef READS
#define READS 1
#endif
#ifndef CRASHES	/* a server dies and comes back empty */
#define CRASHES 1
#endif
#ifndef CUTS	/* a connection breaks, the server lives */
#define CUTS 1
#endif
#ifndef WRONGS	/* no copy that the mover can ask gives it the page as it should be */
#define WRONGS 1
#endif
#ifndef OTHERS	/* a write to another page misses a copy */
#define OTHERS 1
#endif

/* ---- the word: 3 bits of state and 2 of life for each of three copies */

#define NONE	0
#define EMPTY	1
#define STALE	2
#define FILLING	3
#define COPYING	4
#define INSYNC	5

#define IN(s)		(1 << (s))
#define IN_WRITABLE	(IN(FILLING) | IN(COPYING) | IN(INSYNC))
#define IN_PARTIAL	(IN(STALE) | IN(COPYING))
#define IN_USE		(IN(EMPTY) | IN(STALE) | IN_WRITABLE)

#define BIT(i)		(1 << (i))
#define ST(w, i)	((w) >> (5 * (i)) & 7)
#define LIFE(w, i)	((w) >> (5 * (i) + 3) & 3)
#define WITH(w, i, s)	(((w) & ~(7 << (5 * (i)))) | (s) << (5 * (i)))
#define AGED(w, i)	(((w) & ~(3 << (5 * (i) + 3))) | \
			 (LIFE(w, i) + 1 & 3) << (5 * (i) + 3))
#define HAS(w, i, m)	(((m) >> ST(w, i) & 1) << (i))
/* netram_set_in() */
#define SET_IN(w, m)	(HAS(w, 0, m) | HAS(w, 1, m) | HAS(w, 2, m))
/* netram_set_same() */
#define SAME1(a, b, i)	((ST(a, i) && ST(b, i) && LIFE(a, i) == LIFE(b, i) -> 1 : 0) << (i))
#define SAME(a, b)	(SAME1(a, b, 0) | SAME1(a, b, 1) | SAME1(a, b, 2))

int word = INSYNC | INSYNC << 5
#if NODES > 2
	| INSYNC << 10
#endif
	;

/* ---- the page */

bit busy, lost;
bit losing;		/* loss_lock is held by who has lost pages, and not yet marked them */
byte behind;		/* copies that lack it, a bit for each */
byte newest = 1;	/* version that was written last */
byte acked = 1;		/* and acknowledged last */

/* ---- nodes, a bit for each */

#define ALL (BIT(NODES) - 1)

byte store[3] = 1;	/* the version each server has */
byte late[3];		/* versions that old connections may still bring, a bit each */
byte alive = ALL;	/* the server runs */
byte linked = ALL;	/* and is at the other end of the host's connection */
byte up = ALL;		/* netram_session_up() */
byte emptied;		/* came back empty since the host looked */
byte crashes = CRASHES, cuts = CUTS, others = OTHERS, wrongs = WRONGS;

/* ---- commands: of the writers, the reader, the mover */

#define READER	WRITERS
#define MOVER	(WRITERS + 1)
#define CMDS	(WRITERS + 2)

byte version[CMDS];	/* of the data */
bool is_read[CMDS];
byte left[CMDS];	/* legs that are not done */
byte sent[CMDS];	/* of those, handed to a session */
byte done[CMDS];	/* of those, carried out by the server */
byte got[CMDS];		/* legs that were answered */
byte joins[CMDS];	/* 1 + the node whose context the last leg's end runs in */

#define check_word()	assert(SET_IN(word, IN(INSYNC)))

/* A leg has come to its end: fanout.c:leg_done() */
inline leg_done(c, i, ok)
{
	assert(sent[c] & BIT(i));
	assert(left[c] & BIT(i));
	sent[c] = sent[c] & ~BIT(i);
	done[c] = done[c] & ~BIT(i);
	left[c] = left[c] & ~BIT(i);
	if
	:: ok -> got[c] = got[c] | BIT(i)
	:: else
	fi;
	if
	:: !left[c] && c != MOVER -> joins[c] = i + 1
	:: else
	fi
}

/* What is up takes its leg, the others fail at once. */
inline submit(c, targets)
{
	assert(!left[c] && !sent[c]);
	sent[c] = (targets) & up;
	left[c] = sent[c];
	done[c] = 0;
	got[c] = 0
}

/* ---- a server */

inline carry_out(c)
{
	atomic {
		(linked & BIT(i)) && (sent[c] & BIT(i)) && !(done[c] & BIT(i)) ->
		done[c] = done[c] | BIT(i);
		if
		:: is_read[c] -> version[c] = store[i]
		:: else -> store[i] = version[c]
		fi
	}
}

proctype Server(byte i)
{
end:	do
	:: carry_out(0)
#if WRITERS > 1
	:: carry_out(1)
#endif
	:: carry_out(READER)
	:: carry_out(MOVER)
	:: atomic { late[i] & BIT(1) -> store[i] = 1; late[i] = late[i] & ~BIT(1) }
	:: atomic { late[i] & BIT(2) -> store[i] = 2; late[i] = late[i] & ~BIT(2) }
	:: atomic { late[i] & BIT(3) -> store[i] = 3; late[i] = late[i] & ~BIT(3) }
	:: d_step {	/* dies, and what it had with it */
		crashes && (alive & BIT(i)) ->
		crashes--;
		alive = alive & ~BIT(i);
		linked = linked & ~BIT(i);
		emptied = emptied | BIT(i);
		store[i] = 0;
		late[i] = 0
	   }
	:: d_step { !(alive & BIT(i)) -> alive = alive | BIT(i) }
	od
}

/* ---- a session */

inline answer(c)
{
	d_step {
		(up & BIT(i)) && (done[c] & BIT(i)) ->
		leg_done(c, i, true)
	}
}

/* A leg goes back to its owner; the server may have it and carry it out yet. */
inline give_back(c)
{
	if
	:: sent[c] & BIT(i) ->
		if
		:: !is_read[c] && !(done[c] & BIT(i)) && (linked & BIT(i)) ->
			late[i] = late[i] | BIT(version[c])
		:: else
		fi;
		leg_done(c, i, false)
	:: else
	fi
}

/* netram_pages_lose() looks whether the heir is behind, then marks. */
inline mark_lost()
{
	if
	:: lacks -> lost = 1
	:: else
	fi;
	lacks = 0;
	/* netram_pages_caught_up() */
	if
	:: loss == 1 -> behind = behind & ~BIT(heir)
	:: else
	fi
}

/* netram_set_lose(), and what is gone with it */
inline set_lose()
{
	loss = 0;
#ifndef NO_LIFE
	word = AGED(word, i);
#endif
	if
	:: !ST(word, i)
	:: ST(word, i) && (ST(word, i) != INSYNC ||
			   (SET_IN(word, IN(INSYNC)) & ~BIT(i))) ->
		word = WITH(word, i, EMPTY)
	:: else ->
		if
		:: HAS(word, 0, IN_PARTIAL) -> heir = 0; loss = 1
		:: HAS(word, 1, IN_PARTIAL) -> heir = 1; loss = 1
		:: HAS(word, 2, IN_PARTIAL) -> heir = 2; loss = 1
		:: else -> loss = 2
		fi;
		if
		:: loss == 1 -> word = WITH(WITH(word, i, EMPTY), heir, INSYNC)
		:: else
		fi
	fi;
	check_word()
}

#if WRITERS > 1
#define joining(i) (joins[0] == i + 1 || joins[1] == i + 1 || joins[READER] == i + 1)
#else
#define joining(i) (joins[0] == i + 1 || joins[READER] == i + 1)
#endif

proctype Session(byte i)
{
	byte loss, heir;
	bit loses, lacks;

end:	do
	:: answer(0)
#if WRITERS > 1
	:: answer(1)
#endif
	:: answer(READER)
	:: answer(MOVER)
	:: d_step {	/* noticed, or cut: recover_work */
		(up & BIT(i)) && (!(linked & BIT(i)) || cuts) ->
		if
		:: linked & BIT(i) -> cuts--
		:: else
		fi;
		up = up & ~BIT(i);
		give_back(0);
#if WRITERS > 1
		give_back(1);
#endif
		give_back(READER);
		give_back(MOVER);
		linked = linked & ~BIT(i)
	   }
	:: atomic {	/* connect_work; its works wait for those of the old connections */
		!(up & BIT(i)) && (alive & BIT(i)) && !joining(i) && !losing ->
		/* The server answers when it has drained and closed the old ones. */
#ifndef NO_FENCE
		late[i] = 0;
#endif
		linked = linked | BIT(i);
#ifdef IGNORE_INSTANCE
		emptied = 0;
#endif
		if
		:: emptied & BIT(i) ->
			emptied = emptied & ~BIT(i);
#ifndef NO_LOSS_LOCK
			losing = 1;
			loses = 1;
#endif
			set_lose()
		:: else
		fi
	   };
	   d_step {
		lacks = (loss == 2 || (loss == 1 && (behind & BIT(heir))))
	   };
	   d_step {
		mark_lost();
		loss = 0; heir = 0;
		losing = (loses -> 0 : losing);
		loses = 0
	   };
	   d_step {
		if
		:: linked & BIT(i) -> up = up | BIT(i)
		:: else	/* died meanwhile: once more */
		fi
	   }
	od
}

/* ---- writes */

#ifndef IN_MARKED	/* copies for whose sake a page is marked behind */
#define IN_MARKED (IN(STALE) | IN(COPYING))
#endif

/* netram_set_settle() of @new, copies that have not carried it out */
inline demote(i)
{
	if
	:: (ok & BIT(i)) || !ST(new, i)
	:: else ->
		if
		:: ST(new, i) == INSYNC -> new = WITH(new, i, STALE)
		:: ST(new, i) == COPYING && (asked & BIT(i)) -> new = WITH(new, i, STALE)
		:: ST(new, i) == FILLING && (asked & BIT(i)) -> new = WITH(new, i, EMPTY)
		:: else
		fi
	fi
}

inline settle_of(c)
{
	ok = got[c] & SAME(word, set);
#ifdef DEMOTE_UNASKED
	asked = ALL;
#else
	asked = SET_IN(set, IN_WRITABLE) & SAME(word, set);
#endif
	new = word;
	demote(0);
	demote(1);
#if NODES > 2
	demote(2);
#endif
	lagging = SET_IN(new, IN_MARKED) & ~ok
}

/* note_carried_out(): of copies that are being brought up to date */
#ifdef CLEAR_UNANSWERED
#define carried_out(w, ok) behind = behind & ~SET_IN(w, IN_PARTIAL)
#else
#define carried_out(w, ok) behind = behind & ~(SET_IN(w, IN_PARTIAL) & (ok))
#endif

#ifdef ANY_ACK
#define enough(ok) (ok)
#else
#define enough(ok) (SET_IN(word, IN(INSYNC)) & (ok))
#endif

/* copies for whose sake settling takes the lock */
#ifdef FILLING_HAS
#define MAY_LACK IN(COPYING)
#else
#define MAY_LACK (IN(FILLING) | IN(COPYING))
#endif
#define all_have(w, ok) (!(SET_IN(w, IN_USE) & ~(ok)) && !SET_IN(w, MAY_LACK))

proctype Writer(byte c)
{
	int set, new;
	byte writes = WRITES, ok, asked, lagging;

	do
	:: writes == 0 -> break
	:: atomic {
		writes && !busy ->
		busy = 1;
		writes--;
		newest++;
		version[c] = newest
	   };
again:	   atomic {	/* netram_extent_place(), netram_extent_up(), fanout */
		SET_IN(word, IN(INSYNC)) & up ->
		set = word;
		submit(c, (SET_IN(word, IN_WRITABLE) & up))
	   };
	   atomic {
		left[c] == 0 ->
#ifdef ACK_EARLY
		if
		:: enough(got[c] & SAME(word, set)) -> acked = version[c]
		:: else
		fi;
	   };
	   atomic {
#endif
		if
		:: word == set && all_have(set, got[c]) ->
			/* Nothing to change, nothing to lock. */
			goto all
		:: else
		fi
	   };
	   atomic {
		!losing ->
		/* settle() and netram_pages_written(), with lose() locked out. */
		settle_of(c);
		if
		:: !enough(ok) ->
			joins[c] = 0; got[c] = 0; new = 0; ok = 0; asked = 0; lagging = 0;
			goto again
		:: else
		fi;
#if !defined(BEHIND_AFTER) && !defined(BEHIND_NEVER)
		behind = behind | lagging;
#endif
		word = new;
		carried_out(new, ok);
		check_word();
#ifndef NO_LOSS_LOCK
		lost = 0;
		goto settled
#endif
	   };
#ifdef BEHIND_AFTER
	   behind = behind | lagging;
#endif
	   lost = 0;
	   goto settled;
all:	   carried_out(set, got[c]);
	   lost = 0;
settled:   skip;
	   d_step {	/* netram_router_finish() */
#ifndef ACK_EARLY
		assert(acked < version[c]);
		acked = version[c];
#endif
		busy = 0;
		joins[c] = 0; version[c] = 0;
		got[c] = 0; set = 0; new = 0; ok = 0; asked = 0; lagging = 0
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
	byte reads = READS, floor, from, among;
	int set;

	do
	:: reads == 0 -> break
	:: d_step { reads -> reads--; floor = acked; is_read[READER] = true };
again:	   /* The word first: a loss after this look is noticed by it, below. */
#ifndef LOST_FIRST
	   set = word;
#endif
#ifndef MARKED_LATER
	   !losing;	/* copies_of() */
#endif
	   if
	   :: lost -> goto over	/* lay_out_read() */
	   :: else
	   fi;
#if !defined(SET_ONCE) && !defined(LOST_FIRST)
	   if
	   :: word != set -> set = 0; goto again
	   :: else
	   fi;
#endif
	   atomic {
#ifdef LOST_FIRST
		set = word;
#endif
		if
		:: SET_IN(set, IN(INSYNC)) & up -> among = SET_IN(set, IN(INSYNC)) & up
#ifdef READ_BEHIND
		:: else -> among = SET_IN(set, IN_PARTIAL) & up
#else
		:: else -> among = SET_IN(set, IN_PARTIAL) & up & ~behind
#endif
		fi;
		if
		:: among ->
			choose_of(among);
			among = 0
		:: else ->	/* wait until there is one, then look anew */
			set = 0;
			(lost || (SET_IN(word, IN(INSYNC)) & up) ||
			 (SET_IN(word, IN_PARTIAL) & up & ~behind));
			goto again
		fi
	   };
#ifndef LOST_ONCE
	   /* It may not lack the page because that is lost: send_read() */
	   if
	   :: lost && !(SET_IN(set, IN(INSYNC)) & BIT(from)) -> set = 0; from = 0; goto again
	   :: else
	   fi;
#endif
	   d_step { submit(READER, BIT(from)) };
	   atomic {
		left[READER] == 0 ->
		if
		:: !got[READER] ||	/* or no longer a copy: still_copy() */
		   !(word == set || (SAME(word, set) & BIT(from) &
				     SET_IN(word, IN(INSYNC) | IN_PARTIAL))) ->
			joins[READER] = 0; version[READER] = 0; got[READER] = 0;
			set = 0; from = 0;
			goto again
		:: else
		fi
	   };
	   d_step {
		assert(lost || version[READER] >= floor);
		assert(lost || version[READER] <= newest)
	   };
over:	   skip;
	   d_step {
		joins[READER] = 0; version[READER] = 0; got[READER] = 0;
		set = 0; from = 0; floor = 0
	   }
	od
}

/* ---- the mover */


#define NEEDS(i) ((BIT(i) & up) && (SET_IN(word, IN(INSYNC)) & up) && \
		  (ST(word, i) == STALE || ST(word, i) == EMPTY))

proctype Mover()
{
	byte to, from;
	int set;
	bool whole, mine;

end:	do
	:: atomic {
		if
		:: NEEDS(0) -> to = 0
		:: NEEDS(1) -> to = 1
		:: NEEDS(2) -> to = 2
		fi;
		whole = ST(word, to) == EMPTY;
#ifdef WHOLE_OF_BEFORE
	   };
	   atomic {
		if
		:: ST(word, to) == STALE || ST(word, to) == EMPTY
		:: else -> goto over
		fi;
#endif
		if
		:: ST(word, to) == STALE -> word = WITH(word, to, COPYING)
		:: else -> word = WITH(word, to, FILLING)
		fi
	   };
	   atomic {
		if
#ifdef NO_OWN
		:: true
#else
		:: !busy -> busy = 1; mine = true
		:: busy -> goto aborted	/* for too long */
#endif
		fi;
		if
		:: lost || !(whole || (behind & BIT(to))) -> goto caught_up
		:: else
		fi;
		/* fetch() */
		set = word;
		is_read[MOVER] = true;
		if
		:: SET_IN(set, IN(INSYNC)) & up & ~BIT(to) ->
			choose_of((SET_IN(set, IN(INSYNC)) & up & ~BIT(to)))
		:: else -> goto aborted
		fi
	   };
	   d_step { submit(MOVER, BIT(from)) };
	   atomic {
		left[MOVER] == 0 ->
		if
		:: !got[MOVER] -> goto aborted
		:: wrongs -> wrongs--; goto left_behind
#ifndef BELIEVE_FETCH
		:: got[MOVER] && !(SAME(word, set) & BIT(from) &
				   SET_IN(word, IN(INSYNC))) -> goto aborted
#endif
		:: else
		fi;
		is_read[MOVER] = false;
		set = 0;
		submit(MOVER, BIT(to))
	   };
	   atomic {
		left[MOVER] == 0 ->
		if
		:: !got[MOVER] -> goto aborted
		:: else
		fi
	   };
caught_up:
#ifdef CLEAR_ALL
	   behind = 0;
#else
	   behind = behind & ~BIT(to);
#endif
	   d_step {
		busy = (mine -> 0 : busy);
		mine = false;
		is_read[MOVER] = false; got[MOVER] = 0; version[MOVER] = 0; set = 0
	   };
	   d_step {
		if
		:: ST(word, to) == COPYING || ST(word, to) == FILLING ->
			word = WITH(word, to, INSYNC);
			/* Or it would be blamed for it when it is out of sync again. */
			assert(!(behind & BIT(to)))
		:: else
		fi;
		check_word()
	   };
	   goto over;
left_behind:
	   atomic {
		!losing ->
		/* leave_behind(): all but this page is there */
#ifndef LEFT_UNMARKED
		if
#ifdef LEFT_UNLOCKED
		:: true
#else
		:: ST(word, to) == COPYING || ST(word, to) == FILLING
#endif
			-> behind = behind | BIT(to)
#ifndef LEFT_UNLOCKED
		:: else
#endif
		fi;
#endif
		busy = (mine -> 0 : busy);
		mine = false;
		is_read[MOVER] = false; got[MOVER] = 0; version[MOVER] = 0; set = 0
	   };
	   d_step {
		/* Of one that is in sync, as heir, nothing may be told that it lacks. */
		assert(losing || ST(word, to) != INSYNC || !(behind & BIT(to)));
		if
		:: ST(word, to) == COPYING || ST(word, to) == FILLING ->
			word = WITH(word, to, STALE)
		:: else
		fi
	   };
	   goto over;
aborted:   skip;
	   d_step {
		busy = (mine -> 0 : busy);
		mine = false;
		is_read[MOVER] = false; got[MOVER] = 0; version[MOVER] = 0; set = 0
	   };
	   d_step {
		if
		:: ST(word, to) == COPYING -> word = WITH(word, to, STALE)
		:: ST(word, to) == FILLING -> word = WITH(word, to, EMPTY)
		:: else
		fi
	   };
over:	   skip;
	   d_step { to = 0; from = 0; set = 0; whole = false }
	od
}

/* ---- writes to other pages of the extent */

inline miss(i)
{
	d_step {
		others && (SET_IN(word, IN(INSYNC)) & ~BIT(i)) &&
			(ST(word, i) == INSYNC || ST(word, i) == COPYING ||
			 ST(word, i) == FILLING) ->
		others--;
		word = WITH(word, i, (ST(word, i) == FILLING -> EMPTY : STALE))
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
		run Writer(0);
#if WRITERS > 1
		run Writer(1);
#endif
		run Reader();
		run Mover();
		run Others()
	}
}

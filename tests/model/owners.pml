/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Two hosts and two nodes: a volume of two copies that host A has, and that host B
 * takes over (Documentation/protocol.md, "Epochs" and "One owner"; server/export.c,
 * kernel/session_connect.c). Connections break with writes under way, servers die
 * and come back empty, knowing nothing of owners.
 *
 * What must hold, for each host:
 *  - a read gives what this host had acknowledged when it began, or something newer
 *    of its own, or fails; never anything of the other host's;
 *  - a write that A begins when B has been let in everywhere is not acknowledged
 *    (unless a server died since: it has forgotten who owned what);
 *  - A is told in the end that B has the volume.
 *
 * A host does one thing at a time here: what its writers, readers and mover do to each
 * other is replicas.pml's. A GO of the owner's fences what it had under way there before:
 * it has the higher epoch, which is all that epochs are for here. Versions tell whose
 * they are: even ones are A's.
 *
 * Switches make it wrong, to see that it notices: tests/model/run has the list.
 */
#ifndef WRITES	/* of each host */
#define WRITES 2
#endif
#ifndef READS	/* of each host */
#define READS 1
#endif
#ifndef CUTS	/* a connection breaks, both ends live */
#define CUTS 1
#endif
#ifndef CRASHES	/* a server dies and comes back empty */
#define CRASHES 0
#endif

#define A 0
#define B 1
#define NOBODY 2
#define OTHER(h) (1 - (h))
#define AT(h, n) ((h) * 2 + (n))

/* ---- servers */

byte store[2] = 2;	/* the version that is there; 0: no page */
byte owner[2] = A;
byte former[2];		/* hosts that were owners, a bit each */
byte life[2];		/* the instance */

/* ---- connections, by AT(host, node) */

bool open[4];		/* as the server sees it */
bool up[4];		/* as the host sees it */
byte wire[4];		/* the version of a write that has not been carried out */
bool answer[4];		/* it has */
byte old[4];		/* the same of a connection that the host has given up */

/* ---- hosts */

bool fenced[2];
bool insync[4];		/* the copy, by AT(host, node) */
byte seen[4];		/* the instance */
bool let_in[4];
bool present[2], lost[2];
byte acked[2], newest[2];
byte writes[2] = WRITES, reads[2] = READS;
byte cuts = CUTS, crashes = CRASHES;

#define TAKEN (let_in[AT(B, 0)] && let_in[AT(B, 1)] && crashes == CRASHES)

/* What is under way when it is fenced is wholly done by then, or never. */
inline fence(c, n)
{
#ifdef NO_FENCE
	skip
#else
	if
	:: old[c] -> store[n] = old[c]
	:: true
	fi;
	old[c] = 0
#endif
}

inline close(c, n)
{
	if
	:: open[c] && wire[c] ->
#ifdef NO_FENCE
		old[c] = wire[c];
#else
		if
		:: store[n] = wire[c]
		:: true
		fi;
#endif
		wire[c] = 0
	:: else
	fi;
	open[c] = false
}

/* GO: sets result */
#define OK 0
#define IN_USE 1
#define TAKEN_OVER 2

inline go(h, n, takeover)
{
	c = AT(h, n);
	if
#ifndef NO_FORMER
	:: former[n] & (1 << h) -> result = TAKEN_OVER
#endif
	:: else ->
		if
		:: owner[n] == h || owner[n] == NOBODY ->
			result = OK
#ifdef NO_OWNER
		/* who comes last has it */
		:: owner[n] == OTHER(h) ->
			fence(AT(OTHER(h), n), n);
			close(AT(OTHER(h), n), n);
			result = OK
#else
		:: owner[n] == OTHER(h) && takeover ->
			former[n] = former[n] | 1 << OTHER(h);
			fence(AT(OTHER(h), n), n);
			close(AT(OTHER(h), n), n);
			result = OK
		:: owner[n] == OTHER(h) && !takeover && !open[AT(OTHER(h), n)] && !store[n] ->
			fence(AT(OTHER(h), n), n);
			result = OK
		:: else -> result = IN_USE
#endif
		fi
	fi;
	if
	:: result == OK ->
		fence(c, n);
		owner[n] = h;
		open[c] = true;
		up[c] = true;
		answer[c] = false;
		let_in[c] = true
	:: else
	fi
}

/* A new instance has lost the pages: check_instance() */
inline look(h, n)
{
	if
	:: up[AT(h, n)] && seen[AT(h, n)] != life[n] ->
		seen[AT(h, n)] = life[n];
#ifndef IGNORE_INSTANCE
		if
		:: insync[AT(h, n)] && !insync[AT(h, 1 - n)] -> lost[h] = present[h]
		:: else -> insync[AT(h, n)] = false
		fi
#endif
	:: else
	fi
}

inline connect(h, n)
{
	atomic {
		go(h, n, (h == B && !let_in[AT(B, n)]));
		if
		:: result == TAKEN_OVER ->
			/* all of the volume, on all nodes: netram_router_fence() */
			fenced[h] = true;
			for (i : 0 .. 1) {
				up[AT(h, i)] = false;
				close(AT(h, i), i)
			}
		:: result == OK -> look(h, n)
		/* it would go on asking */
		:: result == IN_USE -> assert(h == B || !TAKEN)
		fi
	}
}

/* The other end has gone, or so it seems. */
inline broken(c)
{
	up[c] = false;
	answer[c] = false
}

inline leg(h, n, v)
{
	if
	:: atomic { up[AT(h, n)] -> wire[AT(h, n)] = v; answer[AT(h, n)] = false;
		    sent = sent | 1 << n;
		    /* the server has closed it already */
		    if :: !open[AT(h, n)] -> wire[AT(h, n)] = 0 :: else fi }
	:: atomic { !up[AT(h, n)] }
	fi
}

inline wait_leg(h, n)
{
	if
	:: !(sent & 1 << n)
	:: atomic { sent & 1 << n && up[AT(h, n)] && answer[AT(h, n)] ->
		    answer[AT(h, n)] = false; good = good | 1 << n }
	:: atomic { sent & 1 << n && !up[AT(h, n)] }
	fi
}

inline write(h)
{
	atomic {
		writes[h]--;
		newest[h] = newest[h] + 2;
		late = (h == A && TAKEN);
		sent = 0; good = 0
	}
	for (n : 0 .. 1) {
		if
		:: insync[AT(h, n)] -> leg(h, n, newest[h])
		:: else
		fi
	}
	for (n : 0 .. 1) {
		wait_leg(h, n)
	}
	atomic {
		if
		:: good && !fenced[h] ->
			assert(!late);
#ifndef KEEP_MISSED
			for (n : 0 .. 1) {
				insync[AT(h, n)] = insync[AT(h, n)] && good & 1 << n
			}
#endif
			/* of one that was lost and written: it is there again */
			present[h] = true; lost[h] = false;
			acked[h] = newest[h]
		:: else
		fi
	}
}

#define READABLE(h, n) (insync[AT(h, n)] && up[AT(h, n)])

inline read(h)
{
	atomic {
		reads[h]--;
		was = acked[h];
		if
		:: READABLE(h, 0) -> n = 0
		:: READABLE(h, 1) -> n = 1
		:: else -> n = 2
		fi
	}
	/* The server answers only to a connection that it has not closed. */
	atomic {
		if
		:: n < 2 && up[AT(h, n)] && open[AT(h, n)] && present[h] && !lost[h] ->
			v = store[n];
			assert(v % 2 == h);
			assert(v >= was)
		:: else
		fi;
		v = 0; was = 0; n = 0
	}
}

/* The mover: from the copy in sync to the one that is not. */
inline repair(h, to)
{
	sent = 0; good = 0; v = 0;
	atomic {
		if
		:: READABLE(h, 1 - to) && open[AT(h, 1 - to)] -> v = store[1 - to]
		:: else
		fi
	}
	if
	:: v ->
		leg(h, to, v);
		wait_leg(h, to);
		atomic {
			if
			:: good && up[AT(h, to)] -> insync[AT(h, to)] = true
			:: else
			fi
		}
	:: else
	fi;
	atomic { v = 0; n = 0 }
}

proctype host(byte h)
{
	byte n, i, c, result, sent, good, v, was;
	bool late;

end:	do
	:: atomic { !fenced[h] && !up[AT(h, 0)] -> connect(h, 0); n = 0; i = 0; c = 0; result = 0 }
	:: atomic { !fenced[h] && !up[AT(h, 1)] -> connect(h, 1); n = 0; i = 0; c = 0; result = 0 }
	:: !fenced[h] && writes[h] && (let_in[AT(h, 0)] && let_in[AT(h, 1)]) -> write(h); atomic { n = 0; sent = 0; good = 0; late = false }
	:: !fenced[h] && reads[h] && (up[AT(h, 0)] || up[AT(h, 1)]) -> read(h)
	:: !fenced[h] && present[h] && !lost[h] && up[AT(h, 0)] && !insync[AT(h, 0)] && READABLE(h, 1) -> repair(h, 0)
	:: !fenced[h] && present[h] && !lost[h] && up[AT(h, 1)] && !insync[AT(h, 1)] && READABLE(h, 0) -> repair(h, 1)
	:: fenced[h] -> break
	od
}

/* ---- what servers and the network do by themselves, to connection @c of node @n */

#define CARRY_OUT(c) \
	atomic { open[c] && wire[c] -> store[n] = wire[c]; wire[c] = 0; answer[c] = true }
/* of one that was given up, and not closed by the server yet */
#define BE_LATE(c) \
	atomic { old[c] -> store[n] = old[c]; old[c] = 0 }
/* the host notices that it was cut off */
#define NOTICE(c) \
	atomic { up[c] && !open[c] -> broken(c) }
#define CUT(c) \
	atomic { cuts && up[c] && open[c] -> cuts--; \
		 old[c] = wire[c]; wire[c] = 0; open[c] = false; broken(c) }

proctype network(byte n)
{
	byte h;

end:	do
	:: CARRY_OUT(AT(A, n))
	:: CARRY_OUT(AT(B, n))
	:: BE_LATE(AT(A, n))
	:: BE_LATE(AT(B, n))
	:: NOTICE(AT(A, n))
	:: NOTICE(AT(B, n))
	:: CUT(AT(A, n))
	:: CUT(AT(B, n))
	:: atomic { crashes -> crashes--;
		    store[n] = 0; owner[n] = NOBODY; former[n] = 0; life[n] = life[n] + 1;
		    for (h : 0 .. 1) {
			open[AT(h, n)] = false; wire[AT(h, n)] = 0; old[AT(h, n)] = 0
		    }
		    h = 0 }
	od
}

init {
	atomic {
		byte n;

		for (n : 0 .. 1) {
			open[AT(A, n)] = true; up[AT(A, n)] = true;
			insync[AT(A, n)] = true; let_in[AT(A, n)] = true;
			insync[AT(B, n)] = true
		}
		present[A] = true; acked[A] = 2; newest[A] = 2;
		newest[B] = 1;
#ifdef ADOPT
		/* B takes what it finds for good */
		present[B] = true
#endif
		run host(A);
		run host(B);
		run network(0);
		run network(1)
	}
	/* when nothing can happen any more */
	timeout -> assert(!TAKEN || fenced[A])
}

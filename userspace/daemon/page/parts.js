// SPDX-License-Identifier: GPL-2.0
// The parts of the page but for plots: each is drawn from what netramd told last.
import {bytes, clock, count, element, keyed, percent, rate, say, time} from '/text.js';

const PAGE_SIZE = 4096;

/** How bad a state is: of nodes, volumes, sessions, netramd, backups. */
const LEVELS = {
	ok: 'good', up: 'good', idle: 'quiet', draining: 'note', waiting: 'warn', suspect: 'warn',
	degraded: 'warn', backup: 'warn', note: 'note', down: 'bad', lost: 'bad', fenced: 'bad',
	failed: 'bad', problem: 'bad',
};

function level(state) {
	return LEVELS[state] ?? 'unknown';
}

function badge(e, text, kind) {
	say(e, text);
	e.dataset.level = kind;
}

// ---- cards: a head with a badge, perhaps a bar, and fields

function makeCard() {
	const card = element('article', {class: 'card'});
	card.append(
		element('div', {class: 'card-head'}, element('h4'), element('span', {class: 'badge'})),
		element('p', {class: 'card-sub'}), element('div', {class: 'bar'}, element('div')),
		element('p', {class: 'bar-text'}), element('dl'), element('p', {class: 'card-note'}));
	return card;
}

function setHead(card, name, state, sub) {
	say(card.querySelector('h4'), name);
	badge(card.querySelector('.badge'), state, level(state));
	say(card.querySelector('.card-sub'), sub);
}

/** share: null: not known; limit: where a mark is, null: none */
function setBar(card, share, limit, text) {
	const bar = card.querySelector('.bar'), inner = bar.firstChild;
	bar.hidden = share === null;
	if (share !== null) {
		inner.style.width = `${Math.min(share, 1) * 100}%`;
		bar.dataset.level = limit !== null && share > limit ? 'warn' : 'good';
		bar.style.setProperty('--mark', limit === null ? '-1' : String(limit));
		bar.setAttribute('role', 'meter');
		bar.setAttribute('aria-valuemin', '0');
		bar.setAttribute('aria-valuemax', '100');
		bar.setAttribute('aria-valuenow', String(Math.round(share * 100)));
		bar.setAttribute('aria-label', text);
	}
	say(card.querySelector('.bar-text'), text);
}

/** fields: [key, name, text]; those without a text are not shown */
function setFields(card, fields) {
	keyed(card.querySelector('dl'), fields.filter(([, , text]) => text !== null), ([key]) => key,
		([key, name]) => element('div', {}, element('dt', {}, name), element('dd', {'data-f': key})),
		(e, [, , text]) => say(e.lastChild, text));
}

function setNote(card, text) {
	const note = card.querySelector('.card-note');
	note.hidden = !text;
	say(note, text);
}

// ---- rates of an interval

function perSecond(point, value) {
	return value * 1000 / point.interval_ms;
}

function sum(points, get) {
	return points.reduce((all, p) => all + (get(p) ?? 0), 0);
}

function timeOr(ns) {
	return ns === undefined ? '–' : time(ns);
}

// ---- objectives

const OBJECTIVES = [
	{id: 'read_p50_us', title: 'Access latency',
		format: (v) => time(v * 1000), want: (limit) => `half of the reads take at most ${limit}`},
	{id: 'read_p99_us', title: 'Slow accesses',
		format: (v) => time(v * 1000), want: (limit) => `99 of 100 reads take at most ${limit}`},
	{id: 'hit_rate_percent', title: 'Hit rate', least: true,
		format: (v) => `${v}\u00a0%`, want: (limit) => `at least ${limit} of pages read are in memory of nodes`},
	{id: 'utilization_percent', title: 'Utilization',
		format: (v) => `${v}\u00a0%`, want: (limit) => `no node is fuller than ${limit}`},
	{id: 'network_overhead_percent', title: 'Network overhead',
		format: (v) => `${v}\u00a0%`, want: (limit) => `at most ${limit} of the network is for anything but pages`},
];

/** What the last ten minutes add to it. */
function objectiveMore(kind, points) {
	if (kind.id === 'read_p50_us') {
		const reads = sum(points, (p) => p.all.reads);
		return reads ? `${percent(sum(points, (p) => p.all.within_target) / reads)} of ${count(reads)} reads within 100\u00a0µs of late` : '';
	}
	if (kind.id === 'network_overhead_percent') {
		const payload = sum(points, (p) => p.all.payload_bytes);
		return payload ? `${percent(sum(points, (p) => p.all.overhead_bytes) / payload)} of ${bytes(payload)} of late` : '';
	}
	if (kind.id === 'hit_rate_percent') {
		const pages = sum(points, (p) => p.all.pages);
		return pages ? `${percent(1 - sum(points, (p) => p.all.missed_pages) / pages)} of ${count(pages)} pages of late` : '';
	}
	return '';
}

/** old: nothing is measured now; what was is still told */
function updateObjective(tile, kind, status, points, old) {
	const all = status.objectives.filter((o) => o.objective === kind.id)
		.sort((a, b) => (kind.least ? a.value - b.value : b.value - a.value));
	const missed = all.filter((o) => !o.met);
	const worst = all[0];
	const limit = status.limits[kind.id];
	say(tile.querySelector('h3'), kind.title);
	if (worst && old)
		badge(tile.querySelector('.badge'), `${missed.length ? 'missed' : 'met'} before`, 'quiet');
	else if (worst)
		badge(tile.querySelector('.badge'), missed.length ? 'missed' : 'met', missed.length ? 'bad' : 'good');
	else
		badge(tile.querySelector('.badge'), 'not measured', 'quiet');
	say(tile.querySelector('.value'), worst ? kind.format(worst.value) : '–');
	say(tile.querySelector('.limit'), kind.want(kind.format(limit)));
	const shown = all.slice(0, 3).map((o) => `${o.volume ?? o.node} ${kind.format(o.value)}${o.met ? '' : ' missed'}`);
	if (all.length > 3)
		shown.push(`${all.length - 3} more`);
	say(tile.querySelector('.each'), shown.join(' · '));
	say(tile.querySelector('.more'), objectiveMore(kind, points));
}

export function showObjectives(parent, live, status, points) {
	const kinds = OBJECTIVES.filter((k) => k.id in status.limits);
	keyed(parent, kinds, (k) => k.id,
		() => element('article', {class: 'tile'},
			element('div', {class: 'card-head'}, element('h3'), element('span', {class: 'badge'})),
			element('p', {class: 'value'}), element('p', {class: 'limit'}),
			element('p', {class: 'each'}), element('p', {class: 'more'})),
		(tile, kind) => updateObjective(tile, kind, status, points, live.problem !== ''));
}

// ---- the pool: regions, zones in them, nodes in these

function groupBy(items, key) {
	const groups = new Map();
	for (const item of items)
		groups.set(key(item), [...groups.get(key(item)) ?? [], item]);
	return [...groups.entries()].sort(([a], [b]) => a.localeCompare(b, 'en', {numeric: true}));
}

/** Of a server that tells it, with what other hosts have there; else of this host. */
export function fillOf(node, told) {
	if (told?.server && !told.server.error && told.server.limit_bytes)
		return {used: told.server.used_bytes, room: told.server.limit_bytes};
	return {used: node.pages * PAGE_SIZE, room: told?.capacity_bytes ?? null};
}

function pressureText(told) {
	const server = told?.server;
	if (!server || server.error || server.pressure_some_percent === undefined)
		return 'not told';
	return `${server.pressure_some_percent.toFixed(1)} % some, ${server.pressure_full_percent.toFixed(1)} % full`;
}

function refusedText(told) {
	const refused = told?.server?.refused_writes;
	return refused ? `${count(refused)} writes` : null;
}

function fillText(fill) {
	if (fill.room === null)
		return `${bytes(fill.used)} of this host; capacity not told`;
	return `${bytes(fill.used)} of ${bytes(fill.room)} (${percent(fill.used / fill.room)})`;
}

function nodeNote(node, told) {
	if (!['up', 'idle', 'draining'].includes(node.state))
		return node.last_error ?? '';
	return told?.server?.error ? `no answer from its server: ${told.server.error}` : '';
}

function updateNode(card, node, status, point) {
	const told = status.nodes.find((n) => n.name === node.name);
	const limit = status.limits.utilization_percent;
	const fill = fillOf(node, told);
	const now = point?.nodes.find((n) => n.name === node.name);
	const host = node.address.includes(':') ? `[${node.address}]` : node.address;
	setHead(card, node.name, node.state, `${host}:${node.port}`);
	setBar(card, fill.room === null ? null : fill.used / fill.room, limit / 100, fillText(fill));
	setFields(card, [
		['pressure', 'Pressure', pressureText(told)],
		['refused', 'Refused', refusedText(told)],
		['stored', 'This host', `${bytes(node.pages * PAGE_SIZE)} in ${count(node.extents)} extents`],
		['p99', 'Read p99', timeOr(now?.read_p99_ns)],
		['rx', 'Received', now ? rate(perSecond(point, now.rx_bytes)) : '–'],
		['tx', 'Sent', now ? rate(perSecond(point, now.tx_bytes)) : '–'],
		['reconnects', 'Reconnects', node.reconnects ? count(node.reconnects) : null],
		['errors', 'Errors', node.errors ? count(node.errors) : null],
	]);
	setNote(card, nodeNote(node, told));
}

function updateZone(e, [zone, nodes], status, point) {
	say(e.querySelector('h4'), `zone ${zone}`);
	e.style.flexGrow = String(nodes.length);
	e.style.flexBasis = `${nodes.length * 270}px`;
	keyed(e.querySelector('.zone-nodes'), nodes, (n) => `node:${n.name}`, makeCard,
		(card, node) => updateNode(card, node, status, point));
}

function updateRegion(e, [region, nodes], status, point) {
	say(e.querySelector('h3'), `region ${region}`);
	e.classList.toggle('ours', region === status.config.region);
	keyed(e.querySelector('.zones'), groupBy(nodes, (n) => n.zone), ([zone]) => zone,
		() => element('div', {class: 'zone'}, element('h4'), element('div', {class: 'zone-nodes'})),
		(zone, group) => updateZone(zone, group, status, point));
}

function poolSum(live, status) {
	const {nodes} = live;
	if (!nodes.length)
		return live.problem ? '' : 'No nodes yet: declare some under nodes: in netram.conf(5), or netramctl node add.';
	const regions = new Set(nodes.map((n) => n.region)).size;
	const zones = new Set(nodes.map((n) => `${n.region}/${n.zone}`)).size;
	const up = nodes.filter((n) => ['up', 'idle', 'draining'].includes(n.state)).length;
	const fills = nodes.map((n) => fillOf(n, status.nodes.find((t) => t.name === n.name)));
	const used = fills.reduce((all, f) => all + f.used, 0);
	const room = fills.every((f) => f.room !== null) ? fills.reduce((all, f) => all + f.room, 0) : null;
	const plural = (n, what) => `${n} ${what}${n === 1 ? '' : 's'}`;
	return `${plural(nodes.length, 'node')} in ${plural(zones, 'zone')} of ${plural(regions, 'region')}, ` +
		`${up} of them up; ${bytes(used)} used` +
		(room === null ? '' : ` of ${bytes(room)} (${percent(used / room)})`);
}

export function showPool(parent, sumElement, live, status, point) {
	say(sumElement, poolSum(live, status));
	keyed(parent, groupBy(live.nodes, (n) => n.region), ([region]) => region,
		() => element('section', {class: 'region'}, element('h3'), element('div', {class: 'zones'})),
		(e, group) => updateRegion(e, group, status, point));
}

// ---- volumes

function useText(told) {
	if (told?.swap)
		return 'swap';
	return told?.mounted ? `mounted on ${told.mounted}` : 'block device';
}

function copiesText(v) {
	const stale = v.sessions.reduce((all, s) => all + s.stale_extents, 0);
	return `${v.replicas} of each extent` +
		(v.degraded_extents ? `; ${count(v.degraded_extents)} of ${count(v.extents)} extents have fewer` : '') +
		(stale ? `; ${count(stale)} copies not in sync` : '');
}

function backupText(v) {
	if (!v.backup)
		return null;
	return `${v.backup.device}: ${v.backup.state}${v.backup.serving ? ', standing in for nodes' : ''}` +
		`, lacks ${bytes(v.backup.lag_pages * PAGE_SIZE)}`;
}

function shareText(points, name, part, whole) {
	const ours = points.map((p) => p.volumes.find((v) => v.name === name)).filter((v) => v);
	const all = sum(ours, whole);
	return all ? percent(sum(ours, part) / all) : '–';
}

/** Also of more than all, when little is asked for and much goes wrong. */
function overheadText(points, name) {
	return shareText(points, name, (p) => p.overhead_bytes, (p) => p.payload_bytes);
}

function updateVolume(card, v, status, points, point) {
	const told = status.volumes.find((t) => t.name === v.name);
	const now = point?.volumes.find((p) => p.name === v.name);
	const stored = v.pages * PAGE_SIZE;
	const traffic = (n, size) => (now ? `${count(perSecond(point, n))}/s, ${rate(perSecond(point, size))}` : '–');
	setHead(card, v.name, v.state, `${v.device}, ${useText(told)}`);
	setBar(card, stored / v.size_bytes, null,
		`${bytes(stored)} of ${bytes(v.size_bytes)} (${percent(stored / v.size_bytes)})`);
	setFields(card, [
		['copies', 'Copies', copiesText(v)],
		['reads', 'Reads', traffic(now?.reads, now?.read_bytes)],
		['writes', 'Writes', traffic(now?.writes, now?.written_bytes)],
		['p99', 'Read p50, p99', `${timeOr(now?.read_p50_ns)}, ${timeOr(now?.read_p99_ns)}`],
		['within', 'Within 100 µs', shareText(points, v.name, (p) => p.within_target, (p) => p.reads)],
		['hits', 'Hit rate', shareText(points, v.name, (p) => p.pages - p.missed_pages, (p) => p.pages)],
		['overhead', 'Network overhead', overheadText(points, v.name)],
		['backup', 'Backup', backupText(v)],
		['lost', 'Lost', v.lost_pages ? bytes(v.lost_pages * PAGE_SIZE) : null],
		['failed', 'Failed', v.stats.errors ? `${count(v.stats.errors)} requests` : null],
	]);
	setNote(card, v.reason ?? '');
}

export function showVolumes(parent, live, status, points, point) {
	keyed(parent, live.volumes, (v) => `volume:${v.name}`, makeCard,
		(card, v) => updateVolume(card, v, status, points, point));
	parent.classList.toggle('empty', !live.volumes.length);
}

// ---- lines: findings and events

export function showFindings(parent, status) {
	const items = status.findings.map((f) => [f.kind, f.text]);
	if (status.config.refused)
		items.unshift(['problem', `${status.config.refused}; what the file said before is in force`]);
	if (!items.length)
		items.push(['ok', 'all is as the file says']);
	keyed(parent, items, ([kind, text]) => `${kind} ${text}`,
		() => element('li', {}, element('span', {class: 'badge'}), element('span', {class: 'what'})),
		(li, [kind, text]) => {
			badge(li.firstChild, kind, level(kind));
			say(li.lastChild, text);
		});
}

const EVENTS_MAX = 100;
const EVENT_LEVELS = {
	'pages_lost on': 'bad', unreadable: 'bad', elsewhere: 'warn', taken_over: 'bad', broken: 'warn', degraded: 'warn', on: 'warn', wrong: 'bad',
	up: 'good', synced: 'good', off: 'good', clean: 'good', drained: 'good',
	missed: 'warn', met: 'good',
};

// The module's have a type and what it is about, netramd's own a kind and a text.
function eventText(e) {
	return e.text ?? [e.volume && `volume ${e.volume}`, e.node && `node ${e.node}`, e.state, e.value].filter((t) => t || t === 0).join(', ');
}

export function showEvents(parent, live, status) {
	const events = [...live.events, ...status.events.map((e) => ({...e, type: e.kind}))]
		.sort((a, b) => b.time_ns - a.time_ns).slice(0, EVENTS_MAX);
	if (!events.length)
		return parent.replaceChildren(element('li', {class: 'quiet'}, 'nothing since netramd began to watch'));
	return keyed(parent, events,
		(e) => [e.time_ns, e.type, e.node, e.volume, e.state, e.value, e.text].join(' '),
		() => element('li', {}, element('time'), element('span', {class: 'badge'}), element('span', {class: 'what'})),
		(li, e) => {
			const ms = e.time_ns / 1e6;
			say(li.children[0], clock(ms));
			li.children[0].setAttribute('datetime', new Date(ms).toISOString());
			badge(li.children[1], e.type.replaceAll('_', ' '), EVENT_LEVELS[`${e.type} ${e.state}`] ?? EVENT_LEVELS[e.state] ?? EVENT_LEVELS[e.type] ?? 'quiet');
			say(li.children[2], eventText(e));
		});
}

// ---- the whole

export function healthOf(live, status) {
	if (live.problem)
		return ['problem: no module', 'bad'];
	const bad = [...live.volumes, ...live.nodes].filter((x) => level(x.state) === 'bad');
	const warn = [...live.volumes, ...live.nodes].filter((x) => level(x.state) === 'warn');
	const named = (all) => all.slice(0, 2).map((x) => `${x.name} is ${x.state}`).join(', ') +
		(all.length > 2 ? ` and ${all.length - 2} more` : '');
	if (bad.length)
		return [named([...bad, ...warn]), 'bad'];
	if (status.state === 'problem')
		return ['problem: see findings', 'bad'];
	if (warn.length)
		return [named(warn), 'warn'];
	if (status.state === 'waiting')
		return ['waiting: see findings', 'warn'];
	if (status.objectives.some((o) => !o.met))
		return ['healthy, objectives missed', 'note'];
	return ['healthy', 'good'];
}

/** old: live and status are of a while ago */
export function showHealth(e, live, status, old) {
	badge(e, ...(old ? ['unknown', 'unknown'] : healthOf(live, status)));
}

// SPDX-License-Identifier: GPL-2.0
// Asks netramd every other second and shows what it says. Only the last answers and
// the points of ten minutes are kept here.
import {HeatMap, LinePlot, recent} from '/plot.js';
import {showEvents, showFindings, showHealth, showObjectives, showPool, showVolumes} from '/parts.js';
import {bytes, clock, count, element, keyed, rate, say, time} from '/text.js';

const ANSWER_MS = 10000;
const RETRY_MS = 2000;
const POINTS_MAX = 300;
// A sample that is older is of then: the module hangs, and netramd says what it knew last.
const OLD_MS = 15000;

const $ = (id) => document.getElementById(id);

// at is when an answer came last; sent, when that was by the clock of there; sampled, since
// when live is the same, by one that nobody sets
const seen = {live: null, status: null, points: [], start: 0, last: 0, at: 0, sent: 0, sampled: 0};
let plots = null;
let timer = null;
let asking = false;

// ---- asking

async function ask(path) {
	const answer = await fetch(path, {cache: 'no-store', signal: AbortSignal.timeout(ANSWER_MS)});
	if (!answer.ok)
		throw new Error(`${path}: ${answer.status}`);
	seen.sent = Date.parse(answer.headers.get('Date'));
	return answer.json();
}

/** What is behind the points that are known; all, where netramd was started anew and counts anew. */
async function askHistory() {
	const history = await ask(`/api/history?after=${seen.last}`);
	return seen.last && history.start_ms !== seen.start ? ask('/api/history') : history;
}

function addPoints(history) {
	const old = history.start_ms === seen.start ? seen.points : [];
	const known = old[old.length - 1]?.seq ?? 0;
	seen.points = recent([...old, ...history.points.filter((p) => p.seq > known)]).slice(-POINTS_MAX);
	seen.start = history.start_ms;
	seen.last = history.last;
}

/** The first one may be old already; of others it is seen here, so no two clocks have to agree. */
function noteSample(live) {
	if (!seen.live)
		seen.sampled = performance.now() - Math.max(seen.sent - live.time_ms || 0, 0);
	else if (live.time_ms !== seen.live.time_ms)
		seen.sampled = performance.now();
}

function isOld() {
	// with many volumes they are taken more seldom
	const interval = seen.points[seen.points.length - 1]?.interval_ms ?? 0;
	return performance.now() - seen.sampled > Math.max(OLD_MS, 3 * interval);
}

async function askAll() {
	const [live, status, history] = await Promise.all([
		ask('/api/live'), ask('/api/status'), askHistory()]);
	addPoints(history);
	noteSample(live);
	seen.live = live;
	seen.status = status;
	seen.at = Date.now();
}

// ---- plots

/** What is an objective at the moment: of the file, which may be read again, or usual. */
const limit = (key, scale) => () => seen.status.limits[key] * scale;

/** The part of a point that is plotted: of all volumes, or one. */
function part(point) {
	const which = $('which').value;
	return which ? point.volumes.find((v) => v.name === which.slice(1)) : point.all;
}

function perSecond(key) {
	return (point) => {
		const p = part(point);
		return p ? p[key] * 1000 / point.interval_ms : null;
	};
}

const value = (key) => (point) => part(point)?.[key] ?? null;

function nodesPerSecond(key) {
	return (point) => point.nodes.reduce((sum, n) => sum + n[key], 0) * 1000 / point.interval_ms;
}

function hitShare(point) {
	const p = part(point);
	return p && p.pages ? (p.pages - p.missed_pages) / p.pages * 100 : null;
}

function overheadShare(point) {
	const p = part(point);
	return p && p.payload_bytes ? p.overhead_bytes / p.payload_bytes * 100 : null;
}

function makePlot(id, title, legend, make) {
	const canvas = element('canvas', {role: 'img'});
	const readout = element('p', {class: 'readout'});
	const keys = legend.map(([name, color]) => element('span', {class: `key ${color}`}, name));
	$('plots').append(element('figure', {id: `plot-${id}`, class: id === 'heat' ? 'wide' : ''},
		element('figcaption', {}, element('b', {}, title), ...keys), canvas, readout));
	const plot = make(canvas);
	const show = (x) => {
		const at = plot.at(x);
		readout.dataset.pointed = at ? '1' : '';
		if (at)
			say(readout, `${clock(at.ms)}: ${at.text}`);
	};
	canvas.addEventListener('pointermove', (event) => show(event.offsetX));
	canvas.addEventListener('pointerleave', () => {
		readout.dataset.pointed = '';
		say(readout, readout.dataset.last ?? '');
	});
	return {
		draw(points) {
			plot.draw(points);
			const at = plot.at(canvas.clientWidth);
			readout.dataset.last = at ? `now: ${at.text}` : 'no figures yet';
			canvas.setAttribute('aria-label', `${title}; ${readout.dataset.last}`);
			if (!readout.dataset.pointed)
				say(readout, readout.dataset.last);
		},
	};
}

function lines(id, title, options) {
	return makePlot(id, title, options.series.map((s) => [s.name, s.color.slice(2)]),
		(canvas) => new LinePlot(canvas, options));
}

function makePlots() {
	const series = (name, color, get) => ({name, color, get});
	return [
		makePlot('heat', 'Latency of reads', [['few', 'heat-few'], ['many', 'heat-many'], ['objective', 'target']],
			(canvas) => new HeatMap(canvas, {
				get: (p) => part(p)?.heat, rows_ns: seen.live.rows_ns,
				target: limit('read_p50_us', 1000), format: time,
			})),
		lines('latency', 'Latency', {log: true, format: time, target: limit('read_p50_us', 1000), series: [
			series('read p50', '--one', value('read_p50_ns')),
			series('read p99', '--two', value('read_p99_ns')),
			series('write p99', '--three', value('write_p99_ns'))]}),
		lines('traffic', 'Bytes', {binary: true, format: rate, least: 1024, series: [
			series('read', '--one', perSecond('read_bytes')),
			series('written', '--two', perSecond('written_bytes'))]}),
		lines('requests', 'Requests', {format: (v) => `${count(v)}/s`, least: 10, series: [
			series('reads', '--one', perSecond('reads')),
			series('writes', '--two', perSecond('writes'))]}),
		lines('hits', 'Hit rate', {format: (v) => `${v.toFixed(v % 1 ? 1 : 0)} %`, least: 100, series: [
			series('pages from memory', '--one', hitShare)]}),
		lines('overhead', 'Network overhead', {format: (v) => `${v.toFixed(v % 1 ? 1 : 0)} %`, least: 5,
			target: limit('network_overhead_percent', 1), series: [
			series('headers, retries, hedges, handshakes', '--one', overheadShare)]}),
		lines('mover', 'Copied between nodes', {binary: true, format: rate, least: 1024, series: [
			series('all in the background', '--one', perSecond('mover_bytes'))]}),
		lines('stored', 'Stored', {binary: true, format: bytes, least: 1048576, series: [
			series('pages, each once', '--one', value('stored_bytes'))]}),
		lines('network', 'Network, all nodes', {binary: true, format: rate, least: 1024, series: [
			series('received', '--one', nodesPerSecond('rx_bytes')),
			series('sent', '--two', nodesPerSecond('tx_bytes'))]}),
	];
}

function showWhich() {
	const names = ['', ...seen.live.volumes.map((v) => `=${v.name}`)];
	keyed($('which'), names, (n) => n, (n) => element('option', {value: n}),
		(e, n) => say(e, n ? `volume ${n.slice(1)}` : 'all volumes'));
}

function drawPlots() {
	if (!seen.live)
		return;
	plots ??= makePlots();
	for (const plot of plots)
		plot.draw(seen.points);
}

// ---- showing

function show() {
	const {live, status, points} = seen;
	const point = points[points.length - 1];
	const {region, zone} = status.config;
	say($('place'), [region && `region ${region}`, zone && `zone ${zone}`].filter((t) => t).join(', '));
	say($('clock'), clock(live.time_ms));
	say($('version'), `netramd ${live.version}`);
	showObjectives($('objectives'), live, status, points);
	showPool($('pool'), $('pool-sum'), live, status, point);
	showWhich();
	showVolumes($('volumes'), live, status, points, point);
	showFindings($('findings'), status);
	showEvents($('events'), live, status);
	drawPlots();
	document.body.dataset.seq = String(live.seq);
	document.body.dataset.looks = String(status.looks);
	document.body.dataset.point = String(point?.seq ?? 0);
}

/** old: nobody knows how it is now */
function judge(text, old) {
	$('banner').hidden = !text;
	say($('banner'), text);
	if (seen.live)
		showHealth($('health'), seen.live, seen.status, old);
}

function judgeAnswer() {
	if (isOld())
		judge(`no new figures since ${clock(seen.live.time_ms)}; what is below is of then: the module does not answer netramd`, true);
	else
		judge(seen.live.problem, false);
}

async function turn() {
	if (asking)
		return;
	asking = true;
	clearTimeout(timer);
	try {
		await askAll();
		show();
		judgeAnswer();
	} catch (error) {
		judge(`netramd does not answer${seen.at ? ` since ${clock(seen.at)}; what is below is of then` : ''}: ${error.message}`, true);
	}
	asking = false;
	if (!document.hidden)
		timer = setTimeout(turn, seen.live?.period_ms ?? RETRY_MS);
}

document.addEventListener('visibilitychange', () => {
	if (!document.hidden)
		turn();
});
window.addEventListener('resize', drawPlots);
window.matchMedia('(prefers-color-scheme: dark)').addEventListener('change', drawPlots);
$('which').addEventListener('change', drawPlots);
turn();

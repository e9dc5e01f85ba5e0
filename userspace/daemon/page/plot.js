// SPDX-License-Identifier: GPL-2.0
// Plots over time, on a canvas each: lines, and a heat map of latencies.

const LEFT = 62;
const BOTTOM = 20;
const TOP = 8;
const RIGHT = 8;
const WINDOW_MS = 600000;

function color(name) {
	return getComputedStyle(document.documentElement).getPropertyValue(name).trim();
}

/** The canvas as large as it is shown, in the screen's own pixels; its context. */
function prepare(canvas) {
	const scale = window.devicePixelRatio || 1;
	const width = canvas.clientWidth, height = canvas.clientHeight;
	if (canvas.width !== Math.round(width * scale) ||
	    canvas.height !== Math.round(height * scale)) {
		canvas.width = Math.round(width * scale);
		canvas.height = Math.round(height * scale);
	}
	const c = canvas.getContext('2d');
	c.setTransform(scale, 0, 0, scale, 0, 0);
	c.clearRect(0, 0, width, height);
	c.font = `11px ${getComputedStyle(canvas).fontFamily}`;
	return {c, width, height};
}

/** Where things are: x of a time, y of a share of the height. */
function frame(canvas, end) {
	const {c, width, height} = prepare(canvas);
	const right = width - RIGHT, bottom = height - BOTTOM;
	return {
		c, width, height, right, bottom, end,
		x: (ms) => right - (end - ms) / WINDOW_MS * (right - LEFT),
		y: (share) => bottom - share * (bottom - TOP),
	};
}

function tickLabel(f, y, text) {
	f.c.fillStyle = color('--quiet');
	f.c.textAlign = 'right';
	f.c.textBaseline = 'middle';
	f.c.fillText(text, LEFT - 6, y);
}

function gridLine(f, y) {
	f.c.strokeStyle = color('--grid');
	f.c.lineWidth = 1;
	f.c.beginPath();
	f.c.moveTo(LEFT, Math.round(y) + 0.5);
	f.c.lineTo(f.right, Math.round(y) + 0.5);
	f.c.stroke();
}

function timeLabels(f) {
	const narrow = f.right - LEFT < 380;
	f.c.fillStyle = color('--quiet');
	f.c.textBaseline = 'alphabetic';
	for (let minutes = 10; minutes >= 0; minutes -= narrow ? 5 : 2) {
		const x = f.x(f.end - minutes * 60000);
		f.c.textAlign = minutes === 10 ? 'left' : minutes ? 'center' : 'right';
		f.c.fillText(minutes ? `−${minutes} min` : 'now', x, f.height - 5);
	}
}

/** A round number that is not below value: 1, 2 or 5 of a power of ten, or of 1024. */
function roundUp(value, binary) {
	let unit = 1;
	if (binary)
		while (value >= unit * 1000)
			unit *= 1024;
	const left = value / unit;
	const ten = 10 ** Math.floor(Math.log10(Math.max(left, 1e-9)));
	for (const step of [1, 2, 5, 10])
		if (step * ten >= left * 0.999)
			return step * ten * unit;
	return 10 * ten * unit;
}

/** Linear from 0. */
function linearScale(f, max, options) {
	const top = roundUp(max || options.least || 1, options.binary);
	for (const share of [0, 0.5, 1]) {
		gridLine(f, f.y(share));
		tickLabel(f, f.y(share), options.format(top * share));
	}
	return (value) => f.y(value / top);
}

/** By decades, for latencies in ns. */
function logScale(f, min, max, options) {
	const low = Math.floor(Math.log10(min) + 0.01);
	const high = Math.max(Math.ceil(Math.log10(max) - 0.01), low + 1);
	const y = (ns) => f.y((Math.log10(ns) - low) / (high - low));
	for (let ten = low; ten <= high; ten++) {
		gridLine(f, y(10 ** ten));
		tickLabel(f, y(10 ** ten), options.format(10 ** ten));
	}
	return y;
}

/** What should be reached, as a dashed line. */
function targetLine(f, y) {
	if (!(y >= TOP && y < f.bottom))
		return;
	f.c.save();
	f.c.setLineDash([5, 4]);
	f.c.strokeStyle = color('--target');
	f.c.lineWidth = 1.5;
	f.c.beginPath();
	f.c.moveTo(LEFT, y);
	f.c.lineTo(f.right, y);
	f.c.stroke();
	f.c.restore();
}

function line(f, points, get, y, stroke) {
	let before = null;
	f.c.strokeStyle = stroke;
	f.c.lineWidth = 1.75;
	f.c.lineJoin = 'round';
	f.c.beginPath();
	for (const p of points) {
		const value = get(p);
		if (value === null || value === undefined) {
			before = null;
			continue;
		}
		// nothing is known of a gap
		if (before && p.time_ms - before.time_ms < 3 * p.interval_ms)
			f.c.lineTo(f.x(p.time_ms), y(value));
		else
			f.c.moveTo(f.x(p.time_ms) - 1, y(value));
		f.c.lineTo(f.x(p.time_ms), y(value));
		before = p;
	}
	f.c.stroke();
}

/** Those of the ten minutes that are shown; there may be others before a pause. */
export function recent(points) {
	if (!points.length)
		return points;
	const begin = points[points.length - 1].time_ms - WINDOW_MS;
	return points.filter((p) => p.time_ms > begin);
}

/** The point under the pointer. */
function pointAt(points, canvas, x) {
	if (!points.length)
		return null;
	const end = points[points.length - 1].time_ms;
	const width = canvas.clientWidth - RIGHT - LEFT;
	const ms = end - (canvas.clientWidth - RIGHT - x) / width * WINDOW_MS;
	let best = null;
	for (const p of points)
		if (!best || Math.abs(p.time_ms - ms) < Math.abs(best.time_ms - ms))
			best = p;
	return best;
}

/**
 * Lines over time.
 * options: series [{name, color, get(point)}], format(value), and binary, log,
 * least (of the scale), target() (a value)
 */
export class LinePlot {
	constructor(canvas, options) {
		this.canvas = canvas;
		this.options = options;
		this.points = [];
	}

	draw(points) {
		this.points = points;
		const end = this.points.length ? this.points[this.points.length - 1].time_ms : Date.now();
		const f = frame(this.canvas, end);
		const o = this.options;
		const target = o.target?.() ?? 0;
		const values = this.points.flatMap((p) => o.series.map((s) => s.get(p)))
			.filter((v) => v !== null && v !== undefined && (!o.log || v > 0));
		const max = values.length ? Math.max(...values) : 0;
		const y = o.log ?
			logScale(f, Math.min(target || Infinity, ...values), Math.max(target, max), o) :
			linearScale(f, Math.max(max, target), o);
		timeLabels(f);
		if (target)
			targetLine(f, y(target));
		for (const s of o.series)
			line(f, this.points, s.get, y, color(s.color));
	}

	at(x) {
		const p = pointAt(this.points, this.canvas, x);
		if (!p)
			return null;
		const parts = this.options.series
			.map((s) => [s.name, s.get(p)])
			.filter(([, v]) => v !== null && v !== undefined)
			.map(([name, v]) => `${name} ${this.options.format(v)}`);
		return {ms: p.time_ms, text: parts.join(', ') || 'nothing'};
	}
}

/** How many reads took how long, over time. options: get(point), rows_ns, target(), format */
export class HeatMap {
	constructor(canvas, options) {
		this.canvas = canvas;
		this.options = options;
		this.points = [];
	}

	/** [row, count] of a point. */
	cells(p) {
		const heat = this.options.get(p);
		if (!heat || !heat.length)
			return [];
		return heat.slice(1).map((n, i) => [heat[0] + i, n]).filter(([, n]) => n);
	}

	bounds(row) {
		const rows = this.options.rows_ns;
		return [Math.max(rows[row], rows[1] / 2), rows[row + 1]];
	}

	draw(points) {
		this.points = points;
		const end = this.points.length ? this.points[this.points.length - 1].time_ms : Date.now();
		const f = frame(this.canvas, end);
		const o = this.options;
		const target = o.target();
		let min = target / 9, max = target * 9, most = 1;
		for (const p of this.points)
			for (const [row, n] of this.cells(p)) {
				min = Math.min(min, this.bounds(row)[0]);
				max = Math.max(max, this.bounds(row)[1]);
				most = Math.max(most, n / p.interval_ms);
			}
		const y = logScale(f, min, max, o);
		timeLabels(f);
		const from = f.width / (WINDOW_MS / 2000);
		f.c.fillStyle = color('--heat');
		this.points.forEach((p, i) => {
			const right = f.x(p.time_ms);
			const before = this.points[i - 1];
			const begin = Math.max(p.time_ms - p.interval_ms, before ? before.time_ms : 0);
			const left = Math.max(LEFT, Math.min(f.x(begin), right - Math.min(from, 1)));
			for (const [row, n] of this.cells(p)) {
				const [low, high] = this.bounds(row);
				// few are seen beside many
				f.c.globalAlpha = 0.12 + 0.88 * Math.log1p(n / p.interval_ms * 1000) / Math.log1p(most * 1000);
				f.c.fillRect(left, y(high), right - left + 0.3, y(low) - y(high));
			}
		});
		f.c.globalAlpha = 1;
		targetLine(f, y(target));
	}

	at(x) {
		const p = pointAt(this.points, this.canvas, x);
		if (!p)
			return null;
		const cells = this.cells(p);
		const all = cells.reduce((sum, [, n]) => sum + n, 0);
		if (!all)
			return {ms: p.time_ms, text: 'no reads'};
		const [row, n] = cells.reduce((a, b) => (b[1] > a[1] ? b : a));
		const [low, high] = this.bounds(row);
		const {format} = this.options;
		return {ms: p.time_ms, text: `${all} reads, most of them (${n}) from ${format(low)} to ${format(high)}`};
	}
}

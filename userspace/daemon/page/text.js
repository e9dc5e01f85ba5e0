// SPDX-License-Identifier: GPL-2.0
// Figures as people read them, and elements that hold them. No line ends between a
// figure and its unit.

const UNITS = ['B', 'KiB', 'MiB', 'GiB', 'TiB', 'PiB'];

/** Three digits that count: 812, 81.2, 8.12; 8 where it is just that. */
function digits(value) {
	const places = value >= 99.95 ? 0 : value >= 9.995 ? 1 : 2;
	return value.toFixed(places).replace(/\.0+$/, '');
}

export function bytes(value) {
	let unit = 0;
	while (value >= 1000 && unit < UNITS.length - 1) {
		value /= 1024;
		unit++;
	}
	return `${unit ? digits(value) : value.toFixed(0)}\u00a0${UNITS[unit]}`;
}

export function rate(value) {
	return `${bytes(value)}/s`;
}

export function time(ns) {
	if (ns < 999500)
		return `${digits(ns / 1e3)}\u00a0µs`;
	if (ns < 999500000)
		return `${digits(ns / 1e6)}\u00a0ms`;
	return `${digits(ns / 1e9)}\u00a0s`;
}

export function count(value) {
	if (value < 999.5)
		return value.toFixed(0);
	if (value < 999500)
		return `${digits(value / 1e3)}\u00a0k`;
	return `${digits(value / 1e6)}\u00a0M`;
}

/** Of a share from 0 to 1; 100 % are all of them, 0 % none. */
export function percent(share) {
	const tenths = Math.floor(share * 1000);
	if (share > 0 && tenths === 0)
		return '<\u00a00.1\u00a0%';
	return `${(tenths / 10).toFixed(tenths % 10 || tenths < 100 ? 1 : 0)}\u00a0%`;
}

export function clock(ms) {
	return new Date(ms).toLocaleTimeString([], {hour12: false});
}

/** An element with attributes and children. */
export function element(name, attributes = {}, ...children) {
	const e = document.createElement(name);
	for (const [key, value] of Object.entries(attributes))
		e.setAttribute(key, value);
	e.append(...children);
	return e;
}

/** Set a text only where it is another one, so that a selection stays. */
export function say(e, text) {
	if (e.textContent !== text)
		e.textContent = text;
}

/**
 * Children of `parent`, one for each of `items`, in their order: made by
 * make(item), kept by key(item), brought up to date by update(element, item).
 * Of several items with the same key one is kept, the others are made anew.
 */
export function keyed(parent, items, key, make, update) {
	const old = new Map();
	for (const child of parent.children)
		old.set(child.dataset.key, child);
	items.forEach((item, i) => {
		const name = key(item);
		let child = old.get(name);
		if (child) {
			old.delete(name);
		} else {
			child = make(item);
			child.dataset.key = name;
		}
		if (parent.children[i] !== child)
			parent.insertBefore(child, parent.children[i] ?? null);
		update(child, item);
	});
	while (parent.children.length > items.length)
		parent.lastElementChild.remove();
}

// SPDX-License-Identifier: GPL-2.0
/* The terminal, by ncurses. Lines are clipped, so any size will do. */
#include <errno.h>
#include <ncurses.h>
#include <stdlib.h>

#include "top.h"

static SCREEN *screen;

/* 0, or -ENOTTY: nothing is known about this kind of terminal. */
int top_screen_open(void)
{
	screen = newterm(NULL, stdout, stdin);
	if (!screen)
		return -ENOTTY;
	set_term(screen);
	cbreak();
	noecho();
	curs_set(0);
	keypad(stdscr, TRUE);
	if (has_colors()) {
		start_color();
		use_default_colors();
		init_pair(1, COLOR_RED, -1);
	}
	return 0;
}

void top_screen_close(void)
{
	endwin();
	delscreen(screen);
	screen = NULL;
}

/* Of now: ncurses notices a change by itself. */
void top_screen_size(struct top_view *view)
{
	getmaxyx(stdscr, view->height, view->width);
	if (view->width > TOP_WIDTH_MAX)
		view->width = TOP_WIDTH_MAX;
}

static attr_t look_of(enum top_style style)
{
	switch (style) {
	case TOP_HEAD:
		return A_REVERSE;
	case TOP_BAD:
		return has_colors() ? COLOR_PAIR(1) | A_BOLD : A_BOLD;
	case TOP_PLAIN:
		break;
	}
	return A_NORMAL;
}

void top_screen_draw(const struct top_line *lines, size_t count)
{
	size_t i;

	erase();
	for (i = 0; i < count; i++) {
		attrset(look_of(lines[i].style));
		mvaddnstr(i, 0, lines[i].text, COLS);
	}
	attrset(A_NORMAL);
	refresh();
}

/* A key, KEY_RESIZE among them; ERR: none in that time, or a signal came. */
int top_screen_key(int timeout_ms)
{
	timeout(timeout_ms);
	return getch();
}

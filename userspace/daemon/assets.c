// SPDX-License-Identifier: GPL-2.0
/* The files of page/, as they are; PAGE is that folder. */
#include "page.h"

#define ASSET(name, file)						\
	__asm__(".pushsection .rodata\n"				\
		"asset_" #name "_begin:\n"				\
		".incbin \"" PAGE "/" file "\"\n"			\
		"asset_" #name "_end:\n"				\
		".popsection\n");					\
	extern const char asset_##name##_begin[], asset_##name##_end[]

#define HTML	"text/html; charset=utf-8"
#define CSS	"text/css; charset=utf-8"
#define JS	"text/javascript; charset=utf-8"
#define SVG	"image/svg+xml"

/* X(name, url, type, file) */
#define ASSETS(X)				\
	X(index, "/", HTML, "index.html")	\
	X(css, "/page.css", CSS, "page.css")	\
	X(main, "/main.js", JS, "main.js")	\
	X(text, "/text.js", JS, "text.js")	\
	X(plot, "/plot.js", JS, "plot.js")	\
	X(parts, "/parts.js", JS, "parts.js")	\
	X(icon, "/icon.svg", SVG, "icon.svg")

#define X(name, url, type, file)	ASSET(name, file);
ASSETS(X)
#undef X

const struct asset assets[] = {
#define X(name, url, type, file) \
	{ url, type, asset_##name##_begin, asset_##name##_end },
	ASSETS(X)
#undef X
	{ 0 }
};

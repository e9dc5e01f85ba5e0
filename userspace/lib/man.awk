# SPDX-License-Identifier: GPL-2.0
# Manual pages, section 3, of the kernel-doc comments of a header: one for each function
# and each struct. The kernel's own script does the same, but is in no package that
# building ours could ask for.
#   awk -v out=DIR -v header=netram/netram.h -v version=V -v date=D -f man.awk netram.h

function text(s) # as roff has it: a dash that is one, no @ of names, no request by chance
{
	gsub(/\\/, "\\e", s)
	gsub(/@/, "", s)
	gsub(/-/, "\\-", s)
	sub(/^[.']/, "\\\\\\&&", s)
	return s
}

function start()
{
	indoc = 1; name = ""; about = ""; params = ""; body = ""; ret = ""; proto = ""
	part = "about"
}

function title(s)
{
	kind = "function"
	if (s ~ /^(struct|enum|typedef) /) {
		kind = s
		sub(/ .*/, "", kind)
		sub(/^[a-z]* /, "", s)
	}
	name = s
	sub(/[( ].*/, "", name)
	sub(/^[^ ]* - /, "", s)
	about = s
}

function line(s)
{
	if (name == "") {
		title(s)
	} else if (s ~ /^@[a-z_0-9]+:/) {
		part = "params"
		arg = s
		sub(/:.*/, "", arg)
		sub(/^[^:]*: */, "", s)
		params = params ".TP\n.I " text(arg) "\n" text(s) "\n"
	} else if (s ~ /^Return: /) {
		part = "ret"
		sub(/^Return: /, "", s)
		ret = text(s) "\n"
	} else if (s == "") {
		part = part == "ret" ? "ret" : "body"
		if (body != "" && part == "body" && body !~ /\.PP\n$/)
			body = body ".PP\n"
	} else if (part == "about") {
		sub(/^ +/, "", s)
		about = about " " s
	} else {
		sub(/^ +/, "", s)
		s = text(s) "\n"
		if (part == "params")
			params = params s
		else if (part == "ret")
			ret = ret s
		else
			body = body s
	}
}

function section(heading, content, file)
{
	sub(/\.PP\n$/, "", content)
	if (content != "")
		printf ".SH %s\n%s", heading, content > file
}

function page(	file)
{
	file = out "/" name ".3"
	printf ".\\\" Made from <%s>\n.TH %s 3 %s \"netram %s\" libnetram\n", header, name, date, version > file
	section("NAME", name " \\- " text(about) "\n", file)
	section("SYNOPSIS", ".nf\n#include <" header ">\n.PP\n" proto ".fi\n", file)
	section(kind == "struct" ? "MEMBERS" : "PARAMETERS", params, file)
	section("DESCRIPTION", body, file)
	section("RETURN VALUE", ret, file)
	section("SEE ALSO", ".BR netramctl (8)\n", file)
	close(file)
}

/^\/\*\*$/ { start(); next }
indoc && /^ \*\/$/ { indoc = 0; wait = name != ""; next }
indoc { sub(/^ \* ?/, ""); line($0); next }

# what follows is what the comment is about
wait {
	shown = $0
	if (kind == "function") {
		sub(/^static inline /, "", shown)
		sub(/^{$/, ";", shown)
	}
	gsub(/\\/, "\\e", shown)
	if (shown == ";")
		sub(/\n$/, ";\n", proto)
	else
		proto = proto shown "\n"
	if (kind == "function" ? $0 ~ /;$/ || $0 == "{" : $0 ~ /^}?.*;$/ && $0 !~ /^\t/) {
		wait = 0
		if (kind != "enum")
			page()
	}
}

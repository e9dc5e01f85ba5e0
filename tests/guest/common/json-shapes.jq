# SPDX-License-Identifier: GPL-2.0
# Holds JSON against a shape of Documentation/json.md; tells each difference, so
# that no output means that it fits.
#   jq -r --argjson doc "$(json_shapes)" --arg command "node list" -f json-shapes.jq

def differs($doc; $shape; $path):
	. as $value
	| if ($shape | type) == "object" then
		if type != "object" then "\($path) is no object: \($value)"
		else
			([$shape | keys[] | rtrimstr("?")]) as $known
			| (keys - $known | .[] | "\($path).\(.) is not documented"),
			($shape | to_entries[] | (.key | rtrimstr("?")) as $key
				| if $value | has($key) then
					.value as $inner | $value[$key] | differs($doc; $inner; "\($path).\($key)")
				elif .key | endswith("?") then empty
				else "\($path).\($key) is missing" end)
		end
	elif ($shape | type) == "array" then
		if type != "array" then "\($path) is no array: \($value)"
		elif ($shape | length) == 1 then
			range(length) as $i | .[$i] | differs($doc; $shape[0]; "\($path)[\($i)]")
		elif length != ($shape | length) then "\($path) has \(length) members"
		else range(length) as $i | .[$i] | differs($doc; $shape[$i]; "\($path)[\($i)]") end
	elif $shape | startswith("@") then
		($doc.shapes[$shape[1:]] // error("there is no shape \($shape)")) as $inner
		| differs($doc; $inner; $path)
	elif $shape == "text" then select(type != "string") | "\($path) is no text: \(.)"
	elif $shape == "bool" then select(type != "boolean") | "\($path) is no bool: \(.)"
	elif $shape == "number" then select(type != "number") | "\($path) is no number: \(.)"
	elif $shape == "int" then select(type != "number" or floor != .) | "\($path) is not whole: \(.)"
	elif $shape == "count" then select(type != "number" or floor != . or . < 0) | "\($path) is no count: \(.)"
	else select(. as $word | $shape | split("|") | index([$word]) | not) | "\($path) is not \($shape): \(.)"
	end;

differs($doc; $doc.commands[$command] // $doc.addresses[$command] // error("there is no command \($command)"); "")

# compare.awk who=USER part=known KNOWN part=bare BARE part=shim SHIM: counts the outcomes side by side, shows every difference, and fails on those that
# KNOWN does not explain. A line of KNOWN: "USER TEST BARE SHIM cause", USER may be "*"; of a result: "TEST OUTCOME".

part == "known" && $1 ~ /^#/ { next }
part == "known" && NF && ($1 == who || $1 == "*") {
	differs = $2 " " $3 " " $4
	sub(/^[^ ]+ +[^ ]+ +[^ ]+ +[^ ]+ +/, "")
	cause[differs] = $0
	next
}
part == "known" { next }

# A test that was played several times counts once, by the worst that became of it.
function rank(outcome) { return index("SKIP PASS XFAIL FAIL ERROR CRASH", outcome) }
function note(results, outcome) {
	if (!($1 in results) || rank(outcome) > rank(results[$1]))
		results[$1] = outcome
}

part == "bare" { note(bare, $2); tests[$1] }
part == "shim" { note(shim, $2); tests[$1] }

# Some have an outcome of their own, like a checksum.
function kind(outcome) { return outcome ~ /^[A-Z]+$/ ? outcome : "other" }
function played(differs,	word) {
	split(differs, word)
	return word[1] in tests
}

END {
	for (test in tests) {
		before = test in bare ? bare[test] : "ABSENT"
		after = test in shim ? shim[test] : "ABSENT"
		outcomes[kind(before)]++
		outcomes[kind(after)] += 0
		shims[kind(after)]++
		if (before == after) {
			passed++
			continue
		}
		differs = test " " before " " after
		if (differs in cause) {
			printf "known: %s: %s\n", differs, cause[differs]
			seen[differs]
			passed++
		} else {
			printf "differs: %s\n", differs
			failed++
		}
	}
	for (differs in cause)
		if (!(differs in seen) && played(differs)) {
			printf "known, but no longer so: %s\n", differs
			failed++
		}
	printf "%-8s %8s %8s\n", "", "bare", "shim"
	for (outcome in outcomes)
		printf "%-8s %8d %8d\n", outcome, outcomes[outcome], shims[outcome]
	if (!passed)
		failed++
	printf "%d passed, %d failed\n", passed, failed
	exit failed > 0
}

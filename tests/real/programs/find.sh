# find -delete, which reads directories while it empties them; rm -r and a removal that is undone.
lower() {
	for i in $(seq 20); do
		mkdir -p "tree/$i/deep/er" "kept/$i"
		for j in $(seq 30); do
			echo "$i $j" >"tree/$i/$j.o"
			echo "$i $j" >"tree/$i/deep/$j.c"
			echo "$i $j" >"kept/$i/$j"
		done
	done
}

work() {
	for i in 3 5 7; do
		echo new >"tree/$i/deep/er/new.o"
		echo changed >"tree/$i/1.o"
	done
	find tree -name '*.o' -delete
	find tree | sort | cksum
	find kept -mindepth 1 -name '*5' -print -delete 2>&1 | sort
	find tree -depth -type d -empty -print -delete | sort
	find tree/3 -delete
	mkdir tree/3
	ls -A tree/3 | wc -l
	find tree -newer tree/1 -type d | wc -l
	find . -type f -exec cat {} + | sort | cksum
	rm -r tree
	find . | wc -l
}

# One overlay: a lower directory, an upper directory, and both seen as one.

say "two directories with a file each, written with vi; its keystrokes come from a file"
step 'mkdir low upper work merged' ''
step 'printf "ihello from low\033:wq\n" > keys; vi -s keys low/1.txt' ''
step 'printf "ihello from upper\033:wq\n" > keys; vi -s keys upper/2.txt' ''

say "a shell for which merged is low with upper on top; each command in it is a program of its own"
enter 'overlain run -o lowerdir=low,upperdir=upper,workdir=work merged -- sh'
step 'ls merged' '1.txt
2.txt'
step 'cat merged/1.txt merged/2.txt' 'hello from low
hello from upper'
step 'mount | tail -1' "overlay on $PWD/merged type overlay (rw,relatime,lowerdir=$PWD/low,upperdir=$PWD/upper,workdir=$PWD/work*)"

say "a change is made in upper, on a copy of the whole file; low stays as it was"
step 'echo "one line more" >> merged/1.txt' ''
step 'cat merged/1.txt' 'hello from low
one line more'
step 'cat low/1.txt' 'hello from low'
step 'cat upper/1.txt' 'hello from low
one line more'

say "a removal leaves a whiteout in upper: a character device 0, 0 that hides the file below"
step 'rm -rf merged/1.txt' ''
step 'tree merged' 'merged
`-- 2.txt

1 directory, 1 file'
step 'ls -l upper' "*$whiteout*1.txt*2.txt"
step 'cat low/1.txt' 'hello from low'

say "without the whiteout the file below is seen again"
step 'rm upper/1.txt' ''
step 'ls merged' '1.txt
2.txt'
step 'cat merged/1.txt' 'hello from low'

say "a file in both layers shows the upper one; vi edits it there"
step 'echo "hello from both" > upper/1.txt' ''
step 'cat merged/1.txt' 'hello from both'
step 'printf "onow edited\033:wq\n" > keys; vi -s keys merged/1.txt' ''
step 'cat merged/1.txt' 'hello from both
now edited'
step 'cat low/1.txt' 'hello from low'
leave

say "outside that shell merged is the empty directory it was"
step 'ls merged' ''

# Two containers over one image of three layers.

say "an image of three layers; the topmost replaces one file and removes another"
step 'mkdir -p base/etc app/bin config/etc box1 box2' ''
step 'echo debian > base/etc/os; echo welcome > base/etc/motd; echo old > base/etc/log' ''
step 'printf "#!/bin/sh\nread os < merged/etc/os; echo running on \$os\n" > app/bin/app; chmod +x app/bin/app' ''
step 'echo configured > config/etc/motd; touch config/etc/.wh.log' ''

say "the first container sees the image, and its own changes"
enter 'overlain run -o lowerdir=config:app:base,upperdir=box1 merged -- sh'
step 'tree merged' 'merged
|-- bin
|   `-- app
`-- etc
    |-- motd
    `-- os

3 directories, 3 files'
step 'merged/bin/app; cat merged/etc/motd' 'running on debian
configured'
step 'echo "this is box 1" > merged/etc/motd; rm merged/bin/app' ''
leave

say "the second container sees the image as it was, and its own changes"
enter 'overlain run -o lowerdir=config:app:base,upperdir=box2 merged -- sh'
step 'merged/bin/app; cat merged/etc/motd' 'running on debian
configured'
step 'rm -rf merged/etc; mkdir merged/etc; echo "this is box 2" > merged/etc/motd' ''
step 'tree merged' 'merged
|-- bin
|   `-- app
`-- etc
    `-- motd

3 directories, 2 files'
leave

say "each has kept to itself, and the image is as it was"
enter 'overlain run -o lowerdir=config:app:base,upperdir=box1 merged -- sh'
step 'cat merged/etc/motd; ls merged/bin merged/etc' 'this is box 1
merged/bin:

merged/etc:
motd
os'
leave
step 'cat base/etc/os base/etc/motd base/etc/log config/etc/motd; ls app/bin' 'debian
welcome
old
configured
app'

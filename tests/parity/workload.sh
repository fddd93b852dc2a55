# A day's work in the current directory, which shows what plant.sh has put into the lower.
set -eu
umask 022
mkdir -p new/deep/er
echo one >new/deep/er/one
rm a/file
rm -r b
mkdir b
echo again >b/file
echo more >>c/file
mv c/other a/moved
ln -s ../a/moved new/link
ln c/file new/hard
chmod 750 d
touch -d '2011-12-13 14:15:16' d/file
setfattr -n user.colour -v green d/file
mkfifo new/fifo
truncate -s 100000 new/holes
rm -f d/gone
mv new/deep new/shallow
rm link
ln -s c link

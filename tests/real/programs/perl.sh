# perl: a module with C in it, by MakeMaker: configured, built, tested, installed and made a distribution.
needs="perl make cc"
varies='.*/(perllocal\.pod|\.packlist)|.*\.tar\.gz'

lower() {
	mkdir -p Thing/lib Thing/t
	cd Thing
	cat >lib/Thing.pm <<-'END'
		package Thing;
		use strict;
		our $VERSION = '1.00';
		require XSLoader;
		XSLoader::load('Thing', $VERSION);
		1;
		__END__
		=head1 NAME

		Thing - adds
		=cut
	END
	cat >Thing.xs <<-'END'
		#include "EXTERN.h"
		#include "perl.h"
		#include "XSUB.h"
		MODULE = Thing PACKAGE = Thing
		int
		add(a, b)
		    int a
		    int b
		  CODE:
		    RETVAL = a + b;
		  OUTPUT:
		    RETVAL
	END
	cat >t/add.t <<-'END'
		use Test::More tests => 3;
		use_ok 'Thing';
		is Thing::add(2, 3), 5;
		like $INC{'Thing.pm'}, qr/blib/;
	END
	cat >Makefile.PL <<-'END'
		use ExtUtils::MakeMaker;
		WriteMakefile(NAME => 'Thing', VERSION_FROM => 'lib/Thing.pm', AUTHOR => 'N');
	END
	printf '%s\n' MANIFEST Makefile.PL Thing.xs lib/Thing.pm t/add.t >MANIFEST
}

work() {
	cd Thing
	perl Makefile.PL
	quiet make
	make test 2>/dev/null | sed 's/,.*wallclock.*//'
	quiet make install "DESTDIR=$PWD/../root" INSTALLDIRS=site
	perl -I"$(dirname "$(find "$PWD/../root" -name Thing.pm)")" -MThing -e 'print Thing::add(40, 2), "\n"; print $INC{"Thing.pm"} =~ s/.*root/root/r, "\n"'
	quiet make dist
	quiet make realclean
	ls
	cd ..
	perl -MFile::Find -MFile::Copy=cp,mv -MFile::Path=make_path,remove_tree -MFile::Temp=tempfile -MCwd -MFcntl=:flock -e '
		make_path("a/b/c"); cp("Thing/Thing.xs", "a/b/c/x") or die; mv("a/b/c/x", "a/y") or die;
		find({ no_chdir => 1, wanted => sub { print "$_\n" } }, "a/b");
		my @seen; find(sub { push @seen, getcwd =~ s/.*merged//r . " $_\n" if -f }, "Thing"); print sort @seen;
		my ($f, $n) = tempfile(DIR => "a", UNLINK => 1); flock($f, LOCK_EX) or die; print $f "x" x 10; close $f; print -s $n, "\n";
		open my $d, "+<", "Thing/MANIFEST" or die; seek $d, 0, 2; print $d "more\n"; close $d;
		{ local ($^I, @ARGV) = (".bak", "Thing/MANIFEST"); while (<>) { s/more/less/; print } }
		system("mv", "Thing", "Moved") and die; print join(" ", glob "Moved/*"), "\n"; chdir "Moved/lib"; print getcwd =~ s/.*merged//r, "\n";
		chdir "../.."; print remove_tree("a"), "\n"; symlink "Moved", "link"; opendir my $h, "link" or die; print join(" ", sort readdir $h), "\n"'
}

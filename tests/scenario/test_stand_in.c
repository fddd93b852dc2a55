/* Who stood in the directory on disk that merged covers, before the library came, is in merged. */
#include <criterion/criterion.h>

#include "support/expect.h"
#include "support/format.h"
#include "support/plant.h"
#include "support/scratch.h"
#include "support/world.h"

TestSuite(stand_in, .init = scratch_make, .fini = scratch_remove);

/* Each change of a directory makes a program ask where it stands. */
Test(stand_in, whatever_directory_goes_or_moves)
{
	static const struct layers layers = {"low", "up", "work"};
	const char *area = format("%s/area", scratch());

	plant(area,
	      "low/one/a = 1\nlow/two/b = 2\nlow/three/c = 3\nup/own = x\nwork/\nmerged/old = "
	      "never seen\n",
	      0);
	struct outcome outcome =
		shell(format("%s/merged", area), layers_settings(&layers, area),
		      "rm -r one two && ls && mkdir new && mv new moved && echo y >moved/file && "
		      "rmdir ../merged/three; rm -r three moved && ls . ../merged");

	assert_text(outcome.err, "rmdir: failed to remove '../merged/three': Directory not empty\n",
		    "stderr");
	assert_text(outcome.out, "own\nthree\n.:\nown\n\n../merged:\nown\n", "stdout");
}

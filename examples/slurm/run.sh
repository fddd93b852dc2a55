#!/bin/sh
# An array of batch jobs over one shared directory, here without a scheduler: run.sh [path/to/overlain]
. "$(dirname "$0")/../place.sh"

cp "$here/array.sbatch" "$here/task.sh" .
mkdir reference results scratch
printf '%s\n' gamma alpha beta >reference/genes
echo "a log" >reference/log
chmod a-w reference/genes
before=$(fingerprint reference)

# What sbatch sets for each task, all of them at the same time.
export SLURM_SUBMIT_DIR="$PWD" SLURM_TMPDIR="$PWD/scratch" SLURM_ARRAY_JOB_ID=42
for task in 1 2 3; do
	SLURM_ARRAY_TASK_ID=$task sh array.sbatch >out-$task 2>&1 || {
		cat out-$task >&2
		exit 1
	} &
	tasks="${tasks:-} $!"
done
for task in $tasks; do
	wait "$task"
done

show cat out-2
cat results/1 results/2 results/3 >all
show cat all
expect all "ALPHA
BETA
GAMMA"
[ "$(fingerprint reference)" = "$before" ]
[ -z "$(ls scratch)" ]
echo "slurm: three tasks, one reference, and it is as it was"

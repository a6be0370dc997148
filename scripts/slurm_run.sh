#!/usr/bin/env bash
# Trains a record over the GPUs of one machine of a SLURM cluster, or of several.
#
#   descent run grokking --seeds 0 --trainer.nodes 2 --trainer.devices 4 --trainer.strategy ddp \
#       --prepare --out runs/big
#   sbatch --nodes=2 --ntasks-per-node=4 --gpus-per-node=4 scripts/slurm_run.sh runs/big
#
# All machines see the record under the same path. Two minutes before the job's time is over SLURM
# asks the run to stop: it writes a checkpoint, and the same sbatch goes on. The same after a machine
# was lost or the job was preempted: SLURM then starts it again by itself.
#SBATCH --job-name=descent
#SBATCH --nodes=1
#SBATCH --ntasks-per-node=1
#SBATCH --signal=TERM@120
#SBATCH --requeue
#SBATCH --open-mode=append
#SBATCH --output=descent-%j.log
set -euo pipefail
trap : TERM # waits for what srun started, which is asked to stop too

if [ $# != 1 ]; then
    echo "usage: sbatch slurm_run.sh RECORD, a folder made by descent run ... --prepare --out RECORD" >&2
    exit 2
fi
record=$1
python=${PYTHON:-python}
MASTER_ADDR=$(scontrol show hostnames "$SLURM_JOB_NODELIST" | head -n 1)
export MASTER_ADDR

left=$("$python" -m experiments.command_line.ranks "$record")
while read -r variant seed machines processes; do
    [ -n "$variant" ] || continue
    srun --nodes="$machines" --ntasks-per-node="$processes" --kill-on-bad-exit=1 \
        "$python" -m experiments.command_line.one_run "$record" "$variant" "$seed" </dev/null
done <<<"$left"

"$python" -m experiments resume "$record" # nothing is left to train: figures, claims, report
